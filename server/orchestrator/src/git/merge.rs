//! The integration branch: finished tasks are merged into it without any checkout.
//!
//! `git merge-tree` makes the merged tree or names the conflicts; the commit is made of that tree, and
//! the branch moves only if it is where it was. So a kill at any point leaves either nothing or all.

use super::commit::{TRAILER, with_trailer};
use super::predict::{Conflict, Prediction, predict};
use super::run::{line, parts};
use super::{GitError, Place, Repository, integration_branch};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What became of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// A commit of it.
    New {
        /// Its id.
        commit: String,
    },
    /// It is in there already; the commit that brought it, where one did.
    Already {
        /// Its id; `None` where the attempt changed nothing.
        commit: Option<String>,
    },
    /// It cannot be merged.
    Conflict(Conflict),
}

/// A file's new content, put into a commit beside what is merged (a finished task that is ticked).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its path from the top.
    pub path: PathBuf,
    /// All of it.
    pub content: Vec<u8>,
}

/// What remains when something was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TakenOut {
    /// The tip of the integration branch.
    pub tip: String,
    /// What was merged again, in order, and the commit that brought it; empty where it was out already.
    pub again: Vec<(Place, String)>,
    /// What could not be merged without it, and is out too.
    pub conflicted: Vec<Place>,
}

/// A merge on the integration branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The commit on the integration branch.
    pub commit: String,
    /// Where the branch was before it.
    pub before: String,
    /// The attempt it names (`run/task/attempt`), where it names one.
    pub attempt: Option<String>,
}

/// Sees to it that the integration branch of a run is there, with all that was merged: `base` is where the run
/// began, `known` the tip that its journal knows. One that was deleted comes back there.
///
/// # Errors
/// A branch of that name with other work, one that was moved back behind what was merged, what was merged is
/// gone, or git fails.
pub fn begin(repository: &Repository, run: &str, base: &str, known: &str) -> Result<(), GitError> {
    let branch = integration_branch(run);
    match repository.tip(&branch)? {
        None => bring_back(repository, run, known),
        Some(tip) if tip == known || repository.contains(&tip, known)? => Ok(()),
        Some(tip) if known != base && repository.contains(&tip, base)? => {
            Err(GitError::MovedBack { branch, known: known.to_owned() })
        }
        Some(_) => Err(GitError::BranchTaken { branch }),
    }
}

/// Brings an integration branch back that was deleted. One that is there is the user's to move.
///
/// # Errors
/// What was merged is gone, or git fails.
pub fn bring_back(repository: &Repository, run: &str, known: &str) -> Result<(), GitError> {
    let branch = integration_branch(run);
    match repository.tip(&branch)? {
        None => repository.move_branch(&branch, None, known),
        Some(_) => Ok(()),
    }
}

/// The tip of a run's integration branch.
///
/// # Errors
/// There is none, or git fails.
pub fn tip(repository: &Repository, run: &str) -> Result<String, GitError> {
    let branch = integration_branch(run);
    repository.tip(&branch)?.ok_or(GitError::NoSuchCommit(branch))
}

/// Merges the branch of an attempt into the integration branch of its run. `edits` gives what else the
/// commit changes, for the merged tree. Asked again, it is there already.
///
/// # Errors
/// A branch is missing or moved meanwhile, or git fails.
pub fn merge(
    repository: &Repository,
    place: &Place,
    message: &str,
    edits: impl FnOnce(&str) -> Result<Vec<Edit>, GitError>,
) -> Result<Merged, GitError> {
    let branch = place.branch();
    let theirs = repository.tip(&branch)?.ok_or(GitError::NoSuchCommit(branch))?;
    let ours = tip(repository, &place.run)?;
    if repository.contains(&ours, &theirs)? {
        return Ok(Merged::Already { commit: brought_by(repository, &ours, &theirs)? });
    }
    let tree = match predict(repository, &ours, &theirs)? {
        Prediction::Clean { tree } => tree,
        Prediction::Conflict(conflict) => return Ok(Merged::Conflict(conflict)),
    };
    let edits = edits(&tree)?;
    let tree = edited(repository, &tree, &edits)?;
    let commit = committed(repository, &tree, &[&ours, &theirs], &with_trailer(message, place))?;
    repository.move_branch(&integration_branch(&place.run), Some(&ours), &commit)?;
    Ok(Merged::New { commit })
}

