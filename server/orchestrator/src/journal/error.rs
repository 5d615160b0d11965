//! What can be wrong with a journal, each with what to do about it.

use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no folder for it.
    #[error("No state folder is known: set HOME or XDG_STATE_HOME.")]
    NoStateFolder,
    /// Its folder cannot be made or written.
    #[error("{path} cannot be written ({why}): make it writable, or set XDG_STATE_HOME to a folder that is.")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A newer binary wrote it.
    #[error(
        "{path} was written by a newer Segue (its form is {found}, this one knows {known}): update this Segue."
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The form it has.
        found: i64,
        /// The newest form that is known.
        known: i64,
    },
    /// Another repository has the same place.
    #[error("{path} belongs to another repository ({owner}): move it away.")]
    OtherRepository {
        /// The file.
        path: PathBuf,
        /// The repository it belongs to.
        owner: String,
    },
    /// It is no journal any more.
    #[error(
        "{path} is damaged ({why}): move it away to begin a new one; worktrees and branches of runs stay where they are."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The disk is full.
    #[error("The disk{} is full, so nothing can be recorded: free some space, then resume the run.", of(.0.as_deref()))]
    DiskFull(Option<PathBuf>),
    /// Somebody else appended to the run.
    #[error("Another process runs `{run}` now.")]
    Moved {
        /// The run.
        run: String,
    },
    /// An event is not one that this binary knows.
    #[error("Event {seq} of run `{run}` cannot be read ({why}): update this Segue.")]
    Unreadable {
        /// The run.
        run: String,
        /// The event.
        seq: u64,
        /// What the reader says.
        why: String,
    },
    /// Something else that SQLite says.
    #[error("The journal cannot be used: {0}.")]
    Database(rusqlite::Error),
    /// An event that cannot be written as JSON.
    #[error("An event cannot be written: {0}.")]
    Form(#[from] serde_json::Error),
}

impl JournalError {
    /// With the file that was written.
    pub(super) fn at(self, file: Option<&str>) -> Self {
        match self {
            Self::DiskFull(None) => Self::DiskFull(file.map(PathBuf::from)),
            other => other,
        }
    }

    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(Some(path)),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { path, why },
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Folder { path, why }
            }
            _ => Self::Database(error),
        }
    }
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(None),
            _ => Self::Database(error),
        }
    }
}

/// ` with PATH`, where that is known.
fn of(path: Option<&Path>) -> String {
    path.map(|path| format!(" with {}", path.display())).unwrap_or_default()
}
