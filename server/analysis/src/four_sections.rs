//! Agents in the form of P.A.R.T. (prompt, archive, resources, tools): what such a body says of its tools,
//! its references and its rules, and the tables of grants that lie beside a team of them.
//!
//! Read while the text is at hand: that of a closed file is not kept.

use crate::path;
use crate::target::nested_top;
use segue_catalog::{Dialect, Kind};
use segue_syntax::Span;
use segue_syntax::facts::{Facts, Heading};

/// The four sections, in their order.
pub(crate) const SECTIONS: &[&str] = &["Prompt", "Archive", "Resources", "Tools"];

/// The table that says which tools each agent of a team has.
pub(crate) const TOOL_GRANTS: &str = "governance/tool-grants.json";

/// The table that says which agents each agent of a team may start.
pub(crate) const AGENT_GRANTS: &str = "governance/agent-grants.json";

/// Whether the body has so many of the four sections that it may be of this form.
pub(crate) fn may_be(kind: Option<Kind>, dialect: Dialect, facts: &Facts) -> bool {
    let is_one = |heading: &&Heading| heading.level == 2 && SECTIONS.contains(&&*heading.text);
    kind == Some(Kind::Agent)
        && dialect == Dialect::Copilot
        && facts.headings.iter().filter(is_one).take(2).count() == 2
}

/// Whether a path is one of the tables.
pub(crate) fn is_table(path: &str) -> bool {
    [TOOL_GRANTS, AGENT_GRANTS].iter().any(|table| crate::names::ends_with_path(path, table))
}

/// Where a file that an agent names from the top of its team may lie: beside the agent, at the top of the
/// project, at the top of the repository.
pub(crate) fn places(agent: &str, file: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for folder in [path::parent(agent), nested_top(agent).unwrap_or_default(), ""] {
        if let Some(path) = path::join(folder, file).filter(|path| !found.contains(path)) {
            found.push(path);
        }
    }
    found
}

/// What a body of this form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FourSections {
    /// The tools that the section `Tools` allows, in backticks.
    pub allowed: Box<[(Box<str>, Span)]>,
    /// The tools that are the whole of an item under what it forbids.
    pub forbidden: Box<[(Box<str>, Span)]>,
    /// The item that forbids every edit.
    pub forbids_edits: Option<Span>,
    /// Schemas and documents in backticks, by their paths from the top.
    pub references: Box<[(Box<str>, Span)]>,
    /// Whether it says what happens where something is unclear.
    pub clarifies: bool,
    /// Whether it says how tools that reach outside are used.
    pub routes: bool,
}

impl FourSections {
    pub fn of(text: &str, facts: &Facts) -> Self {
        let body = facts.header.body as usize;
        let headings = |level: u8| facts.headings.iter().filter(move |heading| heading.level >= level);
        let mut found = Self {
            references: references(text, body).into(),
            clarifies: clarifies(text.get(body..).unwrap_or_default(), facts),
            routes: headings(3).any(|heading| is_routing(&heading.text)),
            ..Self::default()
        };
        let (mut allowed, mut forbidden) = (Vec::new(), Vec::new());
        for (title, section) in tool_sections(facts) {
            for item in items(text, section) {
                if title == "allowed" {
                    allowed.extend(code(text, item));
                } else if forbids_edits(item.of(text)) {
                    found.forbids_edits = found.forbids_edits.or(Some(item));
                } else {
                    forbidden.extend(whole(text, item));
                }
            }
        }
        (found.allowed, found.forbidden) = (allowed.into(), forbidden.into());
        found
    }

    /// The paths at which something has to be, and those of the tables.
    pub fn paths<'s>(&'s self, agent: &'s str) -> impl Iterator<Item = String> + 's {
        let named = self.references.iter().map(|(path, _)| &**path);
        named.chain([TOOL_GRANTS, AGENT_GRANTS]).flat_map(move |file| places(agent, file))
    }
}

/// What stands below `### Allowed` and `### Disallowed` of the section `Tools`.
fn tool_sections(facts: &Facts) -> Vec<(&'static str, Span)> {
    let mut found = Vec::new();
    let mut in_tools = false;
    for (at, heading) in facts.headings.iter().enumerate() {
        if heading.level <= 2 {
            in_tools = heading.level == 2 && &*heading.text == "Tools";
        }
        let title = match heading.text.to_lowercase().as_str() {
            "allowed" => "allowed",
            "disallowed" | "forbidden" | "not allowed" => "disallowed",
            _ => continue,
        };
        if in_tools && heading.level == 3 {
            let next = facts.headings.get(at + 1).map_or(facts.len, |next| next.span.start);
            found.push((title, Span { start: heading.span.end, end: next }));
        }
    }
    found
}

/// The items of a list, one a line, without their marks.
fn items(text: &str, section: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = section.start as usize;
    for line in section.of(text).split_inclusive(['\n', '\r']) {
        let trimmed = line.trim();
        let item = ["- ", "* ", "+ "].iter().find_map(|mark| trimmed.strip_prefix(mark));
        if let Some(item) = item.map(str::trim).filter(|item| !item.is_empty()) {
            let start = at + (line.len() - line.trim_start().len()) + (trimmed.len() - item.len());
            found.push(Span::new(start, start + item.len()));
        }
        at += line.len();
    }
    found
}

