//! A session: a new one, or that of an earlier turn; its mode and its model.

use crate::agent::Turn;
use crate::agent::acp::talk::{Broken, Script, step};
use crate::agent::acp::{Told, servers};
use acp::v1::schema as own;
use agent_client_protocol as acp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tokio::sync::mpsc::UnboundedSender;

type Connection = acp::v1::ConnectionTo<acp::Agent>;

/// A session that was opened.
pub struct Opened {
    /// Its id.
    pub id: own::SessionId,
    /// The modes that it offers.
    pub modes: Option<own::SessionModeState>,
    /// What of it can be chosen.
    pub options: Vec<own::SessionConfigOption>,
}

/// Whether it says that it can load a session.
pub fn can_load(hello: &own::InitializeResponse) -> bool {
    hello.agent_capabilities.load_session
}

/// Whether it says that it can go on with a session without telling all of it again.
pub fn can_resume(hello: &own::InitializeResponse) -> bool {
    hello.agent_capabilities.session_capabilities.resume.is_some()
}

/// Goes on with the earlier session, where there is one and it can; else begins a new one. Either is handed
/// the servers of the turn.
pub async fn open(
    agent: &Connection,
    script: &Script,
    hello: &own::InitializeResponse,
    told: &UnboundedSender<Told>,
) -> Result<Opened, Broken> {
    let servers = servers::handed(script, &hello.agent_capabilities.mcp_capabilities, told);
    if let Some(earlier) = &script.earlier {
        let id = own::SessionId::new(earlier.as_str());
        match again(agent, script, hello, id, servers.clone()).await {
            Some(Ok(opened)) => {
                let _ = told.send(Told::Notes("[session] It goes on with its earlier session.".to_owned()));
                return Ok(opened);
            }
            Some(Err(_)) => {
                let _ =
                    told.send(Told::Notes("[session] The earlier session could not be loaded.".to_owned()));
            }
            None => {}
        }
    }
    let new = own::NewSessionRequest::new(&script.folder).mcp_servers(servers);
    let opened = step("session/new", script.start, agent.send_request(new).block_task()).await?;
    Ok(Opened {
        id: opened.session_id,
        modes: opened.modes,
        options: opened.config_options.unwrap_or_default(),
    })
}

async fn again(
    agent: &Connection,
    script: &Script,
    hello: &own::InitializeResponse,
    id: own::SessionId,
    servers: Vec<own::McpServer>,
) -> Option<Result<Opened, Broken>> {
    if can_resume(hello) {
        let asked = own::ResumeSessionRequest::new(id.clone(), &script.folder).mcp_servers(servers);
        let answer = step("session/resume", script.start, agent.send_request(asked).block_task()).await;
        return Some(answer.map(|own| Opened {
            id,
            modes: own.modes,
            options: own.config_options.unwrap_or_default(),
        }));
    }
    if can_load(hello) {
        let asked = own::LoadSessionRequest::new(id.clone(), &script.folder).mcp_servers(servers);
        let answer = step("session/load", script.start, agent.send_request(asked).block_task()).await;
        return Some(answer.map(|own| Opened {
            id,
            modes: own.modes,
            options: own.config_options.unwrap_or_default(),
        }));
    }
    None
}

/// Sets the mode and the model, where they are offered. Where they are not, that is told and the turn goes
/// on with what there is: a name in an agent file may be another client's.
pub async fn settle(agent: &Connection, script: &Script, opened: &Opened, told: &UnboundedSender<Told>) {
    let wishes = [
        (&script.mode, own::SessionConfigOptionCategory::Mode, "mode"),
        (&script.model, own::SessionConfigOptionCategory::Model, "model"),
    ];
    for (wish, category, word) in wishes {
        let Some(wish) = wish else { continue };
        let done = match opened.options.iter().find(|option| option.category.as_ref() == Some(&category)) {
            Some(option) => choose(agent, script, &opened.id, option, wish).await,
            None if word == "mode" => set_mode(agent, script, opened, wish).await,
            None => None,
        };
        let problem = match done {
            Some(Ok(())) => continue,
            Some(Err(_)) => format!("[session] It did not take the {word} `{wish}`."),
            None => format!("[session] It offers no {word} `{wish}`; it goes on with its own."),
        };
        let _ = told.send(Told::Notes(problem));
    }
}

