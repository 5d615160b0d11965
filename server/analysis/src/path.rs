//! Paths below a root: relative, `/`-separated, normalised, never leaving the root.
//!
//! The root itself is the empty string. Everything in this crate speaks of such paths; the disk
//! layer alone knows where the root lies. [`plain`] and [`real`] are for who brings a path of the file
//! system along.

use std::path::{Component, Path, PathBuf};

/// An absolute path of the file system with `.` and `..` taken out, without asking the disk.
#[must_use]
pub fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// The path with all links resolved, without the `\\?\` that Windows puts before a drive.
///
/// # Errors
/// Those of the disk; a path that does not exist among them.
pub fn real(path: &Path) -> std::io::Result<PathBuf> {
    let real = path.canonicalize()?;
    // `\\?\C:\…` has a plain form; `\\?\UNC\…` is left as it is.
    let rest = real.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    Ok(rest.filter(|rest| rest.as_bytes().get(1) == Some(&b':')).map_or(real.clone(), PathBuf::from))
}

fn last_slash(path: &str) -> Option<usize> {
    path.bytes().rposition(|byte| byte == b'/')
}

/// The folder of a path; the root's own folder is the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    last_slash(path).map_or("", |slash| &path[..slash])
}

/// The last segment.
#[must_use]
pub fn file_name(path: &str) -> &str {
    last_slash(path).map_or(path, |slash| &path[slash + 1..])
}

/// The file `name` in the folder of `path`.
#[must_use]
pub fn beside(path: &str, name: &str) -> String {
    match parent(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// The last segment of the folder: the name of a skill's folder.
#[must_use]
pub fn folder_name(path: &str) -> &str {
    file_name(parent(path))
}

/// The extension without its dot, empty where there is none.
#[must_use]
pub fn extension(path: &str) -> &str {
    let name = file_name(path);
    name.rfind('.').filter(|dot| *dot > 0).map_or("", |dot| &name[dot + 1..])
}

/// Whether `path` is `folder` or lies below it.
#[must_use]
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path == folder
        || (path.starts_with(folder) && path.as_bytes().get(folder.len()) == Some(&b'/'))
}

/// The folders above `path`, nearest first, the root last.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = if path.is_empty() { None } else { Some(parent(path)) };
    std::iter::from_fn(move || {
        let current = next?;
        next = if current.is_empty() { None } else { Some(parent(current)) };
        Some(current)
    })
}

/// `target` seen from the folder `base`: `.` and `..` resolved, empty segments dropped.
/// `None` where it leaves the root.
#[must_use]
pub fn join(base: &str, target: &str) -> Option<String> {
    let mut joined = String::with_capacity(base.len() + 1 + target.len());
    if !target.starts_with('/') {
        joined.push_str(base);
    }
    let mut rest = Some(target);
    while let Some(left) = rest {
        let part;
        // A plain walk: segments are short, and this runs for every link of a workspace.
        (part, rest) = match left.bytes().position(|byte| byte == b'/') {
            Some(slash) => (&left[..slash], Some(&left[slash + 1..])),
            None => (left, None),
        };
        match part {
            "" | "." => {}
            ".." if joined.is_empty() => return None,
            ".." => joined.truncate(last_slash(&joined).unwrap_or(0)),
            other => {
                if !joined.is_empty() {
                    joined.push('/');
                }
                joined.push_str(other);
            }
        }
    }
    Some(joined)
}

/// How `to` is written in a link of a file in the folder `from`: `./x.md`, `../y/z.md`.
#[must_use]
pub fn relative(from: &str, to: &str) -> String {
    let here: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    let there: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    let up = here.len() - shared;
    let mut written = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
    written.push_str(&there[shared..].join("/"));
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path() {
        assert_eq!(parent("a/b/c.md"), "a/b");
        assert_eq!(parent("c.md"), "");
        assert_eq!(file_name("a/b/c.md"), "c.md");
        assert_eq!(folder_name("skills/x/SKILL.md"), "x");
        assert_eq!(extension("a/b.agent.md"), "md");
        assert_eq!(extension("a/.gitignore"), "");
        assert_eq!(ancestors("a/b/c.md").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(ancestors("c.md").collect::<Vec<_>>(), [""]);
        assert!(is_below("a/b", "a") && is_below("a", "a") && is_below("x", "") && !is_below("ab", "a"));
    }

    #[test]
    fn joins_normalise_and_never_leave_the_root() {
        let cases = [
            ("a/b", "./c.md", Some("a/b/c.md")),
            ("a/b", "../c.md", Some("a/c.md")),
            ("a/b", "../../c.md", Some("c.md")),
            ("a/b", "../../../c.md", None),
            ("a/b", "/c.md", Some("c.md")),
            ("", "x//y/./z", Some("x/y/z")),
            ("a", "..", Some("")),
        ];
        for (base, target, expected) in cases {
            assert_eq!(join(base, target).as_deref(), expected, "{base} + {target}");
        }
    }

    #[test]
    fn relative_is_the_way_back() {
        for (from, to, written) in [
            ("a/b", "a/b/c.md", "./c.md"),
            ("a/b", "a/c.md", "../c.md"),
            ("", "x/y.md", "./x/y.md"),
            ("a", "b/c", "../b/c"),
        ] {
            assert_eq!(relative(from, to), written);
            assert_eq!(join(from, written).as_deref(), Some(to));
        }
    }
}
