//! References read from their files, where they are kept in files: a process for each look is what tasks
//! wait for most. What is not as expected is left to git.

use std::path::Path;

/// The commit that a branch is at (`Some(None)`: there is no such branch); `None` where only git can tell.
pub(super) fn read(common: &Path, reference: &str) -> Option<Option<String>> {
    if common.join("reftable").exists() || !is_plain(reference) {
        return None;
    }
    match std::fs::read_to_string(common.join(reference)) {
        Ok(text) => return id(text.trim_end()).map(Some),
        Err(error) if is_absent(&error) => {}
        Err(_) => return None,
    }
    let packed = match std::fs::read_to_string(common.join("packed-refs")) {
        Ok(packed) => packed,
        Err(error) if is_absent(&error) => return Some(None),
        Err(_) => return None,
    };
    let named = packed.lines().find_map(|line| line.split_once(' ').filter(|(_, name)| *name == reference));
    match named {
        Some((text, _)) => id(text).map(Some),
        // It may have been packed, and its file removed, between the two looks.
        None => match std::fs::symlink_metadata(common.join(reference)) {
            Err(error) if is_absent(&error) => Some(None),
            _ => None,
        },
    }
}

/// The branch that HEAD of a worktree is at; `None` where only git can tell.
pub(super) fn head(private: &Path) -> Option<String> {
    let text = std::fs::read_to_string(private.join("HEAD")).ok()?;
    text.strip_prefix("ref: refs/heads/").map(|branch| branch.trim_end().to_owned())
}

/// Whether the name can mean nothing but a file below the git directory.
fn is_plain(reference: &str) -> bool {
    reference.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// An object's name: SHA-1 or SHA-256.
fn id(text: &str) -> Option<String> {
    let is_name = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_name.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::Fixture;

    /// What is read is what git says, however references are kept.
    #[test]
    fn branches_are_read_as_git_reads_them() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        let first = repository.head().unwrap();
        fixture.does(&["branch", "segue/a/task/b/1"]);
        let common = repository.common_directory();
        let tip = |branch: &str| read(common, &format!("refs/heads/{branch}"));
        assert_eq!(tip("segue/a/task/b/1"), Some(Some(first.clone())));
        fixture.does(&["pack-refs", "--all", "--prune"]);
        assert!(!common.join("refs/heads/segue/a/task/b/1").exists(), "it is packed");
        assert_eq!(tip("segue/a/task/b/1"), Some(Some(first.clone())));
        let second = fixture.commit("More");
        fixture.does(&["branch", "--force", "segue/a/task/b/1"]);
        assert_eq!(tip("segue/a/task/b/1"), Some(Some(second)), "what is loose is newer");
        fixture.does(&["branch", "--delete", "--force", "segue/a/task/b/1"]);
        for none in ["segue/a/task/b/1", "segue/a/task", "segue", "no/such", "main/below"] {
            assert_eq!(tip(none), Some(None), "{none}");
            assert_eq!(repository.tip(none).unwrap(), None, "{none}");
        }
        // What only git can follow.
        fixture.does(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
        assert_eq!(tip("alias"), None);
        assert_eq!(repository.tip("alias").unwrap(), Some(repository.head().unwrap()));
        assert_eq!(tip("../../HEAD"), None);
        assert_eq!(head(repository.own_directory()).as_deref(), Some("main"));
        fixture.does(&["checkout", "--quiet", "--detach"]);
        assert_eq!(head(repository.own_directory()), None);
    }
}
