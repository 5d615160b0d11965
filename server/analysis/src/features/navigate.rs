//! Definition, references and highlights of the thing at a place.

use super::at::{self, At, Symbol};
use crate::file::Space;
use crate::intern::PathId;
use crate::sites::{self, Page, Sign, Site};
use crate::world::World;
use crate::written::{self, Written};
use crate::{mentions, path, resolve};
use memchr::memmem;
use rayon::prelude::*;
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// A place that names a thing.
#[derive(Clone, Debug)]
pub struct Use {
    /// The file.
    pub path: Arc<str>,
    /// Its number.
    pub id: PathId,
    /// The token.
    pub span: Span,
    /// Whether the thing gets its name here.
    pub defines: bool,
    /// The text, where the file is no primitive and was read for this.
    pub text: Option<Arc<str>>,
}

/// The places of the whole workspace that name `symbol`, by path and place. Markdown that is no
/// primitive is read for it; `wanted` is asked now and then whether to go on.
#[must_use]
pub fn references(world: &World, symbol: &Symbol, wanted: &(dyn Fn() -> bool + Sync)) -> Vec<Use> {
    let mut found = match symbol {
        Symbol::Path(path) => path_uses(world, path, None, wanted),
        Symbol::Anchor { path, anchor } => {
            let mut found = path_uses(world, path, Some(anchor), wanted);
            found.extend(in_files(world, symbol, world.id(path).into_iter().collect()));
            found
        }
        Symbol::Tool(name) => tool_uses(world, name),
        Symbol::Task { path, id } => {
            let mut found = in_files(world, symbol, files_naming(world, symbol));
            for anchor in anchors_of_task(world, path, id) {
                found.extend(path_uses(world, path, Some(&anchor), wanted));
            }
            found
        }
        _ => in_files(world, symbol, files_naming(world, symbol)),
    };
    sort(&mut found);
    found
}

/// The places of primitives that name a file, a heading, an agent, a prompt or a skill: what the index
/// knows, for counts that other Markdown is not read for.
#[must_use]
pub fn indexed(world: &World, symbol: &Symbol, wanted: &(dyn Fn() -> bool + Sync)) -> Vec<Use> {
    let mut found = match symbol {
        Symbol::Path(path) => indexed_path_uses(world, path, None, wanted),
        Symbol::Anchor { path, anchor } => {
            let mut found = indexed_path_uses(world, path, Some(anchor), wanted);
            found.extend(in_files(world, symbol, world.id(path).into_iter().collect()));
            found
        }
        _ => references(world, symbol, wanted),
    };
    sort(&mut found);
    found
}

/// By path and place, each once.
fn sort(found: &mut Vec<Use>) {
    found.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    found.dedup_by(|a, b| a.id == b.id && a.span == b.span);
}

/// The places of one file that name the thing at `at`, in order.
#[must_use]
pub fn highlights(world: &World, path: &str, at: &At) -> Vec<(Span, bool)> {
    let found = at::with_page(world, path, |page| {
        let sites = sites::all(page);
        let mut spans: Vec<(Span, bool)> = sites
            .iter()
            .filter(|site| names_it(world, page, site, &at.symbol))
            .map(|site| (site.span, site.defines))
            .collect();
        spans.sort();
        spans.dedup();
        spans
    });
    found.unwrap_or_default()
}

/// Whether a site names a thing. Agents are one where their files are.
pub(super) fn names_it(world: &World, page: &Page<'_>, site: &Site<'_>, symbol: &Symbol) -> bool {
    match (at::meaning(world, page, site), symbol) {
        (Some(Symbol::Agent(one)), Symbol::Agent(other)) => {
            let files = at::agents(world, other);
            one == *other || (!files.is_empty() && at::agents(world, &one) == files)
        }
        (Some(Symbol::Server(one)), Symbol::Server(other)) => {
            one == *other || at::names_of_server(other).contains(&one)
        }
        (own, _) => own.as_ref() == Some(symbol),
    }
}

