//! Phases with labelled fields, as headings (`#### Phase 2 — Title`) or as a numbered list
//! (`2. **Phase 2: Title**`): what ControlFlow's and the conductors' plans have in common.

use super::fields::{self, Field, Vocabulary};
use super::names::{self, Names};
use super::page::{Form, Page, range, trimmed};
use super::{paths, shared, spec};
use rustc_hash::FxHashSet;
use segue_plan::{Action, Dependency, FailureExpectation, Stated, Task};
use segue_syntax::Span;
use std::cell::LazyCell;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Objective,
    Agent,
    Wave,
    Dependencies,
    Files,
    Tests,
    Acceptance,
    Gates,
    Failures,
    Steps,
    Validation,
    Kind,
    Risk,
    Other,
}

const KEYS: &Vocabulary<Key> = &[
    ("objective", Key::Objective),
    ("description", Key::Objective),
    ("executor agent", Key::Agent),
    ("executor_agent", Key::Agent),
    ("executor", Key::Agent),
    ("owner", Key::Agent),
    ("agent", Key::Agent),
    ("wave", Key::Wave),
    ("dependencies", Key::Dependencies),
    ("depends on", Key::Dependencies),
    ("files", Key::Files),
    ("files to modify", Key::Files),
    ("files to create", Key::Files),
    ("files to modify/create", Key::Files),
    ("files to create/modify", Key::Files),
    ("files/functions", Key::Files),
    ("files/functions to modify/create", Key::Files),
    ("files/functions to create/modify", Key::Files),
    ("tests", Key::Tests),
    ("tests to write", Key::Tests),
    ("acceptance criteria", Key::Acceptance),
    ("acceptance", Key::Acceptance),
    ("quality gates", Key::Gates),
    ("gates", Key::Gates),
    ("failure expectations", Key::Failures),
    ("steps", Key::Steps),
    ("validation", Key::Validation),
    ("validation commands", Key::Validation),
    ("phase type", Key::Kind),
    ("phase_type", Key::Kind),
    ("risk", Key::Risk),
    ("requirements", Key::Other),
    ("estimated hours", Key::Other),
];

/// Fields that only plans for parallel dispatch have.
const DISPATCHED: &[Key] = &[Key::Agent, Key::Wave, Key::Dependencies, Key::Gates, Key::Failures];

/// A phase before its fields are read.
struct Found {
    line: usize,
    head: Span,
    number: Span,
    title: Span,
    end: usize,
    /// The level of its heading; 0 for an item of a list.
    level: u8,
}

/// What is known of a phase besides its task, before it is known whom its dependencies mean.
struct Read {
    level: u8,
    has_fields: bool,
    waits: Vec<Span>,
}

/// Whether a page may hold phases.
pub(super) fn may(page: &Page<'_>) -> bool {
    let mut places = memchr::memchr2_iter(b'P', b'p', page.text.as_bytes());
    places.any(|at| {
        page.text.as_bytes().get(at..at + 5).is_some_and(|word| word.eq_ignore_ascii_case(b"phase"))
    })
}

