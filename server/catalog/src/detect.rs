//! What a file is, from its path alone.
//!
//! The rows of `grammars/primitives` say how each kind is recognised, and the order of the tests is
//! VS Code's: double endings (`.agent.md`) first, then base names (`SKILL.md`), then folders
//! (`.github/agents`), then the places of single tools. A few places need a look into the file or
//! beside it before the kind is certain; those are [`Candidate`]s, and the caller looks.
//!
//! Paths are relative with `/` between their parts. A walk asks this for every file of a workspace,
//! so most paths must leave after a glance at their ending.

use crate::{Catalog, ClientAt, ClientSet, Dialect, Kind, KindRow};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// A row `[[place]]`: where files of a kind lie, when neither a double ending nor a folder says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Place {
    /// Path ending of the file's folder, as in [`folder_matches`]; missing means any.
    #[serde(default)]
    pub folder: Option<String>,
    /// The base name.
    #[serde(default)]
    pub name: Option<String>,
    /// The end of the base name.
    #[serde(default)]
    pub suffix: Option<String>,
    /// What else must hold; missing means that the place is enough.
    #[serde(default)]
    pub needs: Option<Candidate>,
}

impl Place {
    fn has(&self, folder: &str, base: &str) -> bool {
        self.name.as_deref().is_none_or(|name| name == base)
            && self.suffix.as_deref().is_none_or(|suffix| base.ends_with(suffix))
            && self.folder.as_deref().is_none_or(|ending| folder_matches(folder, ending))
    }
}

/// What a caller has to look at before a file's kind is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Candidate {
    /// A workflow if its header has `on:`, or two other keys of workflows and no file imports it.
    WorkflowHeader,
    /// A part of workflows if its header has a key of theirs.
    WorkflowPartHeader,
    /// A plan if its header has `goal:`.
    GoalKey,
    /// A plan if `spec.md` or `plan.md` lies beside it.
    SiblingSpecOrPlan,
    /// A plan if it is a JSON object with `phases`.
    PhasesKey,
}

impl Candidate {
    /// The kind of the file if what it needs is there.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Candidate::WorkflowHeader | Candidate::WorkflowPartHeader => Kind::Workflow,
            Candidate::GoalKey | Candidate::SiblingSpecOrPlan | Candidate::PhasesKey => Kind::Plan,
        }
    }
}

/// Whether `folder` ends with `ending`, part by part. In `ending` a part `*` is any one part, and a
/// last part `**` is any depth, none included.
#[must_use]
pub fn folder_matches(folder: &str, ending: &str) -> bool {
    steps_below(folder, ending).is_some()
}

/// How many folders `folder` lies below what `ending` names, where it does.
fn steps_below(folder: &str, ending: &str) -> Option<u32> {
    let Some(top) = ending.strip_suffix("/**") else { return ends_with_parts(folder, ending).then_some(0) };
    let mut here = folder;
    let mut steps = 0;
    while !ends_with_parts(here, top) {
        here = &here[..here.rfind('/')?];
        steps += 1;
    }
    Some(steps)
}

fn ends_with_parts(folder: &str, ending: &str) -> bool {
    let mut parts = folder.rsplit('/');
    ending
        .rsplit('/')
        .all(|wanted| parts.next().is_some_and(|part| part == wanted || wanted == "*" && !part.is_empty()))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The part of a base name from its last dot but one: `.agent.md`.
fn double_ending(base: &str) -> Option<&str> {
    let last = base.rfind('.')?;
    let before = base[..last].rfind('.')?;
    Some(&base[before..])
}

/// The rows, arranged for asking; numbers are places in [`Catalog::kinds`].
#[derive(Clone, Debug, Default)]
pub(crate) struct PathIndex {
    endings: FxHashMap<String, usize>,
    names: Vec<(String, bool, usize)>,
    /// Folder as in [`folder_matches`], and the row.
    folders: Vec<(String, usize)>,
    places: Vec<(Place, usize)>,
    mcp: Vec<String>,
}

impl PathIndex {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let mut index = PathIndex::default();
        for (at, row) in catalog.kinds.iter().enumerate() {
            index.endings.extend(row.suffixes.iter().map(|suffix| (suffix.clone(), at)));
            index.names.extend(row.names.iter().map(|name| (name.clone(), row.names_ignore_case, at)));
            index.folders.extend(row.folders.iter().map(|folder| (folder.clone(), at)));
            index.folders.extend(row.deep_folders.iter().map(|folder| (format!("{folder}/**"), at)));
            index.places.extend(row.places.iter().map(|place| (place.clone(), at)));
        }
        index.mcp = catalog
            .mcp_files
            .iter()
            .filter(|file| !file.path.starts_with("~/"))
            .map(|file| file.path.clone())
            .collect();
        index
    }
}

