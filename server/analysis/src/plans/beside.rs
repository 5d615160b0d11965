//! What lies beside a plan of spec-kit and is settled before anybody implements it: the checklists of people,
//! and what the spec leaves open.

use super::page::Page;
use super::shared;
use segue_plan::{CheckItem, Gate, GateAt, Plan, Range, Stated};
use segue_syntax::{Facts, Lines};

/// Where the checklists of a feature lie, beside its plan.
const FOLDER: &str = "checklists/";
/// What the feature is, beside its plan.
const SPEC: &str = "spec.md";

/// Whether a file is a checklist of a plan in `folder`.
fn is_checklist(folder: &str, file: &str) -> bool {
    let name = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix(FOLDER));
    name.is_some_and(|name| !name.contains('/') && name.ends_with(".md"))
}

/// Adds to a plan of spec-kit what lies beside it: the checklists that are not ticked yet, as gates, and what
/// the spec leaves open. Other plans stay as they are; so is said whether this one did. `files` gives the paths
/// that there are, `read` the text of one.
pub fn add(
    plan: &mut Plan,
    path: &str,
    files: impl FnOnce() -> Vec<String>,
    read: impl Fn(&str) -> Option<String>,
) -> bool {
    if plan.format != "spec-kit" {
        return false;
    }
    let folder = path.rfind('/').map_or("", |slash| path.get(..=slash).unwrap_or_default());
    let mut checklists = files();
    checklists.retain(|file| is_checklist(folder, file));
    checklists.sort_unstable();
    let gates = checklists.into_iter().filter_map(|file| Some(gate(folder, &file, &read(&file)?)));
    let gates: Vec<Gate> = gates.filter(|gate| !gate.approvals.is_empty() && !gate.is_passed()).collect();
    let spec = format!("{folder}{SPEC}");
    let open = read(&spec).map(|text| asked(&spec, &text)).unwrap_or_default();
    let adds = !gates.is_empty() || !open.is_empty();
    plan.gates.extend(gates);
    plan.clarifications.extend(open);
    adds
}

/// What a spec leaves open, each with where that stands. Without ranges: they are no places of the plan.
fn asked(path: &str, text: &str) -> Vec<Stated<String>> {
    let facts = Facts::of(text);
    let page = Page::of(path, text, &facts);
    let lines = Lines::of(text);
    let asked = |open: Stated<String>| {
        let line = lines.line_of(open.range.start as usize) + 1;
        Stated::new(format!("{} ({SPEC}:{line})", open.value), Range::default())
    };
    shared::clarifications(&page).into_iter().map(asked).collect()
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
        let mut plan = super::super::of_text("specs/1/tasks.md", "- [ ] T001 Write src/a.rs\n");
        assert!(add(&mut plan, "specs/1/tasks.md", names, read));
        let gates: Vec<(&str, usize)> =
            plan.gates.iter().map(|gate| (gate.title.as_str(), gate.approvals.len())).collect();
        assert_eq!(gates, [("checklists/a.md", 1), ("Security (checklists/b.md)", 2)]);
        let mut other = super::super::of_text("specs/1/x.spec.md", "# X\n");
        assert!(!add(&mut other, "specs/1/x.spec.md", names, read) && other.gates.is_empty());
    }

    #[test]
    fn what_the_spec_beside_the_plan_leaves_open() {
        let spec = "# X\n\n- **FR-001**: Keep tokens [NEEDS CLARIFICATION: how long?]\n- `[NEEDS CLARIFICATION: no]`\n";
        let read = |path: &str| (path == "specs/1/spec.md").then(|| spec.to_owned());
        let mut plan = super::super::of_text("specs/1/tasks.md", "- [ ] T001 Write src/a.rs\n");
        assert!(add(&mut plan, "specs/1/tasks.md", Vec::new, read));
        let open: Vec<&str> = plan.clarifications.iter().map(|open| open.value.as_str()).collect();
        assert_eq!(open, ["how long? (spec.md:3)"]);
    }
}
