//! `.spec.md`: a breakdown into issues, else the checklists under the requirements.
//!
//! ```text
//! ### Issue 2: Token store (`token-store`)        - [ ] Token store (`src/auth/tokens.ts`)
//! **Scope:** …
//! **Dependencies:** User model (needs its types)
//! **Agent Focus:** backend
//! ```

mod checklist;

use super::fields::{self, Field, Vocabulary};
use super::names::{self, Names};
use super::page::{Form, Page, Section, plain, range, trimmed};
use super::{paths, shared};
use segue_plan::{Contract, Dependency, GateAt, Impact, Plan, State, Stated, Task, Tick, Unread};
use segue_syntax::Span;
use segue_syntax::slug::slug_text;

pub(super) use checklist::components;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Scope,
    Dependencies,
    Focus,
    Files,
    Validation,
    Acceptance,
    Agent,
    Gate,
    Tests,
    Risk,
    Wave,
    Variants,
    ReadOnly,
    Destructive,
    Status,
    Context,
}

const KEYS: &Vocabulary<Key> = &[
    ("scope", Key::Scope),
    ("objective", Key::Scope),
    ("dependencies", Key::Dependencies),
    ("depends on", Key::Dependencies),
    ("agent focus", Key::Focus),
    ("files", Key::Files),
    ("validation", Key::Validation),
    ("acceptance", Key::Acceptance),
    ("acceptance criteria", Key::Acceptance),
    ("agent", Key::Agent),
    ("gate", Key::Gate),
    ("gates", Key::Gate),
    ("tests", Key::Tests),
    ("risk", Key::Risk),
    ("wave", Key::Wave),
    ("variants", Key::Variants),
    ("read-only", Key::ReadOnly),
    ("read only", Key::ReadOnly),
    ("destructive", Key::Destructive),
    ("status", Key::Status),
    ("context", Key::Context),
];

/// The sections that a spec consists of.
pub(crate) const SECTIONS: &[&str] = &["Problem Statement", "Approach", "Implementation Requirements"];

const REQUIREMENTS: &[&str] = &["Implementation Requirements"];
const COMPONENTS: &[&str] = &["Core Components", "Components"];
const CRITERIA: &[&str] = &["Validation Criteria", "Acceptance Criteria", "Success Criteria"];
const CONTRACTS: &[&str] = &["API Contracts", "API Contract"];
const REFERENCES: &[&str] = &["Context References", "Context"];
const HANDOFF: &[&str] = &["Handoff Checklist"];

/// Whether a page may hold such tasks: a heading begins as one of an issue, or of what lists components.
pub(super) fn may(page: &Page<'_>) -> bool {
    const WORDS: &[&str] = &["issue", "task", "component", "core components", "implementation requirements"];
    page.sections.iter().any(|section| {
        let title = section.title.trim_start_matches(['[', ' ', 'x', 'X', ']']);
        let title = if title.is_empty() { section.title } else { title };
        let title = title.trim_start_matches(|c: char| !c.is_alphabetic());
        WORDS.iter().any(|word| {
            title.as_bytes().get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word.as_bytes()))
        })
    })
}