/// The files in which a thing that has a name of its own, and no path, may be named.
pub(super) fn files_naming(world: &World, symbol: &Symbol) -> Vec<PathId> {
    let mut files = match symbol {
        Symbol::Agent(name) => agent_files(world, name),
        Symbol::Prompt(name) | Symbol::Skill(name) => slash_files(world, name),
        Symbol::Server(name) => server_files(world, name),
        Symbol::Label { path, .. } | Symbol::Input { path, .. } | Symbol::Task { path, .. } => {
            world.id(path).into_iter().collect()
        }
        Symbol::Path(_) | Symbol::Anchor { .. } | Symbol::Tool(_) => Vec::new(),
    };
    files.sort_unstable();
    files.dedup();
    files
}

/// The sites of some files that name a thing.
fn in_files(world: &World, symbol: &Symbol, mut files: Vec<PathId>) -> Vec<Use> {
    files.sort_unstable();
    files.dedup();
    let of_file = |id: PathId| {
        let path = world.path(id);
        let found = at::with_page(world, &path, |page| {
            let sites = sites::all(page);
            let own = sites.iter().filter(|site| names_it(world, page, site, symbol));
            own.map(|site| (site.span, site.defines)).collect::<Vec<_>>()
        });
        let one = move |(span, defines)| Use { path: path.clone(), id, span, defines, text: None };
        found.unwrap_or_default().into_iter().map(one).collect::<Vec<_>>()
    };
    files.into_par_iter().flat_map_iter(of_file).collect()
}

/// The anchors of the headings that hold a task's id: links to them lead to the task.
fn anchors_of_task(world: &World, path: &Arc<str>, id: &str) -> Vec<Box<str>> {
    let symbol = Symbol::Task { path: path.clone(), id: id.into() };
    let given = at::definitions(world, &symbol);
    let facts = world.file_at(path).and_then(|(_, state)| state.facts());
    let headings = facts.map(|facts| facts.headings.as_slice()).unwrap_or_default().iter();
    let holding = headings.filter(|heading| given.iter().any(|place| heading.span.contains(place.span)));
    holding.map(|heading| heading.slug.clone()).filter(|slug| !slug.is_empty()).collect()
}

/// The files that may name an agent.
fn agent_files(world: &World, name: &str) -> Vec<PathId> {
    let own = at::agents(world, name);
    let mut called: Vec<Box<str>> = vec![name.into()];
    for state in own.iter().filter_map(|id| world.file(*id)) {
        let names = state.exports.names.iter();
        called.extend(
            names
                .filter(|name| matches!(name.space, Space::Agent | Space::AgentFile))
                .map(|name| name.text.clone()),
        );
    }
    let mut files = own;
    for id in &files.clone() {
        called.push(path::file_name(&world.path(*id)).into());
    }
    for name in &called {
        files.extend(world.users(Space::Agent, name));
        files.extend(world.mentioners(mentions::AGENT, name));
    }
    files
}

/// The files that may name a prompt or skill.
fn slash_files(world: &World, name: &str) -> Vec<PathId> {
    let definers = [Space::Prompt, Space::Skill].into_iter().flat_map(|space| world.definers(space, name));
    let mut files: Vec<PathId> = definers.map(|(id, _)| id).collect();
    files.extend(world.mentioners(mentions::SLASH, name));
    files
}

/// The files that may name a server.
fn server_files(world: &World, name: &str) -> Vec<PathId> {
    let mut files = Vec::new();
    for name in at::names_of_server(name) {
        files.extend(world.definers(Space::Server, &name).map(|(id, _)| id));
        files.extend(world.users(Space::Server, &name));
        files.extend(world.mentioners(mentions::SERVER, &name));
    }
    files
}

/// Files that name a tool. Tools are many and seldom asked for, so every file is looked through.
fn tool_uses(world: &World, name: &str) -> Vec<Use> {
    let files: Vec<PathId> = world.primitives().map(|(id, _)| id).collect();
    let of_file = |id: PathId| {
        let path = world.path(id);
        let spans: Vec<Span> = world.file(id).map_or_else(Vec::new, |state| {
            let page = Page::of(&path, state, None);
            let sites = sites::all(&page);
            let own = sites.iter().filter(|site| matches!(site.what, Sign::Tool(own) if own == name));
            own.map(|site| site.span).collect()
        });
        spans.into_iter().map(move |span| Use { path: path.clone(), id, span, defines: false, text: None })
    };
    files.into_par_iter().flat_map_iter(of_file).collect()
}

