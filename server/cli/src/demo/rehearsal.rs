//! The part of the tour in which a plan is carried out: by the built-in rehearsal agent, so that nothing
//! is needed but git.

use crate::Failure;
use crate::output::Output;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Printed, Stdio};

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../samples/rehearsal/", $path)))),*]
    };
}

/// The feature, cut into tasks, and what the rehearsal agent makes of them.
const SAMPLE: &[(&str, &str)] = sample!["actor.yaml", "check.sh", "segue.toml", "specs/sign-in.spec.md"];

/// How much of the report is shown.
const REPORT_LINES: usize = 24;

/// Carries out the sample's spec below `folder`. `state` is where its journal goes, where that is not
/// the user's own place.
pub fn play(folder: &Path, state: Option<&Path>) -> Result<(), Failure> {
    if Command::new("git").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return say("\nThe last part of the tour carries out a plan, which needs git; there is none here.");
    }
    let stage = Stage::new(folder.join("rehearsal"), state)?;
    say(
        "\nThe same feature, cut into tasks. `segue run` hands them to coding agents, each in a git worktree of its own; \
         here the built-in rehearsal agent plays them, faults included. First it says what it would do, and waits:",
    )?;
    stage.types(&["run", "specs/sign-in.spec.md"], &[3])?;
    let run = stage.run()?;
    let mut heard = 0;
    for (says, types) in acts(&run) {
        say(&format!("\n{says}"))?;
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        stage.types(&types, &[0])?;
        stage.follows(&run, &mut heard)?;
    }
    say(
        "\nOne attempt met a limit and was tried again, two tasks changed the same lines, and a whole was broken by parts \
         that were right alone: each was mended with the evidence in hand. The result comes into your branch when you \
         ask for it:",
    )?;
    stage.types(&["runs", "merge", &run], &[0])?;
    say("\nWho did what, at whose word, stands in the journal:")?;
    stage.reports(&run)
}

/// What is typed while the run goes on, and what is said before.
fn acts(run: &str) -> Vec<(&'static str, Vec<String>)> {
    let types = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    vec![
        ("Yes. The tasks of the first wave begin at the same time:", types(&["runs", "approve", run])),
        (
            "One of them asks. The others went on; the answer can come from any terminal:",
            types(&["runs", "answer", run, "1"]),
        ),
        (
            "After each wave a person looks, and can say something to those who come next:",
            types(&["runs", "approve", run, "--note", "Mind the ports"]),
        ),
        ("All is done and proved:", types(&["runs", "approve", run])),
    ]
}

/// The repository in which it plays.
struct Stage {
    folder: PathBuf,
    binary: PathBuf,
    state: Option<PathBuf>,
}

impl Stage {
    fn new(folder: PathBuf, state: Option<&Path>) -> Result<Self, Failure> {
        let sample: Vec<(String, String)> =
            SAMPLE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        super::write_sample(&sample, &folder)?;
        let binary = std::env::current_exe()
            .map_err(|error| Failure::said(format!("this binary cannot be found: {error}")))?;
        let stage = Self { folder, binary, state: state.map(Path::to_owned) };
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", "Start"],
        ] {
            let printed = stage.done(Command::new("git").args(arguments))?;
            if !printed.status.success() {
                let said = String::from_utf8_lossy(&printed.stderr).into_owned();
                return Err(Failure::said(format!("the repository of the demo cannot be made: {said}")));
            }
        }
        Ok(stage)
    }

    /// Nobody has to have told git who they are.
    fn around<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Demo")
                .env(format!("GIT_{role}_EMAIL"), "demo@localhost");
        }
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        if let Some(state) = &self.state {
            command.env("XDG_STATE_HOME", state);
        }
        command.current_dir(&self.folder).stdin(Stdio::null())
    }

    fn done(&self, command: &mut Command) -> Result<Printed, Failure> {
        self.around(command)
            .output()
            .map_err(|error| Failure::said(format!("the demo cannot go on: {error}")))
    }

    /// Runs this binary as a user would; its status has to be one of these.
    fn types(&self, words: &[&str], wanted: &[i32]) -> Result<(), Failure> {
        say(&shown(words))?;
        let status = self.around(Command::new(&self.binary).args(words)).status();
        let status = status.map_err(|error| Failure::said(format!("the demo cannot go on: {error}")))?;
        if status.code().is_some_and(|code| wanted.contains(&code)) {
            return Ok(());
        }
        Err(Failure::said(format!("`segue {}` ended with {status}", words.join(" "))))
    }

    /// The id of the only run.
    fn run(&self) -> Result<String, Failure> {
        let printed = self.done(Command::new(&self.binary).args(["runs", "list", "--format", "json"]))?;
        let listed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap_or_default();
        let run = listed.get(0).and_then(|run| run.get("run")).and_then(serde_json::Value::as_str);
        run.map(str::to_owned).ok_or_else(|| Failure::said("the run of the demo is not in its journal"))
    }

    /// Prints what happens until the run waits again or is over: what was not printed before.
    fn follows(&self, run: &str, heard: &mut usize) -> Result<(), Failure> {
        let words = ["runs", "logs", run, "--follow"];
        say(&shown(&words))?;
        let printed = self.done(Command::new(&self.binary).args(words))?;
        let mut output = Output::lock();
        for line in String::from_utf8_lossy(&printed.stdout).lines().skip(*heard) {
            writeln!(output, "{line}")?;
            *heard += 1;
        }
        output.finish()
    }

    /// The beginning of the report.
    fn reports(&self, run: &str) -> Result<(), Failure> {
        let words = ["runs", "export", run];
        say(&shown(&words))?;
        let printed = self.done(Command::new(&self.binary).args(words))?;
        let text = String::from_utf8_lossy(&printed.stdout).into_owned();
        let mut output = Output::lock();
        for line in text.lines().take(REPORT_LINES) {
            writeln!(output, "{line}")?;
        }
        writeln!(output, "… {} lines more", text.lines().count().saturating_sub(REPORT_LINES))?;
        output.finish()
    }
}

fn shown(words: &[&str]) -> String {
    let word = |word: &&str| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() };
    format!("\n$ segue {}\n", words.iter().map(word).collect::<Vec<_>>().join(" "))
}

fn say(text: &str) -> Result<(), Failure> {
    let mut output = Output::lock();
    writeln!(output, "{text}")?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_sample_is_bundled() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/rehearsal");
        let mut files = Vec::new();
        super::super::read_below(&top, "", &mut files).unwrap();
        files.sort();
        let bundled: Vec<(String, String)> =
            SAMPLE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        assert_eq!(files, bundled);
    }

    #[test]
    fn words_are_shown_as_they_are_typed() {
        assert_eq!(
            shown(&["runs", "approve", "x", "--note", "a b"]),
            "\n$ segue runs approve x --note 'a b'\n"
        );
    }
}
