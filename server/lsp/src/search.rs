//! Workspace symbols.

use crate::compute::{Cancel, Lane};
use crate::convert::position::Places;
use crate::convert::{to_lsp, uri};
use crate::session::Session;
use crate::session::facts::ClientFacts;
use crate::session::root::{Batch, Root, Snapshot};
use segue_analysis::features::workspace_symbols::{self, MOST, WorkspaceSymbol};
use segue_syntax::Span;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// `workspace/symbol`, of all roots: waits for the first scan, so that no answer is a part of one.
pub async fn symbols(
    session: &Arc<Session>,
    params: lsp::WorkspaceSymbolParams,
) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
    let facts = session.facts();
    let roots: Vec<_> = session.roots().into_iter().map(|root| (root.seal(), root)).collect();
    for (_, root) in &roots {
        root.until_ready().await;
    }
    let work = move |cancel: &Cancel| {
        let mut found: Vec<(u32, lsp::WorkspaceSymbol)> = Vec::new();
        for (batch, root) in &roots {
            found.extend(in_root(root, batch, &params.query, &facts, cancel));
        }
        // Each root's are in order already.
        found.sort_by_key(|(score, _)| Reverse(*score));
        found.truncate(MOST);
        let symbols = found.into_iter().map(|(_, symbol)| symbol).collect();
        lsp::WorkspaceSymbolResponse::WorkspaceSymbolList(symbols)
    };
    session.lanes.compute(Lane::Background, work).await.map(Some)
}

fn in_root(
    root: &Root,
    batch: &Batch,
    query: &str,
    facts: &ClientFacts,
    cancel: &Cancel,
) -> Vec<(u32, lsp::WorkspaceSymbol)> {
    let Some(snapshot) = root.at(batch) else { return Vec::new() };
    let symbols = workspace_symbols::of(&snapshot.world, query, &|| !cancel.is_cancelled());
    let render = |symbol: &WorkspaceSymbol| Some((symbol.score, rendered(root, &snapshot, symbol, facts)?));
    symbols.iter().filter_map(render).collect()
}

fn rendered(
    root: &Root,
    snapshot: &Snapshot,
    symbol: &WorkspaceSymbol,
    facts: &ClientFacts,
) -> Option<lsp::WorkspaceSymbol> {
    let open = snapshot.open.get(&symbol.path);
    let uri = open.map_or_else(|| uri::below(&root.uri, &symbol.path), |open| open.uri.to_string());
    let (location, data) = if facts.resolves_symbols {
        let place = lsp::LocationUriOnly { uri: uri.into() };
        let data = json!([symbol.span.start, symbol.span.end]);
        (lsp::WorkspaceSymbolLocation::LocationUriOnly(place), Some(data))
    } else {
        let range = range(snapshot, &symbol.path, symbol.span, facts)?;
        (lsp::WorkspaceSymbolLocation::Location(lsp::Location { uri: uri.into(), range }), None)
    };
    Some(lsp::WorkspaceSymbol {
        location,
        data,
        base_symbol_information: lsp::BaseSymbolInformation {
            name: symbol.name.clone(),
            kind: to_lsp::workspace_symbol_kind(symbol.kind),
            tags: None,
            container_name: Some(symbol.path.to_string()),
        },
    })
}

/// The place of a span in the file as it is now; `None` where the file changed on disk meanwhile.
fn range(snapshot: &Snapshot, path: &str, span: Span, facts: &ClientFacts) -> Option<lsp::Range> {
    let text = snapshot.world.text(snapshot.world.id(path)?)?;
    Some(Places::new(text, facts.encoding, snapshot.open.contains_key(path)).range(span))
}

/// `workspaceSymbol/resolve`: where a symbol stands. A file that changed since is shown from its top.
pub async fn resolve(
    session: &Arc<Session>,
    mut symbol: lsp::WorkspaceSymbol,
) -> Result<lsp::WorkspaceSymbol> {
    let lsp::WorkspaceSymbolLocation::LocationUriOnly(place) = &symbol.location else { return Ok(symbol) };
    let uri = place.uri.clone();
    let offset = |at: usize| {
        let number = symbol.data.as_ref().and_then(|data| data.get(at)).and_then(Value::as_u64);
        number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    };
    let (span, facts) = (Span::new(offset(0) as usize, offset(1) as usize), session.facts());
    let range = match session.ticket(&uri) {
        Some(ticket) => {
            let work = move |_: &_| range(&ticket.snapshot(), &ticket.path, span, &facts);
            session.lanes.compute(Lane::Interactive, work).await?
        }
        None => None,
    };
    let range = range.unwrap_or_default();
    symbol.location = lsp::WorkspaceSymbolLocation::Location(lsp::Location { uri, range });
    Ok(symbol)
}
