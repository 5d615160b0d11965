//! Which class of failure something that an agent says belongs to.
//!
//! Agents tell of failures in four ways: an error of the protocol (some with a kind in its data), a
//! failure typed by an extension that two adapters have (it is asked for at the beginning), a state of
//! the thread in what they send along, and plain words where they end a turn as if all had gone well.

use crate::event::{Class, Failure};
use serde_json::{Map, Value, json};

/// What is sent along with the capabilities of the client, so that typed failures come.
#[must_use]
pub fn asked_for() -> Map<String, Value> {
    let mut meta = Map::new();
    let wanted = json!({ "air": { "version": 1, "capabilities": ["sessionFailure"] } });
    meta.insert("jetbrains".to_owned(), wanted);
    meta
}

/// The failure that the answer to a prompt types, where it does.
#[must_use]
pub fn typed(meta: Option<&Map<String, Value>>) -> Option<Failure> {
    let own = meta?.get("jetbrains")?.get("air")?.get("sessionFailure")?;
    let word = |name: &str| own.get(name).and_then(Value::as_str).unwrap_or_default();
    let retries =
        own.get("actions").and_then(Value::as_array).into_iter().flatten().any(|own| own == "retry");
    let class = match word("category") {
        "connection" | "limit" | "service" => Class::Transient,
        "request" if is_too_long(word("title")) => Class::NeedsReplan,
        "access" if names_a_model(word("title")) => Class::ModelUnavailable,
        "unknown" if retries => Class::Transient,
        _ => Class::Escalate,
    };
    Some(Failure { class, text: said(word("title"), word("category")) })
}

/// Whether what comes along with an update says that the agent's thread broke.
#[must_use]
pub fn thread_broke(meta: Option<&Map<String, Value>>) -> Option<bool> {
    let status = meta?.get("codex")?.get("threadStatus")?.get("type")?.as_str()?;
    Some(status == "systemError")
}

/// The failure behind an error of the protocol; `None`: nothing is known of it, and the same again may
/// go well.
#[must_use]
pub fn of_error(code: i64, message: &str, data: Option<&Value>) -> Option<Failure> {
    const LOGIN: i64 = -32000;
    let kind = data.and_then(|data| data.get("errorKind")).and_then(Value::as_str).unwrap_or_default();
    let detail =
        data.map(|data| data.as_str().map_or_else(|| data.to_string(), str::to_owned)).unwrap_or_default();
    let all = format!("{message} {detail}").to_lowercase();
    let class = match kind {
        "server_error" | "rate_limit" | "overloaded" | "network" | "timeout" => Class::Transient,
        "authentication_failed" | "authentication" | "billing_error" | "permission" => Class::Escalate,
        "invalid_request" if is_too_long(&all) => Class::NeedsReplan,
        "model_not_found" => Class::ModelUnavailable,
        _ if code == LOGIN => Class::Escalate,
        _ if names_a_model(&all) => Class::ModelUnavailable,
        _ if is_too_long(&all) => Class::NeedsReplan,
        _ => return None,
    };
    let text =
        if code == LOGIN { format!("It wants you to log in first: {message}") } else { said(message, kind) };
    Some(Failure { class, text })
}

/// The failure that plain words tell of at the end of a turn: `known` are the beginnings of lines by
/// which this agent does.
#[must_use]
pub fn of_words(last: &str, known: &[String]) -> Option<Failure> {
    let line = last.lines().map(str::trim).find(|line| known.iter().any(|begin| line.starts_with(begin)))?;
    let text: String = line.chars().take(400).collect();
    Some(Failure { class: Class::Transient, text })
}

fn said(title: &str, otherwise: &str) -> String {
    let text = if title.is_empty() { otherwise } else { title };
    text.chars().take(400).collect()
}

/// Whether words say that a model cannot be had.
fn names_a_model(words: &str) -> bool {
    let words = words.to_lowercase();
    let gone = [
        "not found",
        "not available",
        "unavailable",
        "does not exist",
        "not supported",
        "no access",
        "unknown",
    ];
    words.contains("model") && gone.iter().any(|gone| words.contains(gone))
}

/// Whether words say that more was sent than the model takes.
fn is_too_long(words: &str) -> bool {
    let words = words.to_lowercase();
    ["too long", "context length", "context window", "maximum context", "too many tokens"]
        .iter()
        .any(|long| words.contains(long))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn typed_failures() {
        let of = |category: &str, actions: &str| {
            let text = format!(
                r#"{{"jetbrains":{{"air":{{"sessionFailure":{{"category":"{category}","severity":"error","title":"Oh","actions":{actions}}}}}}}}}"#
            );
            typed(Some(&meta(&text))).map(|failure| failure.class)
        };
        for category in ["connection", "limit", "service"] {
            assert_eq!(of(category, "[]"), Some(Class::Transient), "{category}");
        }
        assert_eq!(of("access", r#"["login"]"#), Some(Class::Escalate));
        assert_eq!(of("request", "[]"), Some(Class::Escalate));
        assert_eq!(of("unknown", r#"["retry"]"#), Some(Class::Transient));
        assert_eq!(of("unknown", "[]"), Some(Class::Escalate));
        assert_eq!(of("something new", "7"), Some(Class::Escalate));
        for none in ["{}", r#"{"jetbrains":1}"#, r#"{"jetbrains":{"air":{}}}"#] {
            assert_eq!(typed(Some(&meta(none))), None);
        }
        assert!(asked_for().contains_key("jetbrains"));
    }

    #[test]
    fn threads_that_broke() {
        let of = |kind: &str| {
            thread_broke(Some(&meta(&format!(r#"{{"codex":{{"threadStatus":{{"type":"{kind}"}}}}}}"#))))
        };
        assert_eq!((of("systemError"), of("idle")), (Some(true), Some(false)));
        assert_eq!(thread_broke(Some(&meta(r#"{"codex":{}}"#))), None);
    }

    #[test]
    fn errors_of_the_protocol() {
        let class =
            |code: i64, message: &str, data: Value| of_error(code, message, Some(&data)).map(|own| own.class);
        assert_eq!(
            class(-32603, "Internal error", json!({"errorKind": "server_error"})),
            Some(Class::Transient)
        );
        assert_eq!(class(-32000, "Authentication required", Value::Null), Some(Class::Escalate));
        assert_eq!(class(-32603, "x", json!("The model `a` does not exist")), Some(Class::ModelUnavailable));
        assert_eq!(class(-32603, "prompt is too long: 300000 tokens", Value::Null), Some(Class::NeedsReplan));
        assert_eq!(class(-32603, "Internal error", Value::Null), None);
        assert_eq!(of_error(-32603, "Internal error", None), None);
    }

    #[test]
    fn words_at_the_end_of_a_turn() {
        let known = ["Error: Failed to get response".to_owned()];
        let failure =
            of_words("I will begin.\n Error: Failed to get response from the AI model\n", &known).unwrap();
        assert_eq!(failure.class, Class::Transient);
        assert!(of_words("I fixed `Error: Failed to get response`.", &known).is_none());
        assert!(of_words("Error: Failed to get response", &[]).is_none());
    }
}
