//! Every place of a file that names something, or gives something its name: the tokens that
//! navigation starts from and leads to.
//!
//! A site says what is written and where, and nothing of what exists; [`crate::features::at`] asks the
//! workspace what it means.

use crate::diagnostics::{mcp_file, tool};
use crate::file::{Content, FileState};
use crate::plans::signs;
use crate::workflows::expressions::operands;
use crate::workflows::{self, WorkflowBody};
use crate::written::{self, Written};
use crate::{names, servers};
use segue_catalog::{Dialect, Kind};
use segue_plan::Plan;
use segue_syntax::facts::{HeaderShape, LinkKind, Token, TokenKind};
use segue_syntax::yaml::{Map, Node, Scalar, Style, Value};
use segue_syntax::{Facts, Span, json};

/// A file as sites are looked for in it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'f> {
    /// Its path.
    pub path: &'f str,
    /// Its kind; `None` for Markdown that is no primitive.
    pub kind: Option<Kind>,
    /// Whose keys its header has.
    pub dialect: Dialect,
    /// What Markdown says of it.
    pub facts: Option<&'f Facts>,
    /// What JSON says of it.
    pub json: Option<&'f json::Document>,
    /// The plan that it holds.
    pub plan: Option<&'f Plan>,
    /// What the body of a workflow says.
    pub(crate) workflow: Option<&'f WorkflowBody>,
    /// Its text, where it is at hand: without it the parts of a destination that is written with
    /// escapes are not told apart.
    pub text: Option<&'f str>,
}

impl<'f> Page<'f> {
    /// A file of the workspace.
    #[must_use]
    pub fn of(path: &'f str, state: &'f FileState, text: Option<&'f str>) -> Self {
        let (facts, json) = match &state.content {
            Content::Markdown(facts) => (Some(facts), None),
            Content::Json(document) => (None, Some(document)),
            Content::Unreadable(_) => (None, None),
        };
        Self {
            path,
            kind: state.kind,
            dialect: state.dialect,
            facts,
            json,
            plan: state.plan.as_deref().map(|planned| &**planned),
            workflow: state.workflow.as_deref(),
            text: text.or(state.text.as_deref()),
        }
    }

    /// Markdown that is no primitive.
    #[must_use]
    pub fn plain(path: &'f str, facts: &'f Facts, text: &'f str) -> Self {
        Self {
            path,
            kind: None,
            dialect: Dialect::Copilot,
            facts: Some(facts),
            json: None,
            plan: None,
            workflow: None,
            text: Some(text),
        }
    }
}

/// A place that names something, or gives something its name.
#[derive(Clone, Debug)]
pub struct Site<'f> {
    /// The token alone: what a rename replaces.
    pub span: Span,
    /// What a click on it may mean too: the whole link around a destination.
    pub whole: Span,
    /// Whether something gets its name here.
    pub defines: bool,
    /// What is written.
    pub what: Sign<'f>,
    /// Whether the token is written without escapes, so that another text can take its place as it is.
    pub exact: bool,
    /// How it is quoted, for values of a header or of JSON.
    pub style: Option<Style>,
}

