//! The rules of a run, looked at from outside: over the events alone, with a bookkeeping of its own.

use crate::world::{Scene, World};
use segue_orchestrator::event::{
    Answer, AttemptKey, Class, Event, GateKind, Millis, Phase, Record, TurnKind,
};
use segue_orchestrator::facts::{Facts, TaskId};
use segue_orchestrator::state::State;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
struct Book {
    facts: Facts,
    /// Attempts that use a place: planned, and neither over nor waiting for a person.
    running: BTreeSet<AttemptKey>,
    open: BTreeSet<AttemptKey>,
    done: BTreeSet<TaskId>,
    lost: BTreeSet<TaskId>,
    failures: BTreeMap<TaskId, Vec<Class>>,
    not_before: BTreeMap<TaskId, Millis>,
    gates: BTreeMap<u32, GateKind>,
    approved: Vec<GateKind>,
    wave: u32,
    jobs: BTreeMap<u32, u64>,
    transients: BTreeMap<u32, u64>,
    rests: BTreeMap<(String, Option<String>), Rest>,
    of: BTreeMap<AttemptKey, (String, Option<String>)>,
    merging: Option<AttemptKey>,
    /// The numbers of attempts that were given, by the task that the plan knows.
    numbers: BTreeSet<(TaskId, u32)>,
    /// The commit from which the variants of a task began.
    bases: BTreeMap<TaskId, String>,
    /// Variants that hold.
    holding: BTreeSet<TaskId>,
    /// Which variant each task became.
    chosen: BTreeMap<TaskId, TaskId>,
    /// Variants whose worktrees are gone.
    removed: BTreeSet<TaskId>,
}

/// How often an agent with its model failed in a row, and since when it rests.
#[derive(Default)]
struct Rest {
    failures: u64,
    since: Option<Millis>,
    good: u64,
    trying: Option<AttemptKey>,
}

/// All rules of a run.
pub fn hold(scene: &Scene, records: &[Record]) {
    let mut book = Book::default();
    for (place, record) in records.iter().enumerate() {
        assert_eq!(record.seq, place as u64 + 1, "no gap");
        assert!(place == 0 || records[place - 1].at <= record.at, "time goes on");
        book.enter(scene, record);
    }
    let last = records.last().unwrap();
    assert!(matches!(last.event, Event::PhaseEntered { phase } if phase.is_over()), "{:?}", last.event);
    assert!(book.open.is_empty(), "left under way: {:?}", book.open);
    // A run that is ended by a person keeps all of it.
    if matches!(last.event, Event::PhaseEntered { phase: Phase::Complete | Phase::Escalated }) {
        for (task, chosen) in &book.chosen {
            let begun = |id: &&TaskId| book.of.keys().any(|key| key.task == **id);
            let mut others = book.facts.find(task).unwrap().1.variants.iter().filter(begun);
            assert!(others.all(|id| id == chosen || book.removed.contains(id)), "{task} keeps what lost");
        }
    }
}

