//! Where what a run starts may read and write, where the settings confine it.

use crate::os::Confinement;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What confines the agents and commands of a run, beside the worktree that each of them has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confine {
    /// What all of them may read and write.
    pub all: Confinement,
    /// What agents keep elsewhere and change as they work, by their names in the settings.
    pub agents: BTreeMap<String, Vec<PathBuf>>,
    /// What the settings open besides, as the launch list shows it.
    pub opened: Vec<String>,
}

impl Confine {
    /// What an agent keeps elsewhere.
    #[must_use]
    pub fn kept_by(&self, agent: &str) -> &[PathBuf] {
        self.agents.get(agent).map(Vec::as_slice).unwrap_or_default()
    }
}