/// Changes files on the integration branch in a commit of its own, in the name of an attempt that had
/// nothing to merge. `None` where they are so already.
///
/// # Errors
/// The branch is missing or moved meanwhile, or git fails.
pub fn edit(
    repository: &Repository,
    place: &Place,
    message: &str,
    edits: impl FnOnce(&str) -> Result<Vec<Edit>, GitError>,
) -> Result<Option<String>, GitError> {
    let ours = tip(repository, &place.run)?;
    let before = repository.tree(&ours)?;
    let edits = edits(&before)?;
    let tree = edited(repository, &before, &edits)?;
    if tree == before {
        return Ok(None);
    }
    let commit = committed(repository, &tree, &[&ours], &with_trailer(message, place))?;
    repository.move_branch(&integration_branch(&place.run), Some(&ours), &commit)?;
    Ok(Some(commit))
}

/// The commits on the integration branch since `base`, the oldest first: in this order a culprit is
/// looked for.
///
/// # Errors
/// The branch or `base` is missing, or git fails.
pub fn steps(repository: &Repository, run: &str, base: &str) -> Result<Vec<Step>, GitError> {
    let range = format!("{base}..{}", tip(repository, run)?);
    let format = format!("--format=%H%x09%P%x09%(trailers:key={TRAILER},valueonly,separator=%x20)");
    let arguments = ["log", "-z", "--first-parent", "--reverse", &format, "--end-of-options", &range, "--"];
    let printed = repository.asks(arguments)?.printed()?;
    let step = |part: &[u8]| {
        let text = line(part);
        let mut fields = text.split('\t');
        let (commit, parents) = (fields.next()?.to_owned(), fields.next()?);
        let before = parents.split(' ').next()?.to_owned();
        let attempt =
            fields.next().and_then(|names| names.split(' ').next_back()).filter(|name| !name.is_empty());
        Some(Step { commit, before, attempt: attempt.map(str::to_owned) })
    };
    Ok(parts(&printed).filter_map(step).collect())
}

/// Takes what an attempt brought out of the integration branch: the branch goes back to where it was
/// before, and what came later is merged again, with `edits` for each. The branch moves at the end and
/// all at once. Asked again, it is out already, and the answer is the same.
///
/// # Errors
/// A branch is missing or moved meanwhile, or git fails.
pub fn take_out(
    repository: &Repository,
    place: &Place,
    mut edits: impl FnMut(&Place, &str) -> Result<Vec<Edit>, GitError>,
) -> Result<TakenOut, GitError> {
    let run = place.run.as_str();
    let branch = place.branch();
    let theirs = repository.tip(&branch)?.ok_or(GitError::NoSuchCommit(branch))?;
    let ours = tip(repository, run)?;
    let Some(brought) = brought_by(repository, &ours, &theirs)? else {
        return Ok(TakenOut { tip: ours, ..TakenOut::default() });
    };
    let mut out = TakenOut { tip: repository.commit(&format!("{brought}^1"))?, ..TakenOut::default() };
    for step in steps(repository, run, &brought)? {
        let Some(later) = step.attempt.as_deref().and_then(Place::named) else { continue };
        let message = line(&repository.asks(["log", "-1", "--format=%B", &step.commit, "--"])?.printed()?);
        let merged = repository.commit(&format!("{}^2", step.commit)).ok();
        let tree = match &merged {
            None => Prediction::Clean { tree: repository.tree(&out.tip)? },
            // It began with what goes, and would bring it back.
            Some(merged) if repository.contains(merged, &theirs)? => {
                out.conflicted.push(later);
                continue;
            }
            Some(merged) => predict(repository, &out.tip, merged)?,
        };
        let Prediction::Clean { tree } = tree else {
            out.conflicted.push(later);
            continue;
        };
        let tree = edited(repository, &tree, &edits(&later, &tree)?)?;
        let parents: Vec<&str> = [out.tip.as_str()].into_iter().chain(merged.as_deref()).collect();
        out.tip = committed(repository, &tree, &parents, &message)?;
        out.again.push((later, out.tip.clone()));
    }
    repository.move_branch(&integration_branch(run), Some(&ours), &out.tip)?;
    Ok(out)
}

