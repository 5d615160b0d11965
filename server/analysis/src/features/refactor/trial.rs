//! What a change would make of the workspace, before anybody makes it.

use crate::changes::Changes;
use crate::diagnostics;
use crate::disk::Probe;
use crate::host::{Change, Host};
use crate::world::World;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// At most so many files that refer to what is edited are judged again.
const MOST_REFERRERS: usize = 32;

/// Whether changes leave every file that they touch, and those that refer to them, without a finding
/// that was not there before. Of a new file only its links count: somebody has to fill it in yet.
pub(super) fn brings_nothing(world: &World, changes: &Changes) -> bool {
    let Some(after) = tried(world, changes) else { return false };
    let mut paths: Vec<Arc<str>> = changes.files.keys().cloned().collect();
    for path in paths.clone().into_iter().chain(changes.creates.keys().cloned()) {
        let referrers = world.id(&path).map(|id| world.referrers(id)).unwrap_or_default();
        paths.extend(referrers.iter().take(MOST_REFERRERS).map(|id| world.path(*id)));
    }
    paths.sort();
    paths.dedup();
    paths.iter().all(|path| !is_worse(world, &after, path)) && all_came_along(world, &after, changes)
}

/// What counts tasks or files: told of a plan when it grows, whoever lets it.
const COUNTED: &[&str] = &["plan/diagram", "plan/tier"];

/// Whether changes leave the files that they touch without a finding of a code that none of theirs had
/// before, those aside that a plan of more tasks has.
pub(super) fn brings_no_other_code(world: &World, changes: &Changes) -> bool {
    let Some(after) = tried(world, changes) else { return false };
    changes.files.keys().all(|path| {
        let had = findings(world, path);
        findings(&after, path)
            .iter()
            .filter(|finding| !COUNTED.contains(&finding.code))
            .all(|finding| had.iter().any(|own| own.code == finding.code))
    })
}

/// Whether every finding about links in new files is one that an edited file had, and has no longer.
fn all_came_along(before: &World, after: &World, changes: &Changes) -> bool {
    let mut left: FxHashMap<&str, isize> = FxHashMap::default();
    for path in changes.files.keys() {
        findings(before, path).iter().for_each(|finding| *left.entry(finding.code).or_default() += 1);
        findings(after, path).iter().for_each(|finding| *left.entry(finding.code).or_default() -= 1);
    }
    for finding in changes.creates.keys().flat_map(|path| findings(after, path)) {
        *left.entry(finding.code).or_default() -= isize::from(finding.code.starts_with("link/"));
    }
    let of_links = left.iter().filter(|(code, _)| code.starts_with("link/"));
    changes.creates.is_empty() || of_links.into_iter().all(|(_, left)| *left >= 0)
}

/// The workspace after changes; `None` where their edits do not fit the texts, or a file is there that
/// they create.
fn tried(world: &World, changes: &Changes) -> Option<Arc<World>> {
    let mut buffers = Vec::new();
    for (path, file) in &changes.files {
        (world.any_text(path)? == file.text).then_some(())?;
        buffers.push((path, file.applied()?));
    }
    for (path, text) in &changes.creates {
        (world.probe(path) == Probe::Missing).then_some(())?;
        buffers.push((path, text.clone()));
    }
    let mut host = Host::over(world);
    host.apply(buffers.into_iter().map(|(path, text)| Change::Buffer {
        path: path.to_string(),
        text: text.into(),
        version: None,
    }));
    Some(host.snapshot())
}

/// Whether a file has more of some finding after than before.
fn is_worse(before: &World, after: &World, path: &str) -> bool {
    let mut had: FxHashMap<(&str, String), usize> = FxHashMap::default();
    for finding in findings(before, path) {
        *had.entry((finding.code, finding.message)).or_default() += 1;
    }
    findings(after, path).into_iter().any(|finding| match had.get_mut(&(finding.code, finding.message)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

fn findings(world: &World, path: &str) -> Vec<diagnostics::Finding> {
    world.id(path).map(|id| diagnostics::of_file(world, id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Edit;
    use crate::{Options, fixture};
    use segue_syntax::Span;

    #[test]
    fn a_change_is_tried_without_being_made() {
        let fixture = "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n[b](b.md#one)\n\
            //- .github/prompts/b.md\n# One\n";
        let disk = Arc::new(fixture::disk(fixture));
        let world = Host::open(disk, Options::default(), &|_| ()).snapshot();
        let before = world.dump();
        let (hub, text) = (Arc::<str>::from(".github/prompts/b.md"), Arc::<str>::from("# One\n"));
        let heading = |new: &str| {
            let edit = Edit { span: Span::new(0, 5), insert: new.to_owned() };
            Changes::of_file(&hub, &text, vec![edit])
        };
        assert!(brings_nothing(&world, &heading("# One\n\n# Two")));
        assert!(!brings_nothing(&world, &heading("# Two")), "the link loses its heading");
        let create = |path: &str, text: &str| Changes::of_new(path, text.to_owned());
        assert!(brings_nothing(&world, &create("docs/c.memory.md", "# C\n")));
        assert!(!brings_nothing(&world, &create("docs/c.memory.md", "[x](gone.md)\n")));
        assert!(!brings_nothing(&world, &create(".github/prompts/b.md", "# C\n")), "something is there");
        assert_eq!(world.dump(), before);
    }
}