pub(super) fn read(page: &Page<'_>) -> Plan {
    let mut plan = Plan { title: title(page), ..Plan::default() };
    let issues: Vec<(&Section<'_>, Heading)> =
        page.sections.iter().filter_map(|section| Some((section, issue_heading(page, section)?))).collect();
    let first = issues.first().map_or(page.lines.len(), |(section, _)| section.line);
    shared::head(page, 0..first, &mut plan);
    if issues.is_empty() {
        checklist::read(page, &mut plan);
    } else {
        let mut waits = Vec::with_capacity(issues.len());
        plan.tasks.reserve(issues.len());
        for (section, heading) in &issues {
            let (task, own) = issue(page, section, heading);
            plan.tasks.push(task);
            waits.push(own);
        }
        names::make_ids_differ(&mut plan);
        resolve(page, &issues, &waits, &mut plan);
    }
    read_whole(page, &mut plan);
    plan
}

/// The title without `Feature:` and the like.
fn title(page: &Page<'_>) -> Option<Stated<String>> {
    let whole = page.title()?;
    for prefix in ["Feature:", "API Endpoint:", "Spec:", "Specification:", "Feature Specification:"] {
        if let Some(rest) = whole.strip_prefix(prefix).map(str::trim).filter(|rest| !rest.is_empty()) {
            let end = whole.range.end as usize;
            return Some(Stated::new(
                rest.to_owned(),
                segue_plan::Range::new(end.saturating_sub(rest.len()), end),
            ));
        }
    }
    Some(whole)
}

/// What every spec may say beside its tasks.
fn read_whole(page: &Page<'_>, plan: &mut Plan) {
    for section in page.called(CRITERIA) {
        let items = shared::outermost(page, section.body.clone());
        plan.acceptance.extend(items.into_iter().map(|(_, item)| page.stated(item.text)));
    }
    for section in page.called(REFERENCES) {
        plan.context.extend(shared::links(page, shared::body(page, section)));
    }
    for section in page.called(CONTRACTS) {
        plan.contracts.extend(page.items(section.body.clone()).filter_map(|(_, item)| {
            let code = *paths::code_spans(page.text, item.text).first()?;
            let rest = Span { start: (code.end + 1).min(item.text.end), end: item.text.end };
            let words = page.str(rest).trim_start_matches([' ', '-', '–', '—', ':']);
            let words_span = Span::new(rest.end as usize - words.len(), rest.end as usize);
            Some(Contract {
                interface: Some(page.stated(code)),
                format: (!words.is_empty()).then(|| page.stated(words_span)),
                range: range(item.text),
                ..Contract::default()
            })
        }));
    }
    let handoffs = page.called(HANDOFF).map(|section| shared::gate(page, section, GateAt::Start));
    plan.gates.extend(handoffs.filter(|gate| !gate.approvals.is_empty()));
    plan.clarifications = shared::clarifications(page);
    plan.diagrams = shared::diagrams(page);
    let parts = [CONTRACTS, HANDOFF, CRITERIA, COMPONENTS];
    let wanted = page.sections.iter().filter(|section| {
        let is_part = || section.level <= 3 && parts.iter().any(|names| section.is_called(names));
        (section.level == 2 && section.is_called(SECTIONS)) || is_part()
    });
    let empty = wanted.filter(|section| shared::says_nothing(page, section));
    plan.empty_sections = empty.map(|section| page.stated(section.text)).collect();
}

/// The heading of an issue: its checkbox, its title, and its id in brackets.
struct Heading {
    tick: Span,
    title: Span,
    id: Option<Span>,
}

/// `Issue 2: Title (`id`)`, where the word and the number say what it is.
fn heading(page: &Page<'_>, section: &Section<'_>) -> Option<(Heading, &'static str)> {
    let mut rest = section.text;
    let mut tick = Span::at(rest.start as usize);
    if let Some(box_end) =
        ["[ ] ", "[x] ", "[X] "].iter().find(|mark| page.str(rest).starts_with(**mark)).map(|mark| mark.len())
    {
        tick = Span::new(rest.start as usize, rest.start as usize + box_end);
        rest = Span { start: tick.end, end: rest.end };
    }
    let content = page.str(rest);
    let word = ["Issue", "Task", "Component"]
        .into_iter()
        .find(|word| content.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word)))?;
    let after = content.get(word.len()..)?;
    let number = after.trim_start().trim_start_matches('#');
    let digits =
        number.len() - number.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.').len();
    if !after.starts_with([' ', '\t']) || !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let words = number.get(digits..)?.trim_start();
    let words = words.strip_prefix([':', '-', '–', '—', '.'])?;
    let title = trimmed(page.text, Span::new(rest.end as usize - words.len(), rest.end as usize));
    let (title, id) = split_id(page, title);
    Some((Heading { tick, title, id }, word))
}

