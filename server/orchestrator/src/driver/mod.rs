//! The runner's loop: makes decisions durable, then has them done.
//!
//! ```text
//!        commands ─┐
//! outcomes ───────▶ journal ──▶ state ──▶ decide ──▶ journal ──▶ due ──▶ hands
//!    clock ───────┘                                                       │
//!      ▲──────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Nothing is kept here that the journal does not have, except which effects are under way in this
//! process. So a runner that is killed loses nothing, and the next one begins with [`Driver::take_over`].

mod hands;
#[cfg(any(test, feature = "kill-switch"))]
mod kill;
mod talk;

pub use hands::{Failed, Hands, Job};
pub use talk::Talk;

use crate::decide::{decide, recovered};
use crate::effect::{Effect, due};
use crate::event::{AttemptKey, Event, Millis, QuestionAsked, Record};
use crate::journal::{Journal, JournalError, settle};
use crate::os::WakeServer;
use crate::state::{Outcome, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use talk::{Heard, Question};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// How often a runner looks for what other processes wrote, where nobody wakes it.
const LOOK: Duration = Duration::from_millis(250);

/// How a runner's work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The run is over.
    Over,
    /// The run waits for a person, and this runner does not.
    Parked,
    /// The runner was told to end; the run can be resumed.
    Interrupted,
}

/// Why a runner cannot go on. The run can be resumed once that is mended.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Something that concerns the whole run.
    #[error("{0}")]
    Run(String),
}

/// Is told of everything that becomes durable, with the state after it.
pub type Sees = dyn FnMut(&State, &[Record]) + Send;

/// What a runner is told beside the run.
pub struct Options {
    /// Whether it ends where only a person can go on.
    pub park: bool,
    /// Becomes true when it shall end.
    pub shutdown: watch::Receiver<bool>,
    /// Is told of everything that becomes durable.
    pub sees: Box<Sees>,
    /// Wakes and is woken, where that can be had.
    pub wake: Option<WakeServer>,
}

/// An effect that is under way in this process.
struct UnderWay {
    stop: watch::Sender<bool>,
}

/// A run and what of it is under way here. Whoever makes one holds the run's owner lock.
pub struct Driver {
    journal: Journal,
    run: String,
    state: State,
    hands: Arc<dyn Hands>,
    options: Options,
    under_way: BTreeMap<Effect, UnderWay>,
    results: JoinSet<(Effect, Result<Event, Failed>)>,
    heard: mpsc::UnboundedReceiver<Heard>,
    talk: mpsc::UnboundedSender<Heard>,
    waiting: BTreeMap<u32, oneshot::Sender<String>>,
    seen: i64,
}

/// The time by the clock of the machine.
#[must_use]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

impl Driver {
    /// Takes a run over: reads its journal, ends what an earlier runner left behind, and breaks off the
    /// turns that were under way.
    ///
    /// # Errors
    ///
    /// The journal cannot be used, or what was left behind cannot be ended.
    pub async fn take_over(
        journal: Journal,
        run: &str,
        hands: Arc<dyn Hands>,
        options: Options,
    ) -> Result<Self, DriverError> {
        let state = journal.state(run)?;
        let (talk, heard) = mpsc::unbounded_channel();
        let mut driver = Self {
            journal,
            run: run.to_owned(),
            state,
            hands,
            options,
            under_way: BTreeMap::new(),
            results: JoinSet::new(),
            heard,
            talk,
            waiting: BTreeMap::new(),
            seen: -1,
        };
        let begun = driver.begin().await;
        driver.tells_why(&begun);
        begun.map(|()| driver)
    }

    async fn begin(&mut self) -> Result<(), DriverError> {
        self.hands.clone().recover(Arc::new(self.state.clone())).await.map_err(DriverError::Run)?;
        // What was answered meanwhile was answered to the sessions that are broken off now.
        self.take_commands()?;
        let mut events = recovered(&self.state);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let state = Arc::new(self.state.clone());
        let list = self.hands.clone().list(state).await.map_err(DriverError::Run)?;
        events.push(Event::RunnerStarted { pid: std::process::id(), version, list });
        self.append(events)
    }

    /// Where nobody sits before this process the journal is the place to say why it ends. Who started it
    /// is told in any case: that is what remains where the journal itself is in trouble.
    fn tells_why<T>(&mut self, result: &Result<T, DriverError>) {
        if let Err(DriverError::Run(why)) = result {
            let _ = self.append(vec![Event::RunnerStopped { why: why.clone() }]);
        }
    }

    /// What the run is now.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Runs the run until it is over, or only a person can go on, or the runner shall end. When this
    /// returns nothing is under way any more.
    ///
    /// # Errors
    ///
    /// The journal cannot be used, or something is wrong that concerns the whole run.
    pub async fn drive(&mut self) -> Result<Ended, DriverError> {
        let ended = self.go().await;
        self.stop_all().await;
        self.tells_why(&ended);
        ended
    }

