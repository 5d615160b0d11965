//! What a server says of its tools, cut to what is of use here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// No text of a tool is kept longer, in characters.
const LONGEST_TEXT: usize = 4_000;

/// No more arguments of a tool are kept.
const MOST_ARGUMENTS: usize = 100;

/// A server's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The tools, sorted by name.
    pub tools: Vec<Tool>,
    /// Whether the server says that the list may change while it runs.
    pub dynamic: bool,
    /// Whether there were more tools than are kept.
    pub cut: bool,
}

/// A tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it takes, the required first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Whether it says that it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// Whether it says that it may destroy something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// Whether it says that a second call does nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// Whether it says that it reaches out into the world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

/// An argument of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type, in words of JSON Schema: `string`, `string[]`, `"a" | "b"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether the tool cannot do without.
    #[serde(default)]
    pub required: bool,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl From<rmcp::model::Tool> for Tool {
    fn from(tool: rmcp::model::Tool) -> Self {
        let notes = tool.annotations.unwrap_or_default();
        Self {
            name: short(&tool.name),
            title: tool.title.or(notes.title).as_deref().map(short).filter(|title| !title.is_empty()),
            description: tool.description.as_deref().map(short).filter(|text| !text.is_empty()),
            arguments: arguments(&tool.input_schema),
            read_only: notes.read_only_hint,
            destructive: notes.destructive_hint,
            idempotent: notes.idempotent_hint,
            open_world: notes.open_world_hint,
        }
    }
}

fn arguments(schema: &Map<String, Value>) -> Vec<Argument> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut found: Vec<Argument> = properties
        .take(MOST_ARGUMENTS)
        .map(|(name, about)| Argument {
            name: short(name),
            kind: kind(about, 0),
            required: required.contains(&name.as_str()),
            description: about.get("description").and_then(Value::as_str).map(short),
        })
        .collect();
    found.sort_by_key(|argument| !argument.required);
    found
}

/// The type of a value in a few words.
fn kind(about: &Value, depth: usize) -> Option<String> {
    /// More than these say nothing to a reader.
    const MOST: usize = 8;
    if depth > 3 {
        return None;
    }
    let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(" | "));
    if let Some(values) = about.get("enum").and_then(Value::as_array) {
        let mut words: Vec<String> =
            values.iter().take(MOST).map(|value| short(&value.to_string())).collect();
        if values.len() > MOST {
            words.push("…".to_owned());
        }
        return joined(words);
    }
    if let Some(value) = about.get("const") {
        return Some(short(&value.to_string()));
    }
    match about.get("type") {
        Some(Value::String(word)) if word == "array" => {
            let item = about.get("items").and_then(|items| kind(items, depth + 1));
            Some(item.map_or_else(
                || "array".to_owned(),
                |item| match item.contains(" | ") {
                    true => format!("({item})[]"),
                    false => format!("{item}[]"),
                },
            ))
        }
        Some(Value::String(word)) => Some(short(word)),
        Some(Value::Array(words)) => {
            joined(words.iter().take(MOST).filter_map(Value::as_str).map(short).collect())
        }
        _ => {
            let choices = ["anyOf", "oneOf"].iter().find_map(|key| about.get(*key)?.as_array())?;
            let mut words: Vec<String> =
                choices.iter().take(MOST).filter_map(|own| kind(own, depth + 1)).collect();
            words.dedup();
            joined(words)
        }
    }
}

/// A text without blanks around it and controls in it, no longer than is kept.
fn short(text: &str) -> String {
    let seen = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let mut kept: String = text.trim().chars().filter(seen).take(LONGEST_TEXT + 1).collect();
    if kept.chars().count() > LONGEST_TEXT {
        kept.pop();
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(value: Value) -> Tool {
        serde_json::from_value::<rmcp::model::Tool>(value).unwrap().into()
    }

    #[test]
    fn schemas_are_read() {
        let tool = tool(json!({
            "name": "write_file",
            "description": "  Writes.  ",
            "annotations": { "title": "Write", "readOnlyHint": false, "destructiveHint": true },
            "inputSchema": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "mode": { "enum": ["a", "b"], "description": "how" },
                    "lines": { "type": "array", "items": { "type": ["string", "null"] } },
                    "more": { "anyOf": [{ "type": "integer" }, { "type": "array", "items": { "type": "string" } }] },
                    "path": { "type": "string" },
                    "any": true
                }
            }
        }));
        let shown: Vec<String> = tool
            .arguments
            .iter()
            .map(|own| format!("{} {} {}", own.name, own.kind.as_deref().unwrap_or("?"), own.required))
            .collect();
        assert_eq!(
            shown,
            [
                "path string true",
                "mode \"a\" | \"b\" false",
                "lines (string | null)[] false",
                "more integer | string[] false",
                "any ? false"
            ]
        );
        assert_eq!((tool.title.as_deref(), tool.description.as_deref()), (Some("Write"), Some("Writes.")));
        assert_eq!((tool.read_only, tool.destructive, tool.idempotent), (Some(false), Some(true), None));
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let tool =
            tool(json!({ "name": "a\u{1b}[31m", "description": "x".repeat(100_000), "inputSchema": {} }));
        assert_eq!(tool.name, "a[31m");
        assert_eq!(tool.description.unwrap().chars().count(), LONGEST_TEXT + 1);
        assert!(tool.arguments.is_empty());
    }
}
