//! Who said yes to what: kept in the user's own folder, never in a repository.
//!
//! A yes is an empty-handed file: its name is the hash of exactly what was agreed to ([`Launch`], the
//! server's name, the file and the folder that configure it), so whatever changes has no yes. Beside the
//! name stands what a person needs to know it again, and no value.

use crate::launch::Launch;
use crate::server::Server;
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The yeses below a folder.
#[derive(Clone, Debug)]
pub struct Consents {
    folder: PathBuf,
}

impl Consents {
    /// Those of the user; `None` where the system names no folder for such things.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        Some(Self::in_folder(&crate::places::state()?))
    }

    /// Those below another folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.join("mcp-consents") }
    }

    fn file(&self, server: &Server, launch: &Launch) -> PathBuf {
        let workspace = server.workspace.display().to_string();
        self.folder.join(launch.fingerprint(&["1", &server.name, &server.origin, &workspace]))
    }

    /// Whether somebody said yes to exactly this.
    #[must_use]
    pub fn has(&self, server: &Server, launch: &Launch) -> bool {
        self.file(server, launch).symlink_metadata().is_ok_and(|meta| meta.is_file())
    }

    /// Remembers a yes.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remember(&self, server: &Server, launch: &Launch) -> io::Result<()> {
        #[derive(Serialize)]
        struct Note<'a> {
            server: &'a str,
            origin: &'a str,
            workspace: String,
            what: Vec<(&'static str, String)>,
        }
        let note = Note {
            server: &server.name,
            origin: &server.origin,
            workspace: server.workspace.display().to_string(),
            what: launch.lines(),
        };
        make_private(&self.folder)?;
        // Made for its owner alone, and put in its place whole.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec_pretty(&note).unwrap_or_default())?;
        file.persist(self.file(server, launch)).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Makes a folder for its owner alone.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::Text;
    use crate::server::{Reach, Words};

    fn server(workspace: &str) -> Server {
        Server {
            name: "files".to_owned(),
            origin: ".mcp.json".to_owned(),
            workspace: workspace.into(),
            words: Words::Shell,
            reach: Reach::Other(String::new()),
            fingerprint: String::new(),
        }
    }

    fn launch(word: &str) -> Launch {
        let text = |value: &str| Text { value: value.to_owned(), shown: value.to_owned() };
        let secret = Text { value: "s3cret".to_owned(), shown: "${TOKEN}".to_owned() };
        Launch::Process {
            program: text("run"),
            args: vec![text(word)],
            env: vec![("TOKEN".to_owned(), secret)],
            folder: "/w".into(),
        }
    }

    #[test]
    fn a_yes_is_remembered_for_exactly_this() {
        let folder = tempfile::tempdir().unwrap();
        let consents = Consents::in_folder(folder.path());
        assert!(!consents.has(&server("/w"), &launch("a")));
        consents.remember(&server("/w"), &launch("a")).unwrap();
        assert!(consents.has(&server("/w"), &launch("a")));
        assert!(!consents.has(&server("/w"), &launch("b")));
        assert!(!consents.has(&server("/v"), &launch("a")));
        let files: Vec<_> =
            std::fs::read_dir(&consents.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.contains("TOKEN") && !text.contains("s3cret"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(consents.folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
