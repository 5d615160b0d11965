//! What stands in the way of a run in a repository, found before anything is made there.

use super::condition::{Condition, Finding, Weight};
use super::run::{line, parts};
use super::{Git, GitError, Repository};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The oldest git that predicts merges: `merge-tree --write-tree`.
const OLDEST_GIT: (u32, u32) = (2, 38);
/// Less room than this and no run begins, in bytes.
const LEAST_ROOM: u64 = 128 << 20;
/// Of more files that are not committed the rest is counted.
const MOST_NAMED: usize = 5;
/// How long the letters before a name are that `git status` prints.
const STATUS: usize = "XY ".len();

/// What a run finds before it begins.
#[derive(Debug, Default)]
pub struct Survey {
    /// The repository, where there is one.
    pub repository: Option<Repository>,
    /// The commit that a run would start from.
    pub base: Option<String>,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The files whose changes no commit has, from the top.
    pub uncommitted: Vec<String>,
    /// Everything met, obstacles first.
    pub findings: Vec<Finding>,
}

impl Survey {
    /// What has to be mended before a run can begin.
    pub fn obstacles(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.weight == Weight::Obstacle)
    }

    /// What people should know.
    pub fn notes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.weight == Weight::Note)
    }

    /// Looks at the disk of another folder that a run writes, which need not be there yet.
    pub fn also_writes(&mut self, folder: &Path) {
        let Some(there) = folder.ancestors().find(|folder| folder.is_dir()) else { return };
        // Whether it can be written, its owner says better.
        on_disk(there, &Disk { is_writable: true, ..Disk::of(there) }, self);
        self.findings.sort_by_key(|finding| finding.weight == Weight::Note);
    }

    fn meets(&mut self, condition: Condition, found: &str) {
        self.findings.push(Finding::new(condition, found));
    }

    fn knows(&self, condition: Condition) -> bool {
        self.findings.iter().any(|finding| finding.condition == condition)
    }

    fn fails(&mut self, error: &GitError) {
        self.findings.push(Finding::of(error));
    }
}

/// Looks at the repository that `inside` lies in. Writes nothing.
#[must_use]
pub fn survey(git: Git, inside: &Path, change: impl FnOnce(Repository) -> Repository) -> Survey {
    let mut survey = Survey::default();
    let opened = is_new_enough(&git).and_then(|()| Repository::open(git, inside));
    match opened {
        Ok(repository) => {
            let repository = change(repository);
            if let Err(error) = look(&repository, &mut survey) {
                survey.fails(&error);
            }
            survey.repository = Some(repository);
        }
        Err(error) => survey.fails(&error),
    }
    survey.findings.sort_by_key(|finding| finding.weight == Weight::Note);
    survey
}

/// Whether git can do what runs need.
fn is_new_enough(git: &Git) -> Result<(), GitError> {
    let printed = git.asks(Path::new("."), ["version"])?.printed()?;
    let said = line(&printed);
    let found = said.trim_start_matches("git version ").split(' ').next().unwrap_or_default().to_owned();
    let mut numbers = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST_GIT { Err(GitError::TooOld { found }) } else { Ok(()) }
}