    async fn go(&mut self) -> Result<Ended, DriverError> {
        loop {
            self.take_commands()?;
            let wake = self.decide_all()?;
            if self.state.is_over() {
                return Ok(Ended::Over);
            }
            if *self.options.shutdown.borrow() {
                return Ok(Ended::Interrupted);
            }
            self.begin_due()?;
            if self.options.park && wake.is_none() && self.state.needs_a_person() && self.only_waits() {
                return Ok(Ended::Parked);
            }
            self.wait(wake).await?;
        }
    }

    /// Waits for whatever comes first, and makes it durable.
    async fn wait(&mut self, wake: Option<Millis>) -> Result<(), DriverError> {
        let until = wake.map_or(LOOK, |wake| Duration::from_millis(wake.since(now())).min(LOOK));
        let server = self.options.wake.take();
        let tapped = async {
            match &server {
                Some(server) => server.woken().await,
                None => std::future::pending().await,
            }
        };
        let mut shutdown = self.options.shutdown.clone();
        let came = tokio::select! {
            biased;
            Some(result) = self.results.join_next() => Came::Result(result),
            Some(heard) = self.heard.recv() => Came::Heard(heard),
            () = tapped => Came::Nothing,
            _ = shutdown.wait_for(|shutdown| *shutdown) => Came::Nothing,
            () = tokio::time::sleep(until) => Came::Nothing,
        };
        self.options.wake = server;
        match came {
            Came::Nothing => Ok(()),
            Came::Heard(heard) => self.hear(heard),
            Came::Result(Ok((effect, result))) => self.ends(effect, result),
            Came::Result(Err(error)) => Err(DriverError::Run(format!("A part of the engine broke: {error}"))),
        }
    }

    fn append(&mut self, events: Vec<Event>) -> Result<(), DriverError> {
        self.append_settling(events, &[])
    }

    fn append_settling(
        &mut self,
        events: Vec<Event>,
        settled: &[(i64, crate::journal::Outcome)],
    ) -> Result<(), DriverError> {
        let last = self.state.seq;
        #[cfg(any(test, feature = "kill-switch"))]
        kill::before(last, events.len());
        let records = self.journal.append_settling(&self.run, last, events, now(), settled)?;
        #[cfg(any(test, feature = "kill-switch"))]
        kill::after(last, records.len());
        for record in &records {
            self.state.apply(record);
            if let Event::QuestionAnswered { question, answer, .. } = &record.event
                && let Some(asker) = self.waiting.remove(question)
            {
                // An asker that went does not wait any more.
                let _ = asker.send(answer.clone());
            }
        }
        if !records.is_empty() {
            (self.options.sees)(&self.state, &records);
        }
        if let Some(wake) = &self.options.wake {
            wake.wake_all();
        }
        Ok(())
    }

    /// Deals with what other processes want.
    fn take_commands(&mut self) -> Result<(), DriverError> {
        let version = self.journal.data_version()?;
        if version == self.seen {
            return Ok(());
        }
        self.seen = version;
        for posted in self.journal.pending(&self.run)? {
            let (mut events, outcome) = settle(&self.state, &posted);
            for event in &mut events {
                if let Event::QuestionAnswered { question, unheard, .. } = event {
                    *unheard = !self.waiting.contains_key(question);
                }
            }
            self.append_settling(events, &[(posted.id, outcome)])?;
        }
        Ok(())
    }

    /// Decides until there is nothing to decide, and gives the moment when there may be again.
    fn decide_all(&mut self) -> Result<Option<Millis>, DriverError> {
        loop {
            let step = decide(&self.state, now());
            if step.events.is_empty() {
                return Ok(step.wake);
            }
            self.append(step.events)?;
        }
    }

    /// Begins what is due, and stops what is due no more.
    fn begin_due(&mut self) -> Result<(), DriverError> {
        let due = due(&self.state, now());
        for (effect, under_way) in &self.under_way {
            if !due.contains(effect) {
                under_way.stop.send_replace(true);
            }
        }
        let mut state: Option<Arc<State>> = None;
        let mut stopped = Vec::new();
        for effect in due {
            if self.under_way.contains_key(&effect) {
                continue;
            }
            if let Effect::Stop(key) = effect {
                if !self.is_under_way(&key) {
                    stopped.push(Event::AttemptStopped { key });
                }
                continue;
            }
            let state = state.get_or_insert_with(|| Arc::new(self.state.clone())).clone();
            let (sender, stop) = watch::channel(false);
            let talk = Talk::new(effect.attempt().cloned(), self.talk.clone());
            let job = Job { effect: effect.clone(), state, talk, stop };
            let hands = self.hands.clone();
            let named = effect.clone();
            self.results.spawn(async move { (named, hands.perform(job).await) });
            self.under_way.insert(effect, UnderWay { stop: sender });
        }
        if stopped.is_empty() { Ok(()) } else { self.append(stopped) }
    }

