//! Words and links of the body.

use super::Hover;
use super::header::tool;
use crate::features::about::{self, About};
use crate::file::{FileState, Space};
use crate::target::{self, Base, Target};
use crate::world::World;
use segue_catalog::{Dialect, Kind};
use segue_syntax::Facts;
use segue_syntax::facts::{Token, TokenKind};

pub(super) fn meaning(
    world: &World,
    path: &str,
    state: &FileState,
    facts: &Facts,
    offset: usize,
) -> Option<Hover> {
    if let Some(token) = facts.tokens.iter().find(|token| token.span.touches(offset) && !token.in_code) {
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
    let named = |space| about::card(world, &About::Name { space, name: name.clone() });
    match token.kind {
        TokenKind::Tool => tool(world, &name, false, true),
        TokenKind::Variable => variable(world, state, facts, &name),
        TokenKind::Argument => {
            let row = if name.starts_with("ARGUMENTS") { "ARGUMENTS" } else { "0" };
            let read = state.kind == Some(Kind::Skill) || state.dialect == Dialect::Claude;
            read.then(|| about::card(world, &About::Variable(row.to_owned())))?
        }
        TokenKind::Command => named(Space::Prompt).or_else(|| named(Space::Skill)),
        TokenKind::Mention => {
            let agent = name.strip_prefix("agent-").unwrap_or(&name).to_owned();
            let find = |space, name: &str| {
                world.definers(space, name).next()?;
                about::card(world, &About::Name { space, name: name.to_owned() })
            };
            find(Space::AgentFile, &name).or_else(|| find(Space::Agent, &agent))
        }
        TokenKind::File => preview(world, path, &name, Base::FileThenTop),
        TokenKind::Import => preview(world, path, &name, Base::Link),
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

/// The section that a destination leads to. What lies outside of the workspace is not read.
fn preview(world: &World, path: &str, written: &str, base: Base) -> Option<String> {
    match target::understand(written, path, base) {
        Target::SameFile { anchor } => about::section(world, path, Some(&anchor)),
        Target::Path { candidates, anchor, .. } => {
            candidates.iter().find_map(|candidate| about::section(world, candidate, anchor.as_deref()))
        }
        _ => None,
    }
}
