//! Copilot's custom agents as Claude's subagents, and the other way.

use super::header::{Fate, Header};
use super::{Conversion, Refusal, Source, slug, words, yaml};
use crate::features::moves;
use crate::{names, path};
use segue_catalog::{Dialect, Kind, catalog};
use segue_syntax::facts::TokenKind;
use segue_syntax::yaml::{Entry, Node};

/// What is gathered on the way.
#[derive(Default)]
struct Told {
    lost: Vec<String>,
    look_at: Vec<String>,
}

/// A subagent for Claude Code; the agent stays.
pub(super) fn to_claude(source: Source<'_>) -> Result<Conversion, Refusal> {
    let facts = source.state.facts().ok_or(Refusal::Unread)?;
    let header = Header::of(source.text, facts)?;
    let named = header.str("name").unwrap_or_else(|| names::stem(source.path));
    let name = [slug(named), slug(names::stem(source.path)), "agent".to_owned()];
    let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let mut told = Told::default();
    let mut first = Vec::new();
    if header.map.is_none_or(|map| map.get("name").is_none()) {
        first.push(format!("name: {name}"));
    }
    if header.str("description").is_none() && header.map.is_none_or(|map| map.get("description").is_none()) {
        first.push(described(source, &mut told));
    }
    let started = Started::of(&header);
    let head = header.rewritten(&first, |entry| claude_entry(source, entry, &name, &started, &mut told));
    words::plain_in(source.text, facts, &[TokenKind::Tool], "to Claude Code", &mut told.lost);
    let to = format!("{}.claude/agents/{name}.md", top(source.path));
    finish(source, &header, head, to, "Convert to a Claude subagent", told)
}

/// Whom an agent may start, where it names them and has the tool for it.
struct Started {
    /// As Claude Code knows them once they are converted.
    names: Vec<String>,
}

impl Started {
    /// The list in `agents` beside a `tools` that grants starting agents.
    fn of(header: &Header<'_>) -> Self {
        let list =
            |key: &str| header.map.and_then(|map| map.value(key)).map(|node| words::names(node, false));
        let may =
            list("tools").is_some_and(|tools| words::to_claude(&tools).names.contains(&AGENT.to_owned()));
        let names = list("agents").filter(|names| may && !names.iter().any(|name| name == "*"));
        let names = names.into_iter().flatten().map(|name| slug(&name));
        Self { names: names.filter(|name| !name.is_empty()).collect() }
    }

    /// The tool with the names that it is limited to.
    fn limited(&self) -> String {
        format!("{AGENT}({})", self.names.join(", "))
    }
}

/// Claude Code's tool that starts agents.
const AGENT: &str = "Agent";

fn claude_entry(source: Source<'_>, entry: &Entry, name: &str, started: &Started, told: &mut Told) -> Fate {
    let key = &*entry.key.text;
    let value = entry.value.as_ref();
    match (key, value) {
        ("name", _) if value.and_then(Node::as_str).map(str::trim) == Some(name) => Fate::Keep,
        ("name", _) => Fate::Lines(vec![format!("name: {name}")]),
        ("description", Some(node)) if node.as_str().is_none_or(|text| !text.trim().is_empty()) => Fate::Keep,
        ("description", _) => Fate::Lines(vec![described(source, told)]),
        ("skills", Some(_)) => Fate::Keep,
        ("tools", Some(node)) if node.as_map().is_none() => {
            let listed = words::names(node, false);
            let tools = words::to_claude(&listed);
            told.lost.extend(tools.told("Claude Code"));
            if tools.everything {
                return Fate::Comment;
            }
            granted(&listed, &tools, told);
            let mut names = tools.names;
            if let Some(agent) = names.iter_mut().find(|name| *name == AGENT && !started.names.is_empty()) {
                *agent = started.limited();
            }
            Fate::Lines(vec![format!("tools: {}", claude_list(&names))])
        }
        ("agents", Some(_)) if !started.names.is_empty() => {
            told.look_at.push(format!(
                "`{}` names the agents as they are called once they are subagents too, and limits only an agent \
                 that a session runs as.",
                started.limited()
            ));
            Fate::Lines(Vec::new())
        }
        ("model", Some(node)) => {
            let wanted = words::names(node, false);
            match wanted.iter().find_map(|name| words::model_to_claude(name)) {
                Some(word) => Fate::Lines(vec![format!("model: {word}")]),
                None => {
                    let list: Vec<String> = wanted.iter().map(|name| format!("`{name}`")).collect();
                    told.lost.push(format!(
                        "Claude Code has no model {}: the session's own is used.",
                        list.join(", ")
                    ));
                    Fate::Comment
                }
            }
        }
        ("reasoning-effort" | "reasoningEffort", Some(node)) => match node.as_str() {
            Some(effort) => Fate::Lines(vec![format!("effort: {}", yaml::scalar(effort))]),
            None => Fate::Comment,
        },
        _ => {
            told.lost.push(lost_key(key, "Claude Code"));
            Fate::Comment
        }
    }
}

/// Claude's own files have a string with commas.
fn claude_list(names: &[String]) -> String {
    if names.is_empty() { "[]".to_owned() } else { names.join(", ") }
}

