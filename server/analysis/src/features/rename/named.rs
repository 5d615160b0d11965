//! Agents, prompts and skills: their file or folder, their `name`, and every use of it.

use super::scalar::scalar_text;
use super::{Refusal, free, refuse};
use crate::changes::{Changes, Move, Why};
use crate::features::at::{self, At, Symbol};
use crate::features::{moves, navigate};
use crate::file::Space;
use crate::intern::PathId;
use crate::sites::{self, Page, Sign, Site};
use crate::world::World;
use crate::{names, path, recognise};
use segue_syntax::Span;
use segue_syntax::yaml::{Node, Style};
use std::sync::Arc;

/// What is renamed.
pub(super) struct Subject {
    id: PathId,
    path: Arc<str>,
    /// What it is called, as its own file says it.
    pub name: String,
    /// Whether a `name` says so.
    has_name: bool,
}

/// Names before and after.
#[derive(Default)]
struct Names {
    /// What uses say, with what they are to say.
    spelt: Vec<(String, String)>,
    /// The value of `name`, where it changes.
    own: Option<String>,
    /// What `@` is written before in text, where words alone can stand: the name, or the file's.
    word: String,
}

/// The one file that defines a symbol.
pub(super) fn subject(world: &World, symbol: &Symbol) -> Result<Subject, Refusal> {
    let (name, ids): (&str, Vec<PathId>) = match symbol {
        Symbol::Agent(name) => (name, at::agents(world, name)),
        Symbol::Prompt(name) => (name, world.definers(Space::Prompt, name).map(|(id, _)| id).collect()),
        Symbol::Skill(name) => (name, world.definers(Space::Skill, name).map(|(id, _)| id).collect()),
        _ => return Err(Refusal::Changed),
    };
    let (id, others) = match ids.as_slice() {
        [] => return refuse(format!("Nothing in this workspace defines `{name}`.")),
        [id] => (*id, 0),
        [id, others @ ..] => (*id, others.len()),
    };
    let path = world.path(id);
    if others > 0 {
        return refuse(format!(
            "`{name}` is defined by `{path}` and {others} more: it is not clear which is meant."
        ));
    }
    let own = own_name(world, id);
    let called = match symbol {
        Symbol::Skill(_) => path::folder_name(&path).to_owned(),
        _ => own.clone().unwrap_or_else(|| names::stem(&path).to_owned()),
    };
    Ok(Subject { id, path, name: called, has_name: own.is_some() })
}

