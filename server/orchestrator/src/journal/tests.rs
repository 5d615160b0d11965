use super::*;
use crate::event::{Answer, GateKind, GateOpened, RunCreated};
use crate::facts::Facts;
use std::path::Path;

fn nothing() -> Box<Redact> {
    Box::new(|_| None)
}

fn place(folder: &Path) -> Place {
    Place::new(folder, Path::new("/repositories/shop/.git"), "abc123")
}

fn by(who: &str) -> By {
    By { who: who.to_owned(), how: "terminal".to_owned() }
}

fn created(base: &str) -> Event {
    Event::RunCreated(Box::new(RunCreated {
        run: "r1".to_owned(),
        plan: "plan.spec.md".to_owned(),
        base: base.to_owned(),
        policy: segue_plan::Policy::default(),
        jobs: 4,
        seed: 1,
        yes: false,
        accept_unproved: false,
        launch_known: None,
        by: by("ada"),
    }))
}

fn planned() -> Event {
    Event::Planned { facts: Box::new(Facts::default()) }
}

fn gate() -> Event {
    Event::GateOpened(GateOpened {
        gate: 1,
        kind: GateKind::Launch,
        text: String::new(),
        approvals: Vec::new(),
        needs_a_person: false,
    })
}

#[test]
fn what_was_appended_is_there_for_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(&place(folder.path()), nothing()).unwrap();
    let records = journal.append("r1", 0, vec![created("base"), planned()], Millis(5)).unwrap();
    let reader = Journal::open(&place(folder.path()), nothing()).unwrap().unwrap();
    assert_eq!(reader.records("r1", 0).unwrap(), records);
    assert_eq!(reader.records("r1", 1).unwrap().len(), 1);
    assert_eq!(reader.state("r1").unwrap(), State::fold(&records));
    assert_eq!(reader.runs().unwrap(), [RunRow { run: "r1".to_owned(), began: Millis(5), seq: 2 }]);
    let before = reader.data_version().unwrap();
    journal.append("r1", 2, vec![gate()], Millis(3)).unwrap();
    assert_ne!(reader.data_version().unwrap(), before);
    assert_eq!(reader.state("r1").unwrap().at, Millis(5), "time does not go back");
}

#[test]
fn looking_makes_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Journal::open(&place(folder.path()), nothing()).unwrap().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let mut journal = Journal::create(&place, nothing()).unwrap();
    journal.append("r1", 0, vec![created("base")], Millis(1)).unwrap();
    for entry in std::fs::read_dir(place.folder()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
    let mode = std::fs::metadata(place.folder()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
}

#[test]
fn only_one_owner_can_append() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Journal::create(&place(folder.path()), nothing()).unwrap();
    let mut other = Journal::create(&place(folder.path()), nothing()).unwrap();
    one.append("r1", 0, vec![created("base")], Millis(1)).unwrap();
    let late = other.append("r1", 0, vec![created("other"), planned()], Millis(2));
    assert!(matches!(late, Err(JournalError::Moved { .. })), "{late:?}");
    assert_eq!(one.records("r1", 0).unwrap().len(), 1, "nothing of it was written");
}

#[test]
fn secrets_are_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let redact: Box<Redact> =
        Box::new(|text| text.contains("hunter2").then(|| text.replace("hunter2", "[redacted]")));
    let mut journal = Journal::create(&place, redact).unwrap();
    let records = journal.append("r1", 0, vec![created("base hunter2")], Millis(1)).unwrap();
    let live = State::fold(&records);
    assert_eq!(live.tip, "base [redacted]");
    assert_eq!(journal.state("r1").unwrap(), live);
    let answer = Command::Reply { question: None, answer: "hunter2".to_owned() };
    journal.post("r1", &answer, &by("ada"), Millis(1)).unwrap();
    drop(journal);
    for entry in std::fs::read_dir(place.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
    }
}

#[test]
fn an_older_binary_refuses_a_newer_journal_and_a_newer_one_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    drop(Journal::create(&place, nothing()).unwrap());
    let raw = Connection::open(place.file()).unwrap();
    raw.pragma_update(None, "user_version", schema::NEWEST + 1).unwrap();
    let error = Journal::open(&place, nothing()).err().unwrap().to_string();
    assert!(error.contains("newer Segue") && error.contains("update this Segue"), "{error}");
    raw.pragma_update(None, "user_version", schema::NEWEST).unwrap();
    assert!(Journal::open(&place, nothing()).unwrap().is_some());
}

