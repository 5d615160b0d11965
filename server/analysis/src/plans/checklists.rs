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

/// The gates that the checklists beside a plan of spec-kit are, as far as they are not ticked yet; other plans
/// have none. `files` gives the paths that there are, `read` the text of one.
pub fn of(
    plan: &Plan,
    path: &str,
    files: impl FnOnce() -> Vec<String>,
    read: impl Fn(&str) -> Option<String>,
) -> Vec<Gate> {
    if plan.format != "spec-kit" {
        return Vec::new();
    }
    let folder = path.rfind('/').map_or("", |slash| path.get(..=slash).unwrap_or_default());
    let mut beside = files();
    beside.retain(|file| is_beside(folder, file));
    beside.sort_unstable();
    let gates = beside.into_iter().filter_map(|file| Some(gate(folder, &file, &read(&file)?)));
    gates.filter(|gate| !gate.approvals.is_empty() && !gate.is_passed()).collect()
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
        let names = || files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let read =
            |path: &str| files.iter().find(|(own, _)| *own == path).map(|(_, text)| (*text).to_owned());
        let plan = super::super::of_text("specs/1/tasks.md", "- [ ] T001 Write src/a.rs\n");
        let found = of(&plan, "specs/1/tasks.md", names, read);
        let gates: Vec<(&str, usize)> =
            found.iter().map(|gate| (gate.title.as_str(), gate.approvals.len())).collect();
        assert_eq!(gates, [("checklists/a.md", 1), ("Security (checklists/b.md)", 2)]);
        let other = super::super::of_text("specs/1/x.spec.md", "# X\n");
        assert!(of(&other, "specs/1/x.spec.md", names, read).is_empty());
    }
}
