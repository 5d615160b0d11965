//! `link/*`: destinations of links, definitions, `#file:` and imports.
//!
//! A destination is judged only where it is syntax: what stands in code, comments or the header's
//! values is text. What might be a stand-in (`path/to/x`, `{name}`) is left alone.

use super::{Context, Report, Tag};
use crate::disk::Probe;
use crate::file::Content;
use crate::intern::PathId;
use crate::names;
use crate::path;
use crate::resolve;
use crate::target::{Target, understand};
use crate::written::{self, SiteId, What, Written};
use segue_catalog::Severity;
use segue_syntax::{Facts, Span};
use std::collections::HashSet;
use std::sync::Arc;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    // What no link uses leads nobody anywhere: that alone is said of it.
    let unused: HashSet<Span> =
        facts.definitions.iter().filter(|own| !own.used).map(|own| own.span).collect();
    let mut sole = Sole::of(context);
    for (site, written) in written::all(Some(context.kind), facts) {
        // Whether parts and workers are there is a matter of the family `workflow`.
        let other_family = matches!(written.what, What::Part | What::Worker);
        if other_family || unused.contains(&written.whole) {
            continue;
        }
        match sole.target(site).and_then(|target| plain(context, &written, target)) {
            Some((target, Some((at, anchor)))) => anchor_of(context, &written, at, target, anchor),
            Some((_, None)) => {}
            None => destination(context, &written),
        }
    }
    references(context, facts);
    if names::reads_imports(context.kind) {
        super::import::check(context);
    }
}

/// What the destinations of a file mean that can mean one path only, as the index has it.
struct Sole {
    /// By destination.
    all: Vec<(SiteId, PathId)>,
    next: usize,
}

impl Sole {
    fn of(context: &Context<'_>) -> Self {
        let mut all: Vec<_> = context.state.refs.iter().map(|own| (own.site, own.target)).collect();
        all.sort_unstable();
        Self { all, next: 0 }
    }

    /// The path of a destination. They are asked for in their order.
    fn target(&mut self, site: SiteId) -> Option<PathId> {
        while self.all.get(self.next).is_some_and(|(own, _)| *own < site) {
            self.next += 1;
        }
        let (own, target) = self.all.get(self.next)?;
        let is_sole = self.all.get(self.next + 1).is_none_or(|(other, _)| *other != site);
        (*own == site && is_sole).then_some(*target)
    }
}