/// Whether the ending is one that any kind has.
fn may_be_primitive(base: &str) -> bool {
    base.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("json"))
}

impl KindRow {
    fn leaves_out(&self, base: &str) -> bool {
        self.not_names.iter().any(|name| name.eq_ignore_ascii_case(base))
    }

    /// The clients that discover the file at `path` (relative to a root, `/` between its parts) from
    /// the folders they look into below any root; plugins and the user's home are not asked.
    #[must_use]
    pub fn discovered_by(&self, path: &str) -> ClientSet {
        self.clients.iter().filter(|at| at.discovers(path)).map(|at| at.client).collect()
    }

    /// The clients that look into a folder above the file at `path`, but not so deep.
    #[must_use]
    pub fn too_deep_for(&self, path: &str) -> ClientSet {
        let below = self.clients.iter().filter(|at| at.lies_below(split(path).0));
        let found = self.discovered_by(path);
        below.map(|at| at.client).filter(|client| !found.has(*client)).collect()
    }

    /// All clients that could read a file of this kind and base name from somewhere.
    #[must_use]
    pub fn read_by(&self, path: &str) -> ClientSet {
        let (_, base) = split(path);
        self.clients.iter().filter(|at| at.holds_for(base)).map(|at| at.client).collect()
    }
}

impl ClientAt {
    /// Whether the row speaks of files with that base name.
    #[must_use]
    pub fn holds_for(&self, base: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| name.eq_ignore_ascii_case(base))
    }

    /// Whether a folder lies below one into which the client looks, however deep.
    fn lies_below(&self, folder: &str) -> bool {
        let top = |own: &str| own.trim_end_matches("/**").trim_end_matches("/*").to_owned() + "/**";
        self.names.is_empty() && self.folders.iter().any(|own| folder_matches(folder, &top(own)))
    }

    /// Whether the client looks into the folder of `path`.
    #[must_use]
    pub fn discovers(&self, path: &str) -> bool {
        let (folder, base) = split(path);
        let reaches = |steps: u32| self.depth.is_none_or(|most| steps <= most);
        let found = |ending: &String| steps_below(folder, ending).is_some_and(reaches);
        self.holds_for(base) && (self.folders.is_empty() || self.folders.iter().any(found))
    }
}

impl Catalog {
    /// What the file at `path` is, where the path alone decides it.
    #[must_use]
    pub fn kind_of(&self, path: &str) -> Option<(Kind, Dialect)> {
        let (folder, base) = split(path);
        if !may_be_primitive(base) {
            return None;
        }
        self.by_ending_or_name(folder, base)
            .or_else(|| self.by_folder(folder, base, None))
            .or_else(|| self.by_place(folder, base))
            .map(|row| (row.kind, row.dialect))
            .or_else(|| self.is_mcp_file(path).then_some((Kind::Mcp, Dialect::Copilot)))
    }

    /// What the file at `path` may be, and what would settle it; asked where
    /// [`Catalog::kind_of`] has no answer.
    #[must_use]
    pub fn candidate_of(&self, path: &str) -> Option<Candidate> {
        let (folder, base) = split(path);
        if !may_be_primitive(base) || self.kind_of(path).is_some() {
            return None;
        }
        self.paths.places.iter().find_map(|(place, at)| {
            let needs = place.needs?;
            let row = self.kinds.get(*at)?;
            (place.has(folder, base) && !row.leaves_out(base)).then_some(needs)
        })
    }

