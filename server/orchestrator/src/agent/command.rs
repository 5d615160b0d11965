//! A headless command line, once a turn: `{prompt_file}`, `{worktree}` and `{model}` are filled in, its
//! exit status and output are the result.

use crate::agent::{Agent, Boxed, Listener, Turn, exit_of, tail};
use crate::event::{Exit, TurnEnd};
use crate::{os, report};

/// How much of an output is kept for the report, in bytes.
const KEPT: usize = 1 << 20;

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
            filled.push(
                part.replace("{prompt_file}", &turn.prompt_file.to_string_lossy())
                    .replace("{worktree}", &turn.worktree.to_string_lossy())
                    .replace("{model}", turn.model.as_deref().unwrap_or_default()),
            );
        }
        filled
    }
}

impl Agent for Command {
    fn turn<'a>(&'a self, turn: &'a Turn, listener: &'a dyn Listener) -> Boxed<'a, TurnEnd> {
        Box::pin(async move {
            let mut filled = self.filled(turn).into_iter();
            let name = filled.next().unwrap_or_default();
            let program = os::Program::new(name, &turn.worktree, &turn.marker).with_arguments(filled);
            let limits =
                os::Limits { total: turn.total, silence: turn.silence, kept: KEPT, ..os::Limits::default() };
            let sees = |_: os::Stream, bytes: &[u8]| listener.said(&String::from_utf8_lossy(bytes));
            match os::run(&program, &limits, sees, turn.stopped()).await {
                Err(error) => TurnEnd { exit: Exit::NotStarted(error.to_string()), ..TurnEnd::default() },
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

    fn shown(&self) -> String {
        self.line.join(" ")
    }
}