fn look(repository: &Repository, survey: &mut Survey) -> Result<(), GitError> {
    survey.branch = repository.branch()?;
    match repository.head() {
        Ok(base) => {
            if survey.branch.is_none() {
                survey.meets(Condition::DetachedHead, base.get(..10).unwrap_or(&base));
            }
            survey.base = Some(base);
        }
        // For a run that has begun elsewhere the rest matters all the same.
        Err(error @ GitError::NoCommits) => survey.fails(&error),
        Err(error) => return Err(error),
    }
    let settings = settings(repository)?;
    let is_on = |key: &str| {
        settings.get(key).is_some_and(|value| !matches!(value.as_str(), "false" | "no" | "off" | "0"))
    };
    identity(repository, survey)?;
    if repository.tip("segue")?.is_some() {
        survey.fails(&GitError::BranchTaken { branch: "segue".to_owned() });
    }
    places(repository, survey);
    if repository.common_directory().join("shallow").exists() {
        survey.meets(Condition::Shallow, "");
    }
    if settings.keys().any(|key| key.starts_with("remote.") && key.ends_with(".promisor")) {
        survey.meets(Condition::Partial, "");
    }
    if is_on("core.sparsecheckout") {
        survey.meets(Condition::Sparse, "");
    }
    large_files(repository, &settings, survey)?;
    if repository.file("HEAD", Path::new(".gitmodules"))?.is_some() {
        survey.meets(Condition::Submodules, "");
    }
    let hooks = hooks(repository, settings.contains_key("core.hookspath"))?;
    if !hooks.is_empty() {
        survey.meets(Condition::Hooks, &hooks.join(", "));
    }
    if is_on("commit.gpgsign") {
        survey.meets(Condition::Signing, "");
    }
    if let Some(what) = under_way(repository) {
        survey.meets(Condition::UnderWay, what);
    }
    let status = repository.asks(["status", "--porcelain", "-z", "--no-renames"])?.printed()?;
    let names = parts(&status).filter_map(|part| part.get(STATUS..));
    survey.uncommitted = names.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let named = survey.uncommitted.iter().take(MOST_NAMED).map(|name| format!("`{name}`"));
    let named = named.collect::<Vec<_>>().join(", ");
    match survey.uncommitted.len() {
        0 => {}
        1 => survey.meets(Condition::Uncommitted, &format!("{named} is")),
        files if files <= MOST_NAMED => survey.meets(Condition::Uncommitted, &format!("{named} are")),
        files => {
            let others = files - MOST_NAMED;
            survey.meets(Condition::Uncommitted, &format!("{named} and {others} more are"));
        }
    }
    Ok(())
}

/// The whole configuration, without what we set for our own commands; the last value of each key.
fn settings(repository: &Repository) -> Result<BTreeMap<String, String>, GitError> {
    let printed = repository.git.ordinary(repository.top(), ["config", "--list", "-z"])?.printed()?;
    let entry = |part: &[u8]| {
        let text = String::from_utf8_lossy(part).into_owned();
        match text.split_once('\n') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (text, "true".to_owned()),
        }
    };
    Ok(parts(&printed).map(entry).collect())
}

/// Somebody has to have said who they are: a name that git makes up of a machine's name is nobody's.
fn identity(repository: &Repository, survey: &mut Survey) -> Result<(), GitError> {
    for who in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
        let ended = repository.asks(["-c", "user.useConfigOnly=true", "var", who])?;
        if !ended.status.success() {
            survey.fails(&GitError::IdentityMissing);
            break;
        }
    }
    Ok(())
}

/// The places that a run writes: the git directory, and the folder of worktrees.
fn places(repository: &Repository, survey: &mut Survey) {
    let worktrees = repository.worktrees();
    if worktrees.exists() && !worktrees.is_dir() {
        survey.fails(&GitError::PathTaken(worktrees.to_owned()));
        return;
    }
    let folder = worktrees.ancestors().find(|folder| folder.is_dir()).unwrap_or(worktrees);
    for place in [repository.common_directory(), folder] {
        on_disk(place, &Disk::of(place), survey);
    }
}

/// What the system says of the disk of a folder.
struct Disk {
    is_writable: bool,
    /// The bytes that are free, where it says so.
    free: Option<u64>,
    is_on_network: bool,
}

impl Disk {
    fn of(folder: &Path) -> Self {
        Self {
            is_writable: crate::os::is_writable(folder),
            free: crate::os::free_bytes(folder),
            is_on_network: crate::os::is_on_network(folder),
        }
    }
}

