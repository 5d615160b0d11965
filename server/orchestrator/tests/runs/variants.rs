//! A task that is tried several times side by side.

use crate::fixture::{Fixture, SCRIPT, person, variants};
use crate::whole::to_the_end;
use segue_orchestrator::driver::{self, Ended};
use segue_orchestrator::git;
use segue_orchestrator::journal::Command;
use segue_orchestrator::state::{Leftover, Status};
use segue_orchestrator::variants::tried;

#[test]
fn of_the_variants_of_a_task_one_is_merged_and_the_others_are_kept_as_patches() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let status = fixture.git(&["status", "--porcelain"]);
    let run = fixture.launch_of(variants());
    let (ended, state) = fixture.drive(&run, SCRIPT, true).unwrap();
    assert_eq!(ended, Ended::Parked, "without a terminal it waits for the choice");
    let asked = &state.questions.last().unwrap().asked;
    assert_eq!(asked.options, ["pick~2", "pick~3", "none of them"]);
    let lines: Vec<String> = tried(&state, &"pick".into()).iter().map(|own| own.line(&state)).collect();
    assert!(lines[0].starts_with("pick~1 by rehearsal: failed: `! grep -q wrong pick.txt`"), "{lines:#?}");
    assert!(lines[1].contains("120 tokens; cost 0.03; `wc -c < pick.txt`: 4"), "{lines:#?}");
    assert!(
        lines[2].contains("1 of 1 command passed") && lines[2].ends_with("`wc -c < pick.txt`: 5"),
        "{lines:#?}"
    );
    assert!(asked.text.contains(&lines[2]), "{}", asked.text);
    let worktrees = |wanted: usize| {
        let all = git::worktree::of_run(&fixture.repository(), &run).unwrap();
        let own = all.iter().filter(|own| own.folder.to_string_lossy().contains("pick-")).count();
        assert_eq!(own, wanted, "{all:#?}");
    };
    worktrees(5);

    // Only an option is a choice.
    let mut journal = fixture.journal();
    let reply = |answer: &str| Command::Reply { question: None, answer: answer.to_owned() };
    let wrong = journal.post(&run, &reply("the best"), &person(), driver::now()).unwrap();
    journal.post(&run, &reply("pick~3"), &person(), driver::now()).unwrap();
    let late = journal.post(&run, &reply("pick~2"), &person(), driver::now()).unwrap();
    let state = to_the_end(&fixture, &run, SCRIPT);
    assert_eq!(state.exit_status(), 0, "{:#?}", state.tasks);
    let said = |id: i64| journal.outcome(id).unwrap().unwrap().text();
    assert!(said(wrong).contains("answer with one of pick~2, pick~3, none of them"), "{}", said(wrong));
    assert!(said(late).contains("Too late") && said(late).contains("pick~3"), "{}", said(late));
    let integration = format!("segue/{run}/integration");
    assert_eq!(fixture.git(&["show", &format!("{integration}:pick.txt")]), "short then");

    // What was not chosen is gone, and what it changed is not.
    worktrees(1);
    let branches = fixture.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/segue"]);
    assert_eq!(branches.lines().filter(|branch| branch.contains("/pick/")).count(), 1, "{branches}");
    let other = &state.tasks[2];
    assert_eq!((&other.id.0, &other.status), (&"pick~2".to_owned(), &Status::Unchosen));
    let Leftover::Removed(kept) = &other.leftover else { panic!("{:?}", other.leftover) };
    let last = kept.last().unwrap();
    let patch = std::fs::read_to_string(last.patch.as_ref().unwrap()).unwrap();
    assert!(patch.contains("+long"), "{patch}");
    assert_eq!(last.commit, other.attempts.last().unwrap().commit);
    assert_eq!(fixture.git(&["status", "--porcelain"]), status);
}

#[test]
fn nothing_is_removed_where_a_run_is_ended_instead_of_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch_of(variants());
    fixture.drive(&run, SCRIPT, true).unwrap();
    let mut journal = fixture.journal();
    journal.post(&run, &Command::Cancel { task: None }, &person(), driver::now()).unwrap();
    let state = to_the_end(&fixture, &run, SCRIPT);
    assert_eq!(state.phase.map(|phase| phase.name()), Some("cancelled"));
    let branches = fixture.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/segue"]);
    assert_eq!(branches.lines().filter(|branch| branch.contains("/pick/")).count(), 5, "{branches}");
}
