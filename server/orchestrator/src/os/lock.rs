//! Who owns a run: told by a lock of the operating system, which dies with its process.

use super::ProcessId;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

/// Held by the process that owns something.
#[derive(Debug)]
pub struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// Takes the lock at `path`; `None` while another process has it.
    ///
    /// # Errors
    /// The file cannot be opened or locked.
    pub fn take(path: &Path) -> std::io::Result<Option<Self>> {
        // Whoever asks whether it is held holds it for an instant.
        const TRIES: u32 = 10;
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        for attempt in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    let own = ProcessId::own().map(|own| own.to_string()).unwrap_or_default();
                    file.set_len(0)?;
                    file.seek(SeekFrom::Start(0))?;
                    file.write_all(own.as_bytes())?;
                    return Ok(Some(Self { _file: file }));
                }
                Err(TryLockError::WouldBlock) if attempt + 1 < TRIES => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether some process has the lock at `path`.
    #[must_use]
    pub fn is_held(path: &Path) -> bool {
        let Ok(file) = File::open(path) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Which process took the lock at `path` last, where that is known.
    #[must_use]
    pub fn last_owner(path: &Path) -> Option<ProcessId> {
        let mut text = String::new();
        File::open(path).ok()?.take(200).read_to_string(&mut text).ok()?;
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_at_a_time_and_none_when_it_went() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("owner");
        assert!(!OwnerLock::is_held(&path));
        let lock = OwnerLock::take(&path).unwrap().unwrap();
        assert!(OwnerLock::is_held(&path));
        assert!(OwnerLock::take(&path).unwrap().is_none());
        assert_eq!(OwnerLock::last_owner(&path), ProcessId::own());
        drop(lock);
        assert!(!OwnerLock::is_held(&path));
        assert!(OwnerLock::take(&path).unwrap().is_some());
    }

    #[test]
    fn asking_never_keeps_an_owner_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("owner");
        drop(OwnerLock::take(&path).unwrap());
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = OwnerLock::is_held(&path);
                    std::thread::yield_now();
                }
            });
            for _ in 0..20 {
                assert!(OwnerLock::take(&path).unwrap().is_some());
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}