/// The phases of a page as tasks, in order; none where no phase has a field.
pub(super) fn read(page: &Page<'_>) -> (Vec<Task>, bool) {
    let found = find(page);
    let mut dispatched = false;
    let (mut read, mut tasks) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for phase in &found {
        let fields = fields::of(page, phase.line + 1..phase.end, KEYS);
        dispatched |= fields.iter().any(|field| DISPATCHED.contains(&field.key));
        let waits = fields.iter().filter(|field| field.key == Key::Dependencies);
        read.push(Read {
            level: phase.level,
            has_fields: !fields.is_empty(),
            waits: waits.flat_map(|field| field.values(page)).map(|value| value.span).collect(),
        });
        tasks.push(task(page, phase, &fields));
    }
    // A phase that nothing is written about yet counts beside those that have fields.
    let levels: FxHashSet<u8> =
        read.iter().filter(|phase| phase.has_fields).map(|phase| phase.level).collect();
    let mut kept = read.iter().map(|phase| levels.contains(&phase.level));
    tasks.retain(|_| kept.next().unwrap_or(false));
    read.retain(|phase| levels.contains(&phase.level));
    let numbers = numbers_of(&tasks);
    // Nearly all plans name phases by their numbers.
    let titles = LazyCell::new(|| titles_of(&tasks));
    let mut waits = Vec::with_capacity(read.len());
    for (index, phase) in read.into_iter().enumerate() {
        let named = phase.waits.into_iter().map(|span| {
            let mut waits = names::numbered(page, span, &["phase", "phases"], &numbers);
            // Beside numbers words may explain them; only what surely means a phase counts.
            let beside_numbers = !waits.is_empty();
            let parts = parts_in_words(page, span).into_iter();
            let parts = parts.filter(|(_, stated)| !(beside_numbers && has_digit(stated)));
            let in_words = parts.map(|(part, stated)| in_words(page, part, stated, &numbers, &titles, index));
            waits.extend(in_words.filter(|own| !(beside_numbers && own.is_unknown())));
            waits
        });
        waits.push(named.flatten().collect());
    }
    for (task, waits) in tasks.iter_mut().zip(waits) {
        task.depends_on = waits;
    }
    (tasks, dispatched)
}

fn titles_of(tasks: &[Task]) -> Names {
    let mut titles = Names::default();
    for (index, task) in tasks.iter().enumerate() {
        titles.add(&task.title, names::at(index));
    }
    titles
}

/// Numbers in words, as plans write them.
const NUMBERS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The parts of a value that say something, and what they say.
fn parts_in_words(page: &Page<'_>, span: Span) -> Vec<(Span, Stated<String>)> {
    if page.str(span).is_empty() || fields::is_nothing(&page.stated(span)) {
        return Vec::new();
    }
    let parts = names::parts(page.text, span).into_iter().filter(|part| !page.str(*part).is_empty());
    let parts = parts.map(|part| (part, page.stated(part)));
    parts.filter(|(_, stated)| !fields::is_nothing(stated)).collect()
}

/// Whom a part means, for the task at `own`: `Phase1`, `P2`, `Phase Two`, or a title.
fn in_words(
    page: &Page<'_>,
    part: Span,
    stated: Stated<String>,
    numbers: &Names,
    titles: &Names,
    own: usize,
) -> Dependency {
    if let Some(number) = glued_number(page, part) {
        let on = numbers.get(page.str(number)).unwrap_or(0..0);
        return Dependency::new(page.stated(number), on);
    }
    let lower = stated.to_lowercase();
    let word = lower.strip_prefix("phase ").unwrap_or(&lower).trim();
    let spoken = NUMBERS.iter().position(|number| *number == word).map(|place| (place + 1).to_string());
    let on = match spoken {
        Some(number) => numbers.get(&number),
        None => titles.in_words(&stated).filter(|on| *on != names::at(own)),
    };
    Dependency::in_words(stated, on.unwrap_or(0..0))
}

/// The digits of `Phase2` and `P2`.
fn glued_number(page: &Page<'_>, span: Span) -> Option<Span> {
    let content = page.str(span);
    let lead = content.len() - content.trim_start_matches(['`', '*', '[']).len();
    let word = content.get(lead..)?.trim_end_matches(['`', '*', ']', '.']);
    let digits = word.trim_start_matches(|c: char| !c.is_ascii_digit());
    let before = word.strip_suffix(digits).filter(|_| !digits.is_empty())?;
    let start = span.start as usize + lead + before.len();
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    let is_phase =
        before == "P" || before.eq_ignore_ascii_case("phase") || before.eq_ignore_ascii_case("phase-");
    (is_number && is_phase).then(|| Span::new(start, start + digits.len()))
}

