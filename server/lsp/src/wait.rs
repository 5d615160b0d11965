//! Waiting for the first scan, for answers that are complete or none.

use crate::session::Session;
use crate::session::root::Root;
use serde_json::json;
use tower_lsp::gen_lsp_types as lsp;

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

/// Says that an answer cannot be complete, where the scan stopped before the end.
pub fn say_if_cut(session: &std::sync::Arc<Session>, left_out_after: Option<usize>, what: &str) {
    let Some(most) = left_out_after else { return };
    let text = format!(
        "Only the first {most} entries of this folder were read: {what} in the others are not known. Open a smaller folder, or exclude what is not needed with `.gitignore`."
    );
    let session = session.clone();
    tokio::spawn(async move { session.client.show_message(lsp::MessageType::Warning, text).await });
}
