//! Chat modes became custom agents: another name, another folder, the same keys.

use super::{Conversion, Refusal, Source, header::Header, links};
use crate::changes::Why;
use crate::diagnostics::renamed;
use crate::disk::Probe;
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
    let mut changes = links::moved(source.world, source.id, &to);
    for edit in links::own(source.world, source.kind, facts, source.path, &to) {
        changes.add(source.path, source.text, edit.span, edit.insert, Why::Link);
    }
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
