//! The rehearsal agent: built in, no network, no key. It replays a script (YAML), or, where the script
//! has nothing for a task, writes a line into each of the task's files, and approves what it shall judge.
//!
//! ```yaml
//! pace: 200                       # milliseconds for each step without a time of its own
//! tasks:
//!   login:
//!     - - write: { path: src/login.rs, text: "…" }
//!       - fail: { class: transient, text: rate limit }
//!     - - write: { path: src/login.rs, text: "…" }
//!       - ask: { question: Which?, options: [a, b], recommendation: a }
//!       - append: { path: src/login.rs, text: "// {answer}\n" }
//!       - report: { status: COMPLETE, summary: Done. }
//! ```
//!
//! A task has a list of attempts, an attempt a list of steps; after the last attempt the last is
//! replayed again. A variant of a task may have steps of its own, under its id (`login~2`). A step after `ask` belongs to the turn with the answer. Attempts that were
//! interrupted do not count: the next one is the same again.

mod script;

pub use script::{Script, ScriptError, Step};

use crate::agent::acp::leave::{self, Grant, Kind, Verdict, Wanted};
use crate::agent::{Agent, Boxed, Listener, Turn, exit_of};
use crate::event::{Class, Exit, Failure, TurnEnd, TurnKind, Usage};
use crate::facts::TaskId;
use crate::os;
use crate::report::{ASKS_FOR_A_VERDICT, Report, Status};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::time::sleep;

/// The agent.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    script: Script,
}

impl Rehearsal {
    /// An agent that replays this script.
    #[must_use]
    pub fn new(script: Script) -> Self {
        Self { script }
    }

    /// The steps of a turn.
    fn steps(&self, turn: &Turn) -> Vec<Step> {
        let of = |id: &TaskId| self.script.tasks.get(&id.0).filter(|own| !own.is_empty());
        let Some(attempts) = of(&turn.key.task).or_else(|| of(&turn.stated)) else {
            return by_itself(turn);
        };
        let attempt = attempts.get(turn.counted).or_else(|| attempts.last());
        let steps = attempt.map(Vec::as_slice).unwrap_or_default();
        // One turn for what comes before each question, one for what comes after.
        let answered = match turn.kind {
            TurnKind::Answer { .. } => self.answered(turn),
            _ => 0,
        };
        let mut parts = steps.split_inclusive(|step| matches!(step, Step::Ask(_)));
        parts.nth(answered).map(<[Step]>::to_vec).unwrap_or_default()
    }

    /// How many questions of the attempt were answered before this turn.
    fn answered(&self, turn: &Turn) -> usize {
        let planned = usize::from(turn.planned_first);
        (turn.number as usize).saturating_sub(1 + planned)
    }
}

/// What it does without a script: a line in each file.
fn by_itself(turn: &Turn) -> Vec<Step> {
    if turn.prompt.contains(ASKS_FOR_A_VERDICT) {
        return vec![Step::Say("Verdict: APPROVED\nRehearsed: nobody looked at it.".to_owned())];
    }
    if turn.read_only {
        return vec![Step::Say("Read.".to_owned())];
    }
    let own = [format!("rehearsal/{}.txt", turn.stated.0.replace(['/', '\\'], "-"))];
    let files = if turn.allowed.is_empty() { &own[..] } else { &turn.allowed };
    let line = |path: &String| {
        // A folder gets a file, and so does a pattern.
        let path = segue_plan::files::example(path);
        let path = if path.ends_with('/') { format!("{path}rehearsal.txt") } else { path };
        Step::Append(script::Text { path, text: format!("Rehearsed: {}\n", turn.key.task) })
    };
    files.iter().map(line).collect()
}

