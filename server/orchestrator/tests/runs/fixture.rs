//! A repository, a plan of three waves with a fault of most kinds, and a runner for it.

use segue_orchestrator::agent::rehearsal::{Rehearsal, Script};
use segue_orchestrator::agent::{self, Agent};
use segue_orchestrator::card::Card;
use segue_orchestrator::driver::{self, Driver, DriverError, Ended, Options};
use segue_orchestrator::event::{Answer, By};
use segue_orchestrator::facts::{Facts, Surroundings, TaskFacts, TaskId};
use segue_orchestrator::git::{Git, Repository};
use segue_orchestrator::journal::{Command, Journal, Place};
use segue_orchestrator::launch::{Launch, launch};
use segue_orchestrator::os::OwnerLock;
use segue_orchestrator::state::State;
use segue_orchestrator::workshop::Workshop;
use segue_orchestrator::workspace::{AgentFile, Workspace};
use segue_plan::{Action, File, Plan, Policy, Range, Stated, Task};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Three waves: a death, a failed proof, a question, a conflict over one file, a break of the whole.
pub const SCRIPT: &str = "
tasks:
  one:
    - - write: { path: one.txt, text: half }
      - exit: 1
    - - write: { path: one.txt, text: one }
      - report: { status: COMPLETE, summary: One is there. }
  two:
    - - write: { path: two.txt, text: wrong }
      - leave: sleep 600
    - - write: { path: two.txt, text: right }
  three:
    - - write: { path: three.txt, text: '3' }
      - ask: { question: Which?, options: [a, b], recommendation: a }
      - append: { path: three.txt, text: ' {answer}' }
  four:
    - - write: { path: shared.txt, text: four }
  five:
    - - append: { path: shared.txt, text: ' five' }
  six:
    - - write: { path: six.txt, text: bad }
    - - write: { path: six.txt, text: good }
  seven:
    - - fail: { class: transient, text: '429' }
    - - write: { path: seven.txt, text: '7' }
  pick~1:
    - - write: { path: pick.txt, text: wrong }
  pick~2:
    - - exit: 1
    - - usage: { input: 100, output: 20, micros: 30000 }
      - write: { path: pick.txt, text: long }
  pick:
    - - write: { path: pick.txt, text: short }
  then:
    - - append: { path: pick.txt, text: ' then' }
";

/// A reviewer who does not like what is half done.
const REVIEW: &str = "if grep -q half *.txt; then echo 'Verdict: NEEDS_REVISION'; echo 'Only half.'; \
else echo 'Verdict: APPROVED'; fi";

fn judge(line: &str) -> Arc<dyn Agent> {
    let line = ["sh", "-c", line].map(str::to_owned).to_vec();
    Arc::new(agent::command::Command::new(line).unwrap())
}

pub struct Fixture {
    pub folder: PathBuf,
}

