//! The runner: the process in which a run lives. In the foreground it is this one; else a process of its
//! own that belongs to neither terminal nor editor.

use crate::launch::{REHEARSAL, Wish, surroundings};
use crate::open::{place_of, redactor};
use crate::variants::Variant;
use crate::workspace::Committed;
use crate::{Failure, confine, settings};
use segue_orchestrator::agent::Agent;
use segue_orchestrator::driver::{Driver, Ended, Hands, Options};
use segue_orchestrator::event::{Answer, By, Event, GateKind, Record};
use segue_orchestrator::git::{Git, Repository};
use segue_orchestrator::journal::{Journal, Place};
use segue_orchestrator::os::{self, OwnerLock, WakeServer};
use segue_orchestrator::state::State;
use segue_orchestrator::workshop::Workshop;
use segue_orchestrator::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// What is kept of a launch beside its journal.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Kept {
    /// What the inputs of a prompt were given.
    pub inputs: Vec<(String, String)>,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// What an agent file shall do.
    pub prompt: Option<String>,
    /// Which agent was asked for in place of the settings' own.
    pub agent: Option<String>,
    /// Which tasks were asked for; empty: all.
    pub only: Vec<String>,
    /// In which variants they are tried; empty: as the plan says.
    pub variants: Vec<Variant>,
}

impl Kept {
    fn file(place: &Place, run: &str) -> PathBuf {
        place.folder().join(run).join("launch.json")
    }

    /// Reads it; nothing where it is not there.
    pub fn read(place: &Place, run: &str) -> Self {
        let text = std::fs::read_to_string(Self::file(place, run)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it.
    pub fn write(&self, place: &Place, run: &str) -> Result<(), Failure> {
        let file = Self::file(place, run);
        let text = serde_json::to_string(self).map_err(|error| Failure::said(error.to_string()))?;
        let written = std::fs::create_dir_all(file.parent().unwrap_or(&file))
            .and_then(|()| std::fs::write(&file, text));
        written.map_err(|error| Failure::said(format!("`{}` cannot be written: {error}.", file.display())))
    }
}

/// Starts the runner of a run as a process of its own.
pub fn start(repository: &Repository, run: &str) -> Result<(), Failure> {
    let binary = this_binary()?;
    let place = place_of(repository)?;
    // What that process would refuse is said to who asks for it.
    let state = Journal::create(&place, redactor())?.state(run)?;
    hands(repository, &place, run, &state).map_err(Failure::said)?;
    let arguments: [OsString; 4] = ["runner".into(), "--aside".into(), repository.top().into(), run.into()];
    os::detach(&binary, arguments)
        .map_err(|error| Failure::said(format!("the runner cannot be started: {error}.")))
}

/// The intermediate process: starts the lasting one, and then has to end.
pub fn step_aside(top: &Path, run: &str) -> Result<(), Failure> {
    let place = place_of(&Repository::open(Git::default(), top)?)?;
    let arguments: [OsString; 3] = ["runner".into(), top.into(), run.into()];
    let log = place.folder().join(format!("{run}.log"));
    os::step_aside(&this_binary()?, arguments, &log)
        .map_err(|error| Failure::said(format!("the runner cannot be started: {error}.")))
}

/// The lasting process: carries the run on, unless another one does.
pub fn carry_on(top: &Path, run: &str) -> Result<(), Failure> {
    let repository = Repository::open(Git::default(), top)?;
    let place = place_of(&repository)?;
    let Some(owner) = owner(&place, run)? else { return Ok(()) };
    let (_keep, shutdown) = watch::channel(false);
    drive(&repository, &place, run, owner, true, shutdown, |_, _| ()).map_err(Failure::said)?;
    Ok(())
}

fn this_binary() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::said(format!("this binary cannot be found: {error}.")))
}

/// The lock of a run's owner; `None` where another process has it.
pub fn owner(place: &Place, run: &str) -> Result<Option<OwnerLock>, Failure> {
    let path = place.lock(run);
    OwnerLock::take(&path)
        .map_err(|error| Failure::said(format!("`{}` cannot be locked: {error}.", path.display())))
}

