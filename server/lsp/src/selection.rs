//! Selection ranges.

use crate::compute::Lane;
use crate::convert::position::Places;
use crate::session::{Session, Ticket};
use segue_analysis::features::selection;
use segue_syntax::blocks::Blocks;
use segue_syntax::{Facts, Span, Text};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// `textDocument/selectionRange`: one answer a position. Of all Markdown, primitive or not: how text
/// nests is the same for both.
pub async fn ranges(
    session: &Arc<Session>,
    params: lsp::SelectionRangeParams,
) -> Result<Option<Vec<lsp::SelectionRange>>> {
    let encoding = session.facts().encoding;
    let Some((ticket, growing)) = session.structured_ticket(&params.text_document.uri) else {
        return Ok(None);
    };
    let trees = session.clone();
    let work = move |_: &_| {
        let open = growing.is_some();
        let (text, blocks) = match growing {
            Some(growing) => {
                let blocks = trees.trees.grown(growing);
                let text: Arc<str> = blocks.text().slice(Span::new(0, blocks.text().len())).into();
                (text, blocks)
            }
            None => closed(&ticket)?,
        };
        let facts = Facts::of(&text);
        let places = Places::new(text.clone(), encoding, open);
        let at = |position: &lsp::Position| {
            nested(&selection::at(&text, &facts, &blocks, places.offset(*position)), &places)
        };
        params.positions.iter().map(at).collect()
    };
    session.lanes.compute(Lane::Interactive, work).await
}

/// The text of a file that is not open, with its blocks.
fn closed(ticket: &Ticket) -> Option<(Arc<str>, Blocks)> {
    let snapshot = ticket.snapshot();
    let text = snapshot.world.text(snapshot.world.id(&ticket.path)?)?;
    let blocks = Blocks::parse(&Text::new(&text));
    Some((text, blocks))
}

/// Ranges within each other, given from the innermost on.
fn nested(spans: &[Span], places: &Places) -> Option<lsp::SelectionRange> {
    let mut outer: Option<lsp::SelectionRange> = None;
    for span in spans.iter().rev() {
        outer = Some(lsp::SelectionRange { range: places.range(*span), parent: outer.map(Box::new) });
    }
    outer
}