/// The value of `name` in a file's header.
fn own_name(world: &World, id: PathId) -> Option<String> {
    let map = world.file(id)?.facts()?.header.yaml.map()?;
    map.value("name").and_then(Node::as_str).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

pub(super) fn rename(
    world: &World,
    at: &At,
    new: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let subject = subject(world, &at.symbol)?;
    let (names, to) = match &at.symbol {
        Symbol::Skill(_) => skill(world, &subject, new)?,
        Symbol::Prompt(_) => prompt(world, &subject, new)?,
        _ => agent(world, &subject, new)?,
    };
    let mut changes = uses(world, &subject, &at.symbol, &names)?;
    if let Some(to) = to {
        let from = match &at.symbol {
            Symbol::Skill(_) => path::parent(&subject.path).to_owned(),
            _ => subject.path.to_string(),
        };
        free(world, &from, &to)?;
        let one = [Move { from, to }];
        changes.extend(moves::paths_follow(world, &one, wanted).ok_or(Refusal::Changed)?);
        changes.moves.extend(one);
    }
    Ok(changes)
}

/// An agent is called by its `name` in one client and by its file in another.
fn agent(world: &World, subject: &Subject, new: &str) -> Result<(Names, Option<String>), Refusal> {
    let stem = names::stem(&subject.path).to_owned();
    let to = new_stem(subject, &stem, new)?;
    let other = world.definers(Space::Agent, new).find(|(id, _)| *id != subject.id);
    if let Some((other, _)) = other {
        return refuse(format!("`{}` is called `{new}` already.", world.path(other)));
    }
    let word = if is_word(new) { new } else { to.as_deref().unwrap_or(&stem) };
    let mut names = Names {
        spelt: vec![(subject.name.clone(), new.to_owned())],
        own: Some(new.to_owned()),
        word: word.to_owned(),
    };
    if let Some(to) = &to
        && stem != subject.name
    {
        names.spelt.push((stem.clone(), to.clone()));
    }
    let ending = |stem: &str| path::file_name(&subject.path).replacen(names::stem(&subject.path), stem, 1);
    if let Some(to) = &to {
        names.spelt.push((ending(&stem), ending(to)));
    }
    Ok((names, to.map(|to| path::beside(&subject.path, &ending(&to)))))
}

fn prompt(world: &World, subject: &Subject, new: &str) -> Result<(Names, Option<String>), Refusal> {
    let stem = names::stem(&subject.path).to_owned();
    let to = new_stem(subject, &stem, new)?;
    let slash = names::slash_name(new);
    for space in [Space::Prompt, Space::Skill] {
        if let Some((other, _)) = world.definers(space, &slash).find(|(id, _)| *id != subject.id) {
            return refuse(format!("`{}` is called by `/{slash}` already.", world.path(other)));
        }
    }
    let names = Names {
        spelt: vec![(names::slash_name(&subject.name), slash)],
        own: Some(new.to_owned()),
        word: String::new(),
    };
    let ending = |stem: &str| path::file_name(&subject.path).replacen(names::stem(&subject.path), stem, 1);
    Ok((names, to.map(|to| path::beside(&subject.path, &ending(&to)))))
}

/// A skill is called as its folder is.
fn skill(world: &World, subject: &Subject, new: &str) -> Result<(Names, Option<String>), Refusal> {
    let plain = new.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !plain || new.starts_with('.') {
        return refuse(format!("`{new}` cannot be a skill: letters, digits and hyphens name its folder."));
    }
    let folder = path::parent(&subject.path);
    if folder.is_empty() {
        return refuse("This skill lies at the top of the workspace, whose folder is not renamed from here.");
    }
    for space in [Space::Prompt, Space::Skill] {
        if let Some((other, _)) = world.definers(space, new).find(|(id, _)| *id != subject.id) {
            return refuse(format!("`{}` is called by `/{new}` already.", world.path(other)));
        }
    }
    let names = Names {
        spelt: vec![(subject.name.clone(), new.to_owned())],
        own: Some(new.to_owned()),
        word: String::new(),
    };
    Ok((names, Some(path::beside(folder, new))))
}

/// The stem that the file gets: where it follows from the name today it goes on to.
fn new_stem(subject: &Subject, stem: &str, new: &str) -> Result<Option<String>, Refusal> {
    let plain = !new.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) && !new.starts_with('.');
    let to = if !subject.has_name {
        if !plain {
            return refuse(format!("`{new}` cannot be the name of a file, and this one has no `name`."));
        }
        new.to_owned()
    } else if stem == subject.name {
        if plain && !new.contains(' ') { new.to_owned() } else { kebab(new) }
    } else if stem == kebab(&subject.name) {
        kebab(new)
    } else {
        return Ok(None);
    };
    Ok(Some(to).filter(|to| to != stem && !to.is_empty()))
}

/// A name as files are called after it: `Plan Auditor` is `plan-auditor`.
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '.') {
            kebab.extend(c.to_lowercase());
        } else if !kebab.ends_with('-') && !kebab.is_empty() {
            kebab.push('-');
        }
    }
    kebab.trim_end_matches('-').to_owned()
}

/// The edits at every place that names the subject.
fn uses(world: &World, subject: &Subject, symbol: &Symbol, names: &Names) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    let mut files = navigate::files_naming(world, symbol);
    files.push(subject.id);
    files.sort_unstable();
    files.dedup();
    for id in files {
        let path = world.path(id);
        let Some(state) = world.file(id) else { continue };
        let text = world.text(id).ok_or(Refusal::Changed)?;
        let page = Page::of(&path, state, Some(&text));
        for site in &sites::all(&page) {
            let own = id == subject.id && site.defines;
            if !navigate::names_it(world, &page, site, symbol) {
                continue;
            }
            if let Some((span, insert, why)) = replaced(site, own, names, &text)? {
                changes.add(&path, &text, span, insert, why);
            }
        }
    }
    Ok(changes)
}