    /// The row of a kind and dialect; the Copilot one where the dialect has none of its own.
    #[must_use]
    pub fn kind_row(&self, kind: Kind, dialect: Dialect) -> Option<&KindRow> {
        self.keys(kind, dialect).map(|table| table.row)
    }

    fn by_ending_or_name(&self, folder: &str, base: &str) -> Option<&KindRow> {
        let by_ending = double_ending(base).and_then(|ending| self.paths.endings.get(ending).copied());
        let at = by_ending.or_else(|| {
            let same = |(name, any_case, _): &&(String, bool, usize)| {
                if *any_case { name.eq_ignore_ascii_case(base) } else { name == base }
            };
            self.paths.names.iter().find(same).map(|(_, _, at)| *at)
        })?;
        let row = self.kinds.get(at)?;
        // `.claude/agents/x.agent.md` is an agent by its ending and Claude's by its folder.
        self.by_folder(folder, base, Some(row.kind)).or(Some(row))
    }

    fn by_folder(&self, folder: &str, base: &str, kind: Option<Kind>) -> Option<&KindRow> {
        if !base.ends_with(".md") {
            return None;
        }
        self.paths.folders.iter().find_map(|(ending, at)| {
            let row = self.kinds.get(*at)?;
            let fits = kind.is_none_or(|kind| row.kind == kind);
            (fits && folder_matches(folder, ending) && !row.leaves_out(base)).then_some(row)
        })
    }

    fn by_place(&self, folder: &str, base: &str) -> Option<&KindRow> {
        self.paths.places.iter().find_map(|(place, at)| {
            let row = self.kinds.get(*at)?;
            let certain = place.needs.is_none() && place.has(folder, base) && !row.leaves_out(base);
            certain.then_some(row)
        })
    }