/// `Title (`id`)`: both, or the title alone.
fn split_id(page: &Page<'_>, title: Span) -> (Span, Option<Span>) {
    let content = page.str(title);
    let inside = content.strip_suffix(')').and_then(|rest| rest.rfind('(').map(|open| (open, rest.len())));
    let Some((open, close)) = inside else { return (title, None) };
    let base = title.start as usize;
    let inner = trimmed(page.text, Span::new(base + open + 1, base + close));
    let is_code = page.str(inner).starts_with('`') && page.str(inner).ends_with('`') && inner.len() > 2;
    let id = if is_code { Span { start: inner.start + 1, end: inner.end - 1 } } else { inner };
    let slug = page.str(id);
    let is_id = !slug.is_empty()
        && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && (is_code || (slug.contains('-') && slug == slug.to_lowercase()));
    if !is_id {
        return (title, None);
    }
    (trimmed(page.text, Span::new(base, base + open)), Some(id))
}

/// The heading of a section that describes an issue: `Issue N` by its name alone, the other words only
/// with a field or an id.
fn issue_heading(page: &Page<'_>, section: &Section<'_>) -> Option<Heading> {
    let (heading, word) = heading(page, section).filter(|_| section.level >= 2)?;
    let has_field = || {
        let keys = fields::of(page, section.own.clone(), KEYS);
        keys.iter().any(|field| matches!(field.key, Key::Scope | Key::Dependencies | Key::Focus))
    };
    (word == "Issue" || heading.id.is_some() || has_field()).then_some(heading)
}

/// An issue, and the values of its dependencies: whom they mean is known when all issues are.
fn issue(page: &Page<'_>, section: &Section<'_>, heading: &Heading) -> (Task, Vec<Span>) {
    let mut task = Task {
        line: shared::line(section.line),
        head: range(section.head),
        range: page.block(section.line, section.body.end),
        ..Task::default()
    };
    task.title = page.stated(heading.title);
    task.id_is_stated = heading.id.is_some();
    task.id = match heading.id {
        Some(id) => page.stated(id),
        None => Stated::new(slug_text(&task.title), range(heading.title)),
    };
    task.state = if page.str(heading.tick).eq_ignore_ascii_case("[x] ") { State::Done } else { State::Open };
    task.tick = Some(Tick {
        range: range(heading.tick),
        done: "[x] ",
        open: if heading.tick.is_empty() { "" } else { "[ ] " },
    });
    let fields = fields::of(page, section.body.clone(), KEYS);
    let (mut scope, mut waits) = (Vec::new(), Vec::new());
    for field in &fields {
        task.fields.push(range(field.label));
        match field.key {
            Key::Scope => scope.extend(field.values(page).into_iter().map(|value| value.span)),
            Key::Dependencies => waits.extend(field.values(page).into_iter().map(|value| value.span)),
            _ => {}
        }
        fill(page, &mut task, field);
    }
    let prose_end = fields.first().map_or(section.body.end, |field| field.line);
    let prose = page.numbered(section.body.start..prose_end);
    scope.extend(
        prose.filter(|(_, line)| matches!(line.form, Form::Text | Form::Item(_))).map(|(_, line)| line.span),
    );
    shared::files_from(page, &mut task, &scope, false);
    task.context = shared::links(page, task.range);
    (task, waits)
}

fn fill(page: &Page<'_>, task: &mut Task, field: &Field<Key>) {
    match field.key {
        Key::Scope => task.objective = task.objective.take().or_else(|| field.text(page)),
        Key::Focus => task.focus = field.text(page),
        Key::Files => {
            let values = field.values(page);
            let files = |value: &fields::Value| paths::files(page.text, value.span, None, !value.nested);
            task.files.extend(values.iter().flat_map(files));
        }
        Key::Validation => task.validation.extend(field.commands(page)),
        Key::Acceptance => task.acceptance.extend(field.texts(page)),
        Key::Agent => task.agent = field.text(page),
        Key::Gate => {
            let texts = field.texts(page);
            let destructive = texts.iter().find(|text| text.to_lowercase().contains("destructive"));
            task.destructive = task.destructive.or(destructive.map(|text| text.range));
            task.gates.extend(texts);
        }
        Key::Tests => task.tests.extend(field.texts(page)),
        Key::Risk => {
            let first = |text: &str| Impact::from_name(text.split(|c: char| !c.is_alphanumeric()).next()?);
            task.risk = shared::parsed("risk", field.text(page), first, &mut task.unread);
        }
        Key::Wave => wave(page, field, task),
        Key::Variants => {
            task.variants = number(page, field);
            if task.variants.is_none() {
                task.unread.extend(field.text(page).map(|written| Unread { field: "variants", written }));
            }
        }
        Key::ReadOnly => task.read_only = field.text(page).is_some_and(|text| says_yes(&text)),
        Key::Destructive => {
            task.destructive =
                field.text(page).filter(|text| says_yes(text)).map(|text| text.range).or(task.destructive);
        }
        Key::Status => {
            if let Some(text) = field.text(page) {
                let word = text.to_lowercase();
                task.state = match word.as_str() {
                    "done" | "complete" | "completed" | "closed" => State::Done,
                    "in progress" | "doing" | "started" => State::InProgress,
                    _ => task.state,
                };
                task.tick = Some(Tick { range: text.range, done: "done", open: "open" });
            }
        }
        // Its links are found with all others of the task.
        Key::Context | Key::Dependencies => {}
    }
}

