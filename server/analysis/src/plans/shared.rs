//! What several formats share: gates with checkboxes, links, questions, diagrams, risks in words.

use super::fields::{self, Vocabulary};
use super::page::{Check, Form, Item, Page, Section, plain, range, trimmed};
use segue_plan::{
    CheckItem, ContextLink, Diagram, Gate, GateAt, Plan, Range, Risk, State, Stated, Task, Tick, Tier, Unread,
};
use segue_syntax::Span;
use segue_syntax::facts::LinkKind;

/// What stands in the place of a checkbox's mark.
pub(super) fn tick(check: Check) -> Tick {
    Tick { range: range(check.mark), done: "x", open: " " }
}

/// A task that is a line with a checkbox, as far as any format says the same of it.
pub(super) fn row(page: &Page<'_>, number: usize, whole: Span, check: Check) -> Task {
    let range = range(trimmed(page.text, whole));
    Task {
        state: check.state,
        tick: Some(tick(check)),
        line: line(number),
        head: range,
        range,
        ..Task::default()
    }
}

/// The checkboxes of a range of lines.
pub(super) fn checks(page: &Page<'_>, lines: std::ops::Range<usize>) -> Vec<CheckItem> {
    let boxes = page.items(lines).filter_map(|(_, item)| Some((item, item.check?)));
    boxes
        .map(|(item, check)| CheckItem {
            text: page.stated(item.text),
            done: check.state == State::Done,
            mark: range(check.mark),
        })
        .collect()
}

/// A gate whose approvals are the checkboxes of a section.
pub(super) fn gate(page: &Page<'_>, section: &Section<'_>, at: GateAt) -> Gate {
    Gate { title: page.stated(section.text), at, approvals: checks(page, section.body.clone()) }
}

