//! What a glob of `applyTo` or `paths` matches: how many files, which, for which client, and why.

use super::hover::Hover;
use crate::clients;
use crate::globs;
use crate::scope::{self, Pattern};
use crate::world::World;
use rustc_hash::FxHashSet;
use segue_catalog::{ClientId, ClientSet, Globs, catalog};
use std::sync::Arc;

/// At most so many files are named.
const MOST_NAMED: usize = 10;

/// What a group of clients makes of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The clients.
    pub clients: ClientSet,
    /// How they match, as a clause.
    pub way: String,
    /// What they match.
    pub what: Matched,
}

/// What a glob matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Every file, whatever there is.
    Everything,
    /// These files, sorted by path.
    Files(Vec<Arc<str>>),
    /// No file, ever, for this reason.
    Never(String),
}

impl Matched {
    fn has(&self, path: &str) -> bool {
        match self {
            Matched::Everything => true,
            Matched::Files(files) => files.binary_search_by(|own| (**own).cmp(path)).is_ok(),
            Matched::Never(_) => false,
        }
    }
}

/// What to show at a byte of a file: what the glob there matches.
#[must_use]
pub fn at(world: &World, path: &str, offset: u32) -> Option<Hover> {
    let (_, state) = world.file_at(path)?;
    let written = globs::of_file(path, state)?;
    let glob = written.iter().find(|glob| glob.span.touches(offset as usize))?;
    let (kind, facts) = (state.kind?, state.facts()?);
    let clients = clients::of_file(path, kind, state.dialect, facts, world.config(path));
    let page = world
        .globs
        .page(world, glob.text, clients, || told(world, glob.text, &of_glob(world, glob.text, clients)));
    let mut markdown = page.to_string();
    if world.alone {
        markdown.push_str("\n\nWhich files match is known when the workspace is read.");
    } else if written.len() > 1 {
        let client = clients.iter().next().unwrap_or(ClientId::Vscode);
        let all = files(count_of_all(world, &written, client));
        let title = clients::told(ClientSet::of(&[client]));
        markdown.push_str(&format!("\n\nAll {} patterns together, in {title}: {all}.", written.len()));
    }
    Some(Hover { span: glob.span, markdown })
}

/// What the clients make of a glob; those that make the same of it in the same way share a group.
#[must_use]
pub fn of_glob(world: &World, glob: &str, clients: ClientSet) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in catalog().clients.iter().filter(|row| clients.has(row.id)) {
        let (own, what) = (ClientSet::of(&[row.id]), matched(world, glob, &row.globs));
        let same = |group: &&mut Group| {
            group.what == what && (group.way == row.globs.doc || !matches!(what, Matched::Files(_)))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.clients = group.clients.or(own),
            None => groups.push(Group { clients: own, way: row.globs.doc.clone(), what }),
        }
    }
    groups
}

fn matched(world: &World, glob: &str, globs: &Globs) -> Matched {
    match scope::understand_for(glob, globs) {
        Pattern::Always => Matched::Everything,
        Pattern::Never(why) => Matched::Never(why.reason().to_owned()),
        Pattern::Invalid(error) => Matched::Never(error.reason),
        Pattern::Glob(glob) => {
            let mut files: Vec<Arc<str>> =
                world.globs.all(world, &glob).into_iter().map(|id| world.path(id)).collect();
            files.sort_unstable();
            Matched::Files(files)
        }
    }
}

/// How many files one pattern matches for a client; `None` where it never can.
#[must_use]
pub fn count(world: &World, glob: &str, client: ClientId) -> Option<usize> {
    match scope::understand_for(glob, &scope::of_client(client)) {
        Pattern::Always => Some(world.discovered().count()),
        Pattern::Glob(glob) => Some(world.globs.count(world, &glob)),
        Pattern::Never(_) | Pattern::Invalid(_) => None,
    }
}

