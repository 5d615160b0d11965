//! A table that plays agents, git and people, in virtual time.

use proptest::prelude::*;
use segue_orchestrator::decide::{decide, recovered};
use segue_orchestrator::effect::{Effect, due};
use segue_orchestrator::event::{
    Answer, AttemptKey, By, Check, Class, Diff, Event, Evidence, Exit, Failure, MergedAgain, Millis, Record,
    Remains, RunCreated, Stop, TurnEnd, TurnKind, Usage, Verdict,
};
use segue_orchestrator::facts::{Facts, PlanReviewer, TaskFacts, TaskId};
use segue_orchestrator::report::{Report, Status as Reported};
use segue_orchestrator::state::{State, Status};
use segue_plan::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// What happens to one counted attempt of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Good,
    Dies,
    Silent,
    RateLimit,
    NoModel,
    FailsProof,
    ChangesNothing,
    ChangesOthers,
    Refuses,
    Asks,
    Conflicts,
    BreaksTheWhole,
    ReviewerSaysNo,
    SaysItFailed,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub before: Vec<usize>,
    pub files: Vec<u8>,
    pub destructive: bool,
    pub optional: bool,
    pub proved: bool,
    pub plan_first: bool,
    pub agent: u8,
    /// What happens to the counted attempts at it; where it is tried in variants, after one was chosen.
    pub fates: Vec<Fate>,
    /// The same of each of its variants; fewer than two: it has none.
    pub variants: Vec<Vec<Fate>>,
}

#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub tasks: Vec<Task>,
}

/// Everything about a run that does not depend on who is faster.
#[derive(Clone, Debug)]
pub struct Scene {
    pub plan: Plan,
    pub policy: Policy,
    pub jobs: u64,
    pub yes: bool,
    pub accept_unproved: bool,
    pub planner: bool,
    pub reviewer: bool,
    /// What the plan's reviewers say, one after the other; then they approve.
    pub verdicts: Vec<Verdict>,
    /// How often the health command fails for a wave before it does not.
    pub unhealthy: u64,
    /// Of 16 gates how many a person rejects.
    pub rejects: u64,
    /// Whether all tasks are of one wave, whatever they wait for.
    pub flat: bool,
}

pub fn name(index: usize) -> TaskId {
    TaskId(format!("t{index}"))
}

impl Scene {
    pub fn facts(&self) -> Facts {
        let mut waves: Vec<u32> = Vec::new();
        let mut tasks = Vec::new();
        for (index, task) in self.plan.tasks.iter().enumerate() {
            let wave = task.before.iter().map(|other| waves[*other] + 1).max().unwrap_or(1);
            let wave = if self.flat { 1 } else { wave };
            waves.push(wave);
            tasks.push(TaskFacts {
                id: name(index),
                title: format!("Task {index}"),
                wave,
                before: task.before.iter().map(|other| name(*other)).collect(),
                writes: task.files.iter().map(|file| format!("f{file}")).collect(),
                needs: BTreeSet::new(),
                read_only: false,
                destructive: task.destructive,
                optional: task.optional,
                done: false,
                validation: if task.proved { vec!["check".to_owned()] } else { Vec::new() },
                agent: format!("agent{}", task.agent),
                models: vec!["big".to_owned(), "small".to_owned(), "tiny".to_owned()],
                plan_first: task.plan_first.then(Vec::new),
                approvals: Vec::new(),
                variants: Vec::new(),
                variant_of: None,
                compare: Vec::new(),
            });
            let Some(of) = tasks.last_mut().filter(|_| task.variants.len() > 1) else { continue };
            let ids: Vec<TaskId> =
                (1..=task.variants.len()).map(|number| TaskId(format!("t{index}~{number}"))).collect();
            of.variants.clone_from(&ids);
            let of = of.clone();
            tasks.extend(ids.into_iter().enumerate().map(|(number, id)| TaskFacts {
                id,
                agent: format!("agent{}", number % 2),
                variants: Vec::new(),
                variant_of: Some(of.id.clone()),
                compare: vec!["size".to_owned()],
                optional: true,
                ..of.clone()
            }));
        }
        let reviewer =
            PlanReviewer { part: "plan-auditor".to_owned(), agent: "auditor".to_owned(), rounds: 2 };
        Facts {
            title: "A plan".to_owned(),
            tier: Some("SMALL".to_owned()),
            tasks,
            reviews: if self.verdicts.is_empty() { Vec::new() } else { vec![reviewer] },
            validation: vec!["check all".to_owned()],
            health: Some("ping".to_owned()),
            planner: self.planner.then(|| "planner".to_owned()),
            reviewer: self.reviewer.then(|| "reviewer".to_owned()),
            ..Facts::default()
        }
    }