/// What a site becomes; `None` where it stays as it is.
fn replaced(
    site: &Site<'_>,
    own: bool,
    names: &Names,
    text: &str,
) -> Result<Option<(Span, String, Why)>, Refusal> {
    if own {
        // A file without `name` is called as its path is.
        let new = names.own.as_ref().filter(|_| !matches!(site.what, Sign::Own));
        return new.map(|new| Ok((site.span, in_style(site, new, text)?, Why::Name))).transpose();
    }
    let spelt =
        |written: &str| names.spelt.iter().find(|(old, _)| old == written).map(|(_, new)| new.clone());
    let (new, why) = match &site.what {
        Sign::Agent(written) | Sign::Executor(written) => (spelt(written), Why::Use),
        Sign::Mention(written) => {
            let word = |name: String| if is_word(&name) { name } else { names.word.clone() };
            let own = written.strip_prefix("agent-").and_then(&spelt);
            let new = spelt(written).map(word).or_else(|| Some(format!("agent-{}", word(own?))));
            (new, Why::Mention)
        }
        Sign::Slash(written) => {
            let plugin = written.rsplit_once(':');
            let of_plugin = || plugin.and_then(|(plugin, own)| Some(format!("{plugin}:{}", spelt(own)?)));
            // In a header it is a value; in text a word that a client reads as a command.
            let why = if site.style.is_some() { Why::Use } else { Why::Mention };
            (spelt(written).or_else(of_plugin), why)
        }
        _ => (None, Why::Use),
    };
    new.map(|new| Ok((site.span, in_style(site, &new, text)?, why))).transpose()
}

/// A name in place of a token: inside the quotes of a scalar, or with quotes where it cannot stand
/// without.
fn in_style(site: &Site<'_>, name: &str, text: &str) -> Result<String, Refusal> {
    // A token that is a part of its value shares the value's quotes with the rest.
    let part = site.whole.of(text).trim_matches(['"', '\'']).trim() != site.span.of(text);
    let is_value = matches!(site.what, Sign::Agent(_) | Sign::PromptName(_) | Sign::SkillName(_));
    match site.style {
        Some(style) if site.exact && !part => Ok(scalar_text(name, Some(style))),
        Some(_) if !site.exact && site.span == site.whole && is_value => {
            Ok(format!("\"{}\"", scalar_text(name, Some(Style::Double))))
        }
        // A field of a plan goes to the end of its line.
        None if site.exact && matches!(site.what, Sign::Executor(_)) => Ok(name.to_owned()),
        _ if site.exact && is_word(name) => Ok(name.to_owned()),
        _ => refuse(format!(
            "`{}` cannot be changed by itself to `{name}`: it is part of a longer value, or written with escapes.",
            site.span.of(text)
        )),
    }
}

/// Whether a name can stand where only words can.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}

/// The edits that follow when the file at `id` comes to lie at `to` and is called otherwise there: a
/// skill is called as its folder, an agent or prompt without `name` as its file.
pub(in crate::features) fn names_follow(world: &World, id: PathId, to: &str) -> Option<Changes> {
    let (path, state) = (world.path(id), world.file(id)?);
    let (kind, facts) = (state.kind?, state.facts());
    let same_kind = recognise::by_path(to, &|_| true).is_some_and(|what| what.kind == kind);
    let Some(facts) = facts.filter(|_| same_kind) else { return Some(Changes::default()) };
    let after = names::defined(to, kind, facts);
    let mut changes = Changes::default();
    for (old, new) in state.exports.names.iter().zip(&after) {
        let symbol = match old.space {
            Space::Agent => Symbol::Agent(old.text.clone()),
            Space::AgentFile => Symbol::Agent(old.text.clone()),
            Space::Prompt => Symbol::Prompt(old.text.clone()),
            Space::Skill => Symbol::Skill(old.text.clone()),
            Space::Server => continue,
        };
        if old.text == new.text || old.space != new.space {
            continue;
        }
        let Some(subject) = subject(world, &symbol).ok().filter(|subject| subject.id == id) else { continue };
        let is_skill = matches!(symbol, Symbol::Skill(_));
        // The `name` of a skill has to be that of its folder, where it was.
        let follows = is_skill && own_name(world, id).is_some_and(|name| *name == *old.text);
        let names = Names {
            spelt: vec![
                (old.text.to_string(), new.text.to_string()),
                (path::file_name(&path).to_owned(), path::file_name(to).to_owned()),
            ],
            own: follows.then(|| new.text.to_string()),
            word: new.text.to_string(),
        };
        changes.extend(uses(world, &subject, &symbol, &names).ok()?);
    }
    Some(changes)
}
