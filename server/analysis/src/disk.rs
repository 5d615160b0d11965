//! The files behind a workspace: the only door to the disk.
//!
//! Everything asks by root-relative path. Nothing outside the root is ever read through it.

use std::io;
use std::path::{Path, PathBuf};

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Nothing, or nothing that may be looked at.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// A file or folder found by a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Root-relative path.
    pub path: String,
    /// Whether it is a symbolic link: it exists, and is never read through.
    pub link: bool,
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The files, sorted by path.
    pub files: Vec<Found>,
    /// Whether the limit on entries cut the walk short, and at which number.
    pub cut_at: Option<usize>,
    /// Folders below the root that are checkouts of their own and were left alone.
    pub checkouts: Vec<String>,
    /// Folders that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Access to the files of one root.
pub trait Disk: Send + Sync {
    /// The bytes of a regular file, at most `limit` of them (one more where there are more). Symbolic
    /// links are not read through.
    ///
    /// # Errors
    /// Those of the file system.
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>>;

    /// What stands there, symbolic links followed as long as they stay below the root.
    fn probe(&self, path: &str) -> Probe;

    /// All files below `folder` that discovery may see: `.gitignore` respected, hidden ones included,
    /// `.git` and checkouts of their own left out, at most `limit` entries.
    fn walk(&self, folder: &str, limit: usize) -> Walk;

    /// Whether the last segment of `path` is spelt so on disk (some file systems ignore case).
    fn spells(&self, path: &str) -> bool;

    /// Whether a walk from the root would come by `path`: not ignored, in no checkout of its own.
    fn discoverable(&self, path: &str) -> bool;

    /// Whether `path` itself is a symbolic link.
    fn is_link(&self, path: &str) -> bool;
}

/// A folder of the real file system.
#[derive(Clone, Debug)]
pub struct RealDisk {
    root: PathBuf,
    real_root: PathBuf,
}

impl RealDisk {
    /// The files below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), real_root: root.canonicalize().unwrap_or_else(|_| root.to_owned()) }
    }

    /// Where the root lies.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn absolute(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    fn stays_inside(&self, absolute: &Path) -> bool {
        absolute.canonicalize().is_ok_and(|real| real.starts_with(&self.real_root))
    }
}

impl Disk for RealDisk {
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        use io::Read;
        let absolute = self.absolute(path);
        let meta = absolute.symlink_metadata()?;
        // Links may lead out of the root, and opening a pipe would wait for its writer.
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let file = std::fs::File::open(&absolute)?;
        let size = usize::try_from(meta.len()).unwrap_or(usize::MAX).min(limit + 1);
        let mut bytes = Vec::with_capacity(size);
        file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn probe(&self, path: &str) -> Probe {
        let absolute = self.absolute(path);
        let Ok(plain) = absolute.symlink_metadata() else { return Probe::Missing };
        let kind = if plain.is_symlink() {
            match absolute.metadata() {
                Ok(meta) if self.stays_inside(&absolute) => meta,
                // A link out of the root exists, and nothing more is asked of it.
                Ok(_) => return Probe::File,
                Err(_) => return Probe::Missing,
            }
        } else {
            plain
        };
        if kind.is_dir() { Probe::Folder } else { Probe::File }
    }

    fn walk(&self, folder: &str, limit: usize) -> Walk {
        crate::discover::walk(&self.root, folder, limit)
    }

    fn spells(&self, path: &str) -> bool {
        let folder = self.absolute(crate::path::parent(path));
        std::fs::read_dir(folder).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == crate::path::file_name(path)))
        })
    }

    fn discoverable(&self, path: &str) -> bool {
        crate::discover::comes_by(&self.root, path)
    }

    fn is_link(&self, path: &str) -> bool {
        self.absolute(path).symlink_metadata().is_ok_and(|meta| meta.is_symlink())
    }
}