    /// Three waves with a fault of most kinds.
    pub fn sample() -> Self {
        let task = |before: &[usize], files: &[u8], fates: &[Fate]| Task {
            before: before.to_vec(),
            files: files.to_vec(),
            destructive: false,
            optional: false,
            proved: true,
            plan_first: false,
            agent: 0,
            fates: fates.to_vec(),
            variants: Vec::new(),
        };
        let variants = vec![vec![Fate::Dies], vec![Fate::FailsProof, Fate::FailsProof], vec![Fate::Asks]];
        let tasks = vec![
            Task { plan_first: true, ..task(&[], &[0], &[Fate::Dies, Fate::Good]) },
            task(&[], &[0, 1], &[Fate::FailsProof]),
            task(&[], &[2], &[Fate::Asks]),
            Task { variants, ..task(&[0], &[3], &[Fate::BreaksTheWhole]) },
            Task { destructive: true, ..task(&[1], &[4], &[Fate::RateLimit, Fate::NoModel]) },
            task(&[1], &[5], &[Fate::ChangesOthers]),
            task(&[5], &[6], &[Fate::Conflicts]),
            Task { proved: false, ..task(&[4], &[7], &[Fate::Silent]) },
            task(&[4], &[8], &[Fate::Refuses]),
        ];
        Self {
            plan: Plan { tasks },
            policy: Policy::default(),
            jobs: 3,
            yes: false,
            accept_unproved: false,
            planner: true,
            reviewer: true,
            verdicts: vec![Verdict::NeedsRevision, Verdict::Approved],
            unhealthy: 1,
            rejects: 0,
            flat: false,
        }
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Good),
        2 => Just(Fate::Dies),
        1 => Just(Fate::Silent),
        2 => Just(Fate::RateLimit),
        1 => Just(Fate::NoModel),
        1 => Just(Fate::FailsProof),
        1 => Just(Fate::ChangesNothing),
        1 => Just(Fate::ChangesOthers),
        1 => Just(Fate::Refuses),
        1 => Just(Fate::Asks),
        1 => Just(Fate::Conflicts),
        1 => Just(Fate::BreaksTheWhole),
        1 => Just(Fate::ReviewerSaysNo),
        1 => Just(Fate::SaysItFailed),
    ]
}

fn task(index: usize) -> impl Strategy<Value = Task> {
    let before = prop::collection::btree_set(0..index.max(1), 0..3);
    let files = prop::collection::btree_set(0..6_u8, 1..3);
    let rare = || prop::bool::weighted(0.1);
    let fates = || prop::collection::vec(fate(), 0..6);
    let variants = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(fates(), 2..4)];
    (before, files, rare(), rare(), prop::bool::weighted(0.8), rare(), 0..2_u8, (fates(), variants)).prop_map(
        move |(before, files, destructive, optional, proved, plan_first, agent, (fates, variants))| Task {
            before: before.into_iter().filter(|other| *other < index).collect(),
            files: files.into_iter().collect(),
            destructive,
            optional,
            proved,
            plan_first,
            agent,
            fates,
            variants,
        },
    )
}

