//! Words that a person types, in editors that say that they have a place to type them.

use crate::session::Session;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;

/// The request `segue/input`, from the server.
enum InputRequest {}

impl lsp::Request for InputRequest {
    type Params = Value;
    type Result = Option<String>;
    const METHOD: lsp::LspRequestMethod<'static> = lsp::LspRequestMethod::new("segue/input");
    const MESSAGE_DIRECTION: lsp::MessageDirection = lsp::MessageDirection::ServerToClient;
}

/// What somebody types; `None` where they do not, or cannot here.
pub async fn typed(session: &Session, message: String, placeholder: Option<&str>) -> Option<String> {
    if !session.facts().types {
        return None;
    }
    let params = json!({ "message": message, "placeholder": placeholder });
    session.client.send_request::<InputRequest>(params).await.ok().flatten()
}
