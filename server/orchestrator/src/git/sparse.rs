//! Worktrees of a sparse checkout: they hold what it holds, and what their tasks name.

use super::run::line;
use super::worktree::private_directory;
use super::{GitError, Repository};
use std::path::Path;

/// In a sparse checkout: sees to it that a worktree holds these files (paths from the top, of folders with a
/// `/` at the end) beside the part that the user's checkout holds.
///
/// # Errors
/// Git fails.
pub fn widen(repository: &Repository, folder: &Path, files: &[String]) -> Result<(), GitError> {
    let is_on = |key: &str| -> Result<bool, GitError> {
        let said = repository.git.asks(folder, ["config", "--type=bool", "--get", key])?;
        Ok(line(&said.printed) == "true")
    };
    // Git keeps there what the worktree shall hold: without it nothing has to be asked.
    let is_sparse = private_directory(folder).is_some_and(|own| own.join("info/sparse-checkout").exists());
    if files.is_empty() || !is_sparse || !is_on("core.sparseCheckout")? {
        return Ok(());
    }
    let has_cone = is_on("core.sparseCheckoutCone")?;
    let mut wanted: Vec<String> = files
        .iter()
        .map(|file| file.strip_prefix("./").unwrap_or(file))
        .filter_map(|file| match (has_cone, file.split_once(['*', '?', '['])) {
            // A cone is made of folders: of a pattern the part before it.
            (true, Some((before, _))) => before.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
            (true, None) if file.ends_with('/') => Some(file.trim_end_matches('/').to_owned()),
            (true, None) => file.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
            (false, _) => Some(format!("/{file}")),
        })
        .filter(|path| !path.is_empty())
        .collect();
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() {
        return Ok(());
    }
    let head = ["sparse-checkout", "add", "--skip-checks"].map(str::to_owned);
    repository.git.does(folder, head.iter().chain(&wanted))?.printed().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::Fixture;
    use crate::git::worktree::add;

    #[test]
    fn a_worktree_holds_the_folders_of_its_files_too() {
        let fixture = Fixture::new();
        fixture.write("docs/a.md", "a");
        fixture.write("src/b.rs", "b");
        fixture.write("other/c.rs", "c");
        fixture.commit("Three folders");
        fixture.does(&["sparse-checkout", "set", "docs"]);
        let repository = fixture.repository();
        let base = repository.head().unwrap();
        let folder = add(&repository, &Fixture::place("docs", 1), &base).unwrap();
        widen(&repository, &folder, &["src/b.rs".to_owned(), "README.md".to_owned()]).unwrap();
        assert!(folder.join("docs/a.md").exists() && folder.join("src/b.rs").exists());
        assert!(!folder.join("other").exists());
        assert!(!fixture.top().join("src/b.rs").exists(), "the user's checkout stays as it was");
        fixture.does(&["sparse-checkout", "set", "--no-cone", "/docs/"]);
        let folder = add(&repository, &Fixture::place("docs", 2), &base).unwrap();
        widen(&repository, &folder, &["src/*.rs".to_owned()]).unwrap();
        assert!(folder.join("src/b.rs").exists() && !folder.join("README.md").exists());
    }
}