/// How many files the patterns match together for a client.
fn count_of_all(world: &World, written: &[globs::WrittenGlob<'_>], client: ClientId) -> usize {
    let globs = scope::of_client(client);
    let mut matchers = Vec::new();
    for glob in written {
        match scope::understand_for(glob.text, &globs) {
            Pattern::Always => return world.discovered().count(),
            Pattern::Glob(glob) => matchers.push(glob),
            Pattern::Never(_) | Pattern::Invalid(_) => {}
        }
    }
    match matchers.as_slice() {
        [one] => world.globs.count(world, one),
        several => {
            several.iter().flat_map(|glob| world.globs.all(world, glob)).collect::<FxHashSet<_>>().len()
        }
    }
}

pub(super) fn files(count: usize) -> String {
    match count {
        0 => "no file".to_owned(),
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

/// The groups as Markdown.
fn told(world: &World, glob: &str, groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        let clients = clients::told(group.clients);
        let line = match &group.what {
            Matched::Everything if world.alone => {
                format!("**{clients}**: every request, whatever file it is about.")
            }
            Matched::Files(_) if world.alone => {
                format!("**{clients}** {}.", plural(group.clients, &group.way))
            }
            Matched::Everything => format!(
                "**{clients}**: every request, whatever file it is about ({} here).",
                files(world.discovered().count())
            ),
            Matched::Files(found) => {
                format!("**{clients}** {}: **{}**.", plural(group.clients, &group.way), files(found.len()))
            }
            Matched::Never(reason) => format!("**{clients}**: never matches, {reason}."),
        };
        text.push_str(&format!("{line}\n\n"));
    }
    let counted = if world.alone { &[] } else { groups };
    let mut all: Vec<&Arc<str>> = counted
        .iter()
        .flat_map(|group| if let Matched::Files(files) = &group.what { files.as_slice() } else { &[] })
        .collect();
    all.sort_unstable();
    all.dedup();
    for path in all.iter().take(MOST_NAMED) {
        let these: ClientSet = groups
            .iter()
            .filter(|group| group.what.has(path))
            .flat_map(|group| group.clients.iter())
            .collect();
        let whole = groups.iter().all(|group| group.what.has(path));
        let only =
            if whole { String::new() } else { format!(": {} only{}", clients::told(these), why(glob)) };
        text.push_str(&format!("- `{path}`{only}\n"));
    }
    if all.len() > MOST_NAMED {
        text.push_str(&format!("- and {} more\n", all.len() - MOST_NAMED));
    }
    text.trim_end().to_owned()
}

/// Why some clients match more than others.
fn why(glob: &str) -> &'static str {
    if glob.starts_with("**/") { " (case)" } else { ", because the pattern does not begin with `**/`" }
}

/// `matches` of several.
fn plural(clients: ClientSet, way: &str) -> String {
    match way.strip_prefix("matches ").filter(|_| clients.iter().count() > 1) {
        Some(rest) => format!("match {}", rest.replace("its documentation says", "their documentation says")),
        None => way.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::{Change, Host, Options};

    /// The hovers at the marks of a fixture's first file.
    fn hovers(fixture: &str) -> Vec<String> {
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let file = fixture::files(fixture, "").remove(0);
        file.marks
            .iter()
            .map(|mark| {
                let hover = at(&world, &file.path, mark.start).map(|hover| {
                    assert_eq!(hover.span, *mark);
                    hover.markdown
                });
                hover.unwrap_or_default()
            })
            .collect()
    }

    #[test]
    fn a_glob_says_how_many_and_which_files_match_and_why() {
        let told = hovers(
            "//- .github/instructions/ts.instructions.md
---
applyTo: '«src/**/*.ts», «./x», **/*.md'
---
Be strict.
//- src/a.ts
//- src/deep/b.ts
//- packages/web/src/c.ts
//- docs/d.md
",
        );
        insta::assert_snapshot!(told.join("\n=====\n"));
    }

    /// What was told before stays what is told of the state before, and is no longer of the one after.
    #[test]
    fn a_card_follows_the_files() {
        let disk = Arc::new(fixture::disk(
            "//- .claude/rules/ts.md\n---\npaths: 'src/*.ts'\n---\nX\n//- src/a.ts\n",
        ));
        let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
        let before = host.snapshot();
        let told = |world: &World| {
            at(world, ".claude/rules/ts.md", 14).map(|hover| hover.markdown).unwrap_or_default()
        };
        let (one, again) = (told(&before), told(&before));
        assert!(one.contains("**1 file**") && one == again, "{one}");
        disk.write("src/b.ts", "");
        host.apply([Change::Disk("src/b.ts".to_owned())]);
        assert!(told(&host.snapshot()).contains("**2 files**"));
        disk.remove("src/a.ts");
        host.apply([Change::Disk("src/a.ts".to_owned())]);
        let last = told(&host.snapshot());
        assert!(
            last.contains("**1 file**") && last.contains("src/b.ts") && !last.contains("src/a.ts"),
            "{last}"
        );
    }

    #[test]
    fn a_list_for_claude_and_what_always_matches() {
        let told = hovers(
            "//- .claude/rules/ts.md
---
paths:
  - «*.md»
  - \"«**»\"
  - «lib/{a,b}.rs»
---
Be strict.
//- a.md
//- docs/d.md
//- lib/a.rs
",
        );
        insta::assert_snapshot!(told.join("\n=====\n"));
    }

    #[test]
    fn half_typed_and_escaped_values_have_an_answer() {
        for header in
            ["applyTo: '", "applyTo:", "applyTo: \"a\\\"b, **\"", "applyTo: [a, {b: c}]", "applyTo: ,"]
        {
            let text = format!("//- a.instructions.md\n---\n{header}\n---\nx\n");
            let world = Host::open(Arc::new(fixture::disk(&text)), Options::default(), &|_| ()).snapshot();
            for offset in 0..40 {
                let _ = at(&world, "a.instructions.md", offset);
            }
        }
    }
}
