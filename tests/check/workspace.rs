//! A temporary folder with files in it, and the binary run there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder that is removed when dropped.
pub struct Workspace {
    folder: tempfile::TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Workspace {
    /// A folder with these files, in no repository.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    /// The workspace of `segue demo`, as a repository.
    pub fn sample() -> Self {
        let workspace = Self::new(&[]);
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sign-in");
        let mut open = vec![top.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    open.push(entry.path());
                } else {
                    let path = entry.path().strip_prefix(&top).unwrap().to_str().unwrap().replace('\\', "/");
                    workspace.write(&path, &std::fs::read_to_string(entry.path()).unwrap());
                }
            }
        }
        workspace.git(&["init", "-q", "-b", "main"]);
        workspace
    }

    /// A repository in which these files are committed.
    pub fn repository(files: &[(&str, &str)]) -> Self {
        let workspace = Self::new(files);
        workspace.git(&["init", "-q", "-b", "main"]);
        workspace.commit();
        workspace
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(self.folder.path())
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits everything.
    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "state"]);
    }

    /// The binary, to be run in a folder of the workspace.
    pub fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        segue(&self.path(folder), arguments)
    }

    /// Runs the binary at the top of the workspace.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in("", arguments)
    }

    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Ran {
        self.command(folder, arguments).output().unwrap().into()
    }

    /// The codes with their places, `path:line:column code`, from the JSON output of a run.
    pub fn found(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        self.run(&all).found()
    }
}

/// The binary, to be run in `folder`.
pub fn segue(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn found(&self) -> Vec<String> {
        let json = self.json();
        let diagnostics = json["diagnostics"].as_array().unwrap().iter();
        diagnostics
            .map(|found| {
                let start = &found["range"]["start"];
                let path = found["path"].as_str().unwrap();
                let code = found["code"].as_str().unwrap();
                format!("{path}:{}:{} {code}", start["line"], start["character"])
            })
            .collect()
    }
}

/// An agent file with this body.
pub fn agent(body: &str) -> String {
    format!("---\ndescription: Does things\n---\n{body}\n")
}
