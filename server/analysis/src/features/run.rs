//! What a run of a plan needs of files as they stood in a commit: texts alone, without a workspace.

use crate::diagnostics::with_article;
use crate::features::context::section_of;
use crate::features::handed;
use crate::names;
use crate::path;
use crate::risks;
use crate::servers::{self, Configuration};
use crate::target::{Base, Target, understand};
use segue_catalog::{Kind, catalog};
use segue_plan::Plan;
use segue_syntax::Facts;
use segue_syntax::yaml::Node;

/// An agent file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Agent {
    /// The names by which others mean it.
    pub names: Vec<String>,
    /// What it says.
    pub body: String,
    /// The tools it grants; `None`: it does not say.
    pub tools: Option<Vec<String>>,
    /// The models it names, in order of preference.
    pub models: Vec<String>,
    /// The MCP servers that its header configures.
    pub servers: Vec<Configuration>,
    /// The MCP servers that its header names without configuring them.
    pub server_names: Vec<String>,
}

/// Whether a path is that of an agent file.
#[must_use]
pub fn is_agent(path: &str) -> bool {
    catalog().kind_of(path).is_some_and(|(kind, _)| matches!(kind, Kind::Agent | Kind::ChatMode))
}

/// What is said of a file of a kind that holds no plan, where somebody takes it for one.
#[must_use]
pub fn no_plan(path: &str) -> Option<String> {
    let (kind, dialect) = catalog().kind_of(path)?;
    if matches!(kind, Kind::Spec | Kind::Plan | Kind::Prompt) {
        return None;
    }
    let what = catalog().kind_row(kind, dialect).map_or("primitive", |row| row.title.as_str());
    Some(format!(
        "`{path}` is no plan but {}. A plan is a spec (`*.spec.md`), a prompt (`*.prompt.md`), a plan or a list of tasks in one of the formats that `segue plan` reads; an agent (`*.agent.md`) takes its task by --prompt.",
        with_article(what)
    ))
}

/// The agent in a text; `None` where `path` is that of no agent.
#[must_use]
pub fn agent(path: &str, text: &str) -> Option<Agent> {
    let (kind, _) = catalog().kind_of(path).filter(|_| is_agent(path))?;
    let facts = Facts::of(text);
    let names = names::defined(path, kind, &facts).into_iter();
    let names =
        names.filter(|name| matches!(name.space, crate::file::Space::Agent | crate::file::Space::AgentFile));
    let map = facts.header.yaml.map();
    Some(Agent {
        names: names.map(|name| name.text.to_string()).collect(),
        body: text.get(facts.header.body as usize..).unwrap_or_default().trim().to_owned(),
        tools: map.and_then(|map| map.value("tools")).map(strings),
        models: map.and_then(|map| map.value("model")).map(strings).unwrap_or_default(),
        servers: servers::of_header(&facts, &path.into()),
        server_names: handed::named_in_header(&facts),
    })
}