/// The wave that a field states; there is none before the first.
pub(super) fn wave<K>(page: &Page<'_>, field: &Field<K>, task: &mut Task) {
    let stated = number(page, field);
    if stated.is_none() {
        task.unread.extend(field.text(page).map(|written| Unread { field: "wave", written }));
    }
    task.wave = stated.filter(|wave| wave.value > 0);
}

/// The number that a field begins with.
pub(super) fn number<K>(page: &Page<'_>, field: &Field<K>) -> Option<Stated<u32>> {
    let text = page.str(field.inline).trim_matches(['`', '*', ' ']);
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let value = digits.parse().ok()?;
    let start = field.inline.start as usize + page.str(field.inline).find(&digits)?;
    Some(Stated::new(value, range(Span::new(start, start + digits.len()))))
}

pub(super) fn says_yes(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ["yes", "true"].iter().any(|yes| word.eq_ignore_ascii_case(yes))
}

/// Finds whom each issue waits for: ids and titles are known only when all have been read.
fn resolve(page: &Page<'_>, issues: &[(&Section<'_>, Heading)], waits: &[Vec<Span>], plan: &mut Plan) {
    let mut known = Names::of(plan);
    for (index, (section, _)) in issues.iter().enumerate() {
        // `Issue 2`, `issue #2`
        let number: String = page
            .str(section.text)
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        known.add_number(number, names::at(index));
    }
    for (index, values) in waits.iter().enumerate() {
        let own = names::at(index);
        let stated = values.iter().filter(|value| !fields::is_nothing(&plain(page.str(**value))));
        let parts = stated.flat_map(|value| names::parts(page.text, *value));
        let found: Vec<Dependency> = parts.filter_map(|part| dependency(page, part, &known, &own)).collect();
        if let Some(task) = plan.tasks.get_mut(index) {
            task.depends_on = found;
        }
    }
}

/// What one part of a list of dependencies means.
fn dependency(page: &Page<'_>, part: Span, known: &Names, own: &std::ops::Range<u32>) -> Option<Dependency> {
    let written = page.stated(part);
    if fields::is_nothing(&written) {
        return None;
    }
    let code = paths::code_spans(page.text, part);
    if let [id] = code.as_slice()
        && !page.str(*id).contains(' ')
    {
        let stated = page.stated(*id);
        let on = known.get(&stated).unwrap_or(0..0);
        // Code that is no id: a file, a call.
        let is_id = stated.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        return Some(Dependency { written: stated, on, is_id });
    }
    let lower = written.to_lowercase();
    let is_numbered = lower.strip_prefix("issue").is_some_and(|rest| {
        rest.trim_start_matches([' ', '#']).chars().next().is_some_and(|c| c.is_ascii_digit())
    });
    if is_numbered {
        let short: String = lower.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let short = short.trim_end_matches([':', '.', ',']);
        return Some(Dependency::new(written, known.get(short).unwrap_or(0..0)));
    }
    let on = known.in_words(&written).filter(|on| on != own).unwrap_or(0..0);
    Some(Dependency::in_words(written, on))
}
