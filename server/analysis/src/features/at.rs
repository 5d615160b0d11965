//! What stands at a place of a file: the token there, what it means, and where that is defined.
//!
//! Everything that asks about "the thing under the cursor" asks here: definition, references, rename,
//! highlights, hovers.

use crate::disk::Probe;
use crate::file::Space;
use crate::intern::PathId;
use crate::mentions::{spellings_of_command, spellings_of_mention};
use crate::plans::signs;
use crate::resolve::{self, Anchored, Lead};
use crate::sites::{self, Page, Sign, Site};
use crate::world::World;
use crate::{names, path};
use segue_catalog::catalog;
use segue_syntax::yaml::Node;
use segue_syntax::{Facts, Lines, Span};
use std::sync::Arc;

/// The thing at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The token, or the whole link where the place is in its text.
    pub span: Span,
    /// Whether `span` is the token itself.
    pub on_token: bool,
    /// Whether the thing gets its name here.
    pub defines: bool,
    /// What it is.
    pub symbol: Symbol,
}

/// A thing that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// A file or folder of the workspace, whether it exists or not.
    Path(Arc<str>),
    /// A heading or an HTML anchor of a file, by the anchor as the file spells it, or as it is written
    /// where the file has no such anchor.
    Anchor {
        /// The file.
        path: Arc<str>,
        /// The anchor.
        anchor: Box<str>,
    },
    /// A link definition of a file, by its folded label.
    Label {
        /// The file.
        path: Arc<str>,
        /// The label.
        label: Box<str>,
    },
    /// An agent, by the name that is written.
    Agent(Box<str>),
    /// A prompt, by its slash name.
    Prompt(Box<str>),
    /// A skill, by its folder.
    Skill(Box<str>),
    /// A configured MCP server.
    Server(Box<str>),
    /// A tool that no configured server offers.
    Tool(Box<str>),
    /// An input of a prompt or of a configuration of servers.
    Input {
        /// The file.
        path: Arc<str>,
        /// The name.
        name: Box<str>,
    },
    /// A task of a plan, or something else that a plan gives an id.
    Task {
        /// The file.
        path: Arc<str>,
        /// The id.
        id: Box<str>,
    },
}

/// A place that something is defined at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, or a folder.
    pub path: Arc<str>,
    /// Its name there.
    pub span: Span,
    /// All that belongs to it.
    pub whole: Span,
}

/// The thing at byte `offset` of the file at `path`; `None` where nothing has a name there, and in
/// Markdown that is neither a primitive nor linked by one.
#[must_use]
pub fn at(world: &World, path: &str, offset: u32) -> Option<At> {
    with_page(world, path, |page| {
        let sites = sites::all(page);
        nearest(&sites, offset).into_iter().find_map(|(site, on_token)| {
            let span = if on_token { site.span } else { site.whole };
            Some(At { span, on_token, defines: site.defines, symbol: meaning(world, page, site)? })
        })
    })?
}

