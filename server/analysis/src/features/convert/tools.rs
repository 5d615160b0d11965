//! Old names of tools, put right in the whole workspace at once.

use super::Conversion;
use crate::changes::{Changes, Why};
use crate::diagnostics::{self, Edit, Finding};
use crate::world::World;

/// The rules whose safe fixes bring the names up to date.
const RULES: [&str; 1] = ["tool/deprecated"];

/// All old names of tools that have a certain successor, in every file that is judged. Looks at every
/// file; meant to be asked for, not to be at hand on every key.
#[must_use]
pub fn old_names(world: &World) -> Conversion {
    let mut changes = Changes::default();
    let mut left = 0;
    for (id, _) in world.primitives() {
        let (edits, doubtful) = in_findings(&diagnostics::of_file(world, id));
        left += doubtful;
        let Some(text) = world.text(id).filter(|_| !edits.is_empty()) else { continue };
        for edit in edits {
            changes.add(&world.path(id), &text, edit.span, edit.insert, Why::Asked);
        }
    }
    let look_at = match left {
        0 => Vec::new(),
        1 => vec!["One name was left alone: no certain name took its place.".to_owned()],
        _ => vec![format!("{left} names were left alone: no certain name took their place.")],
    };
    let title = "Replace old tool names in the whole workspace".to_owned();
    Conversion { title, changes, look_at, ..Conversion::default() }
}

/// The edits that put right all old names of one file, of which the findings are, and how many names
/// have no certain successor.
#[must_use]
pub fn in_findings(findings: &[Finding]) -> (Vec<Edit>, usize) {
    let (mut edits, mut left): (Vec<Edit>, usize) = (Vec::new(), 0);
    for finding in findings.iter().filter(|finding| RULES.contains(&finding.code)) {
        match finding.fixes.iter().find(|fix| fix.safe) {
            Some(fix) if fix.edits.iter().all(|new| edits.iter().all(|old| apart(old, new))) => {
                edits.extend(fix.edits.iter().cloned());
            }
            _ => left += 1,
        }
    }
    edits.sort_by_key(|edit| edit.span);
    (edits, left)
}

/// Whether two edits can be made together: they share no byte, and none inserts at the edge of the other.
fn apart(one: &Edit, other: &Edit) -> bool {
    let inserts = one.span.is_empty() || other.span.is_empty();
    if inserts {
        one.span.end < other.span.start || other.span.end < one.span.start
    } else {
        one.span.end <= other.span.start || other.span.end <= one.span.start
    }
}
