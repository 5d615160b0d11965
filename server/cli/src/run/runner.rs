//! The runner of a run in this process, with who sits before it; and the hidden command that is a runner
//! in a process of its own.

use crate::Failure;
use clap::Parser;
use segue_orchestrator::driver::{Ended, now};
use segue_orchestrator::event::{By, Record};
use segue_orchestrator::git::Repository;
use segue_orchestrator::journal::{Command, Journal, Outcome, Place};
use segue_orchestrator::os::OwnerLock;
use segue_orchestrator::state::State;
use segue_runs::open::{Runs, TERMINAL, person, redactor};
use segue_runs::{post, runner};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Carry a run on; started by the other commands.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    /// Leave the session first
    #[arg(long)]
    aside: bool,
    /// The top of the checkout
    top: PathBuf,
    /// The run
    run: String,
}

/// `segue runner`: the intermediate process, or the lasting one.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.aside {
        runner::step_aside(&args.top, &args.run)?;
    } else {
        runner::carry_on(&args.top, &args.run)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How long what was posted may lie before somebody is asked again to look at it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What comes from a runner, and from who sits before it.
pub enum News {
    /// Events became durable.
    Records(Vec<Record>),
    /// Something was typed; `None`: nothing more will be.
    Line(Option<String>),
    /// The runner has ended.
    Ended(Result<Ended, String>),
    /// Who sat here left, and the run goes on.
    Left,
}

/// Posts what was typed to who works on the run.
pub struct Posts {
    journal: Journal,
    run: String,
    by: By,
    waiting: Vec<i64>,
    /// When somebody was last asked to look at them.
    asked: Instant,
    owner: Owner,
}

/// Who works on it.
enum Owner {
    /// A runner of this process, and what ends it.
    Here(watch::Sender<bool>),
    /// Another process, or nobody before something is posted; and who hears that somebody left.
    Elsewhere(Box<(Repository, Place)>, Sender<News>),
}

impl Posts {
    /// For a run that is worked on elsewhere.
    pub fn elsewhere(runs: Runs, run: &str, news: Sender<News>) -> Self {
        let by = person(&runs.repository, TERMINAL);
        let owner = Owner::Elsewhere(Box::new((runs.repository, runs.place)), news);
        Self {
            journal: runs.journal,
            run: run.to_owned(),
            by,
            waiting: Vec::new(),
            asked: Instant::now(),
            owner,
        }
    }

    /// Posts a command.
    pub fn post(&mut self, command: &Command) -> Result<(), Failure> {
        self.waiting.push(self.journal.post(&self.run, command, &self.by, now())?);
        self.asks_to_look()
    }

    fn asks_to_look(&mut self) -> Result<(), Failure> {
        self.asked = Instant::now();
        match &self.owner {
            Owner::Here(_) => Ok(()),
            Owner::Elsewhere(at, _) => Ok(post::hand_over(&at.0, &at.1, &self.run)?),
        }
    }

    /// Nobody sits here any more.
    pub fn leave(&self) {
        match &self.owner {
            Owner::Here(shutdown) => drop(shutdown.send(true)),
            Owner::Elsewhere(_, news) => drop(news.send(News::Left)),
        }
    }

    /// What became of a command that was not just done.
    pub fn heard(&mut self) -> Result<Option<String>, Failure> {
        let mut said = None;
        let mut waiting = Vec::new();
        for id in std::mem::take(&mut self.waiting) {
            match self.journal.outcome(id)? {
                None => waiting.push(id),
                Some(Outcome::Done) => {}
                Some(outcome) => said = Some(outcome.text()),
            }
        }
        self.waiting = waiting;
        // Whoever worked on it may have ended between our look and its own.
        if !self.waiting.is_empty() && self.asked.elapsed() > PATIENCE {
            self.asks_to_look()?;
        }
        Ok(said)
    }
}

/// Starts the runner of a run in this process, on a thread of its own.
pub fn here(
    repository: &Repository,
    place: &Place,
    run: &str,
    owner: OwnerLock,
    park: bool,
    news: Sender<News>,
) -> Result<Posts, Failure> {
    let (shutdown, shut) = watch::channel(false);
    let journal = Journal::create(place, redactor())?;
    let by = person(repository, TERMINAL);
    let posts = Posts {
        journal,
        run: run.to_owned(),
        by,
        waiting: Vec::new(),
        asked: Instant::now(),
        owner: Owner::Here(shutdown),
    };
    let (repository, place, run) = (repository.clone(), place.clone(), run.to_owned());
    let told = news.clone();
    std::thread::spawn(move || {
        let sees = move |_: &State, records: &[Record]| {
            let _ = told.send(News::Records(records.to_vec()));
        };
        let ended = runner::drive(&repository, &place, &run, owner, park, shut, sees);
        let _ = news.send(News::Ended(ended));
    });
    Ok(posts)
}
