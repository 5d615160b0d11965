//! Real repositories for tests, in folders that go with them.

use super::{Git, Place, Repository};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with one commit on `main`, in a folder of its own.
pub struct Fixture {
    folder: tempfile::TempDir,
    top: PathBuf,
}

impl Fixture {
    /// In a folder with a space and letters beyond ASCII.
    pub fn new() -> Self {
        let fixture = Self::empty();
        fixture.write("README.md", "Start\n");
        fixture.commit("Start");
        fixture
    }

    /// A repository without a commit.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("my prøject");
        std::fs::create_dir(&top).unwrap();
        git(&top, &["init", "--quiet", "--initial-branch=main"]);
        let fixture = Self { folder, top };
        fixture.set("user.name", "Ada");
        fixture.set("user.email", "ada@example.com");
        fixture
    }

    pub fn top(&self) -> &Path {
        &self.top
    }

    /// A path beside the repository.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// A git that knows no configuration but the repository's.
    pub fn git(&self) -> Git {
        Git::default()
            .with_variable("GIT_CONFIG_GLOBAL", "/dev/null")
            .with_variable("GIT_CONFIG_NOSYSTEM", "1")
            .with_variable("HOME", self.folder.path())
    }

    pub fn repository(&self) -> Repository {
        Repository::open(self.git(), &self.top).unwrap()
    }

    /// An attempt of a run of this repository.
    pub fn place(task: &str, attempt: u32) -> Place {
        Place::new("k3v9", task, attempt)
    }

    pub fn set(&self, key: &str, value: &str) {
        git(&self.top, &["config", key, value]);
    }

    pub fn write(&self, file: &str, text: &str) {
        write(&self.top.join(file), text);
    }

    /// Commits everything, and gives the commit.
    pub fn commit(&self, subject: &str) -> String {
        git(&self.top, &["add", "--all"]);
        git(
            &self.top,
            &["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--allow-empty", "-m", subject],
        );
        self.does(&["rev-parse", "HEAD"])
    }

    /// Runs git in the repository, and gives what it printed.
    pub fn does(&self, arguments: &[&str]) -> String {
        git(&self.top, arguments)
    }

    /// Puts a hook there.
    #[cfg(unix)]
    pub fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let file = self.top.join(".git/hooks").join(name);
        write(&file, &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Writes a file and the folders above it.
pub fn write(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// Runs git, which has to go well; what it printed, without the last line end.
pub fn git(place: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(place)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
}
