//! Document symbols, folding ranges and hovers.

use crate::compute::Lane;
use crate::convert::position::Places;
use crate::convert::to_lsp;
use crate::judge;
use crate::session::{Session, Ticket};
use segue_analysis::features::{folding, hover, symbols};
use segue_analysis::file::FileState;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// `textDocument/documentSymbol`
pub async fn document_symbols(
    session: &Arc<Session>,
    params: lsp::DocumentSymbolParams,
) -> Result<Option<lsp::DocumentSymbolResponse>> {
    let facts = session.facts();
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let work = move |_: &_| {
        let (state, text, open) = file(&ticket)?;
        let places = Places::new(text, facts.encoding, open);
        let symbols = symbols::of_file(&state);
        Some(if facts.nested_symbols {
            let nested = symbols.iter().map(|symbol| to_lsp::symbol(symbol, &places)).collect();
            lsp::DocumentSymbolResponse::DocumentSymbolList(nested)
        } else {
            let mut flat = Vec::new();
            to_lsp::flat_symbols(&symbols, &places, &ticket.uri, &mut flat, None);
            lsp::DocumentSymbolResponse::SymbolInformationList(flat)
        })
    };
    session.lanes.compute(Lane::Background, work).await
}

/// `textDocument/foldingRange`
pub async fn folding_ranges(
    session: &Arc<Session>,
    params: lsp::FoldingRangeParams,
) -> Result<Option<Vec<lsp::FoldingRange>>> {
    let most = session.facts().most_folds.map_or(usize::MAX, |most| most as usize);
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let work = move |_: &_| {
        let (state, text, _) = file(&ticket)?;
        Some(folding::of(&text, state.facts()?).iter().take(most).map(to_lsp::fold).collect())
    };
    session.lanes.compute(Lane::Background, work).await
}

/// A primitive, its text, and whether it is open.
fn file(ticket: &Ticket) -> Option<(Arc<FileState>, Arc<str>, bool)> {
    let snapshot = ticket.snapshot();
    let (id, state) = snapshot.world.file_at(&ticket.path)?;
    state.kind?;
    let text = snapshot.world.text(id)?;
    Some((state.clone(), text, snapshot.open.contains_key(&ticket.path)))
}

/// `textDocument/hover`
pub async fn hover(session: &Arc<Session>, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    session.watching.document_used(session, &at.text_document.uri);
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let work = move |_: &_| {
        let snapshot = ticket.snapshot();
        let found = judge::shown(&snapshot, &ticket.path, &facts)?;
        let (shown, places) = &*found;
        let hover = hover::at(
            &snapshot.world,
            &ticket.path,
            shown,
            places.offset(at.position),
            facts.editor_answers,
        )?;
        let kind = if facts.markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
        Some(lsp::Hover {
            contents: lsp::Contents::MarkupContent(lsp::MarkupContent { kind, value: hover.markdown }),
            range: Some(places.range(hover.span)),
        })
    };
    session.lanes.compute(Lane::Interactive, work).await
}