/// What stands in backticks.
fn code(text: &str, item: Span) -> Vec<(Box<str>, Span)> {
    let mut found = Vec::new();
    let mut at = item.start as usize;
    for (index, piece) in item.of(text).split('`').enumerate() {
        if index % 2 == 1 && !piece.is_empty() && !piece.contains(char::is_whitespace) {
            found.push((piece.into(), Span::new(at, at + piece.len())));
        }
        at += piece.len() + 1;
    }
    found
}

/// The same, of an item that has nothing else: no condition under which it would be allowed.
fn whole(text: &str, item: Span) -> Vec<(Box<str>, Span)> {
    let outside = item.of(text).split('`').step_by(2);
    let is_bare = |piece: &str| piece.trim_matches([' ', ',', '.', ';']).is_empty();
    if outside.clone().all(is_bare) { code(text, item) } else { Vec::new() }
}

/// `No file edits`, `Any edit tools`, `Edit/create operations`; not `No documentation edits`.
fn forbids_edits(item: &str) -> bool {
    let lower = item.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '/').filter(|word| !word.is_empty());
    let mut word = words.next();
    if matches!(word, Some("no" | "any" | "never")) {
        word = words.next();
    }
    if matches!(word, Some("file" | "source")) {
        word = words.next();
    }
    word.is_some_and(|word| matches!(word.split('/').next(), Some("edit" | "edits" | "editing")))
        // An edit of something is not every edit.
        && !matches!(words.next(), Some("of" | "to" | "outside"))
}

/// Schemas and documents that the text names in backticks.
fn references(text: &str, from: usize) -> Vec<(Box<str>, Span)> {
    let mut found = Vec::new();
    let mut at = from;
    for line in text.get(from..).unwrap_or_default().split_inclusive(['\n', '\r']) {
        for (path, span) in code(text, Span::new(at, at + line.trim_end().len())) {
            let is_schema = path.strip_prefix("schemas/").is_some_and(|rest| !rest.is_empty());
            let is_page = path.starts_with("docs/") && path.ends_with(".md");
            let is_pattern = path.contains(['<', '>', '{', '}', '*', '$', '…']) || path.ends_with('/');
            if (is_schema || is_page) && !is_pattern {
                found.push((path, span));
            }
        }
        at += line.len();
    }
    found
}

/// Whether a body has a section on clarification, hands questions on, or answers by abstaining.
fn clarifies(body: &str, facts: &Facts) -> bool {
    let lower = body.to_lowercase();
    let by_section = facts
        .headings
        .iter()
        .any(|heading| heading.level >= 3 && heading.text.to_lowercase().starts_with("clarification"));
    let handed_on = ["centralized", "delegated", "routed"]
        .iter()
        .any(|word| lower.contains(&format!("clarification is {word}")));
    let answers = ["abstain", "`abstain`", "findings", "verdict"]
        .iter()
        .any(|word| ["return ", "returns "].iter().any(|verb| lower.contains(&format!("{verb}{word}"))));
    by_section || handed_on || body.contains("NEEDS_INPUT") || answers
}

/// `Tool Routing`, `External Tool Routing` and the like.
fn is_routing(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    ["tool routing", "external tool routing", "context7/mcp routing"].iter().any(|own| lower.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forbids_every_edit() {
        for (item, expected) in [
            ("Any edit tools (no code modification).", true),
            ("Edit/create/run/fetch operations.", true),
            ("No file edits (read-only agent).", true),
            ("No source edits.", true),
            ("No edits, no implementation actions.", true),
            ("No source code edits — source is read-only truth.", false),
            ("No test, schema, governance, or documentation edits.", false),
            ("No edits outside of the scope.", false),
            ("No source code modifications.", false),
            ("No infrastructure operations.", false),
            ("", false),
        ] {
            assert_eq!(forbids_edits(item), expected, "{item}");
        }
    }

    #[test]
    fn what_a_body_says_of_its_tools() {
        let text = "## Prompt\nReturns findings.\n\n`schemas/a.json` and `docs/b.md`, `docs/<x>.md`.\n\n## Tools\n\n### Allowed\n- `search`, `edit` for work.\n* no code\n\n### Disallowed\r\n- `web/fetch`.\r\n- `read` for much.\r\n\n### Tool Routing\n- `other`\n";
        let found = FourSections::of(text, &Facts::of(text));
        let told = |all: &[(Box<str>, Span)]| {
            all.iter().map(|(name, at)| format!("{name}={}", at.of(text))).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(&found.allowed), "search=search edit=edit");
        assert_eq!(told(&found.forbidden), "web/fetch=web/fetch");
        assert_eq!(told(&found.references), "schemas/a.json=schemas/a.json docs/b.md=docs/b.md");
        assert!(found.clarifies && found.routes && found.forbids_edits.is_none());
    }

    #[test]
    fn files_are_looked_for_beside_and_above() {
        assert_eq!(places("A.agent.md", "docs/x.md"), ["docs/x.md"]);
        assert_eq!(
            places("app/.github/agents/a.agent.md", "docs/x.md"),
            ["app/.github/agents/docs/x.md", "app/docs/x.md", "docs/x.md"]
        );
    }
}
