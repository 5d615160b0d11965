//! What a rule reports, and where it reports it.

use crate::config::Config;
use crate::file::FileState;
use crate::intern::PathId;
use crate::world::World;
use segue_catalog::{Catalog, ClientSet, Dialect, Kind, Rule, RuleId, Severity, catalog};
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Its code, `family/name`.
    pub code: &'static str,
    /// How much it matters here, settings applied.
    pub severity: Severity,
    /// The token at fault, as byte offsets; never empty where the text is not.
    pub span: Span,
    /// What is wrong and what to do, in one or two sentences.
    pub message: String,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
    /// Ways to put it right, the likeliest first.
    pub fixes: Vec<Fix>,
    /// How an editor may draw it.
    pub tag: Option<Tag>,
}

/// Another place that has to do with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file, by its root-relative path.
    pub path: Arc<str>,
    /// Where in it.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// A way to put a finding right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command to the editor: `Replace by search/codebase`.
    pub title: String,
    /// Edits of the finding's own file, in order, not overlapping.
    pub edits: Vec<Edit>,
    /// Whether it keeps what the author meant beyond doubt, so that `--fix` may apply it unasked.
    pub safe: bool,
}

/// An edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub insert: String,
}

/// How an editor may draw a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Struck through.
    Deprecated,
    /// Faded.
    Unnecessary,
}

/// What a rule reads and where it reports.
pub(crate) struct Context<'w> {
    /// The state of the workspace.
    pub world: &'w World,
    /// The file.
    pub id: PathId,
    /// Its path.
    pub path: Arc<str>,
    /// The file's state.
    pub state: &'w FileState,
    /// Its kind.
    pub kind: Kind,
    /// Whose keys its header has.
    pub dialect: Dialect,
    /// Its facts; empty ones where it is no Markdown.
    pub facts: &'w Facts,
    /// The clients that the file is for: those that could read it, narrowed by settings and `target`.
    pub clients: ClientSet,
    /// The settings that hold for it.
    pub config: &'w Config,
    /// The tables.
    pub catalog: &'static Catalog,
    findings: Vec<Finding>,
    said: Vec<&'static str>,
    rehearsing: bool,
}

/// A finding under construction.
#[must_use = "a report that is not sent is lost"]
pub(crate) struct Report {
    code: &'static str,
    span: Span,
    message: String,
    severity: Option<Severity>,
    related: Vec<Related>,
    fixes: Vec<Fix>,
    tag: Option<Tag>,
}

impl Report {
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            severity: None,
            related: Vec::new(),
            fixes: Vec::new(),
            tag: None,
        }
    }

    /// Another severity than the row's default; settings still win.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub fn related(mut self, path: Arc<str>, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { path, span, message: message.into() });
        self
    }

    /// A fix of one edit that `--fix` may apply unasked.
    pub fn safe_fix(self, title: impl Into<String>, span: Span, insert: impl Into<String>) -> Self {
        self.fix(Fix { title: title.into(), edits: vec![Edit { span, insert: insert.into() }], safe: true })
    }

    /// A fix of one edit that a person has to choose.
    pub fn offered_fix(self, title: impl Into<String>, span: Span, insert: impl Into<String>) -> Self {
        self.fix(Fix { title: title.into(), edits: vec![Edit { span, insert: insert.into() }], safe: false })
    }

    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// The finding where no settings hold.
    pub fn by_default(self, catalog: &'static Catalog) -> Option<Finding> {
        let (rule, row) = catalog.rule(self.code)?;
        let severity = self.severity.unwrap_or(row.severity);
        Some(self.finding(rule, row, severity))
    }

    fn finding(self, rule: RuleId, row: &'static Rule, severity: Severity) -> Finding {
        Finding {
            rule,
            code: &row.code,
            severity,
            span: self.span,
            message: self.message,
            related: self.related,
            fixes: self.fixes,
            tag: self.tag,
        }
    }
}