pub fn scene() -> impl Strategy<Value = Scene> {
    let tasks = (1..9_usize).prop_flat_map(|count| (0..count).map(task).collect::<Vec<_>>());
    let verdict = prop_oneof![
        Just(Verdict::Approved),
        Just(Verdict::NeedsRevision),
        Just(Verdict::Abstain),
        Just(Verdict::Rejected)
    ];
    let verdicts = prop::collection::vec(verdict, 0..4);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let flat = prop::bool::weighted(0.3);
    (tasks, 1..5_u64, flags, verdicts, 0..5_u64, 0..3_u64, flat).prop_map(
        |(tasks, jobs, (yes, accept_unproved, planner, reviewer), verdicts, unhealthy, rejects, flat)| {
            Scene {
                plan: Plan { tasks },
                policy: Policy::default(),
                jobs,
                yes,
                accept_unproved,
                planner,
                reviewer,
                verdicts,
                unhealthy,
                rejects,
                flat,
            }
        },
    )
}

/// How a run ended, without what depends on who was faster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Result {
    pub phase: &'static str,
    pub tasks: BTreeMap<TaskId, &'static str>,
    pub tree: String,
}

pub struct World<'s> {
    scene: &'s Scene,
    salt: u64,
    pub records: Vec<Record>,
    pub state: State,
    now: Millis,
    under_way: BTreeMap<Effect, Millis>,
    people: BTreeMap<(bool, u32), Millis>,
    stop_at: Option<u64>,
}

impl<'s> World<'s> {
    pub fn new(scene: &'s Scene, salt: u64) -> Self {
        let mut world = Self {
            scene,
            salt,
            records: Vec::new(),
            state: State::default(),
            now: Millis(1_000_000),
            under_way: BTreeMap::new(),
            people: BTreeMap::new(),
            stop_at: None,
        };
        world.add(Event::RunCreated(Box::new(RunCreated {
            run: "r1".to_owned(),
            plan: "plan.spec.md".to_owned(),
            base: "base".to_owned(),
            policy: scene.policy.clone(),
            jobs: scene.jobs,
            seed: 5,
            yes: scene.yes,
            accept_unproved: scene.accept_unproved,
            launch_known: None,
            by: person(),
        })));
        world.add(Event::Planned { facts: Box::new(scene.facts()) });
        world
    }

    pub fn add(&mut self, event: Event) {
        if self.stop_at.is_some_and(|stop| self.state.seq >= stop) {
            return;
        }
        let record = Record { seq: self.state.seq + 1, at: self.now, event };
        self.state.apply(&record);
        self.records.push(record);
    }

    /// Until event `seq` is durable, or the run is over.
    pub fn run_until(&mut self, seq: u64) {
        self.stop_at = Some(seq.max(2));
        self.go();
    }

    pub fn run_to_end(&mut self) {
        self.stop_at = None;
        self.go();
        assert!(self.state.is_over());
    }

    /// Another runner reads the journal; what was under way is gone with the first.
    pub fn taken_over(self) -> Self {
        let state = State::fold(&self.records);
        let (under_way, people) = (BTreeMap::new(), BTreeMap::new());
        let mut world = Self { state, under_way, people, stop_at: None, ..self };
        world.now = Millis(world.now.0 + 5_000);
        if !world.state.is_over() {
            for event in recovered(&world.state) {
                world.add(event);
            }
            world.add(Event::RunnerStarted { pid: 2, version: "1".to_owned(), list: None });
        }
        world
    }

    /// Nothing stops it any more.
    pub fn unstopped(&mut self) {
        self.stop_at = None;
    }

    /// A person ends the run.
    pub fn taken_over_by_cancel(&mut self) {
        self.unstopped();
        self.add(Event::CancelAsked { task: None, by: person() });
        self.run_to_end();
    }

    fn is_stopped(&self) -> bool {
        self.state.is_over() || self.stop_at.is_some_and(|stop| self.state.seq >= stop)
    }

