//! Words and links of the body.

use super::Hover;
use super::header::tool;
use crate::features::about::{self, About};
use crate::features::at::{self, Symbol};
use crate::file::{FileState, Space};
use crate::mentions::spellings_of_mention;
use crate::resolve;
use crate::target::Base;
use crate::world::World;
use segue_catalog::{Answerers, Dialect, EditorPlace, Kind, catalog};
use segue_syntax::Facts;
use segue_syntax::facts::{Token, TokenKind};
use std::sync::Arc;

pub(super) fn meaning(
    world: &World,
    path: &str,
    state: &FileState,
    facts: &Facts,
    offset: usize,
    editor: Answerers,
) -> Option<Hover> {
    if let Some(token) = facts.tokens.iter().find(|token| token.span.touches(offset) && !token.in_code) {
        let told = token.kind == TokenKind::Tool
            && catalog().editor_proposes(EditorPlace::Tool, state.kind?, editor)
            && catalog().vscode_tool(token.name.as_ref()).is_some();
        if told {
            return None;
        }
        return Some(Hover { span: token.span, markdown: word(world, path, state, facts, token)? });
    }
    let link = facts.links.iter().filter(|link| link.span.touches(offset)).min_by_key(|link| link.span.len());
    if let Some(link) = link {
        let markdown = preview(world, path, &link.target, Base::Link)?;
        return Some(Hover { span: link.span, markdown });
    }
    let definition = facts.definitions.iter().find(|own| own.span.touches(offset))?;
    Some(Hover { span: definition.span, markdown: preview(world, path, &definition.target, Base::Link)? })
}

fn word(world: &World, path: &str, state: &FileState, facts: &Facts, token: &Token) -> Option<String> {
    let name = token.name.to_string();
    let named = |space, name: &str| about::card(world, &About::Name { space, name: name.to_owned() });
    match token.kind {
        TokenKind::Tool => tool(world, path, &name, false, true),
        TokenKind::Variable => variable(world, state, facts, &name),
        TokenKind::Argument => {
            let row = if name.starts_with("ARGUMENTS") { "ARGUMENTS" } else { "0" };
            let read = state.kind == Some(Kind::Skill) || state.dialect == Dialect::Claude;
            read.then(|| about::card(world, &About::Variable(row.to_owned())))?
        }
        TokenKind::Command => match at::slash(world, &name) {
            Some(Symbol::Prompt(name)) => named(Space::Prompt, &name),
            Some(Symbol::Skill(name)) => named(Space::Skill, &name),
            _ => None,
        },
        TokenKind::Mention => spellings_of_mention(&name).find_map(|name| {
            let known = |space: &Space| world.definers(*space, name).next().is_some();
            let space = [Space::Agent, Space::AgentFile].into_iter().find(known)?;
            named(space, name)
        }),
        TokenKind::File => preview(world, path, &name, Base::FileThenTop),
        TokenKind::Import => preview(world, path, &name, Base::Link),
        TokenKind::Include | TokenKind::OptionalInclude if state.kind == Some(Kind::Workflow) => {
            preview(world, path, &name, Base::Part)
        }
        TokenKind::Include | TokenKind::OptionalInclude => None,
        TokenKind::UnclosedVariable => None,
    }
}

/// A variable; for an input also what the user is asked, and how often the file uses it.
fn variable(world: &World, state: &FileState, facts: &Facts, name: &str) -> Option<String> {
    let (word, rest) = name.split_once(':').map_or((name, None), |(word, rest)| (word, Some(rest)));
    let known = matches!(state.kind?, Kind::Prompt | Kind::Skill);
    let mut card = about::card(world, &About::Variable(word.to_owned())).filter(|_| known)?;
    let Some(input) = rest.filter(|_| word == "input").and_then(|rest| rest.split(':').next()) else {
        return Some(card);
    };
    let uses = facts.tokens.iter().filter(|token| token.kind == TokenKind::Variable).filter_map(|token| {
        let rest = token.name.strip_prefix("input:")?;
        let (own, hint) = rest.split_once(':').map_or((rest, None), |(own, hint)| (own, Some(hint)));
        (own == input).then_some(hint)
    });
    let uses: Vec<Option<&str>> = uses.collect();
    let hint = uses.iter().flatten().next().map(|hint| format!(": {hint}")).unwrap_or_default();
    let times = if uses.len() == 1 { "once".to_owned() } else { format!("{} times", uses.len()) };
    card.push_str(&format!("\n\nInput `{input}`{hint}. Used {times} in this file."));
    Some(card)
}

/// The section that a destination leads to, or the beginning of the file; what stands for a folder. What
/// lies outside of the workspace is not read.
fn preview(world: &World, path: &str, written: &str, base: Base) -> Option<String> {
    let lead = resolve::lead_of(world, path, written, base)?;
    let path: Arc<str> = lead.there?.path.into();
    let path = at::definitions(world, &Symbol::Path(path)).into_iter().next()?.path;
    about::section(world, &path, lead.anchor.as_deref())
}