/// Carries a run on until it is over, waits for a person that is not here, or shall end.
pub fn drive(
    repository: &Repository,
    place: &Place,
    run: &str,
    owner: OwnerLock,
    park: bool,
    shutdown: watch::Receiver<bool>,
    mut sees: impl FnMut(&State, &[Record]) + Send + 'static,
) -> Result<Ended, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let journal = Journal::create(place, redactor()).map_err(|error| error.to_string())?;
    let mut yes = Journal::create(place, redactor()).map_err(|error| error.to_string())?;
    let state = journal.state(run).map_err(|error| error.to_string())?;
    let hands = hands(repository, place, run, &state)?;
    let ended = runtime.block_on(async {
        let (ends, ended) = watch::channel(false);
        tokio::spawn(ask_to_end(shutdown, ends));
        let options = Options {
            park,
            shutdown: ended,
            sees: Box::new(move |state, records| {
                keep_yes(&mut yes, state, records);
                sees(state, records);
            }),
            wake: WakeServer::listen(&place.socket(run)).ok(),
        };
        let mut driver =
            Driver::take_over(journal, run, hands, options).await.map_err(|error| error.to_string())?;
        driver.drive().await.map_err(|error| error.to_string())
    });
    drop(owner);
    ended
}

/// All that does the work of a run, by its journal and by the settings as they are now.
fn hands(repository: &Repository, place: &Place, run: &str, state: &State) -> Result<Arc<dyn Hands>, String> {
    let created = state.created.as_ref().ok_or_else(|| format!("There is no run `{run}`."))?;
    let kept = Kept::read(place, run);
    settings::looked_at(repository.top(), &created.plan).map_err(|failure| failure.to_string())?;
    let used: BTreeSet<&str> = state.facts.tasks.iter().map(|task| task.agent.as_str()).collect();
    let top = repository.clone();
    let used_here: Vec<&str> = used.iter().copied().collect();
    let source = settings::Source::of_run(&top, &created.plan, &created.base, &used_here);
    let config = Arc::clone(&source.config);
    // What the git commands of a run leave behind is found by the marker too.
    let marker = format!("{run}/git/0");
    let repository =
        settings::placed(repository.clone(), &config).with_git(|git| git.with_variable(os::MARKER, marker));
    let wish = Wish {
        plan: created.plan.clone(),
        agent: kept.agent,
        only: kept.only,
        inputs: kept.inputs,
        prompt: kept.prompt,
        variants: kept.variants,
        ..Wish::default()
    };
    let said = |failure: Failure| failure.to_string();
    let workspace = Committed::launched(repository.clone(), wish.clone(), &source);
    let plan = workspace.plan(&created.plan, &created.base)?;
    let (surroundings, _) = surroundings(&plan, &workspace, &created.base, &wish, &config).map_err(said)?;
    let mut agents: BTreeMap<String, Arc<dyn Agent>> = BTreeMap::new();
    let set = config.agents.keys().map(String::as_str);
    let names: BTreeSet<&str> = set.chain([REHEARSAL]).chain(used.iter().copied()).collect();
    for name in names {
        match source.agent(name) {
            Ok(agent) => drop(agents.insert(name.to_owned(), agent)),
            Err(failure) if used.contains(name) => return Err(said(failure)),
            // Nobody needs it here.
            Err(_) => {}
        }
    }
    let confine = confine::of(&config, repository.top(), agents.keys().map(String::as_str)).map_err(said)?;
    Ok(Arc::new(Workshop {
        repository,
        place: place.clone(),
        run: run.to_owned(),
        agents,
        default_agent: surroundings.default_agent,
        workspace: Arc::new(workspace),
        setup: config.orchestrator.setup.iter().cloned().collect(),
        confine,
        redact: redactor(),
    }))
}

/// Ends the runner when somebody here wants it, or the system does.
async fn ask_to_end(mut shutdown: watch::Receiver<bool>, ends: watch::Sender<bool>) {
    tokio::select! {
        () = segue_mcp::told_to_end() => {}
        Ok(_) = shutdown.wait_for(|shutdown| *shutdown) => {}
    }
    let _ = ends.send(true);
    // Held until the runner has seen it.
    std::future::pending::<()>().await;
}

/// A person's yes to a launch holds for the same list again.
fn keep_yes(journal: &mut Journal, state: &State, records: &[Record]) {
    for record in records {
        let Event::GateAnswered { gate, answer: Answer::Approve, by, .. } = &record.event else { continue };
        let is_launch =
            state.gates.iter().any(|own| own.opened.gate == *gate && own.opened.kind == GateKind::Launch);
        if is_launch && *by != By::option() {
            // Without it the same list is asked about again, and nothing else is lost.
            let _ = journal.keep_yes(&state.facts.list_hash, by, record.at);
        }
    }
}
