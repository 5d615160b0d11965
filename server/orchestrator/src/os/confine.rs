//! Programs that may touch some folders and nothing else: by Landlock where the kernel has it.
//!
//! What is confined is a thread that asked for it, and every process that it starts. So the thread that
//! starts a program confines itself, starts it, and ends: no code runs between fork and exec, and this
//! process stays as it is.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a program may read and write; it sees nothing else of the disk. What is not there is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Files and folders that may be read, and run.
    pub reads: Vec<PathBuf>,
    /// Files and folders that may be changed too.
    pub writes: Vec<PathBuf>,
}

impl Confinement {
    /// Whether this machine can confine: how it does that, in words.
    ///
    /// # Errors
    /// A sentence: it cannot.
    pub fn support() -> std::result::Result<String, String> {
        support()
    }

    /// What this process itself would need: programs, libraries, devices.
    #[must_use]
    pub fn with_reads<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.reads.extend(paths.into_iter().map(Into::into));
        self
    }

    /// With more that may be changed.
    #[must_use]
    pub fn with_writes<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.writes.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Does something on a thread of its own that is confined, and with it all that it starts.
    ///
    /// # Errors
    /// The thread cannot be confined: then nothing was done.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        std::thread::scope(|scope| {
            let confined = scope.spawn(|| {
                restrict(self)?;
                Ok(work())
            });
            confined.join().unwrap_or_else(|_| Err(Error::other("the confined thread broke")))
        })
    }
}

/// A folder for temporary files that belongs to one program and goes with it.
#[derive(Clone, Debug)]
pub(super) struct Temporary {
    folder: Arc<tempfile::TempDir>,
}

impl Temporary {
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("segue-").tempdir()?;
        Ok(Self { folder: Arc::new(folder) })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

#[cfg(target_os = "linux")]
use super::landlock::{restrict, support};

#[cfg(not(target_os = "linux"))]
fn support() -> std::result::Result<String, String> {
    Err("confinement needs Linux; this system has none that Segue knows".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn restrict(_: &Confinement) -> Result<()> {
    Err(Error::new(std::io::ErrorKind::Unsupported, support().unwrap_or_else(|why| why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests of confinement mean something only where there is one; elsewhere it has to be refused.
    fn is_refused() -> bool {
        let Err(why) = Confinement::support() else { return false };
        assert!(why.starts_with("confinement needs "), "{why}");
        let error = Confinement::default().within(|| panic!("it is not confined")).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::Unsupported);
        true
    }

    #[test]
    fn what_is_not_allowed_fails_and_the_process_stays_as_it_is() {
        if is_refused() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other"));
        for place in [&own, &other] {
            std::fs::create_dir(place).unwrap();
            std::fs::write(place.join("file"), "there").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&other, own.join("way-out")).unwrap();
        let confined = Confinement::default().with_writes([&own, &folder.path().join("missing")]);
        let denied = |result: std::io::Result<()>| {
            result.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
        };
        let done = confined.within(|| {
            assert_eq!(std::fs::read_to_string(own.join("file")).unwrap(), "there");
            std::fs::create_dir(own.join("deep")).unwrap();
            std::fs::rename(own.join("file"), own.join("deep/file")).unwrap();
            assert!(denied(std::fs::write(other.join("file"), "changed")), "it writes");
            assert!(denied(std::fs::write(own.join("way-out/file"), "changed")), "it writes through a link");
            assert!(denied(std::fs::write(other.join("new"), "")), "it creates");
            assert!(denied(std::fs::remove_file(other.join("file"))), "it removes");
            assert!(denied(std::fs::rename(own.join("deep/file"), other.join("file"))), "it renames");
            assert!(denied(std::fs::hard_link(own.join("deep/file"), other.join("link"))), "it links");
            let cut = std::fs::File::options().write(true).truncate(true).open(other.join("file"));
            assert!(denied(cut.map(drop)), "it cuts off");
            assert!(denied(std::fs::read(other.join("file")).map(drop)), "it reads");
            assert!(denied(std::fs::read_dir(&other).map(drop)), "it lists");
        });
        done.unwrap();
        assert_eq!(std::fs::read_to_string(other.join("file")).unwrap(), "there");
        std::fs::write(other.join("file"), "by us").unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_confined_thread_starts_is_confined_and_can_signal_nobody_else() {
        use std::process::Command;
        if is_refused() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut other = Command::new("sleep").arg("600").spawn().unwrap();
        let line = format!(
            "(echo in > in.txt); (echo out > '{}/../out-of-it.txt'); setsid sh -c 'echo far > /var/tmp/segue-out'; kill {}; cat /proc/{}/environ > environ.txt; true",
            folder.path().display(),
            other.id(),
            other.id()
        );
        let system = ["/usr", "/bin", "/lib", "/lib64", "/etc", "/proc"];
        let confined =
            Confinement::default().with_reads(system).with_writes([folder.path(), Path::new("/dev/null")]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(folder.path());
        let output = confined.within(|| shell.output()).unwrap().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(folder.path().join("in.txt").exists());
        assert!(!folder.path().join("../out-of-it.txt").exists());
        assert!(!Path::new("/var/tmp/segue-out").exists());
        let read = std::fs::read_to_string(folder.path().join("environ.txt")).unwrap_or_default();
        // Root may read the memory of everybody as far as files of the kernel go.
        if !rustix::process::geteuid().is_root() {
            assert_eq!(read, "", "it reads the environment of others");
        }
        if super::super::landlock::scopes_signals() {
            assert_eq!(other.try_wait().unwrap(), None, "it ended a process that is not its own");
        }
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
