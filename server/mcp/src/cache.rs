//! Answers, kept in the user's cache for whoever reads them: plain JSON, a file a configuration.
//!
//! ```text
//! <cache>/tools/<hash of the workspace's folder>/<fingerprint of the configuration>.json
//! ```

use crate::consent::make_private;
use crate::launch::hash;
use crate::server::Server;
use crate::tool::Answer;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The form of the files. Readers leave other forms alone.
pub const VERSION: u32 = 1;

/// At most so many answers are kept for a workspace.
const MOST_ANSWERS: usize = 200;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// [`VERSION`].
    pub version: u32,
    /// The server's name, for people who look into the folder.
    pub server: String,
    /// The file that configures it, likewise.
    pub origin: String,
    /// When it was asked, in seconds since 1970.
    pub asked: u64,
    /// What it answered.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The folder for a workspace's answers below the user's cache.
#[must_use]
pub fn folder(cache: &Path, workspace: &Path) -> PathBuf {
    let name = hash(workspace.display().to_string().as_bytes());
    cache.join("tools").join(name.get(..32).unwrap_or(&name))
}

/// Keeps an answer: readers see the former one or this one, never a part.
///
/// # Errors
/// Those of the file system.
pub fn keep(folder: &Path, server: &Server, answer: &Answer, asked: u64) -> io::Result<()> {
    let kept = Kept {
        version: VERSION,
        server: server.name.clone(),
        origin: server.origin.clone(),
        asked,
        answer: answer.clone(),
    };
    make_private(folder)?;
    let mut file = tempfile::Builder::new().suffix(".part").tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec(&kept)?)?;
    file.persist(folder.join(format!("{}.json", server.fingerprint))).map_err(|error| error.error)?;
    prune(folder);
    Ok(())
}

/// Throws the oldest answers away where there are too many.
fn prune(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    files.sort();
    let over = files.len().saturating_sub(MOST_ANSWERS);
    for (_, path) in files.iter().take(over) {
        // Somebody else may have done it.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{Reach, Words};
    use crate::tool::Tool;

    #[test]
    fn answers_are_kept_by_configuration() {
        let cache = tempfile::tempdir().unwrap();
        let folder = folder(cache.path(), Path::new("/w/project"));
        let mut server = Server {
            name: "files".to_owned(),
            origin: ".mcp.json".to_owned(),
            workspace: "/w/project".into(),
            words: Words::Shell,
            reach: Reach::Other(String::new()),
            fingerprint: "a".repeat(64),
        };
        let tool = Tool { name: "read".to_owned(), read_only: Some(true), ..Tool::default() };
        let answer = Answer { tools: vec![tool], dynamic: true, cut: false };
        keep(&folder, &server, &answer, 7).unwrap();
        keep(&folder, &server, &answer, 8).unwrap();
        let text = std::fs::read_to_string(folder.join(format!("{}.json", server.fingerprint))).unwrap();
        let kept: Kept = serde_json::from_str(&text).unwrap();
        assert_eq!((kept.asked, kept.answer), (8, answer.clone()));
        for number in 0..MOST_ANSWERS + 5 {
            server.fingerprint = format!("{number:064}");
            keep(&folder, &server, &answer, 9).unwrap();
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), MOST_ANSWERS);
    }
}
