//! Where a plan's file names its tasks: where an id is given, where others wait for it, in graphs,
//! contracts and diagrams, and in the text where a word can mean nothing else.

use rustc_hash::FxHashSet;
use segue_plan::{Plan, Range, Stated, Task};
use segue_syntax::Span;

/// A place that names a task, a group of tasks, or something else that a plan gives an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named<'p> {
    /// The token.
    pub span: Span,
    /// The id that is meant.
    pub id: &'p str,
    /// Whether it is given here.
    pub defines: bool,
    /// Whether the token is the id itself, so that another id can take its place.
    pub exact: bool,
}

/// Every such place, in order, each once. Without the text those that only a word in it shows are left
/// out.
pub(crate) fn of<'p>(plan: &'p Plan, text: Option<&str>) -> Vec<Named<'p>> {
    let mut signs = Signs { plan, ids: FxHashSet::default(), found: Vec::new() };
    signs.given();
    signs.waited_for();
    if let Some(text) = text {
        signs.mentions(text);
    }
    signs.found.sort_by_key(|named| (named.span, !named.defines, !named.exact));
    signs
        .found
        .dedup_by(|later, former| later.span == former.span && (former.exact || later.id == former.id));
    signs.found
}

/// Whether the ids of a format say below which others they belong: `1.2` to `1`.
pub(crate) fn has_ids_of_groups(plan: &Plan) -> bool {
    matches!(plan.format, "kiro" | "openspec")
}

/// What a file states, without the quotes around it.
pub(crate) fn token(stated: &Stated<String>) -> Span {
    let Range { start, end } = stated.range;
    let quoted = stated.range.bytes().len() == stated.value.len() + 2;
    if quoted { Span { start: start + 1, end: end - 1 } } else { Span { start, end } }
}

/// Where a task gets its id: its title where that is what the id is made of, all of the heading where
/// that is one, so that the heading itself can be meant there too.
pub(crate) fn place(task: &Task, plan: &Plan) -> Span {
    if task.id_is_stated {
        return token(&task.id);
    }
    let is_heading = plan.format == "spec" && task.group.is_none();
    let range = if is_heading { task.head } else { task.title.range };
    Span { start: range.start, end: range.end }
}

/// A place at which a task names the agent that does it.
pub(crate) struct Executor<'p> {
    /// The name, without the `@` before it.
    pub span: Span,
    /// The name that is written.
    pub name: &'p str,
    /// Whether the place holds the name and nothing else.
    pub exact: bool,
}

/// Every such place, in the order of the tasks. Without the text, marks within a name keep it from being
/// told apart.
pub(crate) fn executors<'p>(plan: &'p Plan, text: Option<&str>) -> Vec<Executor<'p>> {
    let named = plan.tasks.iter().filter_map(|task| task.agent.as_ref());
    let executor = |agent: &'p Stated<String>| {
        let name = agent.trim_start_matches('@').trim();
        let whole = Span { start: agent.range.start, end: agent.range.end };
        let own = token(agent);
        let at = match text {
            Some(text) => whole.of(text).find(name).map(|at| whole.start as usize + at),
            None if own.len() == agent.len() => agent.find(name).map(|at| own.start as usize + at),
            None => None,
        };
        let span = at.map_or(whole, |at| Span::new(at, at + name.len()));
        (!name.is_empty() && !whole.is_empty()).then_some(Executor { span, name, exact: at.is_some() })
    };
    named.filter_map(executor).collect()
}

struct Signs<'p> {
    plan: &'p Plan,
    ids: FxHashSet<&'p str>,
    found: Vec<Named<'p>>,
}

impl<'p> Signs<'p> {
    fn add(&mut self, span: Span, id: &'p str, defines: bool, exact: bool) {
        if !span.is_empty() && !id.is_empty() {
            self.found.push(Named { span, id, defines, exact });
        }
    }

    fn given(&mut self) {
        let plan = self.plan;
        for task in &plan.tasks {
            self.ids.insert(&task.id);
            self.add(place(task, plan), &task.id, true, task.id_is_stated);
        }
        let groups = plan.groups.iter().filter(|_| has_ids_of_groups(plan));
        for id in groups.filter_map(|group| group.id.as_ref()).chain(&plan.declared) {
            self.ids.insert(id);
            self.add(token(id), id, true, true);
        }
    }

