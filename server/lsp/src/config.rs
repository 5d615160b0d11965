//! The editor's settings: the section `segue`, with the keys of `segue.toml`.
//!
//! They hold for files that no `segue.toml` speaks of; where there is one, it alone decides about
//! rules, clients and excludes, so that an editor and CI agree.

use crate::session::Session;
use serde_json::Value;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tracing::{debug, warn};

/// Keys that are about the workspace; the others are the editor's own business.
const KEYS: &[&str] = &["clients", "exclude", "rules", "overrides", "known", "userFiles", "format"];

/// Asks the client for its settings, where it answers that; not to be awaited in a handler.
pub async fn ask(session: Arc<Session>) {
    if !session.facts().configuration {
        return;
    }
    let item = lsp::ConfigurationItem { scope_uri: None, section: Some("segue".to_owned()) };
    match session.client.configuration(vec![item]).await {
        Ok(answers) => take(&session, answers.first().unwrap_or(&Value::Null)),
        Err(error) => debug!("the client did not give its settings: {error}"),
    }
}

/// Takes settings: the section itself, or an object that holds it.
pub fn take(session: &Arc<Session>, settings: &Value) {
    let section = settings.get("segue").unwrap_or(settings);
    crate::views::take(session, section);
    session.settings(as_toml(section));
}

/// The section as the text of a `segue.toml`.
fn as_toml(section: &Value) -> String {
    let mut text = String::new();
    for key in KEYS {
        let Some(value) = section.get(key).and_then(inline) else { continue };
        text.push_str(&format!("{key} = {value}\n"));
    }
    if section.is_object() && text.is_empty() {
        debug!("the settings of the editor say nothing about rules, clients or excludes");
    }
    text
}

/// A JSON value as TOML writes it within a line; `None` for null, which TOML does not have.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        // TOML's basic strings have the escapes of JSON, and more.
        Value::String(_) => Some(value.to_string()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(inline).collect();
            Some(format!("[{}]", items.join(", ")))
        }
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .filter_map(|(key, value)| {
                    Some(format!("{} = {}", Value::String(key.clone()), inline(value)?))
                })
                .collect();
            Some(format!("{{ {} }}", entries.join(", ")))
        }
    }
}

/// Says what the client's registration for changed settings came to.
pub async fn register(session: Arc<Session>) {
    if !session.facts().register_configuration {
        return;
    }
    let registration = lsp::Registration {
        id: "segue/configuration".to_owned(),
        method: "workspace/didChangeConfiguration".to_owned(),
        register_options: Some(serde_json::json!({ "section": "segue" })),
    };
    if let Err(error) = session.client.register_capability(vec![registration]).await {
        warn!("changes of settings will not be told: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_written_as_toml() {
        let section = json!({
            "clients": ["vscode"], "rules": { "link/absolute": "off", "x": null }, "trace": "verbose",
            "overrides": [{ "paths": ["a\"b/**"], "rules": {} }], "userFiles": false
        });
        assert_eq!(
            as_toml(&section),
            "clients = [\"vscode\"]\nrules = { \"link/absolute\" = \"off\" }\n\
             overrides = [{ \"paths\" = [\"a\\\"b/**\"], \"rules\" = {  } }]\nuserFiles = false\n"
        );
        assert_eq!(as_toml(&json!(null)), "");
    }
}