    fn go(&mut self) {
        for _ in 0..20_000 {
            let wake = loop {
                let step = decide(&self.state, self.now);
                if step.events.is_empty() || self.stop_at.is_some_and(|stop| self.state.seq >= stop) {
                    break step.wake;
                }
                // Decisions that belong together are durable together.
                let stop_at = self.stop_at.take();
                for event in step.events {
                    self.add(event);
                }
                self.stop_at = stop_at;
            };
            if self.is_stopped() {
                return;
            }
            let due = due(&self.state, self.now);
            self.under_way.retain(|effect, _| due.contains(effect));
            for effect in due {
                let ends = Millis(self.now.0 + self.duration(&effect));
                self.under_way.entry(effect).or_insert(ends);
            }
            self.people_look();
            let ends = self.under_way.values().chain(self.people.values()).copied().chain(wake).min();
            let Some(ends) = ends else { panic!("nothing will ever happen: {:#?}", self.state) };
            self.now = self.now.max(ends);
            self.things_end();
        }
        panic!("this run never ends: {:#?}", self.state);
    }

    fn things_end(&mut self) {
        let ended =
            self.under_way.iter().find(|(_, ends)| **ends <= self.now).map(|(effect, _)| effect.clone());
        if let Some(effect) = ended {
            self.under_way.remove(&effect);
            let event = self.outcome(&effect);
            self.add(event);
            return;
        }
        let answered = self.people.iter().find(|(_, at)| **at <= self.now).map(|(which, _)| *which);
        if let Some((is_gate, number)) = answered {
            self.people.remove(&(is_gate, number));
            let event = self.answer(is_gate, number);
            self.add(event);
        }
    }

    fn people_look(&mut self) {
        let gates = self.state.open_gates().map(|gate| (true, gate.opened.gate));
        let questions = self.state.open_questions().map(|question| (false, question.asked.question));
        let open: BTreeSet<(bool, u32)> = gates.chain(questions).collect();
        self.people.retain(|which, _| open.contains(which));
        for which in open {
            let after = self.chance(&format!("{which:?}")) % 90_000;
            self.people.entry(which).or_insert(Millis(self.now.0 + after));
        }
    }

    fn answer(&self, is_gate: bool, number: u32) -> Event {
        if !is_gate {
            let asked = &self.state.questions.iter().find(|own| own.asked.question == number).unwrap().asked;
            // Who chooses takes the same whenever they are asked.
            let place = fingerprint(&asked.key.task.0) as usize;
            // The last option takes none of them.
            let options = asked.options.len().saturating_sub(usize::from(self.scene.rejects == 0)).max(1);
            let chosen = asked.options.get(place % options).filter(|_| asked.choice);
            let answer = chosen.cloned().unwrap_or_else(|| "yes".to_owned());
            return Event::QuestionAnswered { question: number, answer, by: person(), unheard: false };
        }
        let gate = self.state.gates.iter().find(|gate| gate.opened.gate == number).unwrap();
        // The same person says the same to the same, whenever they are asked. A preflight is asked until
        // it goes well.
        let fixed = fingerprint(&format!("{:?}", gate.opened.kind)) % 16;
        let rejects = fixed < self.scene.rejects;
        let answer = if rejects { Answer::Reject } else { Answer::Approve };
        Event::GateAnswered { gate: number, answer, note: None, by: person() }
    }

    fn chance(&self, what: &str) -> u64 {
        fingerprint(&format!("{} {} {what}", self.salt, self.state.seq))
    }

    fn duration(&self, effect: &Effect) -> u64 {
        let most = match effect {
            Effect::Turn(..) => 300_000,
            _ => 3_000,
        };
        self.chance(&format!("{effect:?}")) % most
    }

    /// Which of the attempts that count this is, from 0.
    fn counted(&self, key: &AttemptKey) -> usize {
        self.state.task(&key.task).unwrap().failures.len()
    }

