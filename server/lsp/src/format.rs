//! Formatting of headers, for who asks for it.
//!
//! A server that says it formats is one more that an editor has to choose from, so where the client can be
//! told later, it is told when settings first ask for formatting, and else at the start.

use crate::compute::Lane;
use crate::convert::position::Places;
use crate::session::Session;
use segue_analysis::World;
use segue_analysis::features::format;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;
use tracing::warn;

/// `textDocument/formatting`
pub async fn document(
    session: &Arc<Session>,
    params: lsp::DocumentFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>> {
    let facts = session.facts();
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let work = move |_: &_| {
        let snapshot = ticket.snapshot();
        let world = &snapshot.world;
        let edit = format::of_file(world, &ticket.path)?;
        let text = world.text(world.id(&ticket.path)?)?;
        let places = Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path));
        Some(vec![lsp::TextEdit { range: places.range(edit.span), new_text: edit.insert }])
    };
    session.lanes.compute(Lane::Interactive, work).await
}

/// Whether the client was told that headers are formatted here.
#[derive(Debug, Default)]
pub struct Announced(AtomicBool);

impl Announced {
    /// Tells the client, once, when settings ask for formatting.
    pub fn follow(&self, session: &Arc<Session>, world: &World) {
        if session.facts().registers_formatting && world.formats() && !self.0.swap(true, Ordering::SeqCst) {
            tokio::spawn(register(session.clone()));
        }
    }
}

async fn register(session: Arc<Session>) {
    let registration = lsp::Registration {
        id: "segue/formatting".to_owned(),
        method: "textDocument/formatting".to_owned(),
        // The documents that the client sends here anyway.
        register_options: Some(serde_json::json!({ "documentSelector": null })),
    };
    if let Err(error) = session.client.register_capability(vec![registration]).await {
        warn!("the client will not ask for formatting: {error}");
    }
}