/// The items of sections that are called so, without those below others and those that say nothing.
pub(super) fn items_of(page: &Page<'_>, names: &[&str]) -> Vec<Stated<String>> {
    let mut found = Vec::new();
    for section in page.called(names) {
        for (_, item) in outermost(page, section.own.clone()) {
            let text = page.stated(item.text);
            if !fields::is_nothing(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// The items below a line that is nothing but a name in bold: `**Open Questions**`. With a colon it is a field.
pub(super) fn items_below(page: &Page<'_>, name: &str) -> Vec<Stated<String>> {
    let is_bold = |span: Span| {
        let inner = page.str(span).strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
        inner.is_some_and(|inner| inner.trim().eq_ignore_ascii_case(name))
    };
    let mut found = Vec::new();
    for (number, line) in page.numbered(0..page.lines.len()) {
        if line.form != Form::Text || !is_bold(page.trimmed(line)) {
            continue;
        }
        let below = page.numbered(number + 1..page.lines.len());
        let mut after = below.skip_while(|(_, line)| matches!(line.form, Form::Blank | Form::Item(_)));
        let end = after.next().map_or(page.lines.len(), |(number, _)| number);
        let items = outermost(page, number + 1..end).into_iter().map(|(_, item)| page.stated(item.text));
        found.extend(items.filter(|text| !fields::is_nothing(text)));
    }
    found
}

/// The list items of a range that are not below another.
pub(super) fn outermost(page: &Page<'_>, lines: std::ops::Range<usize>) -> Vec<(usize, Item)> {
    let mut indent = None;
    let mut found = Vec::new();
    for (number, item) in page.items(lines) {
        let outer = *indent.get_or_insert(item.indent);
        if item.indent <= outer {
            indent = Some(item.indent);
            found.push((number, item));
        }
    }
    found
}

/// The links to files and sections that stand within a range of bytes.
pub(super) fn links(page: &Page<'_>, within: Range) -> Vec<ContextLink> {
    let first = page.facts.links.partition_point(|link| link.span.start < within.start);
    let links = page.facts.links.get(first..).unwrap_or_default().iter();
    links
        .take_while(|link| link.span.start < within.end)
        .filter(|link| matches!(link.kind(), LinkKind::Inline | LinkKind::Reference))
        .filter(|link| is_local(&link.target))
        .map(|link| ContextLink {
            text: plain(page.str(link.text_span())),
            target: Stated::new(link.target.to_string(), range(link.target_span)),
        })
        .collect()
}

fn is_local(target: &str) -> bool {
    !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
}

/// The range of a section's lines.
pub(super) fn body(page: &Page<'_>, section: &Section<'_>) -> Range {
    page.block(section.line, section.body.end)
}

/// Whether nothing stands in a section, or nothing but placeholders (`[Describe it]`, `TODO`) and comments.
pub(super) fn says_nothing(page: &Page<'_>, section: &Section<'_>) -> bool {
    page.numbered(section.body.clone()).all(|(number, line)| match line.form {
        Form::Blank => true,
        Form::Text => is_placeholder(page, page.trimmed(line)),
        Form::Item(item) => is_placeholder(page, item.text),
        Form::Row => {
            let is_head = page.line(number + 1).is_some_and(|next| page.is_rule(next));
            let is_open = |cell: &Span| cell.is_empty() || is_placeholder(page, *cell);
            page.is_rule(line) || is_head || page.cells(line).iter().all(is_open)
        }
        // Code says something, a comment does not.
        Form::Hidden => {
            let mut fences = page.facts.fences.iter();
            !fences.any(|fence| fence.span.overlaps(line.span)) && line.span.start >= page.facts.header.body
        }
        Form::Heading(_) => false,
    })
}

/// Whether a text waits to be written: `[Component]`, `TBD`, `**Objective:** TODO`.
pub(super) fn is_placeholder(page: &Page<'_>, span: Span) -> bool {
    let value = fields::labelled(page.text, span).map_or(span, |(_, value)| value);
    let text = page.str(value).trim_matches(|c: char| matches!(c, '*' | '_' | '.' | ' ')).trim();
    let in_brackets = text.starts_with('[') && text.ends_with(']') && text.matches('[').count() == 1;
    (value.is_empty() && value != span)
        || text.is_empty()
        || in_brackets
        || matches!(text, "TODO" | "TBD" | "…")
}

/// With what begins what is left open.
const MARK: &str = "[NEEDS CLARIFICATION";

/// The same in a file that is no Markdown: what the strings of it ask.
pub(super) fn clarifications_in(text: &str) -> Vec<Stated<String>> {
    let asked = text.match_indices(MARK).filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find([']', '"', '\n'])?;
        let whole = Span::new(at, at + end + usize::from(rest.get(end..)?.starts_with(']')));
        let words = rest.get(MARK.len()..end)?.trim_start_matches([':', ' ']);
        Some(Stated::new(words.to_owned(), range(whole)))
    });
    asked.collect()
}

/// The gates that a plan may name at which a person has to say yes.
const ASKS_A_PERSON: &[&str] = &["human_approved_if_required", "destructive"];

/// Marks the tasks of which a gate says that a person has to approve them.
pub(super) fn mark_gated(tasks: &mut [Task]) {
    for task in tasks {
        let gate = task.gates.iter().find(|gate| ASKS_A_PERSON.contains(&gate.value.trim()));
        task.destructive = task.destructive.or(gate.map(|gate| gate.range));
    }
}

/// What a plan leaves open in so many words: `[NEEDS CLARIFICATION: …]`.
pub(super) fn clarifications(page: &Page<'_>) -> Vec<Stated<String>> {
    let mut found = Vec::new();
    if memchr::memmem::find(page.text.as_bytes(), MARK.as_bytes()).is_none() {
        return found;
    }
    for line in page.lines.iter().filter(|line| line.form != Form::Hidden) {
        let content = page.str(line.span);
        for (at, _) in content.match_indices(MARK) {
            // In code it is spoken of, not asked.
            let ticks = content.get(..at).map_or(0, |before| before.matches('`').count());
            if ticks % 2 == 1 {
                continue;
            }
            let start = line.span.start as usize + at;
            let end = content
                .get(at..)
                .and_then(|rest| rest.find(']'))
                .map_or(line.span.end as usize, |close| start + close + 1);
            let span = Span::new(start, end);
            let words =
                page.str(span).trim_start_matches(MARK).trim_start_matches([':', ' ']).trim_end_matches(']');
            found.push(Stated::new(words.to_owned(), range(span)));
        }
    }
    found
}

/// The Mermaid diagrams in fences, and those that stand as plain lines.
pub(super) fn diagrams(page: &Page<'_>) -> Vec<Diagram> {
    let mut found = Vec::new();
    for fence in
        page.facts.fences.iter().filter(|fence| fence.info.split_whitespace().next() == Some("mermaid"))
    {
        let inside =
            trimmed(page.text, Span { start: fence.open.end, end: fence.span.end.max(fence.open.end) });
        found.push(diagram(page, inside, fence.span));
    }
    for line in page.lines.iter().filter(|line| line.form == Form::Text) {
        let content = page.str(line.span).trim();
        let kind = content.split_whitespace().next().unwrap_or_default();
        let is_alone = matches!(kind, "sequenceDiagram" | "stateDiagram-v2") && content == kind;
        let is_chart = matches!(kind, "flowchart" | "graph")
            && content
                .split_whitespace()
                .nth(1)
                .is_some_and(|way| matches!(way.trim_end_matches(';'), "TD" | "TB" | "LR" | "RL" | "BT"))
            && content.split_whitespace().count() == 2;
        if is_alone || is_chart {
            found.push(diagram(page, page.trimmed(*line), line.span));
        }
    }
    found.sort_by_key(|diagram| diagram.range);
    found
}

fn diagram(page: &Page<'_>, inside: Span, whole: Span) -> Diagram {
    let word = page.str(inside).split_whitespace().next().unwrap_or_default();
    let start = inside.start as usize;
    let kind = Stated::new(word.to_owned(), range(Span::new(start, start + word.len())));
    Diagram { kind, range: range(whole) }
}

/// What the head of a plan may say, in any format that has fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Status,
    Tier,
    Confidence,
    Validation,
    Health,
    Compare,
    Questions,
}

const HEAD: &Vocabulary<Head> = &[
    ("status", Head::Status),
    ("complexity tier", Head::Tier),
    ("tier", Head::Tier),
    ("confidence", Head::Confidence),
    ("validation", Head::Validation),
    ("validation commands", Head::Validation),
    ("validate", Head::Validation),
    ("health", Head::Health),
    ("health check", Head::Health),
    ("compare", Head::Compare),
    ("open questions", Head::Questions),
];

/// Reads the fields of lines that belong to the plan as a whole.
pub(super) fn head(page: &Page<'_>, lines: std::ops::Range<usize>, plan: &mut Plan) {
    for field in fields::of(page, lines, HEAD) {
        match field.key {
            Head::Status => plan.status = plan.status.take().or_else(|| field.text(page)),
            Head::Tier => {
                let tier = parsed("complexity_tier", field.text(page), Tier::from_name, &mut plan.unread);
                plan.stated_tier = plan.stated_tier.take().or(tier);
            }
            Head::Confidence => {
                let number = parsed("confidence", field.text(page), confidence, &mut plan.unread);
                plan.confidence = plan.confidence.take().or(number);
            }
            Head::Validation => plan.validation.extend(field.commands(page)),
            Head::Health => {
                plan.health = plan.health.take().or_else(|| field.commands(page).into_iter().next())
            }
            Head::Compare => plan.compare.extend(field.commands(page)),
            Head::Questions => plan.questions.extend(field.texts(page)),
        }
    }
}

/// What a text says to `read`; where that is nothing, the text is remembered with its field.
pub(super) fn parsed<T>(
    field: &'static str,
    written: Option<Stated<String>>,
    read: impl FnOnce(&str) -> Option<T>,
    unread: &mut Vec<Unread>,
) -> Option<Stated<T>> {
    let written = written?;
    let value = read(&written);
    match value {
        Some(value) => Some(Stated::new(value, written.range)),
        None => {
            unread.push(Unread { field, written });
            None
        }
    }
}

/// `0.95`, `95%`, `0.95 (high)`: a number from 0 to 1.
pub(super) fn confidence(text: &str) -> Option<f64> {
    let number = text.split([' ', '(', ',']).next()?;
    let value = match number.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0,
        None => number.parse::<f64>().ok()?,
    };
    (0.0..=1.0).contains(&value).then_some(value)
}

/// A risk that is written in words, as an item of a list.
pub(super) fn risks_in_words(page: &Page<'_>, names: &[&str]) -> Vec<Risk> {
    items_of(page, names)
        .into_iter()
        .map(|text| Risk { range: text.range, category: text, ..Risk::default() })
        .collect()
}

/// Fills in the files of a task that states none: what looks like a path in code within `spans`.
pub(super) fn files_from(page: &Page<'_>, task: &mut Task, spans: &[Span], words: bool) {
    if !task.files.is_empty() {
        return;
    }
    for span in spans {
        for path in super::paths::paths(page.text, *span, words) {
            let stated = super::paths::stated(page.text, path);
            if !task.files.iter().any(|file| *file.path == *stated) {
                task.files.push(segue_plan::File {
                    path: stated,
                    action: Default::default(),
                    is_stated: false,
                });
            }
        }
    }
}

/// The line on which a task begins.
pub(super) fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `a..b` as indices of tasks.
pub(super) fn tasks(from: usize, to: usize) -> std::ops::Range<u32> {
    line(from)..line(to)
}