    /// Whether all that is under way waits for a person's leave.
    fn only_waits(&self) -> bool {
        self.under_way.keys().all(|effect| {
            let asks = |key: &AttemptKey| {
                self.state.open_questions().any(|own| own.asked.permission && own.asked.key == *key)
            };
            matches!(effect, Effect::Turn(key, _) if asks(key))
        })
    }

    fn is_under_way(&self, key: &AttemptKey) -> bool {
        self.under_way.keys().any(|effect| effect.attempt() == Some(key))
    }

    /// An effect is done.
    fn ends(&mut self, effect: Effect, result: Result<Event, Failed>) -> Result<(), DriverError> {
        let stopped = self.under_way.remove(&effect).is_some_and(|own| *own.stop.borrow());
        // What was still heard of it comes before its end.
        while let Ok(heard) = self.heard.try_recv() {
            self.hear(heard)?;
        }
        if stopped || !due(&self.state, now()).contains(&effect) {
            return Ok(());
        }
        match result {
            Ok(event) => self.append(vec![event]),
            Err(Failed::Attempt { class, evidence }) => match effect.attempt().cloned() {
                Some(key) => self.append(vec![Event::AttemptFailed { key, class, evidence }]),
                None => Err(DriverError::Run(evidence.text())),
            },
            Err(Failed::Run(why)) => Err(DriverError::Run(why)),
        }
    }

    /// Something came from an effect that is under way.
    fn hear(&mut self, heard: Heard) -> Result<(), DriverError> {
        match heard {
            Heard::Usage(key, usage) => self.append(vec![Event::UsageReported { key, usage }]),
            Heard::Note(task, text) => self.append(vec![Event::Noted { task, text }]),
            Heard::Question(Question { key, text, options, answer }) => {
                let number = self.state.questions.len() as u32 + 1;
                let attempt = self.state.task(&key.task).and_then(crate::state::TaskState::active);
                let turn = attempt.map_or(0, |attempt| attempt.turn);
                let given = self.answered_meanwhile(&key, &text, &options);
                let asked = Event::QuestionAsked(QuestionAsked {
                    question: number,
                    key,
                    turn,
                    permission: true,
                    choice: false,
                    text,
                    options,
                    recommendation: None,
                });
                match given {
                    Some(Given::Before(given)) => {
                        let _ = answer.send(given);
                        Ok(())
                    }
                    // Written down for the attempt that hears it: what was allowed once is not allowed again.
                    Some(Given::Now(given, by)) => {
                        self.waiting.insert(number, answer);
                        let answer = given;
                        let answered =
                            Event::QuestionAnswered { question: number, answer, by, unheard: false };
                        self.append(vec![asked, answered])
                    }
                    None => {
                        self.waiting.insert(number, answer);
                        self.append(vec![asked])
                    }
                }
            }
        }
    }

    /// The answer to the same question that was given before: for the whole run, or for this task while every
    /// attempt since was interrupted and had to begin again. What may destroy something is allowed to
    /// the one attempt that hears it.
    fn answered_meanwhile(&self, key: &AttemptKey, text: &str, options: &[String]) -> Option<Given> {
        let same = || {
            let same = |own: &&crate::state::Question| own.asked.permission && own.asked.text == text;
            self.state.questions.iter().rev().filter(same)
        };
        let for_this_run = crate::agent::FOR_THIS_RUN;
        if same().any(|own| own.answer.as_ref().is_some_and(|(answer, ..)| answer == for_this_run)) {
            return Some(Given::Before(for_this_run.to_owned()));
        }
        let last = same().find(|own| own.asked.key.task == key.task)?;
        let (answer, by, _) = last.answer.as_ref()?;
        let since = last.asked.key.attempt..key.attempt;
        let attempts = self.state.task(&key.task).map(|task| task.attempts.as_slice()).unwrap_or_default();
        let mut attempts = attempts.iter().filter(|attempt| since.contains(&attempt.number));
        let were_interrupted = attempts.all(|attempt| attempt.outcome == Some(Outcome::Interrupted));
        let may_be_done_again = options.iter().any(|own| own == for_this_run);
        let holds = !since.is_empty() && were_interrupted && (last.unheard || may_be_done_again);
        holds.then(|| Given::Now(answer.clone(), by.clone()))
    }

    /// Ends all that is under way here, and waits until it has ended.
    async fn stop_all(&mut self) {
        for under_way in self.under_way.values() {
            under_way.stop.send_replace(true);
        }
        while self.results.join_next().await.is_some() {}
        self.under_way.clear();
    }
}

/// An answer that a person gave before it was asked for.
enum Given {
    /// For the whole run.
    Before(String),
    /// To an attempt that could not go on, and by whom.
    Now(String, crate::event::By),
}

enum Came {
    Nothing,
    Heard(Heard),
    Result(Result<(Effect, Result<Event, Failed>), tokio::task::JoinError>),
}
