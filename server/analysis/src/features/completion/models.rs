//! Models, in the form that all clients of the file read.

use super::ProposalKind;
use super::context::Context;
use super::write::Value;
use crate::features::about::About;
use segue_catalog::{ClientId, ClientSet, Dialect};

pub(super) fn values(context: &Context<'_>, key: &str) -> Vec<Value> {
    // The row of such a key has the words of Claude Code.
    if context.dialect == Dialect::Claude {
        return Vec::new();
    }
    let vscode_alone = context.clients == ClientSet::of(&[ClientId::Vscode]);
    let with_vendor = vscode_alone || key.starts_with("handoffs");
    let rows = context.catalog.models.iter().filter(|row| !row.claude_word);
    rows.map(|row| Value {
        text: if with_vendor && row.family.is_some() {
            format!("{} (copilot)", row.name)
        } else {
            row.name.clone()
        },
        kind: ProposalKind::Model,
        detail: row.family.clone(),
        about: Some(About::Model(row.name.clone())),
    })
    .collect()
}