impl<'w> Context<'w> {
    /// The context of a file that is judged; `None` for hubs, excluded files, and files for no client
    /// that is wanted.
    pub fn new(world: &'w World, id: PathId) -> Option<Self> {
        static NO_FACTS: std::sync::OnceLock<Facts> = std::sync::OnceLock::new();
        let state = world.file(id)?;
        let kind = state.kind?;
        let path = world.path(id);
        let config = world.config(&path);
        if config.excludes(&path) {
            return None;
        }
        let facts = state.facts().unwrap_or_else(|| NO_FACTS.get_or_init(Facts::default));
        if crate::clients::concerns_nobody(&path, kind, state.dialect, facts, config) {
            return None;
        }
        let clients = crate::clients::of_file(&path, kind, state.dialect, facts, config);
        Some(Self {
            world,
            id,
            path,
            state,
            kind,
            dialect: state.dialect,
            facts,
            clients,
            config,
            catalog: catalog(),
            findings: Vec::new(),
            said: Vec::new(),
            rehearsing: false,
        })
    }

    /// Whether a fix that makes clients read what they did not (a header moved to its place) brings no
    /// finding of its own: the file is judged as it would be, once, beside the file as it is.
    pub fn brings_nothing(&self, text: &str, fix: &Fix) -> bool {
        if self.rehearsing {
            return true;
        }
        let mut fixed = text.to_owned();
        for edit in fix.edits.iter().rev() {
            if fixed.get(edit.span.range()).is_none() {
                return false;
            }
            fixed.replace_range(edit.span.range(), &edit.insert);
        }
        let facts = Facts::of(&fixed);
        let before = self.rehearse(self.facts);
        self.rehearse(&facts).iter().all(|finding| before.contains(finding))
    }

    /// What the families say of other facts in this file's place: codes and messages.
    fn rehearse(&self, facts: &Facts) -> Vec<(&'static str, String)> {
        let clients = crate::clients::of_file(&self.path, self.kind, self.dialect, facts, self.config);
        let mut context = Context {
            world: self.world,
            id: self.id,
            path: self.path.clone(),
            state: self.state,
            kind: self.kind,
            dialect: self.dialect,
            facts,
            clients,
            config: self.config,
            catalog: self.catalog,
            findings: Vec::new(),
            said: Vec::new(),
            rehearsing: true,
        };
        for family in super::FAMILIES {
            family(&mut context);
        }
        context.findings.into_iter().map(|finding| (finding.code, finding.message)).collect()
    }

    /// The text, for a fix that moves or repeats a part of it. A closed file is read from the disk
    /// again, so this is for rules that are about to report, and `None` where it changed meanwhile.
    pub fn text(&self) -> Option<Arc<str>> {
        self.world.text(self.id)
    }

    /// The clients the file is for that somebody named, in the settings or by `target`.
    pub fn named_clients(&self) -> ClientSet {
        crate::clients::named(self.facts, self.config).and(self.clients)
    }

    /// Whether this was asked before: for rules that speak once a file at most.
    pub fn said_once(&self, code: &'static str) -> bool {
        self.said.contains(&code)
    }

    /// Takes a finding in, under the severity that settings give its rule.
    pub fn send(&mut self, report: Report) {
        let Some((rule, row)) = self.catalog.rule(report.code) else {
            debug_assert!(false, "no row for {}", report.code);
            return;
        };
        let default = report.severity.unwrap_or(row.severity);
        let Some(severity) = self.config.severity(rule, default, &self.path) else { return };
        self.said.push(report.code);
        self.findings.push(report.finding(rule, row, severity));
    }

    /// Applies ignores and puts the findings in order.
    pub fn finish(mut self) -> Vec<Finding> {
        crate::ignores::apply(&mut self);
        self.findings.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        self.findings.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
        self.findings
    }

    /// The findings so far, for the ignores.
    pub fn findings_mut(&mut self) -> &mut Vec<Finding> {
        &mut self.findings
    }
}