    fn is_mcp_file(&self, path: &str) -> bool {
        self.paths.mcp.iter().any(|ending| ends_with_parts(path, ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use std::time::Instant;

    /// Path → kind and, where it is Claude's, the dialect.
    const KINDS: &[(&str, &str)] = &[
        ("reviewer.agent.md", "agent"),
        (".github/agents/reviewer.agent.md", "agent"),
        (".github/agents/reviewer.md", "agent"),
        (".github/agents/🎭 generator.agent.md", "agent"),
        (".github/agents/README.md", "-"),
        (".github/agents/readme.md", "-"),
        (".github/agents/deep/reviewer.md", "-"),
        (".github/agents/deep/reviewer.agent.md", "agent"),
        (".github/agents/notes.txt", "-"),
        ("packages/web/.github/agents/reviewer.md", "agent"),
        ("my.github/agents/reviewer.md", "-"),
        ("agents/reviewer.md", "-"),
        ("agents/reviewer.agent.md", "agent"),
        (".copilot/agents/reviewer.md", "agent"),
        (".claude/agents/reviewer.md", "agent claude"),
        (".claude/agents/reviewer.agent.md", "agent claude"),
        (".claude/agents/README.md", "-"),
        (".claude/agents/deep/reviewer.md", "-"),
        ("reviewer.agent", "-"),
        ("reviewer.AGENT.md", "-"),
        ("agent.md", "-"),
        ("old.chatmode.md", "chat-mode"),
        (".github/chatmodes/old.chatmode.md", "chat-mode"),
        (".github/chatmodes/old.md", "-"),
        ("explain.prompt.md", "prompt"),
        (".github/prompts/explain.prompt.md", "prompt"),
        (".github/prompts/explain.md", "-"),
        ("explain.prompt", "-"),
        (".claude/commands/explain.md", "prompt claude"),
        (".claude/commands/explain.prompt.md", "prompt claude"),
        (".claude/commands/README.md", "-"),
        ("rust.instructions.md", "instructions"),
        (".github/instructions/web/rust.instructions.md", "instructions"),
        ("README.instructions.md", "instructions"),
        (".github/copilot-instructions.md", "instructions"),
        ("docs/copilot-instructions.md", "instructions"),
        ("Copilot-Instructions.md", "-"),
        (".claude/rules/style.md", "instructions claude"),
        (".claude/rules/web/deep/style.md", "instructions claude"),
        (".claude/rules/web/style.instructions.md", "instructions claude"),
        (".claude/rules/README.md", "-"),
        ("claude/rules/style.md", "-"),
        ("AGENTS.md", "always-on"),
        ("packages/web/AGENTS.md", "always-on"),
        ("docs/agents.md", "-"),
        ("CLAUDE.md", "always-on"),
        (".claude/CLAUDE.md", "always-on"),
        ("CLAUDE.local.md", "always-on"),
        ("GEMINI.md", "always-on"),
        ("MY-CLAUDE.md", "-"),
        (".github/skills/pdf/SKILL.md", "skill"),
        (".claude/skills/pdf/SKILL.md", "skill"),
        ("anywhere/skill.md", "skill"),
        ("SKILLS.md", "-"),
        ("login.spec.md", "spec"),
        ("login.spec", "-"),
        ("login.spec.ts", "-"),
        ("spec.md", "-"),
        ("login.plan.md", "plan"),
        ("docs/plans/login-plan.md", "plan"),
        ("plans/deep/login-plan.md", "-"),
        ("login-plan.md", "-"),
        (".kiro/specs/login/tasks.md", "plan"),
        (".kiro/specs/tasks.md", "?SiblingSpecOrPlan"),
        (".kiro/specs/login/design.md", "-"),
        ("openspec/changes/login/tasks.md", "plan"),
        ("specs/001-login/tasks.md", "?SiblingSpecOrPlan"),
        ("docs/tasks.md", "?SiblingSpecOrPlan"),
        ("plan/feature-login-1.md", "?GoalKey"),
        ("plan/AGENTS.md", "always-on"),
        ("plan/deep/feature.md", "-"),
        ("docs/login.plan.json", "?PhasesKey"),
        ("plan.json", "-"),
        ("terraform.tfplan.json", "-"),
        ("facts.memory.md", "memory"),
        ("memory.md", "-"),
        ("domain.context.md", "context"),
        (".github/workflows/triage.md", "?WorkflowHeader"),
        (".github/workflows/shared/mcp/tools.md", "?WorkflowPartHeader"),
        (".github/workflows/README.md", "-"),
        (".github/workflows/shared/common.md", "?WorkflowPartHeader"),
        (".github/workflows/triage.yml", "-"),
        ("workflows/triage.md", "-"),
        (".vscode/mcp.json", "mcp"),
        ("packages/web/.vscode/mcp.json", "mcp"),
        (".mcp.json", "mcp"),
        ("packages/web/.mcp.json", "mcp"),
        (".github/mcp.json", "mcp"),
        (".cursor/mcp.json", "mcp"),
        ("mcp.json", "-"),
        ("x.mcp.json", "-"),
        ("package.json", "-"),
        ("README.md", "-"),
        ("src/main.rs", "-"),
        ("", "-"),
        ("/", "-"),
        (".md", "-"),
        (".agent.md", "agent"),
        ("..", "-"),
    ];

    #[test]
    fn a_path_says_the_kind() {
        for (path, wanted) in KINDS {
            let got = match (catalog().kind_of(path), catalog().candidate_of(path)) {
                (Some((kind, Dialect::Copilot)), None) => kind.name().to_string(),
                (Some((kind, Dialect::Claude)), None) => format!("{} claude", kind.name()),
                (None, Some(candidate)) => format!("?{candidate:?}"),
                (None, None) => "-".to_string(),
                both => format!("{both:?}"),
            };
            assert_eq!(&got, wanted, "{path}");
        }
    }

    #[test]
    fn endings_of_folders_go_part_by_part() {
        for (folder, ending, wanted) in [
            ("a/.github/agents", ".github/agents", true),
            (".github/agents", ".github/agents", true),
            ("x.github/agents", ".github/agents", false),
            (".github/agents/x", ".github/agents", false),
            (".github/agents/x", ".github/agents/**", true),
            (".github/agents/x/y", ".github/agents/**", true),
            (".github/agents", ".github/agents/**", true),
            (".github/agentsx", ".github/agents/**", false),
            (".github/skills/pdf", ".github/skills/*", true),
            (".github/skills", ".github/skills/*", false),
            (".github/skills/a/b", ".github/skills/*", false),
            ("", "agents", false),
        ] {
            assert_eq!(folder_matches(folder, ending), wanted, "{folder} {ending}");
        }
    }

    #[test]
    fn clients_look_into_their_own_folders() {
        let clients = |path: &str| {
            let (kind, dialect) = catalog().kind_of(path).unwrap();
            let found = catalog().kind_row(kind, dialect).unwrap().discovered_by(path);
            found.iter().map(ClientId::name).collect::<Vec<_>>().join(" ")
        };
        use crate::ClientId;
        for (path, wanted) in [
            (".github/agents/a.agent.md", "vscode copilot-cli github"),
            (".github/agents/deep/a.agent.md", "copilot-cli"),
            ("docs/a.agent.md", ""),
            (".claude/agents/a.md", "vscode copilot-cli claude"),
            (".github/prompts/a.prompt.md", "vscode"),
            (".github/prompts/deep/a.prompt.md", ""),
            (".github/instructions/deep/a.instructions.md", "vscode copilot-cli github"),
            (".github/instructions/1/2/3/4/5/a.instructions.md", "vscode copilot-cli github"),
            (".github/instructions/1/2/3/4/5/6/a.instructions.md", "copilot-cli github"),
            (
                ".github/instructions/1/2/3/.github/instructions/4/5/6/a.instructions.md",
                "vscode copilot-cli github",
            ),
            (".claude/rules/1/2/3/4/5/a.md", "vscode copilot-cli claude"),
            (".claude/rules/1/2/3/4/5/6/a.md", "copilot-cli claude"),
            (".github/copilot-instructions.md", "vscode copilot-cli github"),
            (".github/other.instructions.md", ""),
            ("docs/copilot-instructions.md", ""),
            ("AGENTS.md", "vscode copilot-cli github"),
            ("CLAUDE.md", "vscode copilot-cli github claude"),
            ("GEMINI.md", "copilot-cli github"),
            (".github/skills/pdf/SKILL.md", "vscode copilot-cli github"),
            (".github/skills/group/pdf/SKILL.md", "copilot-cli"),
            (".claude/skills/pdf/SKILL.md", "vscode copilot-cli github claude"),
            ("x.spec.md", ""),
        ] {
            assert_eq!(clients(path), wanted, "{path}");
        }
    }

    #[test]
    fn a_walk_of_many_files() {
        let catalog = catalog();
        let paths: Vec<String> = (0..200_000)
            .map(|at| match at % 20 {
                0 => format!("docs/part{}/page{at}.md", at % 50),
                1 => format!("packages/p{}/package.json", at % 50),
                2 => format!(".github/agents/a{at}.agent.md"),
                _ => format!("src/module{}/file{at}.rs", at % 50),
            })
            .collect();
        let start = Instant::now();
        let found = paths.iter().filter(|path| catalog.kind_of(path).is_some()).count();
        println!("kind_of for 200,000 paths: {:?}", start.elapsed());
        assert_eq!(found, 10_000);
    }

    proptest::proptest! {
        /// Any path has an answer, and a folder around a project changes none.
        #[test]
        fn a_folder_around_it_changes_nothing(parts in proptest::collection::vec(part(), 0..6)) {
            let path = parts.join("/");
            let around = format!("x/{path}");
            proptest::prop_assert_eq!(catalog().kind_of(&path), catalog().kind_of(&around));
            proptest::prop_assert_eq!(catalog().candidate_of(&path), catalog().candidate_of(&around));
        }

        #[test]
        fn any_text_has_an_answer(path in ".*") {
            let _ = (catalog().kind_of(&path), catalog().candidate_of(&path));
        }
    }

    fn part() -> impl proptest::strategy::Strategy<Value = &'static str> {
        proptest::sample::select(vec![
            ".github",
            "agents",
            ".claude",
            "rules",
            "commands",
            "skills",
            "pdf",
            "plans",
            "plan",
            "workflows",
            ".kiro",
            "specs",
            "openspec",
            "changes",
            "tasks.md",
            "SKILL.md",
            "a.md",
            "a.agent.md",
            "a-plan.md",
            "a.plan.json",
            "README.md",
            ".vscode",
            "mcp.json",
            ".mcp.json",
            "CLAUDE.md",
            "",
            "é.md",
            ".",
        ])
    }
}