/// The file of a destination and its anchor with its offset, where the file is there and the destination
/// has nothing about it that asks for a closer look. Nearly all are so, and nothing is said of them.
fn plain<'t>(
    context: &Context<'_>,
    written: &Written<'t>,
    target: PathId,
) -> Option<(PathId, Option<(usize, &'t str)>)> {
    let text = written.text;
    let at = memchr::memchr(b'#', text.as_bytes());
    let (path, anchor) = (text.get(..at.unwrap_or(text.len()))?, at.and_then(|at| text.get(at + 1..)));
    let asks_for_more = path.ends_with('/') || path.contains(['?', '%']) || text.trim().len() != text.len();
    if asks_for_more || anchor.is_some_and(|anchor| anchor.contains('%')) || written.span.is_empty() {
        return None;
    }
    context.world.file(target)?;
    Some((target, at.zip(anchor)))
}

fn destination(context: &mut Context<'_>, written: &Written<'_>) {
    if written.span.is_empty() {
        return;
    }
    match understand(written.text, &context.path, written.base) {
        Target::SameFile { anchor } => {
            let id = context.id;
            anchor_of(context, written, 0, id, &anchor);
        }
        Target::Path { candidates, anchor, anchor_at, folder } => {
            workspace_path(context, written, &candidates, anchor.as_deref(), anchor_at, folder);
        }
        Target::Outside
            if matches!(written.what, What::Link | What::Image) && !is_github_page(written.text) =>
        {
            let message =
                format!("`{}` leaves the repository: nobody else has what it points at.", written.text);
            context.send(Report::new("link/outside-workspace", written.span, message));
        }
        Target::Absolute if written.what != What::Import => {
            let message =
                format!("`{}` is a path of one machine. Write it relative to this file.", written.text);
            context.send(Report::new("link/absolute", written.span, message));
        }
        _ => {}
    }
}

/// `../../issues` and the like: pages of the repository on github.com, which lie beside its files.
fn is_github_page(written: &str) -> bool {
    const PAGES: &[&str] = &[
        "issues",
        "pulls",
        "pull",
        "wiki",
        "releases",
        "actions",
        "discussions",
        "security",
        "blob",
        "tree",
        "labels",
        "milestones",
        "projects",
        "compare",
        "commits",
        "commit",
        "tags",
        "stargazers",
        "fork",
        "settings",
    ];
    let first = written.trim_start_matches("../").split(['/', '?', '#']).next().unwrap_or_default();
    PAGES.contains(&first)
}

fn workspace_path(
    context: &mut Context<'_>,
    written: &Written<'_>,
    candidates: &[String],
    anchor: Option<&str>,
    anchor_at: Option<usize>,
    folder: bool,
) {
    let file_span = match anchor_at.and_then(|at| offset_in(written, at)) {
        Some(at) => Span { start: written.span.start, end: at },
        None => written.span,
    };
    let read =
        |candidate: &String| context.world.id(candidate).filter(|id| context.world.file(*id).is_some());
    if let Some(id) = candidates.iter().find_map(read).filter(|_| !folder) {
        if let (Some(anchor), Some(at)) = (anchor, anchor_at) {
            anchor_of(context, written, at, id, anchor);
        }
        return;
    }
    if let Some(other) = case_mismatch(context, candidates) {
        let (from, to) = (&candidates[0], &*other);
        let message = format!(
            "`{}` is written `{}` on disk: it is found only where the file system ignores case.",
            path::file_name(from),
            differing_part(from, to)
        );
        let new = respell(&written_path(written, anchor_at), from, to);
        let mut report = Report::new("link/case-mismatch", file_span, message);
        if let Some(new) = new {
            report = report.safe_fix(format!("Write `{new}`"), file_span, new);
        }
        context.send(report);
        return;
    }
    if candidates.iter().any(|candidate| exists(context, candidate)) {
        return;
    }
    missing(context, written, candidates, file_span);
}

/// Whether a path leads to something, or would with the ending that Markdown hosts add.
fn exists(context: &Context<'_>, candidate: &str) -> bool {
    context.world.probe(candidate) != Probe::Missing
        || (path::extension(candidate).is_empty()
            && context.world.probe(&format!("{candidate}.md")) != Probe::Missing)
}

/// The file that differs from a candidate in case alone, where none is spelt as written.
fn case_mismatch(context: &Context<'_>, candidates: &[String]) -> Option<Arc<str>> {
    let discovered = |path: &str| context.world.id(path).is_some_and(|id| context.world.is_discovered(id));
    if candidates.iter().any(|candidate| discovered(candidate)) {
        return None;
    }
    let candidate = candidates.first()?;
    // An ignored file with the very spelling is as good as any.
    if context.world.probe(candidate) != Probe::Missing && context.world.disk_spells(candidate) {
        return None;
    }
    let whole = if candidate.contains('/') { candidate.clone() } else { format!("/{candidate}") };
    context
        .world
        .same_ignoring_case(whole.trim_start_matches('/'))
        .into_iter()
        .find(|other| other.to_lowercase() == candidate.to_lowercase() && &**other != candidate)
}

fn differing_part<'a>(from: &str, to: &'a str) -> &'a str {
    if path::file_name(from) == path::file_name(to) { to } else { path::file_name(to) }
}

/// The written path with the case of its last segments taken from `to`.
fn respell(written: &str, from: &str, to: &str) -> Option<String> {
    if written.contains('%') || from.len() != to.len() {
        return None;
    }
    let kept = written.trim_start_matches("./").trim_start_matches("../");
    let tail = kept.trim_start_matches("../");
    let (head, tail) = written.split_at(written.len() - tail.len());
    to.get(to.len().checked_sub(tail.len())?..)
        .filter(|end| end.eq_ignore_ascii_case(tail))
        .map(|end| format!("{head}{end}"))
}

fn written_path(written: &Written<'_>, anchor_at: Option<usize>) -> String {
    anchor_at.map_or(written.text, |at| &written.text[..at]).to_owned()
}

/// Where byte `at` of the decoded destination stands in the text: known where both are the same.
fn offset_in(written: &Written<'_>, at: usize) -> Option<u32> {
    (written.text.len() == written.span.len()).then(|| written.span.start + u32::try_from(at).unwrap_or(0))
}

fn missing(context: &mut Context<'_>, written: &Written<'_>, candidates: &[String], span: Span) {
    let plain = written_path(written, written.text.find('#'));
    let severity = match written.what {
        // What has no folder and no ending may be a word in brackets that nobody meant as a path.
        What::Link if !looks_like_path(&plain) => Some(Severity::Hint),
        What::Import if !plain.ends_with(".md") => Some(Severity::Hint),
        // No client reads a picture, and a folder may be one that the work is to make.
        What::Image => Some(Severity::Information),
        What::Link if plain.ends_with('/') => Some(Severity::Information),
        // What follows a template that was closed early may be the rest of the template.
        _ if after_nested_fence(context.facts, span) => Some(Severity::Information),
        _ => None,
    };
    let mut message = match written.what {
        What::Import => format!("The imported file `{plain}` does not exist: nothing is imported."),
        _ => format!("`{plain}` does not exist."),
    };
    let moved = moved_to(context, &candidates[0]);
    if let Some(moved) = &moved {
        message += &format!(" A file of that name is at `{moved}`.");
    }
    let mut report = Report::new("link/missing-file", span, message);
    if let Some(severity) = severity {
        report = report.severity(severity);
    }
    if let Some(moved) = moved {
        let new = path::relative(path::parent(&context.path), &moved);
        let is_quoted =
            written.what == What::FileReference && written.whole.len() > "#file:".len() + written.span.len();
        let mut new = written.spelt(&new, &plain, is_quoted.then_some('"'));
        // Where the path's own end is not known, the anchor is written anew with it.
        if span == written.span {
            new += written.text.get(plain.len()..).unwrap_or_default();
        }
        report = report.offered_fix(format!("Link to `{new}`"), span, new).related(
            moved,
            Span::at(0),
            "the only file of that name",
        );
    }
    context.send(report);
}

