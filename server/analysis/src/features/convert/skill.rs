//! Prompts as skills. VS Code's own way there keeps `name`, `description` and `argument-hint`; what it
//! drops stays here as a comment, and is told.

use super::header::{Fate, Header};
use super::{Conversion, Refusal, Source, sibling, slug, words, yaml};
use crate::changes::Changes;
use crate::diagnostics::Edit;
use crate::disk::Probe;
use crate::features::moves;
use crate::names;
use segue_catalog::{ClientId, Dialect, Kind, Support, catalog};
use segue_syntax::Span;
use segue_syntax::facts::TokenKind;
use segue_syntax::yaml::{Entry, Node};

/// The prompt as a skill in a folder of its own; links follow it.
pub(super) fn of_prompt(source: Source<'_>) -> Result<Conversion, Refusal> {
    let facts = source.state.facts().ok_or(Refusal::Unread)?;
    let header = Header::of(source.text, facts)?;
    let claude = source.state.dialect == Dialect::Claude;
    let was = names::slash_name(header.str("name").unwrap_or_else(|| names::stem(source.path)));
    let name = [slug(&was), slug(names::stem(source.path)), "prompt".to_owned()];
    let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let skills = sibling(source.path, if claude { "commands" } else { "prompts" }, "skills");
    let to = format!("{skills}/{name}/SKILL.md");
    if source.world.probe(&to) != Probe::Missing {
        return Err(Refusal::Taken(to));
    }
    let (mut lost, mut look_at) = (Vec::new(), Vec::new());
    let mut first = Vec::new();
    let has = |key: &str| header.map.is_some_and(|map| map.get(key).is_some());
    if !has("name") {
        first.push(format!("name: {name}"));
    }
    let description =
        header.str("description").map_or_else(|| Some(described(source, &mut look_at)), |_| None);
    if !has("description") {
        first.extend(description.clone());
    }
    if !claude && !has("disable-model-invocation") {
        // Only people start a prompt.
        first.push("disable-model-invocation: true".to_owned());
        look_at.push(
            "Only people start it, as before; without `disable-model-invocation` models may too.".to_owned(),
        );
    }
    let head = header.rewritten(&first, |entry| fate(entry, &name, description.as_ref(), claude, &mut lost));
    let plain = [TokenKind::Variable, TokenKind::Tool];
    if !claude {
        words::plain_in(source.text, facts, &plain, "in a skill", &mut lost);
    }
    if was != name {
        look_at.push(format!("It is called `/{name}` now; it was `/{was}`."));
    }
    let edit = Edit { span: Span::new(0, header.body()), insert: head };
    let mut changes = Changes::of_file(source.path, source.text, vec![edit]);
    let moved = moves::of_file(source.world, source.path, &to).ok_or(Refusal::Unread)?;
    changes.extend(moved);
    Ok(Conversion { title: "Convert to a skill".to_owned(), changes, result: to, lost, look_at })
}

fn fate(
    entry: &Entry,
    name: &str,
    description: Option<&String>,
    claude: bool,
    lost: &mut Vec<String>,
) -> Fate {
    let key = &*entry.key.text;
    let keeps = || {
        let table = catalog().keys(Kind::Skill, Dialect::Claude);
        let row = table.and_then(|table| table.get(key));
        row.is_some_and(|row| row.support(ClientId::Claude) == Support::Yes)
    };
    match key {
        "name" if entry.value.as_ref().and_then(Node::as_str).map(str::trim) == Some(name) => Fate::Keep,
        "name" => Fate::Lines(vec![format!("name: {name}")]),
        "description" => match description {
            Some(line) => Fate::Lines(vec![line.clone()]),
            None => Fate::Keep,
        },
        "argument-hint" | "user-invocable" | "disable-model-invocation" | "metadata" | "license" => {
            Fate::Keep
        }
        _ if claude && keeps() => Fate::Keep,
        _ => {
            lost.push(format!("Skills have no `{key}`; it stays as a comment."));
            Fate::Comment
        }
    }
}

/// The line that says what the skill is for, from the first heading or the file's name.
fn described(source: Source<'_>, look_at: &mut Vec<String>) -> String {
    let (text, from) = super::header::first_words(source);
    look_at.push(format!("The description was made from {from}: say when to use it."));
    format!("description: {}", yaml::scalar(text))
}