impl Book {
    fn enter(&mut self, scene: &Scene, record: &Record) {
        match &record.event {
            Event::Planned { facts } | Event::PlanRevised { facts } => self.facts = (**facts).clone(),
            Event::PhaseEntered { phase: Phase::Acting(wave) } => self.wave = *wave,
            Event::Throttled { wave, jobs } => {
                assert!(self.transients[wave] >= scene.policy.throttle_after);
                self.jobs.insert(*wave, *jobs);
            }
            Event::GateOpened(gate) => drop(self.gates.insert(gate.gate, gate.kind.clone())),
            Event::GateAnswered { gate, answer, by, .. } => {
                let kind = &self.gates[gate];
                if matches!(kind, GateKind::Destructive { .. }) {
                    assert_eq!(by.how, "terminal", "a person answers for what cannot be undone");
                }
                if *answer == Answer::Approve {
                    self.approved.push(kind.clone());
                }
            }
            Event::AttemptPlanned(planned) => {
                let task = self.facts.find(&planned.key.task).unwrap().1;
                for other in &task.before {
                    let has = planned.base.split('+').any(|part| part.starts_with(&format!("{other}#")));
                    assert!(has, "{} begins without {other}: {}", planned.key, planned.base);
                }
                if let Some(of) = task.variant_of.clone() {
                    let base = self.bases.entry(of).or_insert_with(|| planned.base.clone());
                    assert_eq!(*base, planned.base, "all variants begin from one commit");
                }
                let asked = (planned.agent.clone(), planned.model.clone());
                self.begins(scene, &planned.key, asked, record.at);
            }
            Event::TurnPlanned { key, turn, kind } => {
                self.running.insert(key.clone());
                self.places(scene);
                assert!(*turn > 1 || !matches!(kind, TurnKind::Answer { .. }));
            }
            Event::Committed { key, .. } => drop(self.running.remove(key)),
            Event::ValidationPlanned { key } | Event::ReviewPlanned { key } => {
                self.running.insert(key.clone());
            }
            Event::AttemptFailed { key, class, .. } => self.fails(scene, key, *class, record.at),
            Event::MergeConflicted { key, .. } => {
                assert_eq!(self.merging.take().as_ref(), Some(key));
                self.failures.entry(key.task.clone()).or_default().push(Class::Fixable);
            }
            Event::CulpritFound { key, .. } => {
                assert!(self.done.remove(&key.task));
                self.failures.entry(key.task.clone()).or_default().push(Class::Fixable);
            }
            Event::Unmerged { conflicted, .. } => {
                for key in conflicted {
                    assert!(self.done.remove(&key.task));
                    self.failures.entry(key.task.clone()).or_default().push(Class::Fixable);
                }
            }
            Event::AttemptInterrupted { key } | Event::AttemptStopped { key } => {
                self.ends(key);
                let rest = self.rests.get_mut(&self.of[key]).unwrap();
                rest.trying.take_if(|own| own == key);
            }
            Event::AttemptAccepted { key, .. } => self.is_accepted(scene, key),
            Event::RetryPlanned { task, not_before, .. } => {
                self.not_before.insert(task.clone(), *not_before);
                let wait = not_before.since(record.at);
                assert!(wait <= scene.policy.backoff_most * 1000);
            }
            Event::MergePlanned { key } => {
                assert_eq!(self.merging, None, "one merge at a time");
                self.merging = Some(key.clone());
                let task = self.facts.find(&key.task).unwrap().1;
                assert!(task.variant_of.is_none(), "a task is merged, no variant of it");
                assert!(task.before.iter().all(|other| self.done.contains(other)), "merged in their order");
            }
            Event::Merged { key, .. } => {
                assert_eq!(self.merging.take().as_ref(), Some(key));
                assert!(self.done.insert(key.task.clone()), "merged once");
            }
            Event::QuestionAsked(asked) if asked.choice => {
                let task = self.facts.find(&asked.key.task).unwrap().1;
                let open = |id: &TaskId| self.open.iter().any(|key| key.task == *id);
                assert!(!task.variants.iter().any(open), "asked before all variants ended");
            }
            Event::VariantChosen { task, variant: Some(variant), .. } => {
                assert!(self.holding.contains(&variant.task), "{} does not hold", variant.task);
                assert_eq!(self.chosen.insert(task.clone(), variant.task.clone()), None, "chosen once");
            }
            Event::VariantRemoved { task, .. } => {
                let of = self.facts.find(task).unwrap().1.stated();
                assert_ne!(self.chosen.get(of), Some(task), "the chosen one stays");
                assert!(self.chosen.contains_key(of) && self.removed.insert(task.clone()));
            }
            Event::TaskEscalated { task, .. } | Event::TaskCancelled { task } => {
                assert!(!self.done.contains(task));
                self.lost.insert(task.clone());
            }
            Event::TaskSkipped { task, because } => {
                assert!(self.lost.contains(because), "{task} is skipped because of {because}");
                assert!(self.facts.find(task).unwrap().1.before.contains(because));
                self.lost.insert(task.clone());
            }
            _ => {}
        }
    }

    fn places(&self, scene: &Scene) {
        let most = self.jobs.get(&self.wave).copied().unwrap_or(scene.jobs);
        let running = self.running.len() as u64;
        // What ran when the number was lowered goes on.
        assert!(running <= most || (self.jobs.contains_key(&self.wave) && running <= scene.jobs));
    }