/// What is written at a site.
#[derive(Clone, Debug)]
pub enum Sign<'f> {
    /// The path of a destination.
    Path(Written<'f>),
    /// The anchor of a destination.
    Anchor(Written<'f>),
    /// A heading, by its index.
    Heading(usize),
    /// An HTML `id` or `name`, by its index.
    HtmlId(usize),
    /// The label of a reference or of its definition, folded.
    Label(&'f str),
    /// An agent: in `agents`, `handoffs`, a prompt's `agent`, or as `name` of its own file.
    Agent(&'f str),
    /// The agent that a task of a plan names.
    Executor(&'f str),
    /// `@name` in text.
    Mention(&'f str),
    /// A prompt or skill, without the slash.
    Slash(&'f str),
    /// The file itself, at the line with which its header begins, where no `name` says what it is called.
    Own,
    /// The `name` of a prompt's own file.
    PromptName(&'f str),
    /// The `name` of a skill's own file.
    SkillName(&'f str),
    /// A tool, by the name that is written.
    Tool(&'f str),
    /// A key under which a server is configured.
    Server(&'f str),
    /// `${input:name}`, or the entry of `inputs` that asks for it.
    Input(&'f str),
    /// The id of a task, or of something else that a plan gives one.
    Task(&'f str),
}

/// Every site of a file, in no order.
#[must_use]
pub fn all<'f>(page: &Page<'f>) -> Vec<Site<'f>> {
    let mut sites = Sites { page: *page, found: Vec::new() };
    if let Some(facts) = page.facts {
        sites.markdown(facts);
        if page.kind.is_some() {
            sites.tokens(facts);
            if facts.header.shape == HeaderShape::Closed
                && let Some(map) = facts.header.yaml.map()
            {
                sites.header(facts, map);
            }
        }
    }
    if let Some(document) = page.json {
        sites.json(document);
    }
    sites.plan();
    if let Some(map) =
        page.facts.filter(|_| page.kind == Some(Kind::Workflow)).and_then(|facts| facts.header.yaml.map())
    {
        sites.workflow(map);
    }
    sites.found
}

struct Sites<'f> {
    page: Page<'f>,
    found: Vec<Site<'f>>,
}

/// `${input:` and the length of it.
const INPUT: &str = "input:";

impl<'f> Sites<'f> {
    fn add(&mut self, span: Span, defines: bool, what: Sign<'f>) {
        self.found.push(Site { span, whole: span, defines, what, exact: true, style: None });
    }

    /// The text of a scalar without the blanks around it.
    fn scalar(&mut self, node: &Node, scalar: &'f Scalar, defines: bool, sign: fn(&'f str) -> Sign<'f>) {
        let text = scalar.text.trim();
        if text.is_empty() {
            return;
        }
        let lead = scalar.text.len() - scalar.text.trim_start().len();
        self.part(node, scalar, lead, text.len(), defines, sign(text));
    }

    /// A part of a scalar: its own place where the scalar is written without escapes.
    fn part(&mut self, node: &Node, scalar: &Scalar, at: usize, len: usize, defines: bool, what: Sign<'f>) {
        let inner = node.inner_span();
        let exact =
            inner.len() == scalar.text.len() && !matches!(scalar.style, Style::Literal | Style::Folded);
        let start = inner.start as usize + at;
        let span = if exact { Span::new(start, start + len) } else { node.span };
        self.found.push(Site { span, whole: node.span, defines, what, exact, style: Some(scalar.style) });
    }

    fn plan(&mut self) {
        let Some(plan) = self.page.plan else { return };
        for signs::Named { span, id, defines, exact } in signs::of(plan, self.page.text) {
            self.found.push(Site { span, whole: span, defines, what: Sign::Task(id), exact, style: None });
        }
        let style = self.page.json.map(|_| Style::Double);
        for signs::Executor { span, name, exact } in signs::executors(plan, self.page.text) {
            let what = Sign::Executor(name);
            self.found.push(Site { span, whole: span, defines: false, what, exact, style });
        }
    }

    /// The inputs that a workflow asks for, and the expressions that read them.
    fn workflow(&mut self, map: &'f Map) {
        for (entry, name) in workflows::asked(map) {
            self.add(unquoted(entry.key.span, name), true, Sign::Input(name));
        }
        let Some(body) = self.page.workflow else { return };
        for expression in body.in_header.iter().chain(&body.expressions) {
            for operand in operands(&expression.inner) {
                let Some((at, name)) = operand.input() else { continue };
                let start = expression.start + operand.at + at;
                self.add(Span::new(start, start + name.len()), false, Sign::Input(name));
            }
        }
    }

    fn markdown(&mut self, facts: &'f Facts) {
        for (_, written) in written::all(self.page.kind, facts) {
            let parts = written.parts(self.page.text);
            let exact = self.page.text.is_some() || written.text.len() == written.span.len();
            let mut add = |span, what| {
                self.found.push(Site {
                    span,
                    whole: written.whole,
                    defines: false,
                    what,
                    exact,
                    style: None,
                });
            };
            if !parts.path.is_empty() {
                add(parts.path, Sign::Path(written));
            }
            if let Some(anchor) = parts.anchor.filter(|anchor| !anchor.is_empty()) {
                add(anchor, Sign::Anchor(written));
            }
        }
        for (index, heading) in facts.headings.iter().enumerate() {
            let span = if heading.text_span.is_empty() { heading.span } else { heading.text_span };
            self.add(span, true, Sign::Heading(index));
        }
        for (index, id) in facts.html_ids.iter().enumerate() {
            self.add(id.span, true, Sign::HtmlId(index));
        }
        for link in facts
            .links
            .iter()
            .filter(|link| matches!(link.kind(), LinkKind::Reference | LinkKind::ImageReference))
        {
            let definition = link.definition().and_then(|index| facts.definitions.get(index as usize));
            if let Some(definition) = definition {
                let what = Sign::Label(&definition.label);
                let (span, whole) = (link.target_span, link.span);
                self.found.push(Site { span, whole, defines: false, what, exact: true, style: None });
            }
        }
        for definition in &facts.definitions {
            self.add(definition.label_span, true, Sign::Label(&definition.label));
        }
    }

    fn tokens(&mut self, facts: &'f Facts) {
        let mut inputs: Vec<(&str, usize, bool)> = Vec::new();
        for token in &facts.tokens {
            match token.kind {
                TokenKind::Tool => self.add(token.name_span, false, Sign::Tool(&token.name)),
                TokenKind::Mention if self.reads_names() => {
                    self.add(token.name_span, false, Sign::Mention(&token.name));
                }
                TokenKind::Command if self.reads_names() => {
                    self.add(token.name_span, false, Sign::Slash(&token.name));
                }
                TokenKind::Variable => {
                    if let Some((name, asks)) = self.input(token) {
                        inputs.push((name, self.found.len() - 1, asks));
                    }
                }
                _ => {}
            }
        }
        // The first that says what to ask for defines the input, else the first.
        let names: Vec<&str> = inputs.iter().map(|(name, ..)| *name).collect();
        for (at, (name, site, _)) in inputs.iter().enumerate() {
            let first = inputs.iter().position(|(own, _, asks)| own == name && *asks);
            let first = first.or_else(|| names.iter().position(|own| own == name));
            if let Some(site) = self.found.get_mut(*site) {
                site.defines = first == Some(at);
            }
        }
    }

    /// `${input:name}` and `${input:name:what to ask for}`.
    fn input(&mut self, token: &'f Token) -> Option<(&'f str, bool)> {
        let rest = token.name.strip_prefix(INPUT)?;
        let name = rest.split(':').next().unwrap_or_default();
        let trimmed = name.trim();
        if trimmed.is_empty() {
            return None;
        }
        let start = token.name_span.start as usize + INPUT.len() + (name.len() - name.trim_start().len());
        let span = Span::new(start, start + trimmed.len());
        let what = Sign::Input(trimmed);
        self.found.push(Site { span, whole: token.span, defines: false, what, exact: true, style: None });
        Some((trimmed, rest.len() > name.len()))
    }

    /// Whether some client reads `@name` and `/name` in the text of such a file.
    fn reads_names(&self) -> bool {
        self.page.kind.is_some_and(names::reads_mentions)
    }

    fn header(&mut self, facts: &'f Facts, map: &'f Map) {
        let Some(kind) = self.page.kind else { return };
        let own: Option<fn(&'f str) -> Sign<'f>> = match kind {
            Kind::Agent | Kind::ChatMode => Some(Sign::Agent),
            Kind::Prompt => Some(Sign::PromptName),
            Kind::Skill => Some(Sign::SkillName),
            _ => None,
        };
        let name = map.value("name").and_then(|node| Some((node, node.as_scalar()?)));
        match (own, name) {
            (Some(sign), Some((node, scalar))) if !scalar.text.trim().is_empty() => {
                self.scalar(node, scalar, true, sign);
            }
            _ => self.add(facts.header.open, true, Sign::Own),
        }
        let called = names::agent_nodes(kind, self.page.dialect, map);
        for node in called.into_iter().chain(names::more_agent_nodes(kind, map)) {
            if let Some(scalar) = node.as_scalar() {
                self.scalar(node, scalar, false, Sign::Agent);
            }
        }
        for (node, scalar, at, len) in names::slash_nodes(kind, map) {
            let text = scalar.text.get(at..at + len).unwrap_or_default();
            self.part(node, scalar, at, len, false, Sign::Slash(text));
        }
        for list in tool::lists(kind, self.page.dialect, facts) {
            for item in &list.items {
                let exact = item.exact;
                let (span, whole, what) = (item.span, item.whole, Sign::Tool(item.name));
                self.found.push(Site { span, whole, defines: false, what, exact, style: None });
                for (at, name) in names::agents_of_tool(item.text) {
                    let start = item.span.start as usize + at;
                    let span = if exact { Span::new(start, start + name.len()) } else { item.span };
                    let what = Sign::Agent(name);
                    self.found.push(Site { span, whole, defines: false, what, exact, style: None });
                }
            }
        }
        servers::written_in(map).for_each(|value| self.servers(value));
    }

    /// The names of servers.
    fn servers(&mut self, value: &'f Node) {
        for entry in servers::maps(value).flat_map(|map| &map.entries) {
            self.add(unquoted(entry.key.span, &entry.key.text), true, Sign::Server(&entry.key.text));
        }
    }

    fn json(&mut self, document: &'f json::Document) {
        let row = mcp_file(self.page.path);
        let Some((row, root)) = row.and_then(|row| Some((row, servers::holder(document, row)?))) else {
            return;
        };
        if let Some(servers) = root.value(&row.top) {
            self.servers(servers);
        }
        let inputs = root.value("inputs").and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items);
        for id in inputs.filter_map(Node::as_map).filter_map(|input| input.value("id")) {
            if let Some(scalar) = id.as_scalar() {
                self.scalar(id, scalar, true, Sign::Input);
            }
        }
        for entry in &root.entries {
            if let Some(value) = &entry.value {
                self.input_uses(value);
            }
        }
    }

    fn input_uses(&mut self, node: &'f Node) {
        match &node.value {
            Value::Scalar(scalar) => {
                for (at, opening) in scalar.text.match_indices("${input:") {
                    let start = at + opening.len();
                    let rest = scalar.text.get(start..).unwrap_or_default();
                    if let Some((id, _)) = rest.split_once('}') {
                        self.part(node, scalar, start, id.len(), false, Sign::Input(id));
                    }
                }
            }
            Value::Seq(seq) => seq.items.iter().for_each(|item| self.input_uses(item)),
            Value::Map(map) => {
                map.entries
                    .iter()
                    .filter_map(|entry| entry.value.as_ref())
                    .for_each(|value| self.input_uses(value));
            }
        }
    }
}

/// The inside of a token that may be quoted.
fn unquoted(span: Span, text: &str) -> Span {
    if span.len() == text.len() + 2 { Span { start: span.start + 1, end: span.end - 1 } } else { span }
}
