//! A launch from an editor: the list is shown, the run becomes durable, and its launch gate asks. Nothing
//! of the list runs before the yes.

use super::input::typed;
use super::{Watched, called, editor, variants, watch};
use crate::compute::Lane;
use crate::convert::uri;
use crate::session::Session;
use crate::session::root::lock;
use segue_analysis::features::run::is_agent;
use segue_orchestrator::event::By;
use segue_orchestrator::git::Repository;
use segue_orchestrator::journal::Place;
use segue_plan::Input;
use segue_runs::launch::{self, How, Launch, REHEARSAL, Wish, list_file, surveyed};
use segue_runs::{Failure, runner, settings};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// The command that launches a plan.
pub const LAUNCH: &str = "segue.launch";

/// The command that launches it with the rehearsal agent.
pub const REHEARSE: &str = "segue.rehearse";

/// The command that launches one task in variants, and asks in how many, or by whom.
pub const VARIANTS: &str = "segue.launchVariants";

/// What somebody wants launched.
#[derive(Clone, Debug, Deserialize)]
struct Wanted {
    uri: String,
    #[serde(default)]
    tasks: Vec<String>,
    agent: Option<String>,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    jobs: Option<u64>,
    #[serde(default)]
    variants: variants::Wanted,
    /// What an agent file shall do.
    prompt: Option<String>,
}

/// What came of the wish to launch.
enum Begun {
    /// There is a run.
    Launched(Box<Launched>),
    /// Every task is done.
    Done,
    /// Inputs of a prompt are missing.
    Wants(String, Vec<Input>),
    /// An agent file has to be told what it shall do.
    WantsPrompt(String),
}

/// What came of a launch.
struct Launched {
    repository: Repository,
    place: Place,
    run: String,
    /// Who said yes to the same list before.
    known: Option<By>,
}

/// [`LAUNCH`], [`REHEARSE`] and [`VARIANTS`]. The answer comes at once.
pub fn launch(session: &Arc<Session>, arguments: &[Value], command: &str) -> Result<Option<Value>> {
    let wrong = || Error::invalid_params("the argument is an object with the `uri` of a plan");
    let wanted = arguments.first().and_then(|own| Wanted::deserialize(own).ok()).ok_or_else(wrong)?;
    let file = uri::to_path(&wanted.uri).ok_or_else(wrong)?;
    let mut wish = Wish {
        plan: String::new(),
        agent: if command == REHEARSE { Some(REHEARSAL.to_owned()) } else { wanted.agent },
        only: wanted.tasks,
        jobs: wanted.jobs,
        inputs: wanted.inputs.into_iter().collect(),
        prompt: wanted.prompt,
        variants: wanted.variants.variants().ok_or_else(wrong)?,
    };
    let session = session.clone();
    let asks = command == VARIANTS && wish.variants.is_empty();
    tokio::spawn(async move {
        if asks {
            let Some(variants) = variants::asked(&session, file.clone()).await else { return };
            wish.variants = variants;
        }
        if let Err(failure) = run(&session, file, wish).await {
            session.client.show_message(lsp::MessageType::Error, failure.to_string()).await;
        }
    });
    Ok(None)
}

/// Makes the run durable, with what is typed here where something is missing; nothing where every task is done.
async fn begun(
    session: &Arc<Session>,
    file: PathBuf,
    mut wish: Wish,
) -> std::result::Result<Option<Launched>, Failure> {
    loop {
        let (own, file, wanted) = (session.clone(), file.clone(), wish.clone());
        let work = move |_: &_| begin(&own, &file, wanted);
        let begun = session.lanes.compute(Lane::Background, work).await;
        let begun = begun.map_err(|error| Failure::said(error.to_string()))?;
        match begun.map_err(|failure| Failure::said(format!("Nothing was launched: {failure}")))? {
            Begun::Launched(launched) => return Ok(Some(*launched)),
            Begun::Done => return Ok(None),
            Begun::Wants(plan, missing) => {
                for input in &missing {
                    let message = format!("{plan} asks for `{}`", input.name.value);
                    let typed = typed(session, message, input.placeholder.as_deref()).await;
                    let typed = typed.ok_or_else(|| inputs_wanted(&plan, &missing))?;
                    wish.inputs.push((input.name.value.clone(), typed));
                }
            }
            Begun::WantsPrompt(plan) => {
                let typed = typed(session, format!("What shall {plan} do?"), None).await;
                let typed = typed.filter(|typed| !typed.trim().is_empty());
                wish.prompt = Some(typed.ok_or_else(|| prompt_wanted(&plan))?);
            }
        }
    }
}

