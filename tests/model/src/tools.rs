//! What an act is in the words of the tools that an agent offers: each agent names its own.

use crate::Act;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An answer: words, or a call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Words(String),
    Call { tool: String, input: Value },
    Free { tool: String, input: String },
}

type Tools = BTreeMap<String, Option<Value>>;

/// The answer by which an act is done.
pub fn answer(act: &Act, tools: &Tools) -> Answer {
    match act {
        Act::Say(text) => Answer::Words(text.clone()),
        Act::Nothing => Answer::Words(String::new()),
        Act::Write { path, text } => {
            let fields = [
                (&["filePath", "file_path", "path"][..], path),
                (&["content", "file_text", "contents"], text),
            ];
            call(&["write", "Write", "create", "write_file"], tools, &fields)
                .unwrap_or_else(|| shell(&document(path, text), tools))
        }
        Act::Edit { path, old, new } => {
            let fields = [
                (&["filePath", "file_path", "path"][..], path),
                (&["oldString", "old_string", "old_str"], old),
                (&["newString", "new_string", "new_str"], new),
            ];
            call(&["edit", "Edit", "replace"], tools, &fields)
                .unwrap_or_else(|| Answer::Words("There is no tool to edit with.".to_owned()))
        }
        Act::Read(path) => {
            call(&["read", "Read", "view", "read_file"], tools, &[(&["filePath", "file_path", "path"], path)])
                .unwrap_or_else(|| shell(&format!("cat '{path}'"), tools))
        }
        Act::Shell(command) => shell(command, tools),
        Act::Tool { name, input } => match tools.keys().find(|own| own.ends_with(name.as_str())) {
            Some(tool) => Answer::Call { tool: tool.clone(), input: input.clone() },
            None => Answer::Words(format!("There is no `{name}` among {:?}.", tools.keys())),
        },
    }
}

/// A call of the first of these tools that there is, with each field by the name that its schema has.
fn call(names: &[&str], tools: &Tools, fields: &[(&[&str], &String)]) -> Option<Answer> {
    let (tool, schema) = names.iter().find_map(|name| tools.get_key_value(*name))?;
    let mut input = Map::new();
    for (names, value) in fields {
        let known = |name: &&&str| schema.as_ref().is_some_and(|own| own["properties"].get(**name).is_some());
        let name = names.iter().find(known).or(names.first())?;
        input.insert((*name).to_owned(), json!(value));
    }
    Some(Answer::Call { tool: tool.clone(), input: required(input, schema.as_ref()) })
}

/// Adds what else the schema wants.
fn required(mut input: Map<String, Value>, schema: Option<&Value>) -> Value {
    let wanted = schema.and_then(|schema| schema["required"].as_array()).into_iter().flatten();
    for name in wanted.filter_map(Value::as_str) {
        let kind = schema.map(|schema| schema["properties"][name]["type"].clone()).unwrap_or_default();
        let value = match kind.as_str() {
            Some("boolean") => json!(false),
            Some("integer" | "number") => json!(1000),
            Some("array") => json!([]),
            _ => json!("as the script says"),
        };
        input.entry(name.to_owned()).or_insert(value);
    }
    Value::Object(input)
}

fn shell(command: &str, tools: &Tools) -> Answer {
    const NAMES: [&str; 6] = ["bash", "Bash", "exec_command", "shell_command", "shell", "run_shell_command"];
    if let Some((tool, schema)) = NAMES.iter().find_map(|name| tools.get_key_value(*name)) {
        let properties = schema.as_ref().map(|own| own["properties"].clone()).unwrap_or_default();
        let name =
            ["command", "cmd"].into_iter().find(|name| properties.get(*name).is_some()).unwrap_or("command");
        let is_list = properties[name]["type"] == "array";
        let value = if is_list { json!(["bash", "-lc", command]) } else { json!(command) };
        let input = Map::from_iter([(name.to_owned(), value)]);
        return Answer::Call { tool: tool.clone(), input: required(input, schema.as_ref()) };
    }
    // A tool that takes a program, in which the other tools are functions.
    if tools.contains_key("exec") {
        let input = format!("text(await tools.exec_command({{ cmd: {} }}));", json!(command));
        return Answer::Free { tool: "exec".to_owned(), input };
    }
    Answer::Words(format!("There is no shell among {:?}.", tools.keys()))
}

/// A command that writes a file.
fn document(path: &str, text: &str) -> String {
    let folder =
        path.rsplit_once('/').map(|(folder, _)| format!("mkdir -p '{folder}' && ")).unwrap_or_default();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{folder}cat > '{path}' <<'SCRIPTED'\n{text}{end}SCRIPTED")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(list: &[(&str, Value)]) -> Tools {
        list.iter().map(|(name, schema)| ((*name).to_owned(), Some(schema.clone()))).collect()
    }

    #[test]
    fn an_act_is_done_by_the_tools_that_there_are() {
        let write = Act::Write { path: "a/b.txt".to_owned(), text: "one".to_owned() };
        let schema =
            json!({ "properties": { "filePath": {}, "content": {} }, "required": ["filePath", "content"] });
        let own = answer(&write, &tools(&[("write", schema)]));
        assert_eq!(
            own,
            Answer::Call { tool: "write".into(), input: json!({ "filePath": "a/b.txt", "content": "one" }) }
        );
        let schema = json!({ "properties": { "command": { "type": "array" } } });
        let Answer::Call { input, .. } = answer(&write, &tools(&[("shell", schema)])) else { panic!() };
        let text = input["command"][2].as_str().unwrap();
        assert_eq!(text, "mkdir -p 'a' && cat > 'a/b.txt' <<'SCRIPTED'\none\nSCRIPTED");
        let schema =
            json!({ "properties": { "cmd": {}, "why": { "type": "string" } }, "required": ["cmd", "why"] });
        let Answer::Call { input, .. } =
            answer(&Act::Shell("ls".into()), &tools(&[("exec_command", schema)]))
        else {
            panic!()
        };
        assert_eq!(input, json!({ "cmd": "ls", "why": "as the script says" }));
        let call = Act::Tool { name: "get".into(), input: json!({ "a": 1 }) };
        assert_eq!(
            answer(&call, &tools(&[("files_get", json!({}))])),
            Answer::Call { tool: "files_get".into(), input: json!({ "a": 1 }) }
        );
        assert!(matches!(answer(&call, &tools(&[])), Answer::Words(_)));
        assert!(matches!(
            answer(&Act::Shell("ls".into()), &tools(&[("exec", json!({}))])),
            Answer::Free { .. }
        ));
    }
}
