//! Where the journal of a repository lies: in the user's state folder, in a folder of its own that the
//! user alone may enter.

use crate::journal::JournalError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The place of a repository's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
    key: String,
}

impl Place {
    /// The place of the journal of the repository with this common git directory and first commit: a
    /// clone that was moved or replaced has another one.
    #[must_use]
    pub fn new(state_folder: &Path, common_directory: &Path, first_commit: &str) -> Self {
        let key = format!("{} {first_commit}", common_directory.display());
        let folder = Self::all(state_folder).join(format!("{}{:016x}", begin(common_directory), fnv(&key)));
        Self { folder, key }
    }

    /// The folder of all journals.
    #[must_use]
    pub fn all(state_folder: &Path) -> PathBuf {
        state_folder.join("segue").join("runs")
    }

    /// Whether there may be a journal of the repository with this common git directory: one of a
    /// repository of that name is there. Asks no git, and makes nothing.
    #[must_use]
    pub fn is_likely(state_folder: &Path, common_directory: &Path) -> bool {
        let begin = begin(common_directory);
        let entries = std::fs::read_dir(Self::all(state_folder)).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(&begin))
    }

    /// The folder: the journal, and beside it locks, sockets and the output of agents.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The journal's file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join("journal.sqlite")
    }

    /// The file whose lock the owner of a run holds.
    #[must_use]
    pub fn lock(&self, run: &str) -> PathBuf {
        self.folder.join(format!("{run}.lock"))
    }

    /// The socket that wakes readers of a run.
    #[must_use]
    pub fn socket(&self, run: &str) -> PathBuf {
        self.folder.join(format!("{run}.sock"))
    }

    /// The file for what an attempt's agent says and prints. `attempt` is its key in words that file
    /// systems take.
    #[must_use]
    pub fn output(&self, run: &str, attempt: &str) -> PathBuf {
        self.folder.join(run).join(format!("{attempt}.log"))
    }

    /// Which repository it belongs to.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Makes the folder and the file, for the user alone.
    pub(super) fn make(&self) -> Result<(), JournalError> {
        let failed = |path: &Path, error: &std::io::Error| JournalError::Folder {
            path: path.to_owned(),
            why: error.to_string(),
        };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = self.file();
        options.open(&file).map_err(|error| failed(&file, &error))?;
        Ok(())
    }
}

/// How the name of a journal's folder begins: readable.
fn begin(common_directory: &Path) -> String {
    let names = common_directory.ancestors().filter_map(Path::file_name);
    let name = names.map(|name| name.to_string_lossy().into_owned()).find(|name| name != ".git");
    let name = name.unwrap_or_default();
    let readable = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(24);
    readable.chain(['-']).collect()
}

/// The user's folder for state, by what the environment says.
///
/// # Errors
///
/// The environment says nothing of use.
pub fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, JournalError> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME");
    let found = absolute("XDG_STATE_HOME").or_else(|| {
        if cfg!(windows) {
            absolute("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library").join("Application Support"))
        } else {
            home().map(|home| home.join(".local").join("state"))
        }
    });
    found.ok_or(JournalError::NoStateFolder)
}

/// FNV-1a. Two repositories with the same one are told apart by the key in the journal.
fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