async fn run(session: &Arc<Session>, file: PathBuf, wish: Wish) -> std::result::Result<(), Failure> {
    if session.facts().untrusted {
        return Err(Failure::said("Nothing is started in a workspace that is not trusted."));
    }
    let Some(Launched { repository, place, run, known }) = begun(session, file, wish).await? else {
        let text = "Every task of this plan is done; there is nothing to run.";
        session.client.show_message(lsp::MessageType::Info, text).await;
        return Ok(());
    };
    // Before the question: whoever is asked has the list before them.
    let list = list_file(&place, &run);
    if session.facts().show_document && known.is_none() {
        // Not waited for: an editor that does not answer keeps nothing from being asked.
        let (session, list) = (session.clone(), list.clone());
        tokio::spawn(async move { crate::actions::open_file(&session, &list).await });
    }
    let watched = watch(session, &repository, &place);
    let named = title(&watched, &run);
    let starting = run.clone();
    let started = tokio::task::spawn_blocking(move || runner::start(&repository, &starting)).await;
    let started = started.map_err(|error| Failure::said(error.to_string()))?;
    let begins = |failure| Failure::said(format!("{named} does not begin: {failure} It can be resumed."));
    started.map_err(begins)?;
    watched.poke();
    if let Some(by) = known {
        let text =
            format!("{named} begins: {by} said yes to the same list before. The list: {}", list.display());
        session.client.show_message(lsp::MessageType::Info, text).await;
    }
    Ok(())
}

/// Makes the run durable, where nothing is missing.
fn begin(session: &Session, file: &Path, mut wish: Wish) -> std::result::Result<Begun, Failure> {
    let (top, plan) = place_of(file);
    wish.plan = plan;
    if is_agent(&wish.plan) && wish.prompt.is_none() {
        return Ok(Begun::WantsPrompt(wish.plan));
    }
    let config = settings::of(&top, &wish.plan);
    let found = surveyed(&top, &config)?;
    let missing = launch::missing_inputs(&found, &wish, &config)?;
    if !missing.is_empty() {
        return Ok(Begun::Wants(wish.plan, missing));
    }
    let launch = Launch::of(found, &wish, &config)?;
    if launch.is_done() {
        return Ok(Begun::Done);
    }
    let (place, mut journal) = launch::journal(&launch.repository)?;
    let known = launch.known(&journal)?;
    let by = editor(session, &launch.repository);
    let (run, owner) = launch.begin(&mut journal, &place, &wish, How::default(), by)?;
    lock(&session.runs.heard).ours.insert(run.clone());
    // The runner takes it.
    drop(owner);
    Ok(Begun::Launched(Box::new(Launched { repository: launch.repository.clone(), place, run, known })))
}

/// The top of the repository that a file lies in, and the file below it.
pub fn place_of(file: &Path) -> (PathBuf, String) {
    let real = uri::real(file);
    let folder = real.parent().unwrap_or(&real);
    let top = folder.ancestors().find(|own| own.join(".git").symlink_metadata().is_ok()).unwrap_or(folder);
    (top.to_owned(), uri::relative(top, &real).unwrap_or_default())
}

fn prompt_wanted(plan: &str) -> Failure {
    Failure::said(format!(
        "Nothing was launched: `{plan}` is an agent: say what it shall do, in a terminal by: segue run '{plan}' --prompt \"…\""
    ))
}

/// What is asked for, and where it can be given: not every editor has a place to type it.
fn inputs_wanted(plan: &str, missing: &[Input]) -> Failure {
    let named = missing.iter().map(|input| match input.placeholder.as_deref().map(str::trim) {
        Some(placeholder) if !placeholder.is_empty() => format!("`{}` ({placeholder})", input.name.value),
        _ => format!("`{}`", input.name.value),
    });
    let named = named.collect::<Vec<_>>().join(", ");
    Failure::said(format!(
        "Nothing was launched: `{plan}` asks for {named}. A terminal asks for it: segue run '{plan}'"
    ))
}

fn title(watched: &Watched, run: &str) -> String {
    let state = watched.runs().and_then(|runs| Ok(runs.journal.state(run)?)).unwrap_or_default();
    called(run, &state)
}