/// Runs `read` on a file with its text, links included where it is Markdown known for its anchors only.
pub(crate) fn with_page<T>(world: &World, path: &str, read: impl FnOnce(&Page<'_>) -> T) -> Option<T> {
    let (id, state) = world.file_at(path)?;
    let text = world.text(id)?;
    if state.kind.is_some() {
        return Some(read(&Page::of(path, state, Some(&text))));
    }
    let facts = Facts::of(&text);
    Some(read(&Page::plain(path, &facts, &text)))
}

/// The sites that a place belongs to, the most exact first, and whether it is on their token.
pub(crate) fn nearest<'s, 'f>(sites: &'s [Site<'f>], offset: u32) -> Vec<(&'s Site<'f>, bool)> {
    let mut found: Vec<(Span, bool, &Site<'_>)> = Vec::new();
    for site in sites {
        if site.span.touches(offset as usize) {
            found.push((site.span, true, site));
        } else if site.whole.touches(offset as usize) {
            found.push((site.whole, false, site));
        }
    }
    // Between two tokens the one that begins here is meant; of a link's parts from its text the anchor.
    found.sort_by_key(|(span, on_token, site)| {
        (span.len(), !*on_token, span.start != offset, !matches!(site.what, Sign::Anchor(_)), site.span)
    });
    found.into_iter().map(|(_, on_token, site)| (site, on_token)).collect()
}

/// What a site means.
#[must_use]
pub fn meaning(world: &World, page: &Page<'_>, site: &Site<'_>) -> Option<Symbol> {
    let here = || Arc::<str>::from(page.path);
    Some(match &site.what {
        Sign::Path(written) => {
            let lead = resolve::lead(world, page.path, written)?;
            Symbol::Path(path_of(&lead)?)
        }
        Sign::Anchor(written) => {
            let lead = resolve::lead(world, page.path, written)?;
            let (path, anchor) = (path_of(&lead)?, lead.anchor?);
            if anchor.is_empty() {
                return Some(Symbol::Path(path));
            }
            let own = page.facts.filter(|_| *path == *page.path);
            let facts = own.or_else(|| world.file_at(&path).and_then(|(_, state)| state.facts()));
            let known = facts.and_then(|facts| resolve::canonical_anchor(facts, &anchor));
            Symbol::Anchor { path, anchor: known.unwrap_or_else(|| anchor.into()) }
        }
        Sign::Heading(index) => {
            let anchor = page.facts?.headings.get(*index)?.slug.clone();
            Symbol::Anchor { path: here(), anchor }
        }
        Sign::HtmlId(index) => {
            Symbol::Anchor { path: here(), anchor: page.facts?.html_ids.get(*index)?.id.clone() }
        }
        Sign::Label(label) => Symbol::Label { path: here(), label: (*label).into() },
        Sign::Agent(name) | Sign::Executor(name) => Symbol::Agent((*name).into()),
        Sign::Mention(name) => {
            let known = spellings_of_mention(name).find(|name| !agents(world, name).is_empty())?;
            Symbol::Agent(known.into())
        }
        Sign::Slash(name) => slash(world, name)?,
        Sign::Own => own_symbol(world, page)?,
        Sign::PromptName(name) => Symbol::Prompt(names::slash_name(name).into()),
        Sign::SkillName(_) => Symbol::Skill(path::folder_name(page.path).into()),
        Sign::Tool(name) => match server_of(world, name) {
            Some(server) => Symbol::Server(server),
            None => Symbol::Tool((*name).into()),
        },
        Sign::Server(name) => Symbol::Server((*name).into()),
        Sign::Input(name) => Symbol::Input { path: here(), name: (*name).into() },
        Sign::Task(id) => Symbol::Task { path: here(), id: (*id).into() },
    })
}

/// What the file itself is: an agent, a prompt, a skill, or a file like others.
pub(super) fn own_symbol(world: &World, page: &Page<'_>) -> Option<Symbol> {
    let (_, state) = world.file_at(page.path)?;
    let named = state.exports.names.iter().find_map(|name| match name.space {
        Space::Agent => Some(Symbol::Agent(name.text.clone())),
        Space::Prompt => Some(Symbol::Prompt(name.text.clone())),
        Space::Skill => Some(Symbol::Skill(name.text.clone())),
        Space::AgentFile | Space::Server => None,
    });
    Some(named.unwrap_or_else(|| Symbol::Path(page.path.into())))
}

/// The path that a destination means: what is there, else the likeliest.
/// Whether a Markdown editor leads on from there by itself: a link, its definition or a heading in the text.
#[must_use]
pub fn is_markdown(world: &World, path: &str, at: &At) -> bool {
    let Some(facts) = world.file_at(path).and_then(|(_, state)| state.facts()) else { return false };
    let is_token = facts.tokens.iter().any(|token| !token.in_code && token.span.contains(at.span));
    matches!(at.symbol, Symbol::Path(_) | Symbol::Anchor { .. } | Symbol::Label { .. })
        && at.span.start >= facts.header.body
        && !is_token
}

fn path_of(lead: &Lead) -> Option<Arc<str>> {
    let path = lead.there.as_ref().map_or_else(|| lead.candidates.first(), |there| Some(&there.path))?;
    Some(path.as_str().into())
}

/// What `/name` means: a prompt or skill that is there, else nothing.
pub(super) fn slash(world: &World, name: &str) -> Option<Symbol> {
    spellings_of_command(name).find_map(|name| {
        if world.definers(Space::Prompt, name).next().is_some() {
            return Some(Symbol::Prompt(name.into()));
        }
        world.definers(Space::Skill, name).next().map(|_| Symbol::Skill(name.into()))
    })
}

/// The configured server that a tool belongs to, by the name under which it is configured.
fn server_of(world: &World, tool: &str) -> Option<Box<str>> {
    names::servers_of_tool(tool).find_map(|server| {
        names_of_server(server).into_iter().find(|name| world.definers(Space::Server, name).next().is_some())
    })
}

/// The names that clients give the same server, the written one first.
pub(crate) fn names_of_server(server: &str) -> Vec<Box<str>> {
    let canonical = catalog().canonical_server(server);
    let rows = catalog().servers.iter().filter(|row| row.name == canonical);
    let mut names: Vec<Box<str>> = vec![server.into(), canonical.into()];
    names.extend(rows.flat_map(|row| &row.aliases).map(|alias| alias.as_str().into()));
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    names
}

/// The files of the agent that is called `name`: by its `name`, else by its file, spelt with or without
/// its ending.
#[must_use]
pub fn agents(world: &World, name: &str) -> Vec<PathId> {
    let by_name: Vec<PathId> = world.definers(Space::Agent, name).map(|(id, _)| id).collect();
    if !by_name.is_empty() {
        return by_name;
    }
    let stem = if name.ends_with(".md") { names::stem(name) } else { name };
    world.definers(Space::AgentFile, stem).map(|(id, _)| id).collect()
}

/// Where a thing is defined. A file is defined at its beginning; what nobody defines has no place.
#[must_use]
pub fn definitions(world: &World, symbol: &Symbol) -> Vec<Place> {
    let own_names = |ids: Vec<PathId>| ids.into_iter().map(|id| name_place(world, id)).collect();
    match symbol {
        Symbol::Path(path) => file_place(world, path).into_iter().collect(),
        Symbol::Anchor { path, anchor } => anchor_place(world, path, anchor).into_iter().collect(),
        Symbol::Label { .. } | Symbol::Input { .. } => in_file(world, symbol),
        Symbol::Agent(name) => own_names(agents(world, name)),
        Symbol::Prompt(name) => own_names(world.definers(Space::Prompt, name).map(|(id, _)| id).collect()),
        Symbol::Skill(name) => own_names(world.definers(Space::Skill, name).map(|(id, _)| id).collect()),
        Symbol::Server(name) => server_places(world, name),
        Symbol::Task { path, id } => task_places(world, path, id),
        Symbol::Tool(_) => Vec::new(),
    }
}

/// Where a plan gives a task its id; several where it gives it twice.
fn task_places(world: &World, path: &Arc<str>, id: &str) -> Vec<Place> {
    let Some(plan) = world.file_at(path).and_then(|(_, state)| state.plan.as_deref()) else {
        return Vec::new();
    };
    let given = signs::of(plan, None).into_iter().filter(|named| named.defines && named.id == id);
    let place = |named: signs::Named<'_>| {
        let mut tasks = plan.tasks.iter().map(|task| Span { start: task.range.start, end: task.range.end });
        let whole = tasks.find(|task| task.contains(named.span)).unwrap_or(named.span);
        Place { path: path.clone(), span: named.span, whole }
    };
    given.map(place).collect()
}

