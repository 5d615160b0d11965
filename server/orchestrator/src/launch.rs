//! How a run comes to be: its first events, all at once.

use crate::event::{By, Event, Millis, RunCreated};
use crate::facts::Facts;
use crate::journal::{Journal, JournalError};
use segue_plan::Policy;
use std::sync::atomic::{AtomicU64, Ordering};

/// A run that shall be.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The plan's file, relative to the repository's top.
    pub plan: String,
    /// The commit it begins from.
    pub base: String,
    /// What decides about it.
    pub facts: Facts,
    /// The numbers it is run by.
    pub policy: Policy,
    /// How many tasks shall run at the same time; `None`: as the policy says.
    pub jobs: Option<u64>,
    /// Whether gates are taken as answered, destructive ones excepted.
    pub yes: bool,
    /// Whether tasks that nothing proves are accepted without a question.
    pub accept_unproved: bool,
    /// Who begins it.
    pub by: By,
}

/// How long an id is.
const ID: usize = 4;

/// Makes a run durable and gives its id. `is_free` tells whether an id is taken outside of the journal
/// (by a branch). Nothing is begun.
///
/// # Errors
///
/// The journal cannot be used.
pub fn launch(
    journal: &mut Journal,
    launch: Launch,
    now: Millis,
    is_free: impl Fn(&str) -> bool,
) -> Result<String, JournalError> {
    let taken: Vec<String> = journal.runs()?.into_iter().map(|row| row.run).collect();
    // By its id alone a run's processes are known, so two that one process launches in the same moment, in
    // two repositories, get two.
    static LAUNCHED: AtomicU64 = AtomicU64::new(0);
    let moment = now.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(std::process::id());
    let nth = LAUNCHED.fetch_add(1, Ordering::Relaxed);
    let mut seed = moment.wrapping_add(nth.wrapping_mul(0xD1B5_4A32_D192_ED03));
    let run = loop {
        seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        let id = id_of(seed);
        if !taken.contains(&id) && is_free(&id) {
            break id;
        }
    };
    let launch_known = journal.kept_yes(&launch.facts.list_hash)?;
    let jobs = launch.policy.jobs_for(launch.jobs);
    let created = RunCreated {
        run: run.clone(),
        plan: launch.plan,
        base: launch.base,
        policy: launch.policy,
        jobs,
        seed,
        yes: launch.yes,
        accept_unproved: launch.accept_unproved,
        launch_known,
        by: launch.by,
    };
    let planned = Event::Planned { facts: Box::new(launch.facts) };
    journal.append(&run, 0, vec![Event::RunCreated(Box::new(created)), planned], now)?;
    Ok(run)
}

/// A letter, then letters and digits: what is easily typed and is no number.
fn id_of(seed: u64) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rest = seed >> 16;
    let mut id = String::with_capacity(ID);
    for place in 0..ID {
        let choice = if place == 0 { &LETTERS[..23] } else { LETTERS };
        let index = usize::try_from(rest % choice.len() as u64).unwrap_or_default();
        id.push(choice.get(index).map_or('a', |letter| char::from(*letter)));
        rest /= choice.len() as u64;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Place;
    use std::path::Path;

    fn journal(folder: &Path, repository: &str) -> Journal {
        Journal::create(&Place::new(folder, Path::new(repository), "c"), Box::new(|_| None)).unwrap()
    }

    fn wanted() -> Launch {
        Launch {
            plan: "p.md".to_owned(),
            base: "b".to_owned(),
            facts: Facts::default(),
            policy: Policy::default(),
            jobs: Some(50),
            yes: false,
            accept_unproved: false,
            by: By::option(),
        }
    }

    #[test]
    fn ids_are_short_and_free() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = journal(folder.path(), "/r/.git");
        let mut ids = std::collections::BTreeSet::new();
        for number in 0..50 {
            let id = launch(&mut journal, wanted(), Millis(number / 10), |id| !id.starts_with('a')).unwrap();
            assert!(crate::git::is_run_id(&id) && id.len() == ID && !id.starts_with('a'), "{id}");
            assert_eq!(journal.state(&id).unwrap().created.unwrap().jobs, 10);
            assert!(ids.insert(id));
        }
    }

    /// Their processes are told apart by it.
    #[test]
    fn runs_of_two_repositories_that_begin_in_the_same_moment_have_two_ids() {
        let folder = tempfile::tempdir().unwrap();
        let ids = ["/one/.git", "/two/.git"]
            .map(|own| launch(&mut journal(folder.path(), own), wanted(), Millis(7), |_| true).unwrap());
        assert_ne!(ids[0], ids[1]);
    }
}
