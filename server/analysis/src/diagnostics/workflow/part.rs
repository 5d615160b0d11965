//! `workflow/part-key`: what a file that workflows import cannot say in its header.

use super::is_part;
use crate::diagnostics::{Context, Report};
use segue_catalog::{Kind, Severity};
use segue_syntax::yaml::{Entry, Map, Node};

/// What `on` may have in a part: conditions that are handed to who imports it.
const HANDED_ON: &[&str] =
    &["skip-if-match", "skip-if-no-match", "skip-roles", "skip-bots", "github-token", "github-app"];

pub(super) fn check(context: &mut Context<'_>, map: &Map) {
    if !is_part(context) {
        return;
    }
    let Some(table) = context.catalog.keys(Kind::Workflow, context.dialect) else { return };
    let refused = |entry: &&Entry| table.row.not_in_parts.iter().any(|key| **key == *entry.key.text);
    let starts = map.get("on").filter(|on| !is_handed_on(on));
    for entry in map.entries.iter().filter(refused) {
        let name = &*entry.key.text;
        match (name, starts) {
            ("on", None) => {}
            ("on", Some(_)) => {
                let message = "`gh aw compile` takes only what lies directly in `.github/workflows`: nothing \
                               starts this file, and with `on` none can import it.";
                let report = Report::new("workflow/part-key", entry.key.span, message);
                context.send(report.severity(Severity::Hint));
            }
            // It may be a whole workflow that lies in the wrong place.
            (_, Some(_)) => {}
            (_, None) => {
                let message = format!(
                    "`{name}` is for workflows that something starts: `gh aw compile` refuses it in a part, or leaves it out."
                );
                context.send(Report::new("workflow/part-key", entry.key.span, message));
            }
        }
    }
}

fn is_handed_on(on: &Entry) -> bool {
    let events = on.value.as_ref().and_then(Node::as_map);
    events.is_some_and(|map| map.entries.iter().all(|entry| HANDED_ON.contains(&&*entry.key.text)))
}