impl Agent for Rehearsal {
    fn turn<'a>(&'a self, turn: &'a Turn, listener: &'a dyn Listener) -> Boxed<'a, TurnEnd> {
        Box::pin(async move {
            let mut scene = Scene { turn, listener, end: TurnEnd::default(), heard: String::new() };
            scene.end.tool_calls = Some(0);
            scene.end.usage = Some(Usage::default());
            if turn.kind == TurnKind::Plan {
                scene.say(&format!("I will do {} as its card says.", turn.key.task));
                return scene.ended();
            }
            let steps = self.steps(turn);
            let all = async {
                for step in &steps {
                    sleep(Duration::from_millis(self.script.pace)).await;
                    if scene.step(step).await == Next::End {
                        break;
                    }
                }
            };
            let cut_off = tokio::select! {
                () = all => None,
                () = turn.stopped() => Some(Exit::Stopped),
                () = sleep(turn.total) => Some(Exit::TimedOut),
            };
            if let Some(exit) = cut_off {
                scene.end.exit = exit;
            }
            // Nothing that a step started outlives its turn.
            let marker = turn.marker.clone();
            let _ = tokio::task::spawn_blocking(move || os::sweep(&marker)).await;
            scene.ended()
        })
    }

    fn shown(&self) -> Vec<String> {
        let steps = self.script.tasks.values().flatten().flatten();
        let shown = |step: &Step| match step {
            Step::Run(line) | Step::Leave(line) | Step::Want(line) => Some(line.clone()),
            Step::WriteOutside(text) => Some(format!("writes {}", text.path)),
            _ => None,
        };
        steps.filter_map(shown).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Go,
    End,
}

struct Scene<'a> {
    turn: &'a Turn,
    listener: &'a dyn Listener,
    end: TurnEnd,
    heard: String,
}