/// The places of the file itself at which a thing that lives in one file is defined.
fn in_file(world: &World, symbol: &Symbol) -> Vec<Place> {
    let (Symbol::Label { path, .. } | Symbol::Input { path, .. }) = symbol else { return Vec::new() };
    let found = with_page(world, path, |page| {
        let sites = sites::all(page);
        let mut defining: Vec<&Site<'_>> = sites
            .iter()
            .filter(|site| site.defines && meaning(world, page, site).as_ref() == Some(symbol))
            .collect();
        defining.sort_by_key(|site| site.span);
        let place = |site: &&Site<'_>| Place { path: path.clone(), span: site.span, whole: site.whole };
        // A later definition of the same label is never read.
        defining.iter().map(place).take(1).collect()
    });
    found.unwrap_or_default()
}

/// Where a file begins; for a folder the file that stands for it.
fn file_place(world: &World, path: &Arc<str>) -> Option<Place> {
    let path = match world.probe(path) {
        Probe::File => path.clone(),
        Probe::Missing => return None,
        Probe::Folder => {
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let names = ["SKILL.md", "README.md", "index.md", "AGENTS.md"];
            names.iter().map(|name| below(name)).find(|path| world.probe(path) == Probe::File)?.into()
        }
    };
    Some(Place { path, span: Span::at(0), whole: Span::at(0) })
}