fn after_nested_fence(facts: &Facts, span: Span) -> bool {
    facts
        .fences
        .iter()
        .any(|fence| fence.closed && fence.inner_open.is_some() && fence.span.end <= span.start)
}

fn looks_like_path(plain: &str) -> bool {
    plain.contains('/') || !path::extension(plain).is_empty()
}

/// The one file of that name elsewhere, where there is exactly one and the name says something: every
/// project has a `README.md`, and a `package.json` elsewhere is another one.
fn moved_to(context: &Context<'_>, candidate: &str) -> Option<Arc<str>> {
    let name = path::file_name(candidate);
    let general =
        ["README.md", "SKILL.md", "index.md", "AGENTS.md", "CLAUDE.md", "CHANGELOG.md", "CONTRIBUTING.md"];
    if general.contains(&name) || path::extension(name) != "md" {
        return None;
    }
    let mut same = context.world.same_ignoring_case(name);
    same.retain(|path| path::file_name(path) == name && **path != *context.path);
    (same.len() == 1).then(|| same.remove(0))
}

fn anchor_of(context: &mut Context<'_>, written: &Written<'_>, at: usize, id: PathId, anchor: &str) {
    if anchor.is_empty() || is_special_anchor(anchor) || written.what == What::Import {
        return;
    }
    let world = context.world;
    let Some(Content::Markdown(facts)) = world.file(id).map(|state| &state.content) else { return };
    if resolve::anchored(facts, anchor).is_some() {
        return;
    }
    let span = match offset_in(written, at) {
        Some(start) => Span { start, end: written.span.end },
        None => written.span,
    };
    let (path, here) = (world.path(id), id == context.id);
    let place = if here { "this file".to_owned() } else { format!("`{}`", path::file_name(&path)) };
    let mut message = format!("No heading of {place} has the anchor `#{anchor}`.");
    let near = nearest(facts, anchor);
    if let Some(near) = near {
        message += &format!(" Did you mean `#{near}`?");
    }
    let mut report = Report::new("link/missing-anchor", span, message);
    if let Some(near) = near {
        report = report.offered_fix(format!("Replace by `#{near}`"), span, format!("#{near}"));
    }
    if !here {
        let top = facts.headings.first().map_or(Span::at(0), |heading| heading.span);
        report = report.related(path, top, "the file without that heading");
    }
    context.send(report);
}

/// Anchors that are no heading's: lines of a file, blocks, text fragments, the top.
pub(crate) fn is_special_anchor(anchor: &str) -> bool {
    let line = anchor.strip_prefix('L').unwrap_or_default();
    (!line.is_empty() && line.starts_with(|first: char| first.is_ascii_digit()))
        || anchor.starts_with(['^', ':', '!'])
        || anchor.contains(['{', '}', '<', '>', '$', '='])
        || anchor.eq_ignore_ascii_case("top")
        || anchor.eq_ignore_ascii_case("readme")
        || anchor.starts_with("fn")
        || anchor.starts_with("footnote")
}

fn nearest<'f>(facts: &'f Facts, anchor: &str) -> Option<&'f str> {
    let wanted = anchor.to_lowercase();
    let slugs = facts.headings.iter().map(|heading| &*heading.slug).filter(|slug| !slug.is_empty());
    slugs
        .map(|slug| (strsim::normalized_levenshtein(slug, &wanted), slug))
        .filter(|(near, slug)| *near >= 0.7 || trimmed(slug) == trimmed(&wanted))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, slug)| slug)
}

/// A slug without the hyphens that an emoji or a number at its ends leaves.
fn trimmed(slug: &str) -> &str {
    slug.trim_matches(|c: char| c == '-' || c.is_ascii_digit())
}

/// Labels without definition, definitions without use.
fn references(context: &mut Context<'_>, facts: &Facts) {
    for reference in &facts.undefined {
        let message =
            format!("No definition `[{}]: …` in this file: the text is shown as it stands.", reference.label);
        context.send(Report::new("link/undefined-reference", reference.span, message));
    }
    for definition in facts.definitions.iter().filter(|definition| !definition.used) {
        // `[//]: # (note)` is the idiom for a comment.
        if definition.label.starts_with("//") || &*definition.target == "#" {
            continue;
        }
        let message = format!("No link uses the definition `[{}]`.", definition.label);
        context.send(Report::new("link/unused-definition", definition.span, message).tag(Tag::Unnecessary));
    }
}
