//! The places of each program of a run, where the settings confine them.

use crate::driver::Failed;
use crate::event::{Class, Evidence};
use crate::git::worktree;
use crate::os;
use crate::workshop::{Workshop, attempt_failed};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Workshop {
    /// The places of a program that works in `folder`: of an agent, where `agent` is its name, with the
    /// file that tells it its task.
    pub(super) fn confinement(
        &self,
        folder: &Path,
        agent: Option<&str>,
        prompt: Option<&Path>,
    ) -> Option<os::Confinement> {
        let confine = self.confine.as_ref()?;
        let own = agent.map(|name| confine.kept_by(name)).unwrap_or_default();
        // What git tells of a worktree lies in the directory that all checkouts share.
        let reads = [self.repository.common_directory()].into_iter().chain(prompt);
        Some(confine.all.clone().with_reads(reads).with_writes(own).with_writes([folder]))
    }

    /// Our own git follows what it finds in a worktree, and is not confined: where what worked there has
    /// put another repository into its way, it stays out.
    pub(super) async fn still_as_made(self: &Arc<Self>, folder: PathBuf) -> Result<(), Failed> {
        if self.confine.is_none() {
            return Ok(());
        }
        let other = self.blocking(move |own| worktree::other_repository(&own.repository, &folder)).await?;
        let Some(other) = other else { return Ok(()) };
        let summary = format!("It put a repository of its own at `{}`.", other.display());
        let detail = "Git would run what the settings of that repository say, outside of the confinement. \
                      Nothing of this attempt was committed; its worktree is kept."
            .to_owned();
        Err(attempt_failed(Class::Escalate, Evidence { summary, detail }))
    }
}
