//! One refresh from beginning to end: what would be run, who agreed to it, what came of it.

use crate::ask::{Failure, Limits, ask_all};
use crate::cache;
use crate::consent::Consents;
use crate::launch::Launch;
use crate::server::Server;
use crate::tool::Answer;
use crate::variables::{Known, Obstacle, resolve};
use std::path::Path;
use std::time::SystemTime;

/// A server whose turn it may be.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The server.
    pub server: Server,
    /// What exactly would be run or called.
    pub launch: Result<Launch, Obstacle>,
    /// Whether somebody said yes to exactly that.
    pub agreed: bool,
}

/// What came of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server told its tools.
    Answered(Answer),
    /// It was asked, and did not.
    Failed(Failure),
    /// It was not asked: something has to be known first, or cannot be done.
    Obstacle(Obstacle),
    /// It was not asked: nobody agreed.
    NotAgreed,
}

/// What would be run, and whether somebody agreed to it before. Runs nothing.
#[must_use]
pub fn prepare(servers: Vec<Server>, known: &Known<'_>, consents: Option<&Consents>) -> Vec<Turn> {
    let turn = |server: Server| {
        let launch = resolve(&server, known);
        let agreed = match (&launch, consents) {
            (Ok(launch), Some(consents)) => consents.has(&server, launch),
            _ => false,
        };
        Turn { server, launch, agreed }
    };
    servers.into_iter().map(turn).collect()
}

/// Asks those that somebody agreed to, and keeps what they answer below `cache`. `told` hears how many are
/// done. Gives each server with what came of it, in order, and what kept an answer from being kept.
pub async fn refresh(
    turns: Vec<Turn>,
    limits: &Limits,
    cache: Option<&Path>,
    mut told: impl FnMut(usize),
) -> (Vec<(Server, Outcome)>, Option<std::io::Error>) {
    let asked = |turn: &Turn| turn.launch.clone().ok().filter(|_| turn.agreed);
    let launches: Vec<Launch> = turns.iter().filter_map(asked).collect();
    let mut done = 0;
    let mut results = ask_all(launches, limits, |_, _| {
        done += 1;
        told(done);
    })
    .await
    .into_iter();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let (mut outcomes, mut lost) = (Vec::new(), None);
    for turn in turns {
        let outcome = match (turn.launch, turn.agreed) {
            (Err(obstacle), _) => Outcome::Obstacle(obstacle),
            (Ok(_), false) => Outcome::NotAgreed,
            (Ok(_), true) => match results.next().unwrap_or(Err(Failure::NoTimeLeft)) {
                Ok(answer) => {
                    let kept = cache.map(|cache| {
                        let folder = cache::folder(cache, &turn.server.workspace);
                        cache::keep(&folder, &turn.server, &answer, now)
                    });
                    if let Some(Err(error)) = kept {
                        lost = Some(error);
                    }
                    Outcome::Answered(answer)
                }
                Err(failure) => Outcome::Failed(failure),
            },
        };
        outcomes.push((turn.server, outcome));
    }
    (outcomes, lost)
}