fn on_disk(place: &Path, disk: &Disk, survey: &mut Survey) {
    if !disk.is_writable {
        survey.fails(&GitError::ReadOnly(place.to_owned()));
    } else if disk.free.is_some_and(|free| free < LEAST_ROOM) && !survey.knows(Condition::DiskFull) {
        // Most often it is one disk; another one is told of when this has room.
        survey.fails(&GitError::DiskFull(place.to_owned()));
    }
    if disk.is_on_network && !survey.knows(Condition::NetworkDisk) {
        survey.meets(Condition::NetworkDisk, &place.display().to_string());
    }
}

/// Git LFS: which files it has, whether git would run it, and whether it is there.
fn large_files(
    repository: &Repository,
    settings: &BTreeMap<String, String>,
    survey: &mut Survey,
) -> Result<(), GitError> {
    let wanted = [
        "grep",
        "--quiet",
        "--fixed-strings",
        "-e",
        "filter=lfs",
        "HEAD",
        "--",
        ":(top,glob)**/.gitattributes",
    ];
    if !repository.asks(wanted)?.status.success() {
        return Ok(());
    }
    let is_set_up =
        ["process", "smudge"].iter().any(|key| settings.contains_key(&format!("filter.lfs.{key}")));
    if !is_set_up {
        let said = "git is not set up for it, and worktrees hold pointers in place of such files; `git lfs install` changes that.";
        survey.meets(Condition::Lfs, said);
    } else if repository.asks(["lfs", "version"])?.status.success() {
        survey.meets(Condition::Lfs, "each worktree holds its own copies of them.");
    } else {
        survey.meets(Condition::LfsMissing, "");
    }
    Ok(())
}

