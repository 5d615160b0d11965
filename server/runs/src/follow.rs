//! Follows what happens in the runs of a repository, whoever carries them on.
//!
//! Nothing here waits: who follows looks now and then, or when the owner of a run has tapped
//! ([`segue_orchestrator::os::WakeClient`]).

use crate::Failure;
use crate::open::{Runs, is_owned};
use segue_orchestrator::event::Record;
use segue_orchestrator::state::State;
use std::sync::Arc;

/// A run as it was when somebody looked last.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub run: String,
    /// What it is.
    pub state: Arc<State>,
    /// Whether a process works on it.
    pub owned: bool,
}

/// What is new since somebody looked last.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// Whether nobody looked before: then all of it is old.
    pub first: bool,
    /// The runs in which something happened, with it.
    pub changed: Vec<(Seen, Vec<Record>)>,
    /// The runs that are gone.
    pub gone: Vec<String>,
}

/// Who follows the runs of a repository.
pub struct Follower {
    runs: Runs,
    version: Option<i64>,
    seen: Vec<Seen>,
}

impl Follower {
    /// Follows these runs from their beginning.
    #[must_use]
    pub fn new(runs: Runs) -> Self {
        Self { runs, version: None, seen: Vec::new() }
    }

    /// All runs as they were at the last look, the newest first.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Whether something may happen soon: a run is not over.
    #[must_use]
    pub fn is_lively(&self) -> bool {
        self.seen.iter().any(|seen| seen.owned || !seen.state.is_over())
    }

    /// Looks; what is new, where something is.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn look(&mut self) -> Result<Option<News>, Failure> {
        // Asked before the reading: what is written meanwhile is read at the next look.
        let version = self.runs.journal.data_version()?;
        let first = self.version.is_none();
        let mut news = News { first, ..News::default() };
        if self.version != Some(version) {
            self.read(&mut news)?;
            self.version = Some(version);
        }
        for seen in &mut self.seen {
            if !seen.owned && seen.state.is_over() {
                continue;
            }
            let owned = is_owned(&self.runs.place, &seen.run);
            if owned != seen.owned {
                seen.owned = owned;
                match news.changed.iter_mut().find(|(own, _)| own.run == seen.run) {
                    Some((own, _)) => own.owned = owned,
                    None => news.changed.push((seen.clone(), Vec::new())),
                }
            }
        }
        let is_news = first || !news.changed.is_empty() || !news.gone.is_empty();
        Ok(is_news.then_some(news))
    }

    fn read(&mut self, news: &mut News) -> Result<(), Failure> {
        let rows = self.runs.journal.runs()?;
        let mut before = std::mem::take(&mut self.seen);
        for row in rows {
            let known = before.iter().position(|seen| seen.run == row.run);
            let mut seen = match known {
                Some(place) => before.swap_remove(place),
                None => Seen { run: row.run, state: Arc::default(), owned: false },
            };
            if seen.state.seq < row.seq {
                let records = self.runs.journal.records(&seen.run, seen.state.seq)?;
                let state = Arc::make_mut(&mut seen.state);
                records.iter().for_each(|record| state.apply(record));
                seen.owned = is_owned(&self.runs.place, &seen.run);
                news.changed.push((seen.clone(), records));
            }
            self.seen.push(seen);
        }
        news.gone.extend(before.into_iter().map(|seen| seen.run));
        Ok(())
    }
}
