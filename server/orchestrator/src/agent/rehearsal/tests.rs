use super::*;
use crate::event::AttemptKey;
use std::sync::Mutex;
use tokio::sync::watch;

#[derive(Default)]
struct Ears {
    said: Mutex<String>,
    leave: String,
}

impl Listener for Ears {
    fn said(&self, text: &str) {
        self.said.lock().unwrap().push_str(text);
    }

    fn used(&self, _: Usage) {}

    fn asks_leave<'a>(&'a self, _: &'a str, _: &'a [String]) -> Boxed<'a, String> {
        Box::pin(async move { self.leave.clone() })
    }
}

fn turn(worktree: &Path, task: &str, counted: usize) -> (Turn, watch::Sender<bool>) {
    let (sender, stop) = watch::channel(false);
    let turn = Turn {
        key: AttemptKey { task: task.into(), attempt: counted as u32 + 1 },
        stated: task.split('~').next().unwrap_or_default().into(),
        counted,
        number: 1,
        kind: TurnKind::Work,
        planned_first: false,
        model: None,
        worktree: worktree.to_owned(),
        prompt: String::new(),
        prompt_file: PathBuf::new(),
        allowed: Vec::new(),
        tools: None,
        servers: Vec::new(),
        read_only: false,
        confinement: None,
        marker: format!("rehearsal{}/{task}/{counted}", std::process::id()),
        interrupted: Vec::new(),
        total: Duration::from_secs(20),
        silence: Duration::from_millis(20),
        stop,
    };
    (turn, sender)
}

fn play(script: &str, turn: &Turn) -> TurnEnd {
    play_with(script, turn, &Ears { leave: "once".to_owned(), ..Ears::default() })
}

fn play_with(script: &str, turn: &Turn, ears: &Ears) -> TurnEnd {
    let agent = Rehearsal::new(Script::of(script).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(agent.turn(turn, ears))
}

#[test]
fn edits_are_made_in_the_worktree_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (turn, _stop) = turn(folder.path(), "a", 0);
    let script = "tasks:\n  a:\n    - - write: { path: src/x.rs, text: one }\n      - append: { path: src/x.rs, text: two }\n      - write: { path: ../y.rs, text: no }\n      - write: { path: z, text: '' }\n      - delete: z\n";
    let end = play(script, &turn);
    assert_eq!(std::fs::read_to_string(folder.path().join("src/x.rs")).unwrap(), "onetwo");
    assert!(!folder.path().parent().unwrap().join("y.rs").exists());
    assert!(!folder.path().join("z").exists());
    assert_eq!((end.exit, end.tool_calls), (Exit::Fine, Some(5)));
    assert!(end.tail.contains("That file is not mine."), "{}", end.tail);
}

/// A plan may name a link as the file of a task, and a repository may hold one.
#[cfg(unix)]
#[test]
fn nothing_is_written_behind_a_link_out_of_the_worktree() {
    let folder = tempfile::tempdir().unwrap();
    let (tree, other) = (folder.path().join("tree"), folder.path().join("other"));
    std::fs::create_dir(&tree).unwrap();
    std::fs::create_dir(&other).unwrap();
    std::os::unix::fs::symlink(&other, tree.join("link")).unwrap();
    std::os::unix::fs::symlink(other.join("b"), tree.join("to-nothing")).unwrap();
    let (mut turn, _stop) = turn(&tree, "a", 0);
    let steps = ["write: { path: link/a }", "append: { path: to-nothing }", "write_outside: { path: a }"];
    play(&format!("tasks:\n  a:\n    - - {}\n", steps.join("\n      - ")), &turn);
    turn.allowed = vec!["link/".to_owned(), "to-nothing".to_owned()];
    play("", &turn);
    assert_eq!(std::fs::read_dir(&other).unwrap().count(), 0);
    assert!(!Path::new("a").exists());
}

#[test]
fn each_attempt_has_its_steps_and_the_last_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let script = "tasks:\n  a:\n    - - fail: { class: transient, text: 429 }\n    - - exit: 3\n";
    let of = |counted| play(script, &turn(folder.path(), "a", counted).0);
    assert_eq!(of(0).failure.map(|failure| failure.class), Some(Class::Transient));
    assert_eq!([of(1).exit, of(2).exit], [Exit::Status(3), Exit::Status(3)]);
}

#[test]
fn a_question_parts_the_turns() {
    let folder = tempfile::tempdir().unwrap();
    let script = "tasks:\n  a:\n    - - ask: { question: Which?, options: [x, y] }\n      - write: { path: f, text: '{answer}' }\n      - ask: { question: Sure? }\n      - append: { path: f, text: '!' }\n";
    let (mut turn, _stop) = turn(folder.path(), "a", 0);
    let asked = play(script, &turn).report.unwrap();
    assert_eq!((asked.status, asked.question.as_str()), (Status::NeedsInput, "Which?"));
    turn.number = 2;
    turn.kind = TurnKind::Answer { answer: "y".to_owned() };
    assert_eq!(play(script, &turn).report.unwrap().question, "Sure?");
    turn.number = 3;
    assert_eq!(play(script, &turn).report, None);
    assert_eq!(std::fs::read_to_string(folder.path().join("f")).unwrap(), "y!");
}