#[test]
fn what_is_no_journal_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    drop(Journal::create(&place, nothing()).unwrap());
    std::fs::write(place.file(), "no database at all, but long enough to be looked at".repeat(40)).unwrap();
    let error = Journal::open(&place, nothing()).err().unwrap();
    assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
    let other = Place::new(folder.path(), Path::new("/repositories/other/.git"), "abc123");
    assert_ne!(other.folder(), place.folder());
}

#[test]
fn another_repository_in_the_same_place_is_not_mixed_in() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    drop(Journal::create(&place, nothing()).unwrap());
    let raw = Connection::open(place.file()).unwrap();
    raw.execute("UPDATE about SET value = 'somebody'", []).unwrap();
    let error = Journal::open(&place, nothing()).err().unwrap();
    assert!(matches!(error, JournalError::OtherRepository { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Journal::create(&place(&file), nothing()).err().unwrap().to_string();
    assert!(error.contains("XDG_STATE_HOME"), "{error}");
    let known = |name: &str| (name == "HOME").then(|| "relative".into());
    assert!(matches!(place::state_folder(known), Err(JournalError::NoStateFolder)));
}

#[test]
fn the_first_answer_holds_and_a_later_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let mut owner = Journal::create(&place, nothing()).unwrap();
    let mut state = State::default();
    for record in owner.append("r1", 0, vec![created("base"), planned(), gate()], Millis(1)).unwrap() {
        state.apply(&record);
    }
    let mut editor = Journal::create(&place, nothing()).unwrap();
    let decide = |answer| Command::Decide { gate: None, answer, note: Some("Go.".to_owned()) };
    let first = editor.post("r1", &decide(Answer::Approve), &by("ada"), Millis(2)).unwrap();
    let second = editor.post("r1", &decide(Answer::Reject), &by("bob"), Millis(3)).unwrap();
    for posted in owner.pending("r1").unwrap() {
        let (events, outcome) = settle(&state, &posted);
        let settled = [(posted.id, outcome)];
        for record in owner.append_settling("r1", state.seq, events, Millis(4), &settled).unwrap() {
            state.apply(&record);
        }
    }
    assert_eq!(owner.pending("r1").unwrap(), []);
    assert_eq!(editor.outcome(first).unwrap(), Some(Outcome::Done));
    let told = editor.outcome(second).unwrap().unwrap().text();
    assert_eq!(told, "Too late: ada (terminal) answered “approve: Go.” at 1970-01-01 00:00:00Z.");
    assert_eq!(state.notes, ["Go."]);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    let mut state = State::default();
    for (seq, event) in [created("base"), planned()].into_iter().enumerate() {
        state.apply(&Record { seq: seq as u64 + 1, at: Millis(1), event });
    }
    let told = |command: Command| settle(&state, &Posted { id: 1, command, by: by("ada") }).1.text();
    let task = || crate::facts::TaskId::from("nope");
    assert_eq!(told(Command::Decide { gate: None, answer: Answer::Approve, note: None }), "No gate is open.");
    assert_eq!(told(Command::Reply { question: Some(3), answer: "x".to_owned() }), "No question is open.");
    assert_eq!(told(Command::Retry { task: task(), note: None }), "The run has no task `nope`.");
    assert_eq!(told(Command::Cancel { task: Some(task()) }), "The run has no such task.");
}

#[test]
fn a_yes_is_kept_by_what_it_was_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(&place(folder.path()), nothing()).unwrap();
    journal.keep_yes("hash", &by("ada"), Millis(1)).unwrap();
    journal.keep_yes("hash", &by("bob"), Millis(2)).unwrap();
    assert_eq!(journal.kept_yes("hash").unwrap(), Some(by("ada")));
    assert_eq!(journal.kept_yes("other").unwrap(), None);
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(&place(folder.path()), nothing()).unwrap();
    journal.append("r1", 0, vec![created("base"), planned()], Millis(5)).unwrap();
    let pages: i64 = journal.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    journal.connection.pragma_update(None, "max_page_count", pages).unwrap();
    let long = Event::Noted { task: None, text: "x".repeat(1 << 20) };
    let error = journal.append("r1", 2, vec![gate(), long], Millis(6)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("free some space, then resume the run"), "{text}");
    assert!(text.contains(&*folder.path().to_string_lossy()), "{text}");
    assert_eq!(journal.state("r1").unwrap().seq, 2);
    journal.connection.pragma_update(None, "max_page_count", pages + 1000).unwrap();
    journal.append("r1", 2, vec![gate()], Millis(7)).unwrap();
}