/// The strings of a list, or of one that is written with commas.
fn strings(node: &Node) -> Vec<String> {
    let texts: Vec<&str> = match node.as_seq() {
        Some(seq) => seq.items.iter().filter_map(Node::as_str).collect(),
        None => node.as_str().into_iter().flat_map(|text| text.split(',')).collect(),
    };
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// Where a link in the file at `from` leads within the repository: the paths it may mean, the likeliest
/// first, and its anchor. Empty where it leads elsewhere.
#[must_use]
pub fn destination(from: &str, written: &str) -> (Vec<String>, Option<String>) {
    match understand(written, from, Base::FileThenTop) {
        Target::SameFile { anchor } => (vec![from.to_owned()], Some(anchor)),
        Target::Path { candidates, anchor, .. } => (candidates, anchor),
        _ => (Vec::new(), None),
    }
}

/// The section of a Markdown text that an anchor selects, else all of it without its header; `None`
/// where there is no such section.
#[must_use]
pub fn section(path: &str, text: &str, anchor: Option<&str>) -> Option<String> {
    if path::extension(path) != "md" {
        return None;
    }
    let facts = Facts::of(text);
    let (start, end) = match anchor.filter(|anchor| !anchor.is_empty()) {
        Some(anchor) => {
            let (_, span) = section_of(&facts, anchor)?;
            (span.start as usize, span.end as usize)
        }
        None => (facts.header.body as usize, text.len()),
    };
    Some(text.get(start..end)?.trim().to_owned())
}

/// The text of a plan with these tasks marked as done; `None` where nothing is to be marked.
#[must_use]
pub fn ticked(plan: &Plan, text: &str, ids: &[&str]) -> Option<String> {
    let open = plan.tasks.iter().filter(|task| !task.is_done() && ids.contains(&task.id.as_str()));
    let mut edits: Vec<_> = open.filter_map(|task| crate::features::refactor::tick(text, task)).collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut ticked = text.to_owned();
    for (span, mark) in &edits {
        let place = span.start as usize..span.end as usize;
        if ticked.get(place.clone()).is_some() {
            ticked.replace_range(place, mark);
        }
    }
    (ticked != text).then_some(ticked)
}

/// The text with its secrets taken out; `None` where there are none.
#[must_use]
pub fn redacted(text: &str) -> Option<String> {
    let secrets = risks::of_text(text).into_iter().filter_map(|risk| Some((risk.span, risk.what.secret()?)));
    let mut clean = String::new();
    let mut from = 0;
    for (span, _) in secrets {
        clean.push_str(text.get(from..span.start as usize)?);
        clean.push_str("[redacted]");
        from = span.end as usize;
    }
    if from == 0 {
        return None;
    }
    clean.push_str(text.get(from..)?);
    Some(clean)
}

/// Where the first secret of a text stands, as a line counted from 1; examples are none.
#[must_use]
pub fn line_of_secret(text: &str) -> Option<usize> {
    let real = |risk: &risks::Risk| matches!(risk.what, risks::What::Secret { example: false, .. });
    let first = risks::of_text(text).into_iter().find(real)?;
    Some(text.get(..first.span.start as usize)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans;

    #[test]
    fn an_agent_with_its_names_tools_and_models() {
        let text = "---\nname: Builder\ntools: [edit, 'shell(npm test)']\nmodel: A, B\n---\n\nYou build.\n";
        let agent = agent(".github/agents/build-it.agent.md", text).unwrap();
        assert_eq!(agent.names, ["Builder", "build-it"]);
        assert_eq!(agent.tools.unwrap(), ["edit", "shell(npm test)"]);
        assert_eq!((agent.models, agent.body.as_str()), (vec!["A".into(), "B".into()], "You build."));
        let bare = super::agent("x.agent.md", "You build.").unwrap();
        assert_eq!((bare.tools, bare.models.len(), bare.body.as_str()), (None, 0, "You build."));
        assert_eq!(super::agent("x.prompt.md", text), None);
    }

    #[test]
    fn sections_of_links() {
        let (paths, anchor) = destination("specs/a.spec.md", "../docs/auth.memory.md#password-hashing");
        assert_eq!((paths[0].as_str(), anchor.as_deref()), ("docs/auth.memory.md", Some("password-hashing")));
        assert!(destination("specs/a.spec.md", "https://example.com/x.md").0.is_empty());
        assert!(destination("specs/a.spec.md", "../../x.md").0.is_empty());
        let text = "---\na: b\n---\n# All\n\n## Password hashing\n\nSlow.\n\n## Other\n\nNo.\n";
        assert_eq!(section("a.md", text, Some("password-hashing")).unwrap(), "## Password hashing\n\nSlow.");
        assert_eq!(section("a.md", text, Some("no")), None);
        assert!(section("a.md", text, None).unwrap().starts_with("# All"));
        assert_eq!(section("a.ts", text, None), None);
    }

    #[test]
    fn tasks_are_marked_as_done() {
        let text = "# Feature: X\n\n## Implementation Requirements\n\n### Core Components\n\n- [ ] One (`a.ts`)\n- [x] Two (`b.ts`)\n- [ ] Three (`c.ts`)\n";
        let plan = plans::of_text("x.spec.md", text);
        let ids: Vec<&str> = plan.tasks.iter().map(|task| task.id.as_str()).collect();
        assert_eq!(ids.len(), 3, "{ids:?}");
        let all = ticked(&plan, text, &ids).unwrap();
        assert_eq!(all, text.replace("[ ]", "[x]"));
        assert_eq!(ticked(&plan, text, &ids[1..2]), None);
        assert_eq!(ticked(&plan, text, &["no"]), None);
    }

    #[test]
    fn secrets_are_taken_out() {
        let key = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let text = format!("first\ntoken = {key} and {key}\nlast");
        assert_eq!(redacted(&text).unwrap(), "first\ntoken = [redacted] and [redacted]\nlast");
        assert_eq!(line_of_secret(&text), Some(2));
        assert_eq!((redacted("nothing"), line_of_secret("nothing")), (None, None));
    }
}