/// Destinations that lead to a file, or to one anchor of it.
fn path_uses(
    world: &World,
    path: &Arc<str>,
    anchor: Option<&str>,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Vec<Use> {
    let mut found = indexed_path_uses(world, path, anchor, wanted);
    found.extend(Wish::of(world, path, anchor).outside(wanted));
    found
}

/// Those of them that stand in primitives.
fn indexed_path_uses(
    world: &World,
    path: &Arc<str>,
    anchor: Option<&str>,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Vec<Use> {
    let wish = Wish::of(world, path, anchor);
    let mut found: Vec<Use> = Vec::new();
    for target in aliases(world, path) {
        let files = world.referrers(target).to_vec();
        let of_file = |id: PathId| if wanted() { wish.indexed(id, target) } else { Vec::new() };
        found.par_extend(files.into_par_iter().flat_map_iter(of_file));
    }
    found
}

/// The paths under which a file may be meant: its own, without its ending, and in other letters where
/// no file is spelt so.
pub(super) fn aliases(world: &World, path: &str) -> Vec<PathId> {
    let mut found: Vec<PathId> = world.id(path).into_iter().collect();
    found.extend(path.strip_suffix(".md").and_then(|bare| world.id(bare)));
    let bare = path.strip_suffix(".md").unwrap_or(path);
    found.extend(world.unseen_spellings(path));
    if bare != path {
        found.extend(world.unseen_spellings(bare));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What references are looked for.
#[derive(Clone, Copy)]
struct Wish<'w> {
    world: &'w World,
    path: &'w Arc<str>,
    path_id: Option<PathId>,
    anchor: Option<&'w str>,
    facts: Option<&'w Facts>,
}

impl<'w> Wish<'w> {
    fn of(world: &'w World, path: &'w Arc<str>, anchor: Option<&'w str>) -> Self {
        let file = world.file_at(path);
        let (path_id, facts) = (file.map(|(id, _)| id), file.and_then(|(_, state)| state.facts()));
        Self { world, path, path_id, anchor, facts }
    }

    /// The destinations of a primitive that the index files under `target`.
    fn indexed(&self, id: PathId, target: PathId) -> Vec<Use> {
        let Some(state) = self.world.file(id) else { return Vec::new() };
        let Some(facts) = state.facts() else { return Vec::new() };
        let from = self.world.path(id);
        let first = state.refs.partition_point(|own| own.target < target);
        let own = state.refs.iter().skip(first).take_while(|own| own.target == target);
        let is_own_path = self.path_id == Some(target);
        let spans = own.filter_map(|own| {
            let written = written::get(state.kind, facts, own.site)?;
            let is_all = || state.refs.iter().filter(|other| other.site == own.site).count() == 1;
            if is_own_path
                && let Some(plain) = self.plain(&written)
                && is_all()
            {
                return Some(plain);
            }
            // What is written with escapes has its parts told apart in the text alone.
            let escaped = written.text.len() != written.span.len();
            let text = if escaped { self.world.text(id) } else { state.text.clone() };
            self.span_of(&from, &written, text.as_deref())
        });
        spans.map(|span| Use { path: from.clone(), id, span, defines: false, text: None }).collect()
    }

    /// The wished-for anchor in a destination that spells it as its file does. Where the index has no
    /// other meaning for that destination nothing more is to be found out.
    fn plain(&self, written: &Written<'_>) -> Option<Span> {
        let wanted = self.anchor.filter(|_| written.text.len() == written.span.len())?;
        let before = written.text.strip_suffix(wanted)?.strip_suffix('#')?;
        let is_plain = before.bytes().all(|byte| !matches!(byte, b'#' | b'&' | b'\\' | b'%'));
        let end = written.span.end as usize;
        (self.facts.is_some() && is_plain).then(|| Span::new(end - wanted.len(), end))
    }

    /// The part of a destination that names what is wished for, where it does.
    fn span_of(&self, from: &str, written: &Written<'_>, text: Option<&str>) -> Option<Span> {
        if self.anchor.is_some_and(|wanted| !may_be(written.text, wanted)) {
            return None;
        }
        let lead = resolve::lead(self.world, from, written)?;
        let means = match &lead.there {
            Some(there) => there.path == **self.path,
            None => lead.candidates.iter().any(|candidate| *candidate == **self.path),
        };
        if !means {
            return None;
        }
        let parts = written.parts(text);
        let Some(wanted) = self.anchor else { return Some(parts.path) };
        let own = lead.anchor?;
        let same = match self.facts.and_then(|facts| resolve::canonical_anchor(facts, &own)) {
            Some(canonical) => *canonical == *wanted,
            None => own == wanted,
        };
        if same { parts.anchor } else { None }
    }

    /// Destinations in Markdown that is no primitive.
    fn outside(&self, wanted: &(dyn Fn() -> bool + Sync)) -> Vec<Use> {
        let hint = hint_of(self.path);
        let own = |page: &Page<'_>, id: PathId, text: &Arc<str>| {
            let Some(facts) = page.facts else { return Vec::new() };
            let mut found = Vec::new();
            for (_, written) in written::all(None, facts) {
                // What stays in its file is looked for there.
                let leads_out = !written.text.starts_with('#');
                if let Some(span) = self.span_of(page.path, &written, page.text).filter(|_| leads_out) {
                    let (path, text) = (Arc::from(page.path), Some(text.clone()));
                    found.push(Use { path, id, span, defines: false, text });
                }
            }
            found
        };
        outside(self.world, &[hint], &|_| false, wanted, own)
    }
}

/// Whether the anchor of a destination may be `wanted`, before anything is decoded or looked up: most
/// links to a file are to others.
fn may_be(written: &str, wanted: &str) -> bool {
    let Some((_, own)) = written.split_once('#') else { return false };
    own.eq_ignore_ascii_case(wanted)
        || own.contains('%')
        || !own.is_ascii()
        || own.starts_with("user-content-")
}

/// A run of letters that every destination has which leads to `path`, whatever else is encoded in it.
#[must_use]
pub(crate) fn hint_of(path: &str) -> String {
    let name = path::file_name(path);
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let runs = stem.split(|c: char| !c.is_ascii_alphanumeric());
    runs.max_by_key(|run| run.len()).unwrap_or_default().to_ascii_lowercase()
}

/// Runs `read` on all Markdown that is no primitive and whose text has one of `hints` in it, ignoring
/// case (an empty hint is in every text), or whose path `always` names.
pub(crate) fn outside<T: Send>(
    world: &World,
    hints: &[String],
    always: &(dyn Fn(&str) -> bool + Sync),
    wanted: &(dyn Fn() -> bool + Sync),
    read: impl Fn(&Page<'_>, PathId, &Arc<str>) -> Vec<T> + Sync,
) -> Vec<T> {
    let files: Vec<PathId> = world
        .discovered()
        .filter(|id| world.file(*id).is_none_or(|state| state.kind.is_none()))
        .filter(|id| path::extension(&world.path(*id)).eq_ignore_ascii_case("md"))
        .collect();
    let of_file = |id: PathId| {
        if !wanted() {
            return Vec::new();
        }
        let path = world.path(id);
        let Some(text) = world.plain_text(id) else { return Vec::new() };
        let lower = text.to_ascii_lowercase();
        if !always(&path)
            && !hints.iter().any(|hint| memmem::find(lower.as_bytes(), hint.as_bytes()).is_some())
        {
            return Vec::new();
        }
        let facts = Facts::of(&text);
        read(&Page::plain(&path, &facts, &text), id, &text)
    };
    files.into_par_iter().flat_map_iter(of_file).collect()
}