    fn waited_for(&mut self) {
        let plan = self.plan;
        for task in &plan.tasks {
            for dependency in task.depends_on.iter().filter(|dependency| !dependency.is_unknown()) {
                self.stated(&dependency.written, &dependency.on);
            }
            // The wave of a graph in JSON stands where the graph names the task.
            if let Some(wave) = task.wave.as_ref().filter(|_| plan.format == "kiro") {
                let span = Span { start: wave.range.start, end: wave.range.end };
                let own = task.id.as_str();
                let of_group = (own.len() > span.len()).then(|| own.get(..span.len())).flatten();
                match self.ids.get(of_group.unwrap_or(own)).copied() {
                    Some(id) => self.add(span, id, false, id.len() == span.len()),
                    None => self.add(span, own, false, false),
                }
            }
        }
        for end in plan.contracts.iter().flat_map(|contract| [&contract.from, &contract.to]).flatten() {
            if let Some(id) = self.ids.get(end.as_str()).copied() {
                self.add(token(end), id, false, true);
            }
        }
    }

    /// A dependency: by an id, or in words that mean one task.
    fn stated(&mut self, written: &'p Stated<String>, on: &std::ops::Range<u32>) {
        let span = token(written);
        let length = written.find(|c: char| !(c.is_alphanumeric() || ".-_".contains(c)));
        let first = written.get(..length.unwrap_or(written.len())).unwrap_or_default().trim_end_matches('.');
        if let Some(id) = self.ids.get(first).copied()
            && (has_ids_of_groups(self.plan) || first.len() == written.len())
        {
            let exact = span.len() >= first.len() && (span.len() == written.len());
            let span =
                if exact { Span { end: Span::at(span.start as usize + id.len()).end, ..span } } else { span };
            return self.add(span, id, false, exact);
        }
        if let Some(task) = self.plan.tasks.get(on.start as usize).filter(|_| on.len() == 1) {
            let exact =
                task.id_is_stated && written.eq_ignore_ascii_case(&task.id) && span.len() == written.len();
            self.add(span, &task.id, false, exact);
        }
    }

    /// Words of the text that can mean nothing else: by their form, or by the word before them.
    fn mentions(&mut self, text: &str) {
        let plan = self.plan;
        let word_before: &[&str] = match plan.format {
            "controlflow" | "orchestra" => &["phase", "phases"],
            "kiro" | "openspec" => &["task", "tasks"],
            _ => &[],
        };
        let by_form = matches!(plan.format, "spec-kit" | "implementation-plan");
        if plan.format == super::JSON_FORMAT {
            return;
        }
        let joins = |c: char| match plan.format {
            "spec-kit" => false,
            "implementation-plan" => c == '-',
            _ => matches!(c, '-' | '_' | '.'),
        };
        let mut diagrams = plan.diagrams.iter().map(|diagram| diagram.range).peekable();
        let mut before = 0..0;
        for (start, word) in words(text, joins) {
            let word = word.trim_end_matches(['.', '-']);
            let end = start + word.len();
            let previous = std::mem::replace(&mut before, start..end);
            let Some(id) = self.ids.get(word).copied() else { continue };
            while diagrams.next_if(|range| (range.end as usize) < start).is_some() {}
            let in_diagram = diagrams.peek().is_some_and(|range| range.start as usize <= start);
            let lead = text.get(..start).unwrap_or_default();
            let tail = text.get(end..).unwrap_or_default();
            let is_named = || {
                let gap = text.get(previous.end..start).unwrap_or_default();
                let word = text.get(previous.clone()).unwrap_or_default();
                matches!(gap, " " | " #") && word_before.iter().any(|own| own.eq_ignore_ascii_case(word))
            };
            let is_label = in_diagram && lead.ends_with("[\"") && tail.starts_with(": ");
            let is_code = plan.format == "spec" && lead.ends_with('`') && tail.starts_with('`');
            if by_form || is_label || is_named() || ((is_code || in_diagram) && is_distinctive(id)) {
                self.add(Span::new(start, end), id, false, true);
            }
        }
    }
}

/// Whether a word like this is hardly anything but an id: `user-model`, `T012`; not `auth`, not `2`.
fn is_distinctive(id: &str) -> bool {
    let has = |of: fn(char) -> bool| id.contains(of);
    has(char::is_alphabetic) && (id.contains(['-', '_']) || has(|c| c.is_ascii_digit()))
}

/// The runs of letters, digits and what joins them.
fn words(text: &str, joins: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(char::is_alphanumeric)?;
        let rest = text.get(start..)?;
        let length = rest.find(|c: char| !(c.is_alphanumeric() || joins(c))).unwrap_or(rest.len());
        at = start + length;
        Some((start, rest.get(..length)?))
    })
}
