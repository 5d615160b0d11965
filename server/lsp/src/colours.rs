//! Semantic tokens: of a whole document, as a difference to what the client has, and of a part.

use crate::compute::Lane;
use crate::convert::position::Places;
use crate::session::Session;
use crate::session::root::lock;
use rustc_hash::FxHashMap;
use segue_analysis::features::semantic_tokens::{self, SemanticKind, SemanticToken};
use segue_catalog::catalog;
use segue_syntax::Span;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;
use tracing::debug;

/// The types, all of the protocol's own, by the number that tokens carry.
const TYPES: &[&str] =
    &["keyword", "function", "namespace", "variable", "class", "macro", "string", "enumMember"];

/// The one modifier: an old name.
const MODIFIERS: &[&str] = &["deprecated"];

fn type_of(kind: SemanticKind) -> u32 {
    match kind {
        SemanticKind::Marker => 0,
        SemanticKind::Tool => 1,
        SemanticKind::Server => 2,
        SemanticKind::Variable => 3,
        SemanticKind::Agent => 4,
        SemanticKind::Command => 5,
        SemanticKind::File => 6,
        SemanticKind::Task => 7,
    }
}

/// What is told in `initialize`.
pub fn provider() -> lsp::SemanticTokensProvider {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    lsp::SemanticTokensProvider::SemanticTokensOptions(lsp::SemanticTokensOptions {
        legend: lsp::SemanticTokensLegend { token_types: words(TYPES), token_modifiers: words(MODIFIERS) },
        range: Some(lsp::SemanticTokensOptionsRange::Bool(true)),
        full: Some(lsp::Full::SemanticTokensFullDelta(lsp::SemanticTokensFullDelta { delta: Some(true) })),
        ..lsp::SemanticTokensOptions::default()
    })
}

/// What the client last got of each open document, to tell it the difference.
#[derive(Debug, Default)]
pub struct Coloured {
    counter: AtomicU64,
    last: Mutex<FxHashMap<Arc<str>, Told>>,
}

/// The name of an answer, and what it said.
type Told = (String, Vec<lsp::SemanticToken>);

impl Coloured {
    /// Remembers what is about to be told of a document, under a new name.
    fn keep(&self, uri: &str, data: &[lsp::SemanticToken]) -> String {
        let id = self.counter.fetch_add(1, Ordering::Relaxed).to_string();
        lock(&self.last).insert(uri.into(), (id.clone(), data.to_vec()));
        id
    }

    /// What the client has under a name.
    fn former(&self, uri: &str, id: &str) -> Option<Vec<lsp::SemanticToken>> {
        lock(&self.last).get(uri).filter(|(own, _)| own == id).map(|(_, data)| data.clone())
    }

    /// A document was closed.
    pub fn forget(&self, uri: &str) {
        lock(&self.last).remove(uri);
    }
}

/// `textDocument/semanticTokens/full`
pub async fn full(
    session: &Arc<Session>,
    params: lsp::SemanticTokensParams,
) -> Result<Option<lsp::SemanticTokens>> {
    let uri = params.text_document.uri;
    let Some(data) = tokens(session, &uri, None).await? else { return Ok(None) };
    Ok(Some(kept(session, &uri, data)))
}

/// `textDocument/semanticTokens/full/delta`
pub async fn delta(
    session: &Arc<Session>,
    params: lsp::SemanticTokensDeltaParams,
) -> Result<Option<lsp::SemanticTokensDeltaResponse>> {
    let uri = params.text_document.uri;
    let Some(data) = tokens(session, &uri, None).await? else { return Ok(None) };
    let Some(before) = session.coloured.former(uri.as_ref(), &params.previous_result_id) else {
        return Ok(Some(lsp::SemanticTokensDeltaResponse::SemanticTokens(kept(session, &uri, data))));
    };
    let edits = difference(&before, &data).into_iter().collect();
    let result_id = kept(session, &uri, data).result_id;
    Ok(Some(lsp::SemanticTokensDeltaResponse::SemanticTokensDelta(lsp::SemanticTokensDelta {
        result_id,
        edits,
    })))
}