/// The commit on the first line of `ours` that merged `theirs`.
fn brought_by(repository: &Repository, ours: &str, theirs: &str) -> Result<Option<String>, GitError> {
    let arguments =
        ["rev-list", "--first-parent", "--merges", "--parents", ours, &format!("^{theirs}"), "--"];
    let printed = repository.asks(arguments)?.printed()?;
    let text = String::from_utf8_lossy(&printed).into_owned();
    let merge = text.lines().find(|line| line.split(' ').skip(2).any(|parent| parent == theirs));
    Ok(merge.and_then(|line| line.split(' ').next()).map(str::to_owned))
}

/// The tree with files changed in it.
fn edited(repository: &Repository, tree: &str, edits: &[Edit]) -> Result<String, GitError> {
    if edits.is_empty() {
        return Ok(tree.to_owned());
    }
    let index = tempfile::Builder::new().prefix("index-").tempdir_in(repository.notes()?);
    let index = index.map_err(|error| GitError::file(repository.common_directory(), error))?;
    let apart = repository.git.clone().with_variable("GIT_INDEX_FILE", index.path().join("index"));
    apart.does(repository.top(), ["read-tree", tree])?.printed()?;
    for edit in edits {
        let id =
            apart.does_with(repository.top(), ["hash-object", "-w", "--stdin"], &edit.content)?.printed()?;
        let mode = mode_of(repository, tree, &edit.path)?;
        let mut entry = OsString::from(format!("{mode},{},", line(&id)));
        entry.push(&edit.path);
        let arguments = ["update-index".into(), "--add".into(), "--cacheinfo".into(), entry];
        apart.does(repository.top(), arguments)?.printed()?;
    }
    Ok(line(&apart.does(repository.top(), ["write-tree"])?.printed()?))
}

/// The mode of a file in a tree; that of an ordinary file where it is not there.
fn mode_of(repository: &Repository, tree: &str, file: &Path) -> Result<String, GitError> {
    let arguments: [OsString; 6] = [
        "--literal-pathspecs".into(),
        "ls-tree".into(),
        "--full-tree".into(),
        tree.into(),
        "--".into(),
        file.into(),
    ];
    let printed = repository.asks(arguments)?.printed()?;
    let mode = line(&printed).split(' ').next().unwrap_or_default().to_owned();
    Ok(if mode.starts_with("100") { mode } else { "100644".to_owned() })
}

