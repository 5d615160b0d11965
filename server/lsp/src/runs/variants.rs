//! In how many variants a task is launched from an editor, and by whom: said with the command, or asked.

use super::input::typed;
use super::launch::place_of;
use crate::compute::Lane;
use crate::session::Session;
use segue_orchestrator::variants::MOST;
use segue_runs::variants::Variant;
use segue_runs::{Failure, settings};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;

/// The numbers of variants that are offered.
const OFFERED: [usize; 3] = [2, 3, 4];

/// The most agents that are offered in one message.
const MOST_OFFERED: usize = 6;

const BY_AGENTS: &str = "By several agents…";
const NO_MORE: &str = "No more";

/// Variants as a command says them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// So many, by the agent of the task.
    Number(usize),
    /// One each by these: `AGENT` or `AGENT:MODEL`.
    By(Vec<String>),
}

impl Default for Wanted {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Wanted {
    /// The variants that are meant; `None` where one of them names no agent.
    pub fn variants(&self) -> Option<Vec<Variant>> {
        match self {
            Self::Number(number) => Some(Variant::alike(*number)),
            Self::By(names) => names.iter().take(MOST + 1).map(|name| Variant::typed(name)).collect(),
        }
    }
}

/// Asks in how many variants, or by whom, where the editor can; else it is two. `None`: in none after all.
pub async fn asked(session: &Arc<Session>, file: PathBuf) -> Option<Vec<Variant>> {
    if !session.facts().asks {
        return OFFERED.first().copied().map(Variant::alike);
    }
    let agents = known(session, file).await;
    let title = |number: usize| format!("{number} variants");
    let mut choices: Vec<String> = OFFERED.into_iter().map(title).collect();
    if agents.len() > 1 {
        choices.push(BY_AGENTS.to_owned());
    }
    let text =
        "In how many variants shall it be tried? Each is a session of its own, in a worktree of its own.";
    let chosen = chosen(session, text, choices).await?;
    if chosen == BY_AGENTS {
        return by_agents(session, &agents).await;
    }
    OFFERED.into_iter().find(|number| title(*number) == chosen).map(Variant::alike)
}

/// By whom: typed where the editor has a place for that, with models; else chosen one after the other.
async fn by_agents(session: &Session, agents: &[String]) -> Option<Vec<Variant>> {
    if session.facts().types {
        let text = format!(
            "Which agents try it? One word each, with a model after a colon. There are {}",
            agents.join(", ")
        );
        let words = typed(session, text, Some(&agents.join(" "))).await?;
        let words = words.split([' ', ',']).filter(|word| !word.is_empty());
        let variants: Option<Vec<Variant>> = words.map(Variant::typed).collect();
        // Nothing typed is nobody's wish; what is no agent is told by the launch.
        return variants.filter(|variants| !variants.is_empty());
    }
    let mut variants = Vec::new();
    while variants.len() < MOST {
        let mut choices: Vec<String> = agents.iter().take(MOST_OFFERED).cloned().collect();
        if variants.len() > 1 {
            choices.insert(0, NO_MORE.to_owned());
        }
        let text = format!("Which agent tries variant {}?", variants.len() + 1);
        let chosen = chosen(session, &text, choices).await?;
        if chosen == NO_MORE {
            break;
        }
        variants.push(Variant { agent: Some(chosen), model: None });
    }
    Some(variants)
}

async fn chosen(session: &Session, text: &str, choices: Vec<String>) -> Option<String> {
    let choice = |title| lsp::MessageActionItem { title, ..Default::default() };
    let choices = choices.into_iter().map(choice).collect();
    let asked = session.client.show_message_request(lsp::MessageType::Info, text, Some(choices));
    asked.await.ok()?.map(|chosen| chosen.title)
}

/// The agents that can be chosen for the plan in a file.
async fn known(session: &Arc<Session>, file: PathBuf) -> Vec<String> {
    let work = move |_: &_| {
        let (top, plan) = place_of(&file);
        Ok::<_, Failure>(settings::agents_here(&settings::of(&top, &plan)))
    };
    let found = session.lanes.compute(Lane::Background, work).await;
    found.ok().and_then(Result::ok).unwrap_or_default()
}
