//! Chat modes became custom agents: another name, another folder, the same keys.

use super::{Conversion, Refusal, Source, header::Header};
use crate::diagnostics::renamed;
use crate::disk::Probe;
use crate::features::moves;
use segue_catalog::catalog;

/// The file under its new name; links follow it.
pub(super) fn to_agent(source: Source<'_>) -> Result<Conversion, Refusal> {
    let rows = catalog().kind_row(source.kind, source.state.dialect);
    let row = rows.ok_or(Refusal::Unread)?;
    let new = row.renamed_to.and_then(|kind| catalog().kind_row(kind, row.dialect)).ok_or(Refusal::Unread)?;
    let facts = source.state.facts().ok_or(Refusal::Unread)?;
    let header = Header::of(source.text, facts);
    let to = renamed(source.path, row, new);
    if source.world.probe(&to) != Probe::Missing {
        return Err(Refusal::Taken(to));
    }
    let changes = moves::of_file(source.world, source.path, &to).ok_or(Refusal::Unread)?;
    let mut look_at = Vec::new();
    if header.is_ok_and(|header| header.str("description").is_none()) {
        look_at.push("GitHub and Copilot CLI, which read agents, want a `description`.".to_owned());
    }
    Ok(Conversion {
        title: format!("Convert to a {}", new.title),
        changes,
        result: to,
        lost: Vec::new(),
        look_at,
    })
}