pub fn person() -> By {
    By { who: "ada".to_owned(), how: "terminal".to_owned() }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Process::new("git")
        .args(["-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

pub fn task(id: &str, wave: u32, before: &[&str], file: &str, proof: &str) -> TaskFacts {
    TaskFacts {
        id: id.into(),
        title: format!("Make {file}"),
        wave,
        before: before.iter().map(|id| TaskId::from(*id)).collect(),
        writes: [file.to_owned()].into(),
        needs: [].into(),
        read_only: false,
        destructive: false,
        optional: false,
        done: false,
        validation: if proof.is_empty() { Vec::new() } else { vec![proof.to_owned()] },
        agent: "rehearsal".to_owned(),
        models: Vec::new(),
        plan_first: None,
        approvals: Vec::new(),
        variants: Vec::new(),
        variant_of: None,
        compare: Vec::new(),
    }
}

pub fn facts() -> Facts {
    Facts {
        title: "Seven files".to_owned(),
        tasks: vec![
            task("one", 1, &[], "one.txt", "test \"$(cat one.txt)\" = one"),
            task("two", 1, &[], "two.txt", "test \"$(cat two.txt)\" = right"),
            task("three", 1, &[], "three.txt", "grep -q '3' three.txt"),
            task("four", 2, &["one"], "shared.txt", "test -s shared.txt"),
            task("five", 2, &["two"], "shared.txt", "grep -q 'four five' shared.txt"),
            task("six", 3, &["four"], "six.txt", "test -s six.txt"),
            task("seven", 3, &["five"], "seven.txt", ""),
        ],
        validation: vec!["! grep -q bad *.txt".to_owned()],
        list_hash: "list".to_owned(),
        ..Facts::default()
    }
}

/// A task in three variants, of which the second and the third hold, and one that waits for it.
pub fn variants() -> Facts {
    let base = task("pick", 1, &[], "pick.txt", "! grep -q wrong pick.txt");
    let ids: Vec<TaskId> = (1..4).map(|number| TaskId(format!("pick~{number}"))).collect();
    let variant = |id: &TaskId| TaskFacts {
        id: id.clone(),
        variant_of: Some(base.id.clone()),
        compare: vec!["wc -c < pick.txt".to_owned()],
        optional: true,
        ..base.clone()
    };
    let mut tasks = vec![TaskFacts { variants: ids.clone(), ..base.clone() }];
    tasks.extend(ids.iter().map(variant));
    tasks.push(task("then", 2, &["pick"], "pick.txt", "grep -q then pick.txt"));
    Facts { tasks, ..facts() }
}

/// The plan's file: a line with a box for each task.
fn plan_text() -> String {
    facts().tasks.iter().map(|task| format!("- [ ] {}\n", task.id)).collect()
}

fn stated<T>(value: T) -> Stated<T> {
    Stated::new(value, Range::default())
}

struct Table;

impl Workspace for Table {
    /// The plan that the planner writes.
    fn plan(&self, _: &str, _: &str) -> Result<Plan, String> {
        let task = |id: &str, file: &str| Task {
            id: stated(id.to_owned()),
            title: stated(id.to_owned()),
            files: vec![File { path: stated(file.to_owned()), action: Action::Create, is_stated: true }],
            validation: vec![stated(format!("test -f {file}"))],
            ..Task::default()
        };
        Ok(Plan { tasks: vec![task("one", "one.txt"), task("extra", "extra.txt")], ..Plan::default() })
    }

    fn surroundings(&self, _: &Plan, _: &str) -> Result<Surroundings, String> {
        Ok(Surroundings { default_agent: "rehearsal".to_owned(), ..Surroundings::default() })
    }

    fn task_card(&self, task: &TaskId, _: &str) -> Result<Card, String> {
        Ok(Card { task: task.0.clone(), title: format!("Task {task}"), ..Card::default() })
    }

    fn agent(&self, _: &str, _: &str) -> Option<AgentFile> {
        None
    }

    fn tick(&self, _: &str, text: &str, tasks: &[TaskId]) -> Option<String> {
        let mut ticked = text.to_owned();
        for task in tasks {
            ticked = ticked.replace(&format!("- [ ] {task}\n"), &format!("- [x] {task}\n"));
        }
        (ticked != text).then_some(ticked)
    }
}

impl Fixture {
    /// A repository with one commit, and a file of the user's that is not committed.
    pub fn new(folder: &Path) -> Self {
        let fixture = Self { folder: folder.to_owned() };
        let top = fixture.top();
        std::fs::create_dir_all(&top).unwrap();
        git(&top, &["init", "--quiet", "-b", "main"]);
        git(&top, &["config", "user.name", "Ada"]);
        git(&top, &["config", "user.email", "ada@example.com"]);
        std::fs::write(top.join("plan.md"), plan_text()).unwrap();
        git(&top, &["add", "--all"]);
        git(&top, &["commit", "--quiet", "-m", "Begin"]);
        std::fs::write(top.join("mine.txt"), "not yet committed").unwrap();
        fixture
    }

    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub fn top(&self) -> PathBuf {
        self.folder.join("shop")
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.top(), arguments)
    }

    pub fn repository(&self) -> Repository {
        Repository::open(Git::default(), &self.top()).unwrap()
    }

    pub fn place(&self) -> Place {
        let repository = self.repository();
        let first = repository.first_commit().unwrap();
        Place::new(&self.folder.join("state"), repository.common_directory(), &first)
    }

    pub fn journal(&self) -> Journal {
        Journal::create(&self.place(), Box::new(|_| None)).unwrap()
    }

    /// A run that `--yes` lets go, with retries that do not wait.
    pub fn launch(&self) -> String {
        self.launch_of(facts())
    }

    /// The same of another plan.
    pub fn launch_of(&self, facts: Facts) -> String {
        let policy = Policy { backoff_first: 0, breaker_cool_down: 0, ..Policy::default() };
        let wanted = Launch {
            plan: "plan.md".to_owned(),
            base: self.repository().head().unwrap(),
            facts,
            policy,
            jobs: None,
            yes: true,
            accept_unproved: true,
            by: person(),
        };
        launch(&mut self.journal(), wanted, driver::now(), |_| true).unwrap()
    }

    fn workshop(&self, run: &str, script: &str) -> Workshop {
        let rehearsal: Arc<dyn Agent> = Arc::new(Rehearsal::new(Script::of(script).unwrap()));
        Workshop {
            repository: self.repository(),
            place: self.place(),
            run: run.to_owned(),
            agents: BTreeMap::from([
                ("rehearsal".to_owned(), rehearsal),
                ("auditor".to_owned(), judge("test -f plan.md && echo 'Verdict: APPROVED'")),
                ("reviewer".to_owned(), judge(REVIEW)),
                ("planner".to_owned(), judge("printf -- '- [ ] one\\n- [ ] extra\\n' > plan.md")),
            ]),
            default_agent: "rehearsal".to_owned(),
            workspace: Arc::new(Table),
            setup: Vec::new(),
            confine: None,
            redact: Box::new(|_| None),
        }
    }

    /// Owns the run until it is over, or parks it.
    pub fn drive(&self, run: &str, script: &str, park: bool) -> Result<(Ended, State), DriverError> {
        let _owner = OwnerLock::take(&self.place().lock(run)).unwrap().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (_keep, shutdown) = watch::channel(false);
            let options = Options { park, shutdown, sees: Box::new(|_, _| ()), wake: None };
            let hands = Arc::new(self.workshop(run, script));
            let mut driver = Driver::take_over(self.journal(), run, hands, options).await?;
            let ended = driver.drive().await?;
            Ok((ended, driver.state().clone()))
        })
    }

    /// A person at another terminal who answers every question by its first option, and says yes at every
    /// gate, until the run is over.
    pub fn somebody_answers(&self, run: &str, gone: &AtomicBool) {
        let mut journal = self.journal();
        let mut posted = Vec::new();
        loop {
            let state = journal.state(run).unwrap();
            if state.is_over() || gone.load(Ordering::Relaxed) {
                return;
            }
            let gates = state.open_gates().map(|gate| (true, gate.opened.gate));
            let questions = state.open_questions().map(|question| (false, question.asked.question));
            for (is_gate, number) in gates.chain(questions).collect::<Vec<_>>() {
                if posted.contains(&(is_gate, number)) {
                    continue;
                }
                posted.push((is_gate, number));
                let command = if is_gate {
                    Command::Decide { gate: Some(number), answer: Answer::Approve, note: None }
                } else {
                    Command::Reply { question: Some(number), answer: "1".to_owned() }
                };
                journal.post(run, &command, &person(), driver::now()).unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