impl Scene<'_> {
    async fn step(&mut self, step: &Step) -> Next {
        match step {
            Step::Say(text) => self.say(text),
            Step::Wait(millis) => sleep(Duration::from_millis(*millis)).await,
            Step::Write(_) | Step::Append(_) | Step::Delete(_) => self.edit(step),
            Step::WriteOutside(text) => {
                let path = PathBuf::from(&text.path);
                if !path.is_absolute() {
                    self.say("That file is not mine.");
                    return Next::Go;
                }
                match self.on_disk(|| std::fs::write(&path, &text.text)) {
                    Ok(()) => self.end.trespass = Some(format!("It wrote {}.", path.display())),
                    Err(error) => self.say(&format!("That did not work: {error}.")),
                }
            }
            Step::Run(line) => return self.run(line).await,
            Step::Leave(line) => {
                // The shell ends, what it began does not: some agents leave such behind.
                return self.run(&format!("({line}) >/dev/null 2>&1 </dev/null &")).await;
            }
            Step::Use(usage) => {
                self.end.usage = Some(self.end.usage.unwrap_or_default().plus(*usage));
            }
            Step::Want(line) => return self.wants(line).await,
            Step::Permit(leave) => return self.permit(leave).await,
            Step::Ask(question) => {
                self.end.report = Some(Report {
                    status: Status::NeedsInput,
                    question: question.question.clone(),
                    options: question.options.clone(),
                    recommendation: question.recommendation.clone(),
                    ..Report::default()
                });
                return Next::End;
            }
            Step::Report(report) => self.end.report = Some(report.clone()),
            Step::Fail(fail) => {
                self.end.failure = Some(Failure { class: fail.class, text: fail.text.clone() });
                return Next::End;
            }
            Step::Exit(status) => {
                self.end.exit = Exit::Status(*status);
                return Next::End;
            }
            Step::Die => {
                self.end.exit = Exit::Signal(9);
                return Next::End;
            }
            Step::BreakProtocol => {
                self.end.protocol_error = Some("an answer that nobody asked for".to_owned());
                return Next::End;
            }
            Step::Quiet => {
                self.end.tool_calls = Some(0);
                self.end.usage = None;
                return Next::End;
            }
            Step::Stop(stop) => {
                self.end.stop = *stop;
                return Next::End;
            }
            Step::Hang => {
                sleep(self.turn.silence).await;
                self.end.exit = Exit::Silent;
                return Next::End;
            }
        }
        Next::Go
    }

    fn say(&mut self, text: &str) {
        self.listener.said(&format!("{text}\n"));
        self.heard += text;
        self.heard.push('\n');
    }

    fn uses_a_tool(&mut self) {
        self.end.tool_calls = self.end.tool_calls.map(|calls| calls + 1);
    }

    /// A file of the worktree, and of nowhere else.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        let stays = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        (stays && leave::is_inside(path, &self.turn.worktree)).then(|| self.turn.worktree.join(path))
    }

    /// What it does without a process of its own is confined as that would be.
    fn on_disk<T: Send>(&self, work: impl FnOnce() -> std::io::Result<T> + Send) -> std::io::Result<T> {
        match &self.turn.confinement {
            Some(confinement) => confinement.within(work)?,
            None => work(),
        }
    }

    fn edit(&mut self, step: &Step) {
        self.uses_a_tool();
        let answer = match &self.turn.kind {
            TurnKind::Answer { answer } => answer.as_str(),
            _ => "",
        };
        let done = match step {
            Step::Write(text) | Step::Append(text) => {
                let Some(file) = self.file(&text.path) else { return self.say("That file is not mine.") };
                let more = text.text.replace("{answer}", answer).into_bytes();
                let written = self.on_disk(|| {
                    let mut content = Vec::new();
                    if matches!(step, Step::Append(_)) {
                        content = std::fs::read(&file).unwrap_or_default();
                    }
                    content.extend(more);
                    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
                    folder.and_then(|()| std::fs::write(&file, content))
                });
                written.map(|()| format!("Wrote {}.", text.path))
            }
            Step::Delete(path) => {
                let Some(file) = self.file(path) else { return self.say("That file is not mine.") };
                self.on_disk(|| std::fs::remove_file(&file)).map(|()| format!("Deleted {path}."))
            }
            _ => return,
        };
        let said = done.unwrap_or_else(|error| format!("That did not work: {error}."));
        self.say(&said);
    }

    async fn run(&mut self, line: &str) -> Next {
        self.uses_a_tool();
        let program = os::Program::shell(line, &self.turn.worktree, &self.turn.marker)
            .confined(self.turn.confinement.clone());
        let mut running = match program.start() {
            Ok(running) => running,
            Err(error) => {
                self.end.exit = Exit::NotStarted(error.to_string());
                return Next::End;
            }
        };
        // What it prints is nobody's concern, but it needs a reader: without one it would wait for ever, or
        // be ended by its own output.
        drop(running.take_input());
        drains(running.take_output());
        drains(running.take_errors());
        match running.exited().await {
            Ok(status) if status.success() => Next::Go,
            Ok(status) => {
                self.end.exit = exit_of(os::How::Exited(status));
                Next::End
            }
            Err(error) => {
                self.end.protocol_error = Some(error.to_string());
                Next::End
            }
        }
    }

    async fn wants(&mut self, line: &str) -> Next {
        let wanted = Wanted {
            kind: Kind::Execute,
            title: line.to_owned(),
            paths: Vec::new(),
            command: Some(line.to_owned()),
        };
        let grant = Grant::of(self.turn);
        let why = match leave::judge(&wanted, grant) {
            Verdict::Allowed => {
                self.say(&format!("[allowed] {}", leave::what(&wanted, grant)));
                return self.run(line).await;
            }
            Verdict::Refused { why, .. } => why,
            Verdict::Asked { text, destructive } => {
                let answer = self.listener.asks_leave(&text, &leave::options(destructive)).await;
                self.say(&format!("[answered] {answer}"));
                if leave::is_yes(&answer) {
                    return self.run(line).await;
                }
                format!("Leave was denied. {text}")
            }
        };
        self.say(&format!("[refused] {why}"));
        self.end.failure = Some(Failure { class: Class::Escalate, text: why });
        Next::End
    }

    async fn permit(&mut self, leave: &script::Leave) -> Next {
        let answer = self.listener.asks_leave(&leave.text, &leave.options).await;
        self.say(&format!("Answered: {answer}"));
        if answer != leave.refused {
            return Next::Go;
        }
        self.end.failure = Some(Failure { class: Class::Escalate, text: "Leave was refused.".to_owned() });
        Next::End
    }

    fn ended(self) -> TurnEnd {
        TurnEnd { tail: crate::agent::tail(&self.heard), ..self.end }
    }
}

/// Reads to the end, and keeps nothing.
fn drains(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) {
    if let Some(mut pipe) = pipe {
        tokio::spawn(async move { tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await });
    }
}

#[cfg(test)]
mod tests;
