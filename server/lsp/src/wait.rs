//! Waiting for the first scan, for answers that are complete or none.

use crate::compute::{Cancel, Lane};
use crate::session::root::{Pending, Root};
use crate::session::{Session, Ticket};
use serde_json::json;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// Waits until a root is known. Who gave a token for progress sees what is waited for.
pub async fn until_ready(session: &Session, root: &Root, token: Option<&lsp::ProgressToken>) {
    if root.is_ready() {
        return;
    }
    let say = async |value| {
        if let Some(token) = token {
            let params = lsp::ProgressParams { token: token.clone(), value };
            session.client.send_notification::<lsp::ProgressNotification>(params).await;
        }
    };
    say(json!({ "kind": "begin", "title": "Reading the workspace", "cancellable": true })).await;
    // An error means that nobody scans any more; the answer is then what is known.
    let _ = root.ready().wait_for(|ready| *ready).await;
    say(json!({ "kind": "end" })).await;
}

/// Has all files looked at again that changed on disk and of which nobody told yet. The document with its
/// state after that; `None` where there were none, or where its own text is another one by now.
pub async fn look_again(session: &Session, ticket: &Ticket) -> Result<Option<Ticket>> {
    let before = ticket.clone();
    let look = move |_: &Cancel| before.snapshot().world.changed_on_disk();
    let changed = session.lanes.compute(Lane::Background, look).await?;
    if changed.is_empty() {
        return Ok(None);
    }
    changed.iter().for_each(|path| ticket.root.push(Pending::Disk(path.to_string())));
    session.wake();
    let version = |ticket: &Ticket| ticket.open.as_ref().map(|(_, version)| *version);
    let again = session.ticket(&(&*ticket.uri).into());
    Ok(again.filter(|again| version(again) == version(ticket)))
}

/// Says that the workspace, or an answer about it, is not complete, where the scan stopped before the end.
pub fn say_if_cut(session: &std::sync::Arc<Session>, left_out_after: Option<usize>, what: &str) {
    let Some(most) = left_out_after else { return };
    let text = format!(
        "Only the first {most} entries of this folder were read: {what} in the others are not known. Open a smaller folder, or exclude what is not needed with `.gitignore`."
    );
    let session = session.clone();
    tokio::spawn(async move { session.client.show_message(lsp::MessageType::Warning, text).await });
}