    fn fate(&self, key: &AttemptKey) -> Fate {
        let (index, variant) = key.task.0[1..].split_once('~').unwrap_or((&key.task.0[1..], ""));
        let task = &self.scene.plan.tasks[index.parse::<usize>().unwrap()];
        let variant = variant.parse::<usize>().ok().map(|number| &task.variants[number - 1]);
        variant.unwrap_or(&task.fates).get(self.counted(key)).copied().unwrap_or(Fate::Good)
    }

    fn outcome(&self, effect: &Effect) -> Event {
        match effect.clone() {
            Effect::ReviewPlan { round, .. } => {
                let looked =
                    self.records.iter().filter(|record| matches!(record.event, Event::PlanReviewed { .. }));
                let verdict = self.scene.verdicts.get(looked.count()).copied().unwrap_or(Verdict::Approved);
                Event::PlanReviewed { part: "plan-auditor".to_owned(), round, verdict, notes: String::new() }
            }
            Effect::RevisePlan { .. } => Event::PlanRevised { facts: Box::new(self.state.facts.clone()) },
            Effect::Preflight { wave, gates } => {
                let is_missing = gates == 1 && self.scene.jobs == 2;
                let missing = if is_missing { vec!["a file".to_owned()] } else { Vec::new() };
                Event::PreflightDone { wave, base: self.state.tip.clone(), missing, list: None }
            }
            Effect::Prepare(key) => Event::AttemptPrepared {
                worktree: format!("/worktrees/{key}"),
                branch: format!("task/{key}"),
                base: "base".to_owned(),
                key,
            },
            Effect::Turn(key, turn) => {
                let end = Box::new(self.turn(&key, turn));
                Event::TurnEnded { key, turn, end }
            }
            Effect::Commit(key, turn) => self.commit(key, turn),
            Effect::Validate(key) => {
                let fails = self.fate(&key) == Fate::FailsProof;
                Event::Validated { checks: vec![check("check", fails)], key }
            }
            Effect::Review(key) => {
                let says_no = self.fate(&key) == Fate::ReviewerSaysNo;
                let verdict = if says_no { Verdict::NeedsRevision } else { Verdict::Approved };
                Event::Reviewed { key, verdict, notes: String::new() }
            }
            Effect::Compare(key) => Event::Compared { checks: vec![check("size", false)], key },
            Effect::RemoveVariant(task) => {
                let attempts = &self.state.task(&task).unwrap().attempts;
                let remains = |own: &segue_orchestrator::state::Attempt| Remains {
                    attempt: own.number,
                    commit: own.commit.clone(),
                    patch: None,
                    why: None,
                };
                Event::VariantRemoved { kept: attempts.iter().map(remains).collect(), task }
            }
            Effect::Merge(key) if self.fate(&key) == Fate::Conflicts => {
                Event::MergeConflicted { key, evidence: Evidence::new("Both changed it.") }
            }
            Effect::Merge(key) => {
                let token = format!("+{}#{}", key.task, self.counted(&key));
                Event::Merged { commit: format!("{}{token}", self.state.tip), key }
            }
            Effect::Unmerge(key) => self.unmerge(key),
            Effect::Integrate { wave, commit, retry } => self.integrate(wave, commit, retry),
            Effect::Stop(key) => Event::AttemptStopped { key },
        }
    }

    /// Takes a merge out, and merges again what came after it. One in eight tasks cannot be merged again.
    fn unmerge(&self, key: AttemptKey) -> Event {
        let merges = &self.state.merges;
        let place = merges.iter().position(|merge| merge.key == key).unwrap();
        let mut tip = merges[place].before.clone();
        let (mut again, mut conflicted) = (Vec::new(), Vec::new());
        for merge in &merges[place + 1..] {
            let of_this_wave = merge.wave == merges[place].wave;
            if of_this_wave && fingerprint(&format!("stays out {}", merge.key.task)).is_multiple_of(8) {
                conflicted.push(merge.key.clone());
                continue;
            }
            tip += &format!("+{}#{}", merge.key.task, self.counted(&merge.key));
            again.push(MergedAgain { key: merge.key.clone(), commit: tip.clone() });
        }
        Event::Unmerged { key, commit: tip, again, conflicted }
    }