/// Chooses a value of an option; `None` where it is not offered.
async fn choose(
    agent: &Connection,
    script: &Script,
    id: &own::SessionId,
    option: &own::SessionConfigOption,
    wish: &str,
) -> Option<Result<(), Broken>> {
    let own::SessionConfigKind::Select(select) = &option.kind else { return None };
    let offered: Vec<&own::SessionConfigSelectOption> = match &select.options {
        own::SessionConfigSelectOptions::Ungrouped(options) => options.iter().collect(),
        own::SessionConfigSelectOptions::Grouped(groups) => {
            groups.iter().flat_map(|group| &group.options).collect()
        }
        _ => return None,
    };
    let value = meant(wish, offered.iter().map(|own| (&*own.value.0, own.name.as_str())))?;
    if value == &*select.current_value.0 {
        return Some(Ok(()));
    }
    let value = own::SessionConfigOptionValue::value_id(value.to_owned());
    let set = own::SetSessionConfigOptionRequest::new(id.clone(), option.id.clone(), value);
    let answer = step("session/set_config_option", script.start, agent.send_request(set).block_task()).await;
    Some(answer.map(|_| ()))
}

async fn set_mode(
    agent: &Connection,
    script: &Script,
    opened: &Opened,
    wish: &str,
) -> Option<Result<(), Broken>> {
    let modes = opened.modes.as_ref()?;
    let value = meant(wish, modes.available_modes.iter().map(|mode| (&*mode.id.0, mode.name.as_str())))?;
    if value == &*modes.current_mode_id.0 {
        return Some(Ok(()));
    }
    let set = own::SetSessionModeRequest::new(opened.id.clone(), value.to_owned());
    Some(step("session/set_mode", script.start, agent.send_request(set).block_task()).await.map(|_| ()))
}

/// The id that is meant by a word: the same, the same but for its case, its name, or its last part.
fn meant<'o>(wish: &str, offered: impl Iterator<Item = (&'o str, &'o str)>) -> Option<&'o str> {
    let offered: Vec<(&str, &str)> = offered.collect();
    let by = |fits: &dyn Fn(&str, &str) -> bool| {
        offered.iter().find(|(id, name)| fits(id, name)).map(|(id, _)| *id)
    };
    by(&|id, _| id == wish)
        .or_else(|| by(&|id, name| id.eq_ignore_ascii_case(wish) || name.eq_ignore_ascii_case(wish)))
        .or_else(|| {
            by(&|id, _| id.rsplit(['/', '#']).next().is_some_and(|last| last.eq_ignore_ascii_case(wish)))
        })
}

/// The session of an earlier turn, as it is kept beside the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    line: Vec<String>,
    session: String,
}

/// Where the session of an attempt is kept, by what its processes carry.
fn file(turn: &Turn, marker: &str) -> Option<PathBuf> {
    let name = marker.rsplit_once('/').map(|(run, attempt)| format!("{run}-{attempt}"))?;
    let name = name.rsplit('/').next()?.to_owned();
    Some(turn.prompt_file.parent()?.join(format!("{name}.session.json")))
}

/// Keeps the id of a session for the later turns of its attempt.
pub fn keep(turn: &Turn, line: &[String], session: &str) {
    let kept = Kept { line: line.to_vec(), session: session.to_owned() };
    if let (Some(file), Ok(text)) = (file(turn, &turn.marker), serde_json::to_string(&kept)) {
        // Without it the next turn begins a new session.
        let _ = std::fs::write(file, text);
    }
}

/// The session to go on with: that of an earlier turn of the attempt, else of one that was interrupted,
/// with the same agent.
pub fn kept(turn: &Turn, line: &[String]) -> Option<String> {
    let of = |marker: &String| {
        let kept: Kept = serde_json::from_str(&std::fs::read_to_string(file(turn, marker)?).ok()?).ok()?;
        (kept.line == line).then_some(kept.session)
    };
    let own = (turn.number > 1).then_some(&turn.marker).into_iter();
    own.chain(&turn.interrupted).find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_an_id() {
        let offered =
            [("openai/gpt-5", "GPT-5"), ("anthropic/claude", "Claude"), ("https://x/modes#agent", "Agent")];
        for (word, id) in [
            ("openai/gpt-5", Some("openai/gpt-5")),
            ("gpt-5", Some("openai/gpt-5")),
            ("claude", Some("anthropic/claude")),
            ("agent", Some("https://x/modes#agent")),
            ("gpt", None),
        ] {
            assert_eq!(meant(word, offered.into_iter()), id, "{word}");
        }
    }
}
