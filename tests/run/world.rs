//! A repository with a plan, a state folder of its own, and the binary run there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A repository that goes with its runs.
pub struct World {
    folder: tempfile::TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Two tasks after each other, proved by a command, and a script for them.
pub const PLAN: &str = "# Feature: X\n\n## Component Breakdown\n\n\
    ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n**Files:** `first.txt`\n**Validation:** `test -s first.txt`\n\n\
    ### Issue 2: Second (`second`)\n\n**Scope:** The second.\n**Dependencies:** First\n**Files:** `second.txt`\n**Validation:** `test -s second.txt`\n";

impl World {
    /// A repository with these files committed.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(world.top()).unwrap();
        world.git(&["init", "--quiet", "--initial-branch=main"]);
        world.git(&["config", "user.name", "Ada"]);
        world.git(&["config", "user.email", "ada@example.com"]);
        for (path, text) in files {
            world.write(path, text);
        }
        world.commit("Start");
        world
    }

    /// The plan [`PLAN`] with a script for the rehearsal agent.
    pub fn scripted(script: &str) -> Self {
        let settings = "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
        Self::new(&[("x.spec.md", PLAN), ("actor.yaml", script), ("segue.toml", settings)])
    }

    /// The sample that `segue demo` plays.
    pub fn sample() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/rehearsal");
        let names = ["actor.yaml", "check.sh", "segue.toml", "specs/sign-in.spec.md"];
        let texts = names.map(|name| std::fs::read_to_string(top.join(name)).unwrap());
        let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
        Self::new(&files)
    }

    pub fn top(&self) -> PathBuf {
        self.folder.path().join("my äpp")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.top().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.top().join(path)).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.top().join(path).exists()
    }

    pub fn commit(&self, subject: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", subject]);
    }

    /// Runs git, which has to go well; what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.around(Command::new("git").args(arguments)).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The binary with these arguments, at the top of the repository.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        self.around(command.args(arguments));
        command
    }

    /// Another program, at the same place and with the same around it.
    pub fn program(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        self.around(command.args(arguments));
        command
    }

    pub fn segue(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same, which has to end with `status`.
    #[track_caller]
    pub fn ends(&self, status: i32, arguments: &[&str]) -> Ran {
        let ran = self.segue(arguments);
        assert_eq!(ran.status, status, "segue {arguments:?}: {ran:?}");
        ran
    }

    fn around<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "SEGUE_RUN"] {
            command.env_remove(name);
        }
        command.envs(self.environment()).current_dir(self.top()).stdin(Stdio::null())
    }

    /// What is around every process of this world.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("HOME", self.folder.path().to_str().unwrap().to_owned()),
            ("XDG_STATE_HOME", self.state_folder().to_str().unwrap().to_owned()),
        ]
    }

    /// Where journals lie.
    pub fn state_folder(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// All runs as data, the newest first.
    pub fn runs(&self) -> Vec<serde_json::Value> {
        let ran = self.ends(0, &["runs", "list", "--format", "json"]);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// The id of the newest run.
    pub fn run(&self) -> String {
        self.runs()[0]["run"].as_str().unwrap().to_owned()
    }

    /// How the newest run stands.
    pub fn state(&self) -> String {
        self.runs()[0]["state"].as_str().unwrap().to_owned()
    }

    /// Waits until the newest run stands so.
    pub fn reaches(&self, state: &str) {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            let runs = self.runs();
            if runs.first().is_some_and(|run| run["state"] == state) {
                return;
            }
            assert!(Instant::now() < end, "waits for `{state}`: {runs:?}");
        }
    }

    /// Runs the plan until a task is worked on, and kills the runner: its run, which nobody works on any more.
    pub fn interrupted(&self) -> String {
        let mut terminal =
            self.command(&["run", "x.spec.md", "--yes"]).stdout(Stdio::null()).spawn().unwrap();
        self.reaches("working");
        terminal.kill().unwrap();
        terminal.wait().unwrap();
        assert_eq!(self.state(), "interrupted");
        self.run()
    }

    /// Waits until nobody works on the run any more; all that happened in it.
    pub fn waits(&self, run: &str) -> String {
        self.ends(0, &["runs", "logs", run, "--follow"]).out
    }

    /// A file beside the journal, by its path there.
    pub fn state_file(&self, path: &str) -> String {
        let mut below = vec![self.state_folder()];
        while let Some(folder) = below.pop() {
            if let Ok(text) = std::fs::read_to_string(folder.join(path)) {
                return text;
            }
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            below.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()));
        }
        panic!("no {path} beside the journal");
    }

    /// HEAD, branch, status and index of the checkout.
    pub fn checkout(&self) -> String {
        let parts = [
            self.git(&["rev-parse", "HEAD"]),
            self.git(&["branch", "--show-current"]),
            self.git(&["status", "--porcelain", "--untracked-files=all"]),
            self.git(&["ls-files", "--stage"]),
        ];
        parts.join("\n")
    }

    /// The worktrees beside the repository that are there.
    pub fn worktrees(&self) -> Vec<String> {
        let listed = self.git(&["worktree", "list", "--porcelain"]);
        let folders = listed.lines().filter_map(|line| line.strip_prefix("worktree "));
        folders.skip(1).map(str::to_owned).collect()
    }

    /// The branches of runs.
    pub fn branches(&self) -> Vec<String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/segue"]);
        listed.lines().map(str::to_owned).collect()
    }
}

impl Drop for World {
    /// A failing test leaves no process behind either.
    fn drop(&mut self) {
        let listed = self.command(&["runs", "list", "--format", "json"]).output();
        let runs: Vec<serde_json::Value> =
            listed.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok()).unwrap_or_default();
        for run in runs {
            let over = ["complete", "rejected", "abstained", "escalated", "cancelled"];
            if let (Some(id), Some(state)) = (run["run"].as_str(), run["state"].as_str())
                && !over.contains(&state)
            {
                let _ = self.command(&["runs", "cancel", id]).output();
            }
        }
    }
}
