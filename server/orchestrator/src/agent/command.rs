//! A headless command line, once a turn: `{prompt}`, `{prompt_file}`, `{worktree}` and `{model}` are
//! filled in, its exit status and output are the result.

use crate::agent::{Agent, Boxed, Listener, Turn, exit_of, not_started, tail};
use crate::event::{Exit, TurnEnd};
use crate::{os, report};

/// How much of an output is kept for the report, in bytes.
const KEPT: usize = 1 << 20;
/// The longest prompt that is an argument, in bytes: Linux takes 128 KiB for one.
const LONGEST_ARGUMENT: usize = 100 << 10;

/// A command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    line: Vec<String>,
}

impl Command {
    /// The program and its arguments; `None` where there is no program.
    #[must_use]
    pub fn new(line: Vec<String>) -> Option<Self> {
        line.first().is_some_and(|program| !program.is_empty()).then_some(Self { line })
    }

    /// The arguments of one turn. An argument that is `{model}` alone goes, with the flag before it,
    /// where the agent's own model is meant.
    fn filled(&self, turn: &Turn) -> Vec<String> {
        let mut filled: Vec<String> = Vec::with_capacity(self.line.len());
        for part in &self.line {
            if part.contains("{model}") && turn.model.is_none() {
                if part == "{model}"
                    && filled.len() > 1
                    && filled.last().is_some_and(|flag| flag.starts_with('-'))
                {
                    filled.pop();
                }
                continue;
            }
            // Alone, so that nothing in the prompt is filled in.
            if part == "{prompt}" {
                filled.push(argument(turn));
                continue;
            }
            filled.push(
                part.replace("{prompt_file}", &turn.prompt_file.to_string_lossy())
                    .replace("{worktree}", &turn.worktree.to_string_lossy())
                    .replace("{model}", turn.model.as_deref().unwrap_or_default()),
            );
        }
        filled
    }
}

/// The prompt as an argument; where it is too long for one, where it stands.
fn argument(turn: &Turn) -> String {
    if turn.prompt.len() <= LONGEST_ARGUMENT {
        return turn.prompt.clone();
    }
    format!("Carry out the task that is described in the file {}.", turn.prompt_file.display())
}