/// The hooks that git would run, by name.
fn hooks(repository: &Repository, are_elsewhere: bool) -> Result<Vec<String>, GitError> {
    let folder = if are_elsewhere {
        // As git itself reads it: `~/hooks` is a folder at home.
        let asked = ["config", "--type=path", "--get", "core.hooksPath"];
        let printed = repository.git.ordinary(repository.top(), asked)?.printed()?;
        repository.top().join(line(&printed))
    } else {
        repository.common_directory().join("hooks")
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let hooks = entries.filter(|entry| crate::os::is_program(&entry.path()));
    let names = hooks.map(|entry| PathBuf::from(entry.file_name()).display().to_string());
    let mut names: Vec<String> = names.filter(|name| !name.contains('.')).collect();
    names.sort();
    Ok(names)
}

/// What the user is in the middle of, by the file that git keeps about it.
pub(crate) fn under_way(repository: &Repository) -> Option<&'static str> {
    const MARKS: &[(&str, &str)] = &[
        ("MERGE_HEAD", "merge"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ];
    let own = repository.own_directory();
    MARKS.iter().find(|(file, _)| own.join(file).exists()).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, git, write};

    fn at(fixture: &Fixture) -> Survey {
        survey(fixture.git(), fixture.top(), |repository| repository)
    }

    fn conditions(survey: &Survey) -> Vec<Condition> {
        survey.findings.iter().map(|finding| finding.condition).collect()
    }

    /// The only finding's message.
    #[track_caller]
    fn only(survey: &Survey, condition: Condition, weight: Weight) -> &str {
        let [finding] = &survey.findings[..] else { panic!("{:?}", survey.findings) };
        assert_eq!((finding.condition, finding.weight), (condition, weight));
        &finding.message
    }

    #[test]
    fn an_ordinary_repository_has_no_finding() {
        let fixture = Fixture::new();
        let survey = at(&fixture);
        assert_eq!(survey.findings, []);
        assert_eq!(survey.branch.as_deref(), Some("main"));
        assert_eq!(survey.base.unwrap(), fixture.does(&["rev-parse", "HEAD"]));
    }

    #[test]
    fn no_git_at_all() {
        let fixture = Fixture::new();
        let survey =
            survey(fixture.git().with_program("no-such-git"), fixture.top(), |repository| repository);
        assert!(only(&survey, Condition::GitMissing, Weight::Obstacle).contains("install git 2.38"));
    }

    #[cfg(unix)]
    #[test]
    fn an_old_git() {
        use std::os::unix::fs::PermissionsExt;
        let fixture = Fixture::new();
        let program = fixture.outside("old-git");
        for (version, is_old) in [
            ("2.37.4", true),
            ("1.9.1", true),
            ("2.38.0", false),
            ("2.39.2 (Apple Git-143)", false),
            ("2.45.1.windows.1", false),
            ("3.0.0", false),
        ] {
            write(
                &program,
                &format!(
                    "#!/bin/sh\ncase \"$*\" in *version) echo 'git version {version}';; *) exec git \"$@\";; esac\n"
                ),
            );
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            let survey = survey(fixture.git().with_program(&program), fixture.top(), |repository| repository);
            assert_eq!(conditions(&survey) == [Condition::GitTooOld], is_old, "{version}");
        }
    }

    #[test]
    fn no_repository_a_bare_one_and_one_without_commits() {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Fixture::empty();
        let nowhere = survey(fixture.git(), folder.path(), |repository| repository);
        assert!(only(&nowhere, Condition::NotARepository, Weight::Obstacle).contains("git init"));
        let missing = survey(fixture.git(), &folder.path().join("missing"), |repository| repository);
        only(&missing, Condition::NotARepository, Weight::Obstacle);
        git(folder.path(), &["init", "--quiet", "--bare"]);
        let bare = survey(fixture.git(), folder.path(), |repository| repository);
        assert!(only(&bare, Condition::Bare, Weight::Obstacle).contains("git worktree add"));
        let empty = at(&fixture);
        assert!(only(&empty, Condition::NoCommits, Weight::Obstacle).contains("--allow-empty"));
    }

    #[test]
    fn a_head_at_no_branch() {
        let fixture = Fixture::new();
        fixture.does(&["switch", "--quiet", "--detach"]);
        assert!(only(&at(&fixture), Condition::DetachedHead, Weight::Note).contains("switch to the branch"));
    }

    #[test]
    fn nobody_to_make_the_commits() {
        let fixture = Fixture::new();
        fixture.does(&["config", "--unset", "user.email"]);
        let survey = at(&fixture);
        let message = only(&survey, Condition::IdentityMissing, Weight::Obstacle);
        assert!(
            message.contains("git config --global user.name") && message.contains("user.email"),
            "{message}"
        );
        let ada = super::super::Identity { name: "Ada".into(), email: "ada@example.com".into() };
        let with = super::survey(fixture.git().with_identity(&ada), fixture.top(), |repository| repository);
        assert_eq!(with.findings, []);
    }

    #[test]
    fn a_branch_and_a_file_in_the_way() {
        let fixture = Fixture::new();
        fixture.does(&["branch", "segue"]);
        write(fixture.repository().worktrees(), "a file");
        let survey = at(&fixture);
        assert_eq!(conditions(&survey), [Condition::BranchTaken, Condition::PathTaken]);
        assert_eq!(survey.obstacles().count(), 2);
        assert!(survey.findings[0].message.contains("git branch -m segue segue-old"));
    }

    #[test]
    fn disks_that_are_full_read_only_or_of_another_machine() {
        let mut survey = Survey::default();
        let good = || Disk { is_writable: true, free: Some(LEAST_ROOM), is_on_network: false };
        on_disk(Path::new("/good"), &good(), &mut survey);
        on_disk(Path::new("/unknown"), &Disk { free: None, ..good() }, &mut survey);
        assert_eq!(survey.findings, []);
        on_disk(Path::new("/full"), &Disk { free: Some(LEAST_ROOM - 1), ..good() }, &mut survey);
        on_disk(Path::new("/fixed"), &Disk { is_writable: false, ..good() }, &mut survey);
        for far in ["/home", "/home/app.worktrees"] {
            on_disk(Path::new(far), &Disk { is_on_network: true, ..good() }, &mut survey);
        }
        let wanted = [Condition::DiskFull, Condition::ReadOnly, Condition::NetworkDisk];
        assert_eq!(conditions(&survey), wanted);
        assert_eq!(survey.obstacles().count(), 2);
        for (finding, words) in survey.findings.iter().zip(["/full", "/fixed", "/home"]) {
            assert!(finding.message.contains(words), "{}", finding.message);
        }
    }

    #[test]
    fn shallow_partial_and_sparse_clones() {
        let fixture = Fixture::new();
        fixture.commit("Second");
        let url = format!("file://{}", fixture.top().display());
        let shallow = fixture.outside("shallow");
        git(fixture.top(), &["clone", "--quiet", "--depth=1", &url, shallow.to_str().unwrap()]);
        fixture.set("uploadpack.allowFilter", "true");
        let partial = fixture.outside("partial");
        git(fixture.top(), &["clone", "--quiet", "--filter=blob:none", &url, partial.to_str().unwrap()]);
        for (clone, condition) in [(shallow, Condition::Shallow), (partial, Condition::Partial)] {
            let found = survey(
                fixture
                    .git()
                    .with_identity(&super::super::Identity { name: "A".into(), email: "a@b".into() }),
                &clone,
                |repository| repository,
            );
            only(&found, condition, Weight::Note);
        }
        fixture.does(&["sparse-checkout", "set", "docs"]);
        only(&at(&fixture), Condition::Sparse, Weight::Note);
    }

    #[test]
    fn large_files_of_lfs() {
        let fixture = Fixture::new();
        fixture.write("art/.gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
        fixture.commit("Art");
        assert!(only(&at(&fixture), Condition::Lfs, Weight::Note).contains("git lfs install"));
        fixture.set("filter.lfs.process", "git-lfs filter-process");
        fixture.set("alias.lfs", "!false");
        let expected = if at(&fixture).findings[0].condition == Condition::Lfs {
            Weight::Note
        } else {
            Weight::Obstacle
        };
        assert_eq!(at(&fixture).findings[0].weight, expected);
    }

    #[test]
    fn submodules_hooks_signing_and_open_work_are_told() {
        let fixture = Fixture::new();
        let other = Fixture::new();
        fixture.does(&["submodule", "--quiet", "add", other.top().to_str().unwrap(), "sub"]);
        fixture.commit("Submodule");
        fixture.set("commit.gpgsign", "true");
        #[cfg(unix)]
        fixture.hook("pre-commit", "exit 1");
        fixture.write("new.txt", "new");
        let survey = at(&fixture);
        let mut wanted =
            vec![Condition::Submodules, Condition::Hooks, Condition::Signing, Condition::Uncommitted];
        if !cfg!(unix) {
            wanted.retain(|condition| *condition != Condition::Hooks);
        }
        assert_eq!(conditions(&survey), wanted);
        assert_eq!(survey.obstacles().count(), 0);
        assert!(survey.notes().any(|note| note.message.starts_with("`new.txt` is not committed")));
        assert_eq!(survey.uncommitted, ["new.txt"]);
        for number in 0..6 {
            fixture.write(&format!("more-{number}.txt"), "more");
        }
        let told = "`more-0.txt`, `more-1.txt`, `more-2.txt`, `more-3.txt`, `more-4.txt` and 2 more are not";
        assert!(at(&fixture).notes().any(|note| note.message.starts_with(told)));
    }

    #[test]
    fn a_merge_under_way() {
        let fixture = Fixture::new();
        fixture.does(&["switch", "--quiet", "--create", "side"]);
        fixture.commit("Side");
        fixture.does(&["switch", "--quiet", "main"]);
        fixture.commit("Main");
        fixture.does(&["merge", "--quiet", "--no-commit", "side"]);
        assert!(only(&at(&fixture), Condition::UnderWay, Weight::Note).starts_with("a merge is under way"));
    }
}