    fn begins(&mut self, scene: &Scene, key: &AttemptKey, asked: (String, Option<String>), at: Millis) {
        let task = self.facts.find(&key.task).unwrap().1.clone();
        assert!(self.approved.contains(&GateKind::Launch), "nothing runs before the launch gate");
        assert_eq!(task.wave, self.wave, "only tasks of the wave");
        assert!(task.before.iter().all(|other| self.done.contains(other)), "{key} before what it waits for");
        assert!(!self.done.contains(&key.task) && !self.lost.contains(&key.task), "{key} is over");
        assert!(self.not_before.get(&key.task).is_none_or(|moment| *moment <= at), "{key} too early");
        let failures = self.failures.get(&key.task).cloned().unwrap_or_default();
        let policy = &scene.policy;
        assert!((failures.len() as u64) < policy.attempts, "{key} after {failures:?}");
        for (class, most) in [
            (Class::Transient, policy.transient_retries),
            (Class::Fixable, policy.fixable_retries),
            (Class::ModelUnavailable, policy.model_fallbacks),
            (Class::NeedsReplan, policy.replans),
            (Class::Escalate, 0),
        ] {
            let failed = failures.iter().filter(|own| **own == class).count() as u64;
            assert!(failed <= most, "{key} after {failures:?}");
        }
        if task.destructive {
            let kind = GateKind::Destructive { task: task.stated().clone() };
            assert!(self.approved.contains(&kind), "{key} is destructive");
        }
        for other in &self.open {
            let other = self.facts.find(&other.task).unwrap().1;
            let side_by_side = task.variant_of.is_some() && task.variant_of == other.variant_of;
            let disjoint = task.writes.is_disjoint(&other.writes);
            assert!(side_by_side || disjoint, "{key} and {} write the same", other.id);
            assert_ne!(other.id, key.task, "two attempts at once");
        }
        let number = (task.stated().clone(), key.attempt);
        assert!(self.numbers.insert(number), "{key}: retries and variants are counted together");
        let is_whole = task.variants.is_empty() || self.chosen.contains_key(&task.id);
        assert!(is_whole, "{key} begins before one of its variants was chosen");
        let rest = self.rests.entry(asked.clone()).or_default();
        if let Some(since) = rest.since {
            assert_eq!(rest.trying, None, "{key}: one at a time tries an agent that failed");
            assert!(
                rest.good > 0 || at >= since.plus_seconds(policy.breaker_cool_down),
                "{key} while its agent rests"
            );
            rest.trying = Some(key.clone());
        }
        self.of.insert(key.clone(), asked);
        self.open.insert(key.clone());
        self.running.insert(key.clone());
        self.places(scene);
    }

    fn ends(&mut self, key: &AttemptKey) {
        assert!(self.open.remove(key), "{key} was not under way");
        self.running.remove(key);
    }

    fn fails(&mut self, scene: &Scene, key: &AttemptKey, class: Class, at: Millis) {
        self.ends(key);
        self.failures.entry(key.task.clone()).or_default().push(class);
        if class == Class::Transient {
            *self.transients.entry(self.wave).or_default() += 1;
        }
        if !matches!(class, Class::Transient | Class::ModelUnavailable) {
            return self.was_there(scene, key);
        }
        let rest = self.rests.get_mut(&self.of[key]).unwrap();
        rest.failures += 1;
        let tried = rest.trying.take_if(|own| own == key).is_some();
        if tried || (rest.since.is_none() && rest.failures >= scene.policy.breaker_failures) {
            rest.since = Some(at);
            rest.good = 0;
        }
    }

    fn is_accepted(&mut self, scene: &Scene, key: &AttemptKey) {
        self.holding.insert(key.task.clone());
        self.ends(key);
        self.was_there(scene, key);
    }

    fn was_there(&mut self, scene: &Scene, key: &AttemptKey) {
        let rest = self.rests.get_mut(&self.of[key]).unwrap();
        if rest.since.is_none() {
            rest.failures = 0;
        } else if rest.trying.take_if(|own| own == key).is_some() {
            rest.good += 1;
            if rest.good >= scene.policy.breaker_successes {
                *rest = Rest::default();
            }
        }
    }
}

/// Written, read back and folded, every beginning of a journal gives the state that was live then.
pub fn journal_is_the_state(world: &World<'_>) {
    let (mut live, mut read) = (State::default(), State::default());
    for record in &world.records {
        live.apply(record);
        let line = serde_json::to_string(record).unwrap();
        let again: Record = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(&again, record);
        read.apply(&again);
        assert_eq!(read, live);
    }
    assert_eq!(live, world.state);
}