/// An agent for VS Code, GitHub and Copilot CLI; the subagent stays.
pub(super) fn to_copilot(source: Source<'_>) -> Result<Conversion, Refusal> {
    let facts = source.state.facts().ok_or(Refusal::Unread)?;
    let header = Header::of(source.text, facts)?;
    let mut told = Told::default();
    let mut first = Vec::new();
    if header.str("description").is_none() && header.map.is_none_or(|map| map.get("description").is_none()) {
        first.push(described(source, &mut told));
    }
    let has_tools = header.map.is_some_and(|map| map.get("tools").is_some());
    let head = header.rewritten(&first, |entry| copilot_entry(source, entry, has_tools, &mut told));
    let to = format!("{}.github/agents/{}.agent.md", top(source.path), names::stem(source.path));
    finish(source, &header, head, to, "Convert to a custom agent of Copilot", told)
}

fn copilot_entry(source: Source<'_>, entry: &Entry, has_tools: bool, told: &mut Told) -> Fate {
    let key = &*entry.key.text;
    let value = entry.value.as_ref();
    let who = "Copilot";
    match (key, value) {
        ("description", Some(node)) if node.as_str().is_none_or(|text| !text.trim().is_empty()) => Fate::Keep,
        ("description", _) => Fate::Lines(vec![described(source, told)]),
        ("tools", Some(node)) if node.as_map().is_none() => {
            let listed = words::names(node, true);
            let tools = words::to_copilot(&listed);
            let limited = |item: &String| !names::agents_of_tool(item).is_empty();
            let started: Vec<String> = listed
                .iter()
                .flat_map(|item| names::agents_of_tool(item))
                .map(|(_, name)| name.to_owned())
                .collect();
            let mut tools = tools;
            tools.widened.retain(|item| !limited(item));
            told.lost.extend(tools.told(who));
            granted(&listed, &tools, told);
            let mut lines = vec![format!("tools: {}", yaml::list(&tools.names))];
            if !started.is_empty() {
                lines.push(format!("agents: {}", yaml::list(&started)));
            }
            Fate::Lines(lines)
        }
        ("disallowedTools", Some(node)) if !has_tools && node.as_map().is_none() => {
            let taken = words::to_copilot(&words::names(node, true));
            told.lost.push(format!(
                "{who} has no `disallowedTools`: `tools` lists all others instead, and no server's."
            ));
            Fate::Lines(vec![format!("tools: {}", yaml::list(&words::all_but(&taken)))])
        }
        ("model", Some(node)) => match node.as_str().map(|name| (name, words::model_to_copilot(name.trim())))
        {
            // The session's model is what a file without `model` has.
            Some((_, Some(model))) if model.is_empty() => Fate::Lines(Vec::new()),
            Some((_, Some(model))) => Fate::Lines(vec![format!("model: {}", yaml::scalar(&model))]),
            Some((name, None)) => {
                told.lost.push(format!("{who} has no model `{name}`: the one of the picker is used."));
                Fate::Comment
            }
            None => Fate::Comment,
        },
        ("effort", Some(node)) => match node.as_str() {
            Some(effort) => Fate::Lines(vec![format!("reasoning-effort: {}", yaml::scalar(effort))]),
            None => Fate::Comment,
        },
        ("hooks" | "mcp-servers", _) => {
            told.lost.push(format!("`{key}` has another form for {who}; it stays as a comment."));
            Fate::Comment
        }
        _ if catalog().keys(Kind::Agent, Dialect::Copilot).is_some_and(|table| table.get(key).is_some()) => {
            Fate::Keep
        }
        _ => {
            told.lost.push(lost_key(key, who));
            Fate::Comment
        }
    }
}

fn lost_key(key: &str, who: &str) -> String {
    format!("`{key}` means nothing to {who}; it stays as a comment.")
}

/// A list that had names and has none now must not grant everything by being left out.
fn granted(listed: &[String], tools: &words::Translated, told: &mut Told) {
    if tools.names.is_empty() && !listed.is_empty() {
        told.look_at.push("None of its tools has a counterpart: `tools` is empty, fill it in.".to_owned());
    }
}

/// The line that says what the agent is for, from its first heading or its name.
fn described(source: Source<'_>, told: &mut Told) -> String {
    let (text, from) = super::header::first_words(source);
    told.look_at.push(format!("The description was made from {from}: say when to use it."));
    format!("description: {}", yaml::scalar(text))
}

/// The folder, with its slash, in which a client's own folder lies or would lie.
fn top(file: &str) -> String {
    let folder = path::parent(file);
    const OWN: [&str; 6] =
        [".github/agents", ".github/chatmodes", ".copilot/agents", ".claude/agents", "agents", "chatmodes"];
    let ends = |own: &&&str| folder == **own || folder.ends_with(&format!("/{own}"));
    let above = match OWN.iter().find(ends) {
        Some(own) => folder.strip_suffix(own).unwrap_or_default().trim_end_matches('/'),
        None => folder,
    };
    if above.is_empty() { String::new() } else { format!("{above}/") }
}

fn finish(
    source: Source<'_>,
    header: &Header<'_>,
    head: String,
    to: String,
    title: &str,
    told: Told,
) -> Result<Conversion, Refusal> {
    let edited = moves::text_at(source.world, source.id, &to).ok_or(Refusal::Unread)?;
    // The links stand in the body, so the header's length is what it was.
    let body = edited.get(header.body()..).unwrap_or_default();
    let changes = source.create(&to, format!("{head}{body}"))?;
    Ok(Conversion { title: title.to_owned(), changes, result: to, lost: told.lost, look_at: told.look_at })
}
