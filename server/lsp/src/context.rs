//! The command that shows the effective context of a file.

use crate::actions;
use crate::compute::Lane;
use crate::session::{Session, Ticket};
use crate::wait;
use segue_analysis::features::context;
use serde_json::Value;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// Shows the page for the file whose URI is the argument. The answer comes at once, the page when the
/// whole root is known.
pub fn show(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = arguments.first().and_then(Value::as_str);
    let ticket = uri.and_then(|uri| session.ticket(&lsp::Uri::from(uri)));
    let Some(ticket) = ticket else {
        return Err(Error::invalid_params("the argument is the URI of a file in an open folder"));
    };
    tokio::spawn(show_when_known(session.clone(), ticket));
    Ok(None)
}

async fn show_when_known(session: Arc<Session>, ticket: Ticket) {
    wait::until_ready(&session, &ticket.root, None).await;
    wait::say_if_cut(&session, ticket.snapshot().world.left_out_after, "links and instructions");
    let name = format!("context of {}", ticket.path);
    let page = session.lanes.compute(Lane::Interactive, move |_| page(&ticket)).await;
    if let Ok(page) = page {
        actions::show(session, name, page).await;
    }
}

/// The page, with paths from the top of the root.
fn page(ticket: &Ticket) -> String {
    let snapshot = ticket.snapshot();
    let context = context::of(&snapshot.world, &ticket.path, None);
    context::page(&context, &str::to_owned)
}
