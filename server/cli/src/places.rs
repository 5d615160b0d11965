//! Where things lie: repository tops, roots, and paths as people see them.
//!
//! A root is the nearest folder upwards that has a `.git` (a folder, or the file of a worktree or
//! submodule). Paths given on the command line choose what is reported; each belongs to the root
//! that its own place gives it, so that a path in another repository is judged by that repository.

use crate::Failure;
use segue_analysis::path::{plain, real};
use std::path::{Path, PathBuf};

/// A root to be indexed, and what of it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// Root-relative files and folders that are reported; the empty string is the root itself.
    pub scopes: Vec<Scope>,
}

/// A part of a root that is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Root-relative.
    pub path: String,
    /// As it was typed, to speak of it; empty where nothing was typed.
    pub typed: String,
    /// Whether what was typed leads there through a symbolic link out of the repository it was
    /// typed in: such files are read, never written.
    pub through_link: bool,
}

/// The current folder, absolute, links resolved.
pub fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .and_then(|folder| real(&folder))
        .map_err(|error| Failure::said(format!("The current folder cannot be read: {error}.")))
}

/// The nearest folder upwards from `path`, itself included, that has a `.git`.
pub fn repository_top(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// The root for work in `folder`.
pub fn root_of(folder: &Path) -> PathBuf {
    repository_top(folder).unwrap_or(folder).to_owned()
}

/// Sorts the paths of a command line into roots.
pub fn roots(current: &Path, paths: &[PathBuf]) -> Result<Vec<Asked>, Failure> {
    let here = root_of(current);
    if paths.is_empty() {
        let whole = Scope { path: String::new(), typed: String::new(), through_link: false };
        return Ok(vec![Asked { folder: here, scopes: vec![whole] }]);
    }
    let mut roots: Vec<Asked> = Vec::new();
    for typed in paths {
        let shown = typed.display().to_string();
        let there = real(&current.join(typed))
            .map_err(|error| Failure::said(format!("`{shown}` cannot be checked: {}.", reason(&error))))?;
        let folder = folder_for(&there, &here);
        let path = slashed(there.strip_prefix(&folder).unwrap_or(Path::new("")));
        let lexical = plain(&current.join(typed));
        let through_link = lexical != there && lexical.starts_with(&here) && !there.starts_with(&here);
        let scope = Scope { path, typed: shown, through_link };
        match roots.iter_mut().find(|root| root.folder == folder) {
            Some(root) => root.scopes.push(scope),
            None => roots.push(Asked { folder, scopes: vec![scope] }),
        }
    }
    Ok(roots)
}

/// The root of a file that was typed, and the file's path below it.
pub fn file(current: &Path, typed: &Path) -> Result<(PathBuf, String), Failure> {
    let shown = typed.display();
    let there = real(&current.join(typed))
        .map_err(|error| Failure::said(format!("`{shown}` cannot be read: {}.", reason(&error))))?;
    if there.is_dir() {
        return Err(Failure::said(format!("`{shown}` is a folder; name a file.")));
    }
    let folder = folder_for(&there, &root_of(current));
    let path = slashed(there.strip_prefix(&folder).unwrap_or(&there));
    Ok((folder, path))
}

/// The root of a path that was typed: its repository; without one, `here` if it lies there, else its
/// own folder. The top of a disk is nobody's project: whoever stands there means the folder alone.
fn folder_for(real: &Path, here: &Path) -> PathBuf {
    let folder = if real.is_dir() { real } else { real.parent().unwrap_or(real) };
    match repository_top(folder) {
        Some(top) => top.to_owned(),
        None if folder.starts_with(here) && here.parent().is_some() => here.to_owned(),
        None => folder.to_owned(),
    }
}

/// The system's word for an error, as it reads within a sentence.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A relative path with `/`.
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// `to` seen from the folder `from`, both absolute, with `/`. Absolute where nothing leads there (another
/// drive).
pub fn seen_from(from: &Path, to: &Path) -> String {
    let (here, there): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return to.display().to_string();
    }
    let up = here.iter().skip(shared).map(|_| "..".into());
    let down = there.iter().skip(shared).map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_current_folder() {
        for (from, to, expected) in [
            ("/a/b", "/a/b/c.md", "c.md"),
            ("/a/b", "/a/c.md", "../c.md"),
            ("/a/b/c", "/a/x/y.md", "../../x/y.md"),
            ("/a", "/a", "."),
            ("/", "/a/b", "a/b"),
        ] {
            assert_eq!(seen_from(Path::new(from), Path::new(to)), expected, "{from} → {to}");
        }
    }

    #[test]
    fn a_path_belongs_to_its_own_repository() {
        let temp = tempfile::tempdir().unwrap();
        let top = real(temp.path()).unwrap();
        for folder in ["one/.git", "one/docs", "one/sub", "two/.git", "loose/deep"] {
            std::fs::create_dir_all(top.join(folder)).unwrap();
        }
        std::fs::write(top.join("one/sub/.git"), "gitdir: elsewhere").unwrap();
        std::fs::write(top.join("one/docs/a.md"), "").unwrap();
        let here = top.join("one/docs");
        let folders = |paths: &[&str]| -> Vec<(String, String)> {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            roots(&here, &paths)
                .unwrap()
                .iter()
                .flat_map(|root| {
                    root.scopes.iter().map(|scope| (seen_from(&top, &root.folder), scope.path.clone()))
                })
                .collect()
        };
        let row = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(folders(&[]), [row("one", "")]);
        assert_eq!(folders(&["a.md", ".."]), [row("one", "docs/a.md"), row("one", "")]);
        assert_eq!(folders(&["../sub"]), [row("one/sub", "")]);
        assert_eq!(folders(&["../../two"]), [row("two", "")]);
        assert_eq!(folders(&["../../loose/deep"]), [row("loose/deep", "")]);
        let from_the_top = roots(Path::new("/"), &[top.join("loose/deep")]).unwrap();
        assert_eq!(from_the_top.first().map(|root| &root.folder), Some(&top.join("loose/deep")));
        let missing = roots(&here, &[PathBuf::from("none.md")]).unwrap_err();
        assert_eq!(missing.to_string(), "`none.md` cannot be checked: there is no such file or folder.");
    }
}