fn numbers_of(tasks: &[Task]) -> Names {
    let mut numbers = Names::default();
    for (index, task) in tasks.iter().enumerate() {
        numbers.add(&task.id, names::at(index));
    }
    numbers
}

fn find(page: &Page<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let close = |found: &mut Vec<Found>, line: usize| {
        if let Some(last) = found.last_mut()
            && last.end == usize::MAX
        {
            last.end = line;
        }
    };
    for (number, line) in page.numbered(0..page.lines.len()) {
        match line.form {
            Form::Heading(index) => {
                let Some(section) = page.sections.get(index) else { continue };
                let open_level = found.last().filter(|last| last.end == usize::MAX).map(|last| last.level);
                if open_level.is_some_and(|level| level == 0 || section.level <= level) {
                    close(&mut found, number);
                }
                if section.level >= 2
                    && let Some((id, title)) = phase_title(page, section.text)
                {
                    close(&mut found, number);
                    found.push(Found {
                        line: number,
                        head: section.head,
                        number: id,
                        title,
                        end: usize::MAX,
                        level: section.level,
                    });
                }
            }
            Form::Item(item) if item.indent < 4 => {
                let bold = page.str(item.text).strip_prefix("**").and_then(|rest| rest.split_once("**"));
                let Some((inside, _)) = bold else { continue };
                let start = item.text.start as usize + 2;
                let Some((id, title)) = phase_title(page, Span::new(start, start + inside.len())) else {
                    continue;
                };
                close(&mut found, number);
                found.push(Found {
                    line: number,
                    head: page.trimmed(line),
                    number: id,
                    title,
                    end: usize::MAX,
                    level: 0,
                });
            }
            // The list is over where a paragraph begins at the margin: `**Open Questions:**`.
            Form::Text
                if found.last().is_some_and(|last| last.level == 0 && last.end == usize::MAX)
                    && page.trimmed(line).start == line.span.start =>
            {
                close(&mut found, number);
            }
            _ => {}
        }
    }
    close(&mut found, page.lines.len());
    found
}

/// `Phase 2 — Title`, `Phase 2: Title`, also with a checkbox before: the number and the title.
fn phase_title(page: &Page<'_>, span: Span) -> Option<(Span, Span)> {
    let content = page.str(span);
    let unchecked =
        ["[ ] ", "[x] ", "[X] "].iter().find_map(|mark| content.strip_prefix(*mark)).unwrap_or(content);
    let rest = unchecked
        .get(..5)
        .filter(|word| word.eq_ignore_ascii_case("phase"))
        .and_then(|_| unchecked.get(5..))?;
    let number = rest.trim_start();
    let length = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if length == 0 || length == number.len() && rest == number {
        return None;
    }
    let after = number.get(length..)?;
    let title = after.trim_start().trim_start_matches([':', '—', '–', '-', '.']);
    // `Phase 2 results` is no heading of a phase.
    if !after.trim().is_empty() && title.len() == after.trim_start().len() {
        return None;
    }
    let start = span.end as usize - number.len();
    let id = Span::new(start, start + length);
    let title = trimmed(page.text, Span::new(span.end as usize - title.len(), span.end as usize));
    Some((id, title))
}

fn task(page: &Page<'_>, phase: &Found, fields: &[Field<Key>]) -> Task {
    let mut task = Task {
        id: page.stated(phase.number),
        id_is_stated: true,
        title: page.stated(phase.title),
        line: shared::line(phase.line),
        head: range(phase.head),
        range: page.block(phase.line, phase.end),
        ..Task::default()
    };
    for field in fields {
        task.fields.push(range(field.label));
        fill(page, &mut task, field);
    }
    task.context = shared::links(page, task.range);
    task
}

