//! URIs and paths.
//!
//! A URI is the client's: it is kept as it came and given back as it came. Only here one is taken
//! apart, to learn which file it means; two spellings of one file give one path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use segue_analysis::path;
use std::path::{Path, PathBuf};

/// All but what RFC 3986 calls unreserved, and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The file that a `file:` URI means, `.` and `..` taken out, the letter of a drive in upper case.
/// `None` for other schemes and what cannot be a path.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['#', '?']).next().unwrap_or_default();
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let slash = rest.find('/')?;
            let (authority, path) = rest.split_at(slash);
            if authority.is_empty() || authority.eq_ignore_ascii_case("localhost") {
                path.to_owned()
            } else {
                format!("//{authority}{path}")
            }
        }
        None => rest.to_owned(),
    };
    let decoded = percent_decode_str(&path).decode_utf8().ok()?;
    if !decoded.starts_with('/') || decoded.contains('\0') {
        return None;
    }
    Some(path::plain(Path::new(&with_drive(&decoded))))
}

/// `/c:/x` is `C:/x` on Windows; elsewhere it stays below the root, its letter in upper case.
fn with_drive(path: &str) -> String {
    let bytes = path.as_bytes();
    let drive = bytes.get(1).copied().filter(u8::is_ascii_alphabetic);
    let (Some(letter), Some(b':'), None | Some(b'/')) = (drive, bytes.get(2), bytes.get(3)) else {
        return path.to_owned();
    };
    let rest = path.get(2..).unwrap_or_default();
    let lead = if cfg!(windows) { "" } else { "/" };
    format!("{lead}{}{rest}", char::from(letter.to_ascii_uppercase()))
}

/// The path with symbolic links followed as far as it exists.
pub fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path::real(path) {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent != path => real(parent).join(name),
        _ => path.to_owned(),
    }
}

/// The URI of a folder without the slash that it may end in.
pub fn folder(uri: &str) -> String {
    uri.trim_end_matches('/').to_owned()
}

/// The URI of the file at `path` below a folder, in the folder's spelling.
pub fn below(folder: &str, path: &str) -> String {
    format!("{folder}/{}", utf8_percent_encode(path, ENCODED))
}

/// The URI of an absolute path, for what the client never named.
pub fn of_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let lead = if text.starts_with('/') { "" } else { "/" };
    format!("file://{lead}{}", utf8_percent_encode(&text, ENCODED))
}

/// `path` seen from `folder`, with `/`; `None` where it does not lie below.
pub fn relative(folder: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(folder).ok()?;
    let parts: Option<Vec<&str>> = rest.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_file() {
        let path = |uri: &str| to_path(uri).map(|path| path.to_string_lossy().into_owned());
        for (uri, expected) in [
            ("file:///a/b%20c.md", Some("/a/b c.md")),
            ("file://localhost/a", Some("/a")),
            ("FILE:///a/./b/../c", Some("/a/c")),
            ("file:/a", Some("/a")),
            ("file:///c%3A/x", Some("/C:/x")),
            ("file:///C:/x", Some("/C:/x")),
            ("file:///c%3a/x#f", Some("/C:/x")),
            ("file://server/share/x", Some("/server/share/x")),
            ("file:///%ff", None),
            ("file:///a%00b", None),
            ("untitled:Untitled-1", None),
            ("buffer://1", None),
            ("", None),
            ("file:", None),
        ] {
            assert_eq!(path(uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn below_keeps_the_spelling_of_the_folder() {
        assert_eq!(below("file:///c%3A/w", "a b/é.md"), "file:///c%3A/w/a%20b/%C3%A9.md");
        assert_eq!(of_path(Path::new("/a b")), "file:///a%20b");
    }
}