fn committed(
    repository: &Repository,
    tree: &str,
    parents: &[&str],
    message: &str,
) -> Result<String, GitError> {
    let mut arguments = vec!["commit-tree", tree];
    for parent in parents {
        arguments.extend(["-p", parent]);
    }
    arguments.extend(["-F", "-"]);
    let printed = repository.git.does_with(repository.top(), arguments, message.as_bytes())?.printed()?;
    Ok(line(&printed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, write};
    use crate::git::predict::side;
    use crate::git::{commit, worktree};

    /// A run with its integration branch at HEAD.
    fn run(fixture: &Fixture) -> (Repository, String) {
        let repository = fixture.repository();
        let base = repository.head().unwrap();
        begin(&repository, "k3v9", &base, &base).unwrap();
        (repository, base)
    }

    /// An attempt that wrote a file.
    fn attempt(repository: &Repository, task: &str, base: &str, file: &str, text: &str) -> Place {
        let place = Fixture::place(task, 1);
        let folder = worktree::add(repository, &place, base).unwrap();
        write(&folder.join(file), text);
        commit::after_turn(repository, &place, base, task).unwrap();
        place
    }

    fn without_edits(_: &str) -> Result<Vec<Edit>, GitError> {
        Ok(Vec::new())
    }

    #[test]
    fn finished_tasks_meet_on_the_integration_branch() {
        let fixture = Fixture::new();
        let (repository, base) = run(&fixture);
        let one = attempt(&repository, "one", &base, "one.txt", "1");
        let two = attempt(&repository, "two", &base, "ünïcode two.txt", "2");
        let evidence = fixture.does(&["status", "--porcelain"]);
        let Merged::New { commit: first } = merge(&repository, &one, "One", without_edits).unwrap() else {
            panic!()
        };
        let Merged::New { commit: second } = merge(&repository, &two, "Two", without_edits).unwrap() else {
            panic!()
        };
        assert_eq!(tip(&repository, "k3v9").unwrap(), second);
        assert_eq!(fixture.does(&["show", "segue/k3v9/integration:one.txt"]), "1");
        assert_eq!(fixture.does(&["show", "segue/k3v9/integration:ünïcode two.txt"]), "2");
        assert_eq!(fixture.does(&["status", "--porcelain"]), evidence);
        // Asked again, it is there.
        let again = merge(&repository, &one, "One", without_edits).unwrap();
        assert_eq!(again, Merged::Already { commit: Some(first.clone()) });
        begin(&repository, "k3v9", &base, &base).unwrap();
        let steps = steps(&repository, "k3v9", &base).unwrap();
        let named: Vec<_> =
            steps.iter().map(|step| (step.commit.as_str(), step.attempt.as_deref())).collect();
        assert_eq!(named, [(first.as_str(), Some("k3v9/one/1")), (second.as_str(), Some("k3v9/two/1"))]);
        assert_eq!(steps[1].before, first);
    }

    #[test]
    fn what_was_merged_comes_out_and_the_rest_stays() {
        let fixture = Fixture::new();
        let lines: Vec<String> = ["one", "two", "read"].map(|task| format!("- [ ] {task}\n\n\n\n")).into();
        fixture.write("plan.md", &lines.concat());
        fixture.commit("Plan");
        let (repository, base) = run(&fixture);
        let one = attempt(&repository, "one", &base, "one.txt", "1");
        let two = attempt(&repository, "two", &base, "two.txt", "2");
        let read = Fixture::place("read", 1);
        worktree::add(&repository, &read, &base).unwrap();
        let tick = |place: &Place, tree: &str| {
            let text = String::from_utf8(repository.file(tree, Path::new("plan.md"))?.unwrap()).unwrap();
            let task = &place.task;
            let content = text.replace(&format!("[ ] {task}"), &format!("[x] {task}")).into_bytes();
            Ok(vec![Edit { path: "plan.md".into(), content }])
        };
        merge(&repository, &one, "One", |tree| tick(&one, tree)).unwrap();
        merge(&repository, &two, "Two", |tree| tick(&two, tree)).unwrap();
        edit(&repository, &read, "Read", |tree| tick(&read, tree)).unwrap().unwrap();
        let out = take_out(&repository, &one, tick).unwrap();
        assert_eq!(out.again.iter().map(|(place, _)| place).collect::<Vec<_>>(), [&two, &read]);
        assert_eq!(tip(&repository, "k3v9").unwrap(), out.tip);
        assert_eq!(fixture.does(&["ls-tree", "--name-only", &out.tip]), "README.md\nplan.md\ntwo.txt");
        let plan = fixture.does(&["show", &format!("{}:plan.md", out.tip)]);
        assert_eq!(plan.split_whitespace().collect::<String>(), "-[]one-[x]two-[x]read");
        let named: Vec<_> =
            steps(&repository, "k3v9", &base).unwrap().into_iter().filter_map(|step| step.attempt).collect();
        assert_eq!(named, ["k3v9/two/1", "k3v9/read/1"]);
        let again = take_out(&repository, &one, tick).unwrap();
        assert_eq!(again, TakenOut { tip: out.tip.clone(), ..TakenOut::default() });
        // The next attempt begins without it, and comes in.
        let second = Fixture::place("one", 2);
        let folder = worktree::add(&repository, &second, &out.tip).unwrap();
        write(&folder.join("one.txt"), "better");
        commit::after_turn(&repository, &second, &out.tip, "Again").unwrap();
        merge(&repository, &second, "One again", without_edits).unwrap();
        assert_eq!(fixture.does(&["show", "segue/k3v9/integration:one.txt"]), "better");
        // What built on it cannot stay without it.
        let three =
            attempt(&repository, "three", &tip(&repository, "k3v9").unwrap(), "one.txt", "built on it");
        merge(&repository, &three, "Three", without_edits).unwrap();
        let out = take_out(&repository, &second, |_, _| Ok(Vec::new())).unwrap();
        assert_eq!((out.again.len(), out.conflicted), (0, vec![three]));
    }

    #[test]
    fn a_task_without_changes_is_there_already() {
        let fixture = Fixture::new();
        let (repository, base) = run(&fixture);
        let place = Fixture::place("read", 1);
        worktree::add(&repository, &place, &base).unwrap();
        assert_eq!(
            merge(&repository, &place, "Read", without_edits).unwrap(),
            Merged::Already { commit: None }
        );
    }

    #[test]
    fn conflicts_name_files_and_both_sides_and_change_nothing() {
        let fixture = Fixture::new();
        fixture.write("gone.txt", "old\n");
        fixture.commit("Old");
        let (repository, base) = run(&fixture);
        let one = attempt(&repository, "one", &base, "README.md", "One\n");
        let two = Fixture::place("two", 1);
        let folder = worktree::add(&repository, &two, &base).unwrap();
        write(&folder.join("README.md"), "Two\n");
        write(&folder.join("gone.txt"), "changed\n");
        commit::after_turn(&repository, &two, &base, "Two").unwrap();
        let three = Fixture::place("three", 1);
        let folder = worktree::add(&repository, &three, &base).unwrap();
        std::fs::remove_file(folder.join("gone.txt")).unwrap();
        commit::after_turn(&repository, &three, &base, "Three").unwrap();
        merge(&repository, &one, "One", without_edits).unwrap();
        merge(&repository, &three, "Three", without_edits).unwrap();
        let before = tip(&repository, "k3v9").unwrap();
        let Merged::Conflict(conflict) = merge(&repository, &two, "Two", without_edits).unwrap() else {
            panic!()
        };
        assert_eq!(tip(&repository, "k3v9").unwrap(), before);
        let [readme, gone] = &conflict.files[..] else { panic!("{conflict:?}") };
        assert_eq!(readme.path, Path::new("README.md"));
        let text = |id: &Option<String>| side(&repository, id.as_deref(), 100).unwrap();
        assert_eq!(
            (text(&readme.base), text(&readme.ours), text(&readme.theirs)),
            ("Start\n".into(), "One\n".into(), "Two\n".into())
        );
        assert_eq!((gone.ours.as_deref(), text(&gone.theirs)), (None, "changed\n".into()));
        assert!(
            conflict.said.len() == 2 && conflict.said[0].starts_with("CONFLICT (content)"),
            "{conflict:?}"
        );
        let both = repository.file(&conflict.tree, Path::new("README.md")).unwrap().unwrap();
        assert!(String::from_utf8(both).unwrap().contains("<<<<<<<"));
    }

    #[test]
    fn a_task_is_ticked_in_the_commit_that_merges_it() {
        let fixture = Fixture::new();
        fixture.write("specs/a b.spec.md", "- [ ] One\n");
        fixture.does(&["update-index", "--add", "--chmod=+x", "specs/a b.spec.md"]);
        fixture.does(&["commit", "--quiet", "-m", "Spec"]);
        let (repository, base) = run(&fixture);
        let status = fixture.does(&["status", "--porcelain"]);
        let place = attempt(&repository, "one", &base, "one.txt", "1");
        let plan = Path::new("specs/a b.spec.md");
        let tick = |tree: &str| {
            let text = String::from_utf8(repository.file(tree, plan)?.unwrap()).unwrap();
            Ok(vec![Edit { path: plan.into(), content: text.replace("[ ]", "[x]").into_bytes() }])
        };
        let Merged::New { commit } = merge(&repository, &place, "One", tick).unwrap() else { panic!() };
        assert_eq!(fixture.does(&["show", &format!("{commit}:specs/a b.spec.md")]), "- [x] One");
        let before = format!("{commit}^1");
        let listed = fixture.does(&["diff", "--name-status", &before, &commit]);
        assert_eq!(listed, "A\tone.txt\nM\tspecs/a b.spec.md");
        assert!(fixture.does(&["ls-tree", "-r", &commit, "specs"]).starts_with("100755"));
        // Ticked already: no commit.
        assert_eq!(edit(&repository, &place, "Tick", tick).unwrap(), None);
        let untick = |tree: &str| {
            let text = String::from_utf8(repository.file(tree, plan)?.unwrap()).unwrap();
            Ok(vec![Edit { path: plan.into(), content: text.replace("[x]", "[ ]").into_bytes() }])
        };
        assert!(edit(&repository, &place, "Untick", untick).unwrap().is_some());
        assert_eq!(fixture.does(&["status", "--porcelain"]), status);
        // Nothing of ours is left in the git directory but the lock.
        let left = std::fs::read_dir(repository.notes().unwrap()).unwrap().count();
        assert_eq!(left, 1);
    }

    #[test]
    fn a_branch_that_somebody_moved_is_not_overwritten() {
        let fixture = Fixture::new();
        let (repository, base) = run(&fixture);
        let place = attempt(&repository, "one", &base, "one.txt", "1");
        let moved = merge(&repository, &place, "One", |_| {
            fixture.commit("Somebody's");
            fixture.does(&["branch", "--force", "segue/k3v9/integration", "main"]);
            Ok(Vec::new())
        });
        assert!(matches!(moved, Err(GitError::Moved { .. })), "{moved:?}");
        fixture.does(&["branch", "--force", "segue/k3v9/integration", &base]);
        fixture.does(&["switch", "--quiet", "--orphan", "other"]);
        fixture.commit("Other");
        fixture.does(&["branch", "--force", "segue/k3v9/integration", "other"]);
        assert!(matches!(begin(&repository, "k3v9", &base, &base), Err(GitError::BranchTaken { .. })));
        fixture.does(&["branch", "segue/k4"]);
        let error = begin(&repository, "k4", &base, &base).unwrap_err();
        assert!(matches!(&error, GitError::BranchTaken { branch } if branch == "segue/k4"), "{error}");
    }

    /// Links, modes and submodules come through a merge as they are.
    #[cfg(unix)]
    #[test]
    fn all_kinds_of_files_come_through() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let fixture = Fixture::new();
        let other = Fixture::new();
        fixture.does(&["submodule", "--quiet", "add", other.top().to_str().unwrap(), "sub"]);
        fixture.commit("Submodule");
        let (repository, base) = run(&fixture);
        let aside = attempt(&repository, "aside", &base, "aside.txt", "1");
        let place = Fixture::place("kinds", 1);
        let folder = worktree::add(&repository, &place, &base).unwrap();
        symlink("README.md", folder.join("link")).unwrap();
        write(&folder.join("run.sh"), "#!/bin/sh\r\n");
        std::fs::set_permissions(folder.join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        commit::after_turn(&repository, &place, &base, "Kinds").unwrap();
        merge(&repository, &aside, "Aside", without_edits).unwrap();
        merge(&repository, &place, "Kinds", without_edits).unwrap();
        let listed =
            fixture.does(&["ls-tree", "-r", "--format=%(objectmode) %(path)", "segue/k3v9/integration"]);
        assert_eq!(
            listed,
            "100644 .gitmodules\n100644 README.md\n100644 aside.txt\n120000 link\n100755 run.sh\n160000 sub"
        );
        assert_eq!(
            repository.file("segue/k3v9/integration", Path::new("run.sh")).unwrap().unwrap(),
            b"#!/bin/sh\r\n"
        );
    }
}