fn fill(page: &Page<'_>, task: &mut Task, field: &Field<Key>) {
    match field.key {
        Key::Objective => task.objective = task.objective.take().or_else(|| field.text(page)),
        Key::Agent => task.agent = field.text(page),
        Key::Wave => spec::wave(page, field, task),
        Key::Files => {
            let label = page.str(field.label).to_lowercase();
            let lead = match (label.contains("create"), label.contains("modify")) {
                (true, false) => Some(Action::Create),
                _ => None,
            };
            let lists = !label.contains("function");
            for value in field.values(page) {
                let found = paths::files(page.text, value.span, lead, lists && !value.nested);
                for file in found.into_iter().chain(bare_name(page, value.span)) {
                    if !task.files.iter().any(|own| *own.path == *file.path) {
                        task.files.push(file);
                    }
                }
            }
        }
        Key::Tests => task.tests.extend(field.texts(page)),
        Key::Acceptance => task.acceptance.extend(field.texts(page)),
        Key::Gates => task.gates.extend(gates(page, field)),
        Key::Failures => {
            let values = field.values(page).into_iter().filter(|value| !value.nested);
            task.failures.extend(values.map(|value| failure(page, value.span)));
        }
        Key::Steps => task.steps.extend(field.texts(page)),
        Key::Validation => task.validation.extend(field.commands(page)),
        Key::Kind => {
            let kind = field.text(page);
            task.read_only = kind.is_some_and(|kind| matches!(kind.as_str(), "read_only" | "read-only"));
        }
        Key::Risk => {
            let read = segue_plan::Impact::from_name;
            task.risk = shared::parsed("risk", field.text(page), read, &mut task.unread);
        }
        Key::Dependencies | Key::Other => {}
    }
}

/// `README.md - add a header`: a file without a folder at the beginning of a value.
fn bare_name(page: &Page<'_>, span: Span) -> Option<segue_plan::File> {
    let first = page.str(span).split([' ', ':', ',']).next()?;
    let here = Span::new(span.start as usize, span.start as usize + first.len());
    (!first.starts_with('`') && paths::is_path(first, true)).then(|| segue_plan::File {
        path: paths::stated(page.text, here),
        action: Action::default(),
        is_stated: true,
    })
}

/// Names of gates: what stands in code, else the words between commas.
fn gates(page: &Page<'_>, field: &Field<Key>) -> Vec<Stated<String>> {
    let mut gates = Vec::new();
    for value in field.values(page) {
        let code = paths::code_spans(page.text, value.span);
        let parts = if code.is_empty() { names::parts(page.text, value.span) } else { code };
        gates
            .extend(parts.into_iter().map(|part| page.stated(part)).filter(|gate| !fields::is_nothing(gate)));
    }
    gates
}

/// `The API times out (transient): wait and try again`.
fn failure(page: &Page<'_>, span: Span) -> FailureExpectation {
    const CLASSES: &[&str] = &["model_unavailable", "needs_replan", "transient", "fixable", "escalate"];
    let content = page.str(span);
    let class = CLASSES.iter().find_map(|class| content.find(class).map(|at| (at, class.len())));
    let start = span.start as usize;
    let Some((at, length)) = class else {
        return FailureExpectation { scenario: page.stated(span), class: None, mitigation: None };
    };
    let signs: &[char] = &['(', ')', '[', ']', '`', '*', ' ', '-', '–', '—', ':', ';', ',', '.', '→'];
    let before = content.get(..at).unwrap_or_default();
    let scenario = before.trim_matches(signs);
    let scenario_at = before.len() - before.trim_start_matches(signs).len();
    let after = content.get(at + length..).unwrap_or_default();
    let mitigation = after.trim_start_matches(signs);
    let scenario_span = Span::new(start + scenario_at, start + scenario_at + scenario.len());
    let mitigation_span = Span::new(span.end as usize - mitigation.len(), span.end as usize);
    FailureExpectation {
        scenario: page.stated(scenario_span),
        class: Some(page.stated(Span::new(start + at, start + at + length))),
        mitigation: (!mitigation.is_empty()).then(|| page.stated(mitigation_span)),
    }
}