/// `textDocument/semanticTokens/range`
pub async fn range(
    session: &Arc<Session>,
    params: lsp::SemanticTokensRangeParams,
) -> Result<Option<lsp::SemanticTokens>> {
    let data = tokens(session, &params.text_document.uri, Some(params.range)).await?;
    Ok(data.map(|data| lsp::SemanticTokens { result_id: None, data }))
}

fn kept(session: &Session, uri: &lsp::Uri, data: Vec<lsp::SemanticToken>) -> lsp::SemanticTokens {
    let open = session.language(uri).is_some();
    let result_id = open.then(|| session.coloured.keep(uri.as_ref(), &data));
    lsp::SemanticTokens { result_id, data }
}

/// Tells the client to colour anew: a name came or went that its documents may have.
pub async fn refresh(session: Arc<Session>) {
    if session.facts().refresh_colours
        && let Err(error) = session.client.semantic_tokens_refresh().await
    {
        debug!("the client did not colour anew: {error}");
    }
}

/// The tokens of a document, or of what a range touches of it; `None` where it is not ours to colour.
async fn tokens(
    session: &Arc<Session>,
    uri: &lsp::Uri,
    range: Option<lsp::Range>,
) -> Result<Option<Vec<lsp::SemanticToken>>> {
    if session.language(uri).is_some_and(|language| is_coloured_elsewhere(&language)) {
        return Ok(None);
    }
    let encoding = session.facts().encoding;
    let Some(ticket) = session.ticket(uri) else { return Ok(None) };
    // Which names are agents is known when all are.
    ticket.root.until_ready().await;
    let work = move |_: &_| {
        let snapshot = ticket.snapshot();
        let (id, state) = snapshot.world.file_at(&ticket.path)?;
        state.kind?;
        let text = snapshot.world.text(id)?;
        let places = Places::new(text.clone(), encoding, snapshot.open.contains_key(&ticket.path));
        let mut tokens = semantic_tokens::of(&snapshot.world, state, &text);
        if let Some(wanted) = range.map(|range| places.span(range)) {
            tokens.retain(|token| touches(token.span, wanted));
        }
        Some(encoded(&tokens, &places))
    };
    session.lanes.compute(Lane::Interactive, work).await
}

fn touches(span: Span, wanted: Span) -> bool {
    span.start <= wanted.end && wanted.start <= span.end
}

/// Whether the editor brings its own colours for documents of that language. Of two who colour one
/// wins, and not always the same.
fn is_coloured_elsewhere(language: &str) -> bool {
    catalog().clients.iter().any(|client| client.languages.iter().any(|own| own == language))
}

/// Tokens as the protocol writes them: each relative to the one before.
fn encoded(tokens: &[SemanticToken], places: &Places) -> Vec<lsp::SemanticToken> {
    let (mut line, mut character) = (0, 0);
    let mut data = Vec::with_capacity(tokens.len());
    for token in tokens {
        let range = places.range(token.span);
        let same_line = range.start.line == line;
        data.push(lsp::SemanticToken {
            delta_line: range.start.line - line,
            delta_start: range.start.character - if same_line { character } else { 0 },
            length: range.end.character.saturating_sub(range.start.character),
            token_type: type_of(token.kind),
            token_modifiers_bitset: u32::from(token.deprecated),
        });
        (line, character) = (range.start.line, range.start.character);
    }
    data
}

/// The one edit that makes `after` of `before`, counted in numbers, five a token; `None` where both
/// are the same.
fn difference(
    before: &[lsp::SemanticToken],
    after: &[lsp::SemanticToken],
) -> Option<lsp::SemanticTokensEdit> {
    let head = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (old, new) = (before.get(head..)?, after.get(head..)?);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (gone, come) = (old.len() - tail, new.get(..new.len() - tail)?);
    if gone == 0 && come.is_empty() {
        return None;
    }
    let numbers = |count: usize| u32::try_from(count * 5).unwrap_or(u32::MAX);
    let data = come.iter().flat_map(|token| {
        [token.delta_line, token.delta_start, token.length, token.token_type, token.token_modifiers_bitset]
    });
    Some(lsp::SemanticTokensEdit {
        start: numbers(head),
        delete_count: numbers(gone),
        data: (!come.is_empty()).then(|| data.collect()),
    })
}