#[test]
fn every_fault_has_a_step() {
    let folder = tempfile::tempdir().unwrap();
    for (step, check) in [
        ("die", (|end| end.exit == Exit::Signal(9)) as fn(&TurnEnd) -> bool),
        ("hang", |end| end.exit == Exit::Silent),
        ("break_protocol", |end| end.protocol_error.is_some()),
        ("quiet", |end| end.tool_calls == Some(0) && end.usage.is_none()),
        ("stop: refusal", |end| end.stop == crate::event::Stop::Refusal),
        ("run: exit 4", |end| end.exit == Exit::Status(4)),
        ("usage: { input: 5 }", |end| end.usage.is_some_and(|usage| usage.input == 5)),
        ("fail: { class: model_unavailable }", |end| end.failure.is_some()),
        ("report: { status: FAILED, failure: needs_replan }", |end| end.report.is_some()),
        ("permit: { text: Delete? }", |end| end.failure.is_none()),
    ] {
        let script = format!("tasks:\n  a:\n    - - {step}\n");
        let end = play(&script, &turn(folder.path(), "a", 0).0);
        assert!(check(&end), "{step}: {end:?}");
    }
    let ears = Ears { leave: "deny".to_owned(), ..Ears::default() };
    let script = "tasks:\n  a:\n    - - permit: { text: Delete? }\n";
    let end = play_with(script, &turn(folder.path(), "a", 0).0, &ears);
    assert_eq!(end.failure.map(|failure| failure.class), Some(Class::Escalate));
}

#[cfg(unix)]
#[test]
fn what_is_left_behind_does_not_outlive_the_turn() {
    let folder = tempfile::tempdir().unwrap();
    let (turn, _stop) = turn(folder.path(), "leaves", 0);
    play("tasks:\n  leaves:\n    - - leave: sleep 600\n", &turn);
    assert_eq!(os::marked(&turn.marker), Vec::<u32>::new());
}

#[test]
fn a_turn_can_be_stopped_and_takes_no_longer_than_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let script = "tasks:\n  a:\n    - - wait: 600000\n";
    let (waits, stop) = turn(folder.path(), "a", 0);
    stop.send(true).unwrap();
    assert_eq!(play(script, &waits).exit, Exit::Stopped);
    let (mut waits, _stop) = turn(folder.path(), "a", 0);
    waits.total = Duration::from_millis(10);
    assert_eq!(play(script, &waits).exit, Exit::TimedOut);
}

#[test]
fn without_a_script_each_file_gets_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut turn, _stop) = turn(folder.path(), "a", 0);
    turn.allowed = vec!["src/a.rs".to_owned(), "docs/".to_owned()];
    play("", &turn);
    assert_eq!(std::fs::read_to_string(folder.path().join("src/a.rs")).unwrap(), "Rehearsed: a\n");
    assert!(folder.path().join("docs/rehearsal.txt").is_file());
    turn.kind = TurnKind::Plan;
    assert_eq!(play("", &turn).tail, "I will do a as its card says.");
}

#[test]
fn what_is_no_script_is_said_with_its_place() {
    for text in ["tasks: [", "task: {}", "tasks:\n  a:\n    - - jump: 1\n", "[]"] {
        let error = Script::of(text).unwrap_err();
        assert!(error.contains("line") || error.contains(':'), "{text:?}: {error}");
    }
}

/// What it wants is judged by the same policy as what an agent of the protocol wants.
#[test]
fn what_it_wants_is_judged_by_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    let plays = |line: &str, leave: &str| {
        let ears = Ears { leave: leave.to_owned(), ..Ears::default() };
        let script = format!("tasks:\n  a:\n    - - want: {line}\n");
        play_with(&script, &turn(&tree, "a", 0).0, &ears).failure
    };
    assert_eq!(plays("echo one > a.txt", "deny"), None, "nobody is asked");
    assert_eq!(std::fs::read_to_string(tree.join("a.txt")).unwrap(), "one\n");
    let refused = plays("echo one > ../b.txt", "once").unwrap();
    assert!(
        refused.class == Class::Escalate && refused.text.contains("outside of its worktree"),
        "{refused:?}"
    );
    assert!(!folder.path().join("b.txt").exists());
    let denied = plays("rm -r a.txt", "deny").unwrap();
    assert!(denied.text.starts_with("Leave was denied. May it run `rm -r a.txt`?"), "{denied:?}");
    assert!(tree.join("a.txt").exists());
    assert_eq!(plays("rm -r a.txt", "once"), None);
    assert!(!tree.join("a.txt").exists());
}