impl Agent for Command {
    fn turn<'a>(&'a self, turn: &'a Turn, listener: &'a dyn Listener) -> Boxed<'a, TurnEnd> {
        Box::pin(async move {
            let mut filled = self.filled(turn).into_iter();
            let name = filled.next().unwrap_or_default();
            let program = os::Program::new(name, &turn.worktree, &turn.marker)
                .with_arguments(filled)
                .confined(turn.confinement.clone());
            let limits =
                os::Limits { total: turn.total, silence: turn.silence, kept: KEPT, ..os::Limits::default() };
            let sees = |_: os::Stream, bytes: &[u8]| listener.said(&String::from_utf8_lossy(bytes));
            match os::run(&program, &limits, sees, turn.stopped()).await {
                Err(error) => {
                    TurnEnd { exit: Exit::NotStarted(not_started(&self.line, &error)), ..TurnEnd::default() }
                }
                Ok(ended) => {
                    let output = ended.output.text();
                    let both = format!("{output}\n{}", ended.errors.text());
                    TurnEnd {
                        exit: exit_of(ended.how),
                        report: report::read(&output),
                        tail: tail(both.trim()),
                        ..TurnEnd::default()
                    }
                }
            }
        })
    }

    fn shown(&self) -> Vec<String> {
        vec![os::joined(&self.line)]
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::event::{AttemptKey, TurnKind, Usage};
    use crate::report::Status;
    use std::path::{Path, PathBuf};
    use std::sync::Mutex;
    use std::time::Duration;
    use tokio::sync::watch;

    #[derive(Default)]
    struct Ears(Mutex<String>);

    impl Listener for Ears {
        fn said(&self, text: &str) {
            self.0.lock().unwrap().push_str(text);
        }

        fn used(&self, _: Usage) {}

        fn asks_leave<'a>(&'a self, _: &'a str, _: &'a [String]) -> Boxed<'a, String> {
            Box::pin(std::future::pending())
        }
    }

    fn turn(worktree: &Path, name: &str) -> (Turn, watch::Sender<bool>) {
        let (sender, stop) = watch::channel(false);
        let turn = Turn {
            key: AttemptKey { task: "a".into(), attempt: 1 },
            stated: "a".into(),
            counted: 0,
            number: 1,
            kind: TurnKind::Work,
            planned_first: false,
            model: None,
            worktree: worktree.to_owned(),
            prompt: "Do it.".to_owned(),
            prompt_file: PathBuf::from("/nowhere/a prompt.md"),
            allowed: Vec::new(),
            tools: None,
            servers: Vec::new(),
            read_only: false,
            confinement: None,
            marker: format!("command{}/{name}/1", std::process::id()),
            interrupted: Vec::new(),
            total: Duration::from_secs(20),
            silence: Duration::from_secs(20),
            stop,
        };
        (turn, sender)
    }

    fn line(words: &[&str]) -> Command {
        Command::new(words.iter().map(|word| (*word).to_owned()).collect()).unwrap()
    }

    fn play(command: &Command, turn: &Turn) -> (TurnEnd, String) {
        let ears = Ears::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let end = runtime.block_on(command.turn(turn, &ears));
        (end, ears.0.into_inner().unwrap())
    }

    #[test]
    fn its_places_are_filled_in() {
        let folder = tempfile::tempdir().unwrap();
        let (mut turn, _stop) = turn(folder.path(), "fills");
        let command = line(&["agent", "-p", "{prompt_file}", "--in={worktree}", "--model", "{model}", "-x"]);
        let worktree = format!("--in={}", folder.path().display());
        assert_eq!(command.filled(&turn), ["agent", "-p", "/nowhere/a prompt.md", &worktree, "-x"]);
        turn.model = Some("big".to_owned());
        assert_eq!(command.filled(&turn)[4..], ["--model", "big", "-x"]);
        let told = line(&["agent", "{prompt}"]);
        turn.prompt = "Fill {worktree} in.".to_owned();
        assert_eq!(told.filled(&turn)[1], "Fill {worktree} in.");
        turn.prompt = "x".repeat(200 << 10);
        assert!(told.filled(&turn)[1].ends_with("in the file /nowhere/a prompt.md."));
        assert!(Command::new(vec![String::new()]).is_none() && Command::new(Vec::new()).is_none());
    }

    #[test]
    fn its_output_and_status_are_the_result() {
        let folder = tempfile::tempdir().unwrap();
        let (turn, _stop) = turn(folder.path(), "output");
        let script = "pwd > here.txt; echo 'Status: COMPLETE'; echo 'Summary: Done.'; echo oops >&2";
        let (end, said) = play(&line(&["sh", "-c", script]), &turn);
        assert_eq!((end.exit, end.report.map(|report| report.status)), (Exit::Fine, Some(Status::Complete)));
        assert!(said.contains("Summary: Done.") && end.tail.ends_with("oops"), "{said} {}", end.tail);
        assert!(folder.path().join("here.txt").is_file(), "it works in the worktree");
        let (end, _) = play(&line(&["sh", "-c", "echo no; exit 7"]), &turn);
        assert_eq!((end.exit, end.tail.as_str()), (Exit::Status(7), "no"));
        let (end, _) = play(&line(&["sh", "-c", "kill -9 $$"]), &turn);
        assert_eq!(end.exit, Exit::Signal(9));
        let (end, _) = play(&line(&["no-such-program-at-all"]), &turn);
        assert!(matches!(end.exit, Exit::NotStarted(_)), "{:?}", end.exit);
    }

    #[test]
    fn it_ends_when_it_shall_and_takes_everything_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut waits, stop) = turn(folder.path(), "stops");
        let sleeps = line(&["sh", "-c", "sleep 600 & sleep 600"]);
        stop.send(true).unwrap();
        assert_eq!(play(&sleeps, &waits).0.exit, Exit::Stopped);
        (waits, _) = turn(folder.path(), "stops");
        let (_sender, never) = watch::channel(false);
        waits.stop = never;
        waits.silence = Duration::from_millis(20);
        assert_eq!(play(&sleeps, &waits).0.exit, Exit::Silent);
        waits.silence = Duration::from_secs(20);
        waits.total = Duration::from_millis(20);
        assert_eq!(play(&sleeps, &waits).0.exit, Exit::TimedOut);
        assert_eq!(os::marked(&waits.marker), Vec::<u32>::new());
    }
}