    fn turn(&self, key: &AttemptKey, turn: u32) -> TurnEnd {
        let fine = TurnEnd { tool_calls: Some(3), usage: Some(Usage::default()), ..TurnEnd::default() };
        let attempt = self.state.task(&key.task).unwrap().current().unwrap();
        if attempt.kind == Some(TurnKind::Plan) {
            return fine;
        }
        let reported = |status: Reported| Some(Report { status, ..Report::default() });
        match self.fate(key) {
            Fate::Dies => TurnEnd { exit: Exit::Status(1), ..fine },
            Fate::Silent => TurnEnd { tool_calls: Some(0), usage: None, ..fine },
            Fate::RateLimit => {
                let failure = Failure { class: Class::Transient, text: "429".to_owned() };
                TurnEnd { failure: Some(failure), ..fine }
            }
            Fate::NoModel => {
                let failure = Failure { class: Class::ModelUnavailable, text: "no such".to_owned() };
                TurnEnd { failure: Some(failure), ..fine }
            }
            Fate::Refuses => TurnEnd { stop: Stop::Refusal, ..fine },
            Fate::SaysItFailed => TurnEnd { report: reported(Reported::Failed), ..fine },
            Fate::Asks if turn == 1 || !matches!(attempt.kind, Some(TurnKind::Answer { .. })) => {
                TurnEnd { report: reported(Reported::NeedsInput), ..fine }
            }
            _ => fine,
        }
    }

    fn commit(&self, key: AttemptKey, turn: u32) -> Event {
        let task = self.state.facts.find(&key.task).unwrap().1;
        let own: Vec<String> = task.writes.iter().cloned().collect();
        let files = match self.fate(&key) {
            Fate::ChangesNothing | Fate::Silent => Vec::new(),
            Fate::ChangesOthers => vec!["elsewhere".to_owned()],
            _ => own,
        };
        let diff = Diff { files, added: 3, removed: 1, ..Diff::default() };
        Event::Committed { key, turn, commit: Some("c".to_owned()), diff }
    }

    fn integrate(&self, wave: u32, commit: String, retry: u64) -> Event {
        let breaks = |part: &str| {
            let Some((task, counted)) = part.split_once('#') else { return false };
            let index: usize = task[1..].parse().unwrap();
            let fate = self.scene.plan.tasks[index].fates.get(counted.parse::<usize>().unwrap());
            fate == Some(&Fate::BreaksTheWhole)
        };
        let fails = commit.split('+').any(breaks);
        let healthy = retry >= self.scene.unhealthy;
        Event::Integrated { wave, commit, healthy, checks: vec![check("check all", healthy && fails)] }
    }

    pub fn result(&self) -> Result {
        let word = |status: &Status| match status {
            Status::Done { proved: true } => "done",
            Status::Done { proved: false } => "done, unproved",
            Status::Escalated { .. } => "escalated",
            Status::Skipped { .. } => "skipped",
            Status::Cancelled => "cancelled",
            Status::Chosen => "chosen",
            Status::Unchosen => "not chosen",
            _ => "not over",
        };
        Result {
            phase: self.state.phase.map_or("", |phase| phase.name()),
            tasks: self.state.tasks.iter().map(|task| (task.id.clone(), word(&task.status))).collect(),
            tree: self.state.tip.clone(),
        }
    }
}

pub fn person() -> By {
    By { who: "ada".to_owned(), how: "terminal".to_owned() }
}

fn check(command: &str, fails: bool) -> Check {
    let exit = if fails { Exit::Status(1) } else { Exit::Fine };
    Check { command: command.to_owned(), exit, tail: String::new(), millis: 1 }
}

fn fingerprint(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
