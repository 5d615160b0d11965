//! What has to hold on the integration branch: the plan's commands, else those of all tasks that are in it. What a
//! later wave breaks of an earlier one is found by that.

use super::{Integration, State};
use crate::event::Check;

impl State {
    /// The commands that prove the integration branch as it is now, each once.
    #[must_use]
    pub fn proofs(&self) -> Vec<String> {
        self.proofs_among(self.merges.len(), None)
    }

    /// The commands that prove a commit of the integration branch. While the cause of a failure is sought they
    /// are those of the tasks whose command failed, as far as they are in that commit: what is proved of a task
    /// cannot hold before it is there.
    #[must_use]
    pub fn proofs_of(&self, wave: u32, commit: &str) -> Vec<String> {
        let tracing = match self.waves.get(&wave).map(|wave| &wave.integration) {
            Some(Integration::Running { tracing: Some(tracing), .. }) => tracing,
            _ => return self.proofs(),
        };
        let last = self.merges.iter().rposition(|merge| merge.commit == commit);
        // The commit before the wave's first.
        let first = self.merges.iter().position(|merge| merge.wave == wave && merge.before == commit);
        let count = last.map(|last| last + 1).or(first).unwrap_or(self.merges.len());
        self.proofs_among(count, tracing.failed())
    }

    /// The commands of the tasks that were merged first, as many; with a check, of those alone that have it.
    fn proofs_among(&self, count: usize, failed: Option<&Check>) -> Vec<String> {
        if !self.facts.validation.is_empty() {
            return self.facts.validation.clone();
        }
        let merged = self.merges.iter().take(count).filter_map(|merge| self.facts.find(&merge.key.task));
        let own = merged.map(|(_, facts)| &facts.validation);
        let mut commands: Vec<String> = Vec::new();
        for command in own.filter(|own| failed.is_none_or(|failed| own.contains(&failed.command))).flatten() {
            if !commands.contains(command) {
                commands.push(command.clone());
            }
        }
        commands
    }
}
