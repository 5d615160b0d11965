//! The names of branches and folders.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The most characters of a task's part of a name.
const LONGEST: usize = 40;

/// What an effect belongs to: one attempt at one task of one run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The run's id.
    pub run: String,
    /// The task's name as [`unique`] gives it.
    pub task: String,
    /// Which attempt, counted from 1, retries and variants together.
    pub attempt: u32,
}

impl Place {
    /// The place of an attempt.
    #[must_use]
    pub fn new(run: &str, task: &str, attempt: u32) -> Self {
        Self { run: run.to_owned(), task: task.to_owned(), attempt }
    }

    /// The place that a text like `run/task/attempt` names.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('/');
        let place = Self::new(parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(place)
    }

    /// Its branch, as people name it.
    #[must_use]
    pub fn branch(&self) -> String {
        format!("segue/{}/task/{}/{}", self.run, self.task, self.attempt)
    }

    /// Its name among those of its run in folders.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}", self.task, self.attempt)
    }

    /// Its folder below that of all worktrees.
    #[must_use]
    pub fn folder(&self, worktrees: &Path) -> PathBuf {
        worktrees.join(&self.run).join(self.name())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.run, self.task, self.attempt)
    }
}

/// The branch on which a run's merged tasks meet.
#[must_use]
pub fn integration_branch(run: &str) -> String {
    format!("segue/{run}/integration")
}

/// Whether `run` can be the id of a run: what every name made of it needs.
#[must_use]
pub fn is_run_id(run: &str) -> bool {
    !run.is_empty() && run.len() <= LONGEST && reduced(run) == run
}

/// A task's id reduced to what every file system and git take: `[a-z0-9-]`, at most 40 characters,
/// neither beginning nor ending with a dash; `task` where nothing remains.
#[must_use]
pub fn reduced(id: &str) -> String {
    let mut name = String::new();
    for character in id.chars() {
        let lower = character.to_ascii_lowercase();
        if lower.is_ascii_lowercase() || lower.is_ascii_digit() {
            name.push(lower);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "task".to_owned() } else { name.to_owned() }
}

/// The names of a run's tasks, in their order: reduced, and no two alike. The same ids in the same
/// order give the same names.
#[must_use]
pub fn unique<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    ids.into_iter()
        .map(|id| {
            let name = reduced(id);
            let name = (1..)
                .map(|number: u32| if number == 1 { name.clone() } else { numbered(&name, number) })
                .find(|name| !taken.contains(name))
                .unwrap_or(name);
            taken.insert(name.clone());
            name
        })
        .collect()
}

/// `name-2`, within the limit.
fn numbered(name: &str, number: u32) -> String {
    let ending = format!("-{number}");
    let kept: String = name.chars().take(LONGEST - ending.len()).collect();
    format!("{}{ending}", kept.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::git;

    #[test]
    fn ids_are_reduced() {
        for (id, name) in [
            ("TASK-001", "task-001"),
            ("Add the login form!", "add-the-login-form"),
            ("-rf", "rf"),
            ("--", "task"),
            ("", "task"),
            ("日本", "task"),
            ("Überprüfung", "berpr-fung"),
            ("a/../b", "a-b"),
            ("x.lock", "x-lock"),
            ("a@{1}", "a-1"),
        ] {
            assert_eq!(reduced(id), name, "{id}");
        }
        assert_eq!(reduced(&"long ".repeat(40)).len(), 39);
        assert!(reduced(&"x".repeat(1000)).len() == 40);
    }

    #[test]
    fn names_of_a_run_are_unique() {
        let long = "y".repeat(60);
        let names = unique(["A b", "a-b", "a_b", "a-b-2", "日", "本", &long, &long]);
        assert_eq!(names[..6], ["a-b", "a-b-2", "a-b-3", "a-b-2-2", "task", "task-2"]);
        assert_eq!(names[7].len(), 40);
        assert_ne!(names[6], names[7]);
    }

    #[test]
    fn git_takes_every_name() {
        let ids = ["T001", "-x", "a..b", "HEAD", "x.lock", "@", "~^:?*[\\", "con", "ends-", "日本"];
        for name in unique(ids) {
            let branch = Place::new("k3v9", &name, 12).branch();
            git(Path::new("."), &["check-ref-format", "--branch", &branch]);
        }
        git(Path::new("."), &["check-ref-format", "--branch", &integration_branch("k3v9")]);
    }

    #[test]
    fn ids_of_runs() {
        assert!(is_run_id("k3v9") && is_run_id("demo-1"));
        for wrong in ["", "-x", "A", "a/b", "..", "x y", "a--"] {
            assert!(!is_run_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn branch_and_folder_of_an_attempt() {
        let place = Place::new("k3v9", "login", 2);
        assert_eq!(place.branch(), "segue/k3v9/task/login/2");
        assert_eq!(place.folder(Path::new("app.worktrees")), Path::new("app.worktrees/k3v9/login-2"));
        assert_eq!(place.to_string(), "k3v9/login/2");
        assert_eq!(Place::named("k3v9/login/2"), Some(place));
        assert!(["", "k3v9", "a/b/c", "a/b/1/2"].iter().all(|text| Place::named(text).is_none()));
    }
}
