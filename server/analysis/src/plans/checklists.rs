//! The checklists that lie beside a plan of spec-kit: what people settle before anybody implements it.

use super::page::Page;
use super::shared;
use segue_plan::{CheckItem, Gate, GateAt, Plan, Range, Stated};
use segue_syntax::Facts;

/// Where the checklists of a feature lie, beside its plan.
const FOLDER: &str = "checklists/";

/// Whether a file is a checklist of a plan in `folder`.
fn is_beside(folder: &str, file: &str) -> bool {
    let name = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix(FOLDER));
    name.is_some_and(|name| !name.contains('/') && name.ends_with(".md"))
}

/// Gives a plan of spec-kit the gates of the checklists beside it that are not ticked yet. `files` are the
/// paths that there are, `read` gives the text of one.
pub fn add(
    plan: &mut Plan,
    path: &str,
    files: impl Iterator<Item = String>,
    read: impl Fn(&str) -> Option<String>,
) {
    if plan.format != "spec-kit" {
        return;
    }
    let folder = path.rfind('/').map_or("", |slash| path.get(..=slash).unwrap_or_default());
    let mut beside: Vec<String> = files.filter(|file| is_beside(folder, file)).collect();
    beside.sort_unstable();
    let gates = beside.into_iter().filter_map(|file| Some(gate(folder, &file, &read(&file)?)));
    plan.gates.extend(gates.filter(|gate| !gate.approvals.is_empty() && !gate.is_passed()));
}

/// The gate that a checklist is: its boxes, by its title and its place. Without ranges: they are no places of
/// the plan.
fn gate(folder: &str, path: &str, text: &str) -> Gate {
    let facts = Facts::of(text);
    let page = Page::of(path, text, &facts);
    let place = path.strip_prefix(folder).unwrap_or(path);
    let title = page.title().map_or_else(|| place.to_owned(), |title| format!("{} ({place})", title.value));
    let nowhere = Range::default();
    let boxes = shared::checks(&page, 0..page.lines.len()).into_iter();
    let approvals =
        boxes.map(|own| CheckItem { text: Stated::new(own.text.value, nowhere), mark: nowhere, ..own });
    Gate { title: Stated::new(title, nowhere), at: GateAt::Start, approvals: approvals.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_beside_the_plan_that_are_not_ticked() {
        let files = [
            ("specs/1/checklists/b.md", "# Security\n\n- [x] CHK001 Asked\n- [ ] CHK002 Answered?\n"),
            ("specs/1/checklists/a.md", "- [ ] One\n"),
            ("specs/1/checklists/done.md", "- [x] One\n"),
            ("specs/1/checklists/prose.md", "# Nothing to tick\n"),
            ("specs/1/checklists/old/c.md", "- [ ] One\n"),
            ("specs/2/checklists/d.md", "- [ ] One\n"),
        ];
        let names = || files.iter().map(|(path, _)| (*path).to_owned());
        let read =
            |path: &str| files.iter().find(|(own, _)| *own == path).map(|(_, text)| (*text).to_owned());
        let mut plan = super::super::of_text("specs/1/tasks.md", "- [ ] T001 Write src/a.rs\n");
        add(&mut plan, "specs/1/tasks.md", names(), read);
        let gates: Vec<(&str, usize)> =
            plan.gates.iter().map(|gate| (gate.title.as_str(), gate.approvals.len())).collect();
        assert_eq!(gates, [("checklists/a.md", 1), ("Security (checklists/b.md)", 2)]);
        let mut other = super::super::of_text("specs/1/x.spec.md", "# X\n");
        add(&mut other, "specs/1/x.spec.md", names(), read);
        assert!(other.gates.is_empty());
    }
}