/// Where an anchor is; the beginning of the file where it has no such anchor. A file that is not read
/// (yet) is read for it.
fn anchor_place(world: &World, path: &Arc<str>, anchor: &str) -> Option<Place> {
    if let Some(facts) = world.file_at(path).and_then(|(_, state)| state.facts()) {
        return place_in(world, path, facts, anchor);
    }
    let begins = file_place(world, path)?;
    let read = path.ends_with(".md").then(|| world.any_text(path)).flatten();
    let facts = read.map(|text| Facts::of(&text)).unwrap_or_default();
    place_in(world, &begins.path, &facts, anchor)
}

fn place_in(world: &World, path: &Arc<str>, facts: &Facts, anchor: &str) -> Option<Place> {
    let place = |span, whole| Some(Place { path: path.clone(), span, whole });
    match resolve::anchored(facts, anchor) {
        Some(Anchored::Heading(index)) => {
            let heading = facts.headings.get(index)?;
            let span = if heading.text_span.is_empty() { heading.span } else { heading.text_span };
            place(span, section(facts, index))
        }
        Some(Anchored::Html(index)) => facts.html_ids.get(index).and_then(|id| place(id.span, id.span)),
        None => {
            let line = line_of_anchor(anchor).and_then(|line| {
                let text = world.any_text(path)?;
                Some(Lines::of(&text).line_span(&text, line))
            });
            let span = line.map_or(Span::at(0), |span| Span::at(span.start as usize));
            place(span, line.unwrap_or(span))
        }
    }
}

/// The heading with this index and all up to the next that is not deeper.
#[must_use]
pub fn section(facts: &Facts, index: usize) -> Span {
    let Some(heading) = facts.headings.get(index) else { return Span::at(0) };
    let next = facts.headings.iter().skip(index + 1).find(|next| next.level <= heading.level);
    Span { start: heading.span.start, end: next.map_or(facts.len, |next| next.span.start) }
}

/// `L12` and `L5-L8`: lines of a file, as GitHub links them; from 0.
fn line_of_anchor(anchor: &str) -> Option<usize> {
    let digits = anchor.strip_prefix('L')?.split(['-', 'C']).next()?;
    digits.parse::<usize>().ok()?.checked_sub(1)
}

/// Where a file says its own name; its beginning where it does not.
#[must_use]
pub fn name_place(world: &World, id: PathId) -> Place {
    let header = world.file(id).and_then(|state| state.facts()).map(|facts| &facts.header);
    let name =
        header.and_then(|header| header.yaml.map()?.value("name")).filter(|node| node.as_str().is_some());
    let span = name.map_or(Span::at(0), Node::inner_span);
    let whole = header.filter(|header| !header.span.is_empty()).map_or(span, |header| header.span);
    Place { path: world.path(id), span, whole: if whole.contains(span) { whole } else { span } }
}

fn server_places(world: &World, name: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for name in names_of_server(name) {
        for (id, state) in world.definers(Space::Server, &name) {
            let path = world.path(id);
            let page = Page::of(&path, state, None);
            for site in sites::all(&page) {
                if matches!(site.what, Sign::Server(own) if *own == *name) {
                    places.push(Place { path: path.clone(), span: site.span, whole: site.whole });
                }
            }
        }
    }
    places.sort();
    places.dedup();
    places
}
