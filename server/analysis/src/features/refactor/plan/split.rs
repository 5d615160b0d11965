//! A task becomes two: a first part before it, whose id is new, and itself, waiting for that part. Whoever
//! waits for the task waits for both, then.

use super::{Source, after, graph, line_at, plan_of, span, with_line_ends};
use crate::changes::{Changes, Why};
use crate::features::refactor::{Offer, Refusal, Way, edited};
use crate::features::tasks::waves::task_at;
use crate::plans::{Planned, signs};
use segue_plan::{Plan, Task, TaskIndex};
use segue_syntax::Span;

pub(super) fn offer(source: &Source<'_>, plan: &Planned, range: Span, offers: &mut Vec<Offer>) {
    let Some(task) = task_at(source.state, range).and_then(|index| plan.get(index)) else { return };
    if can_be_split(plan, task) {
        let (title, at) = (format!("Split `{}` into two tasks", task.id.value), task.head.start);
        offers.push(Offer { title, span: span(task.head), way: Way::SplitTask { at } });
    }
}

/// Whether the format can say that one part waits for the other.
fn can_be_split(plan: &Planned, task: &Task) -> bool {
    let is_fixed = graph::has_one(plan) && !graph::is_plain(plan);
    let is_line_of_spec = plan.format == "spec" && task.tick.as_ref().is_none_or(|tick| tick.open == " ");
    task.id_is_stated && !task.is_done() && !is_fixed && !is_line_of_spec
}

pub(in crate::features::refactor) fn change(source: &Source<'_>, at: u32) -> Result<Changes, Refusal> {
    let plan = plan_of(source)?;
    let index = plan.tasks.iter().position(|task| task.head.start == at).ok_or(Refusal::Changed)?;
    let task = plan.tasks.get(index).filter(|task| can_be_split(plan, task)).ok_or(Refusal::Changed)?;
    let id = new_id(plan, task);
    let mut changes = Changes::default();
    let mut write = |place: Span, insert: String| {
        changes.add(&source.path, source.text, place, with_line_ends(source, &insert), Why::Asked);
    };
    let (before, first) = first_part(source, plan, task, &id).ok_or(Refusal::Changed)?;
    write(before, first);
    if let Some((place, insert)) = waits_for(source.text, plan, task, &id) {
        write(place, insert);
    }
    for step in halves(source.text, task).0 {
        write(step, String::new());
    }
    let in_graph = task.wave.as_ref().filter(|_| graph::has_one(plan));
    if let Some(own) = in_graph {
        let (place, waves) = graph::split(source, span(own.range), &id)
            .ok_or(Refusal::Reason("The graph of waves is not written to its end."))?;
        // With the line ends that it has already.
        changes.add(&source.path, source.text, place, waves, Why::Asked);
    } else if let Some(own) = &task.wave {
        write(span(own.range), (own.value + 1).to_string());
        let later =
            plan.tasks.iter().filter_map(|task| task.wave.as_ref()).filter(|wave| wave.value > own.value);
        later.for_each(|wave| write(span(wave.range), (wave.value + 1).to_string()));
    }
    let now = after(source, &changes)?;
    let (first, second) = (TaskIndex::new(index), TaskIndex::new(index + 1));
    let is_split = now.tasks.len() == plan.tasks.len() + 1
        && now.id(first) == id
        && now.id(second) == task.id.value
        && match in_graph {
            Some(_) => now.order().wave_of(first) < now.order().wave_of(second),
            None => now.order().before(second).contains(&first),
        };
    if is_split { Ok(changes) } else { Err(Refusal::Reason("The two parts would not be read as such.")) }
}

/// An id that nothing in the plan has, in the form of the others.
fn new_id(plan: &Plan, task: &Task) -> String {
    let all: Vec<&str> = signs::of(plan, None).into_iter().map(|named| named.id).collect();
    let numbered = |prefix: &str, width: usize| {
        let numbers = all.iter().filter_map(|id| id.strip_prefix(prefix)?.parse::<u64>().ok());
        format!("{prefix}{:0width$}", numbers.max().unwrap_or(0) + 1)
    };
    let id = task.id.as_str();
    let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (prefix, number) = id.split_at(id.len() - digits);
    let is_number_alone =
        prefix.is_empty() || prefix.ends_with('.') || prefix.ends_with('-') || prefix == "T";
    if !number.is_empty() && is_number_alone && plan.format != "spec" {
        return numbered(prefix, if number.starts_with('0') || prefix == "T" { number.len() } else { 1 });
    }
    let taken = |candidate: &str| all.iter().any(|own| own.eq_ignore_ascii_case(candidate));
    let candidates = (1..).map(|n| if n == 1 { format!("{id}-part-1") } else { format!("{id}-part-1-{n}") });
    candidates.take(1_000).find(|candidate| !taken(candidate)).unwrap_or_default()
}

/// Where the first part goes, and its text: the task's own, with another id and title, and the first half
/// of its steps.
fn first_part(source: &Source<'_>, plan: &Plan, task: &Task, id: &str) -> Option<(Span, String)> {
    let text: &str = source.text;
    let in_json = plan.format == "controlflow-json";
    let own = span(task.range);
    let block = if in_json {
        own
    } else {
        Span { start: line_at(text, own.start).start, end: line_at(text, own.end).end.max(own.end) }
    };
    let place = signs::token(&task.id);
    let end_of_title = Span::at(task.title.range.end as usize);
    let mut edits = vec![(place, id.to_owned()), (end_of_title, ", part 1".to_owned())];
    edits.extend(number_in_heading(text, plan, task));
    // The last step may end the block, and its line end with it.
    let ending = |step: Span| Span { end: step.end.min(block.end), ..step };
    edits.extend(halves(text, task).1.into_iter().map(|step| (ending(step), String::new())));
    edits.retain(|(span, _)| block.contains(*span));
    let moved = edits.into_iter().map(|(span, insert)| {
        let back = |offset: u32| offset.saturating_sub(block.start);
        (Span { start: back(span.start), end: back(span.end) }, insert)
    });
    let copy = edited(block.of(text), moved.collect())?.replace("\r\n", "\n");
    let copy = copy.trim_end();
    let gap = if in_json {
        let line = line_at(text, block.start);
        let indent: String = line.of(text).chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        format!(",\n{indent}")
    } else if task.head.start == task.range.start
        && source.facts.headings.iter().any(|own| own.span.start == task.head.start)
    {
        "\n\n".to_owned()
    } else {
        "\n".to_owned()
    };
    Some((Span { start: block.start, end: block.start }, format!("{copy}{gap}")))
}

/// `Issue 2` of a spec gets a number that no other has: others may be meant by theirs.
fn number_in_heading(text: &str, plan: &Plan, task: &Task) -> Option<(Span, String)> {
    if plan.format != "spec" {
        return None;
    }
    let number = |task: &Task| {
        let head = span(task.head).of(text);
        let start = head.find(|c: char| c.is_ascii_digit())?;
        let digits = head.get(start..)?;
        let length = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let begin = task.head.start as usize + start;
        Some((Span::new(begin, begin + length), digits.get(..length)?.parse::<u32>().ok()?))
    };
    let highest = plan.tasks.iter().filter_map(number).map(|(_, number)| number).max()?;
    Some((number(task)?.0, highest.checked_add(1)?.to_string()))
}

/// The lines of the first half of a task's steps and those of the second, where each step is a line of a
/// list of its own.
fn halves(text: &str, task: &Task) -> (Vec<Span>, Vec<Span>) {
    let lines: Option<Vec<Span>> = task
        .steps
        .iter()
        .map(|step| {
            let line = line_at(text, step.range.start);
            let content = line.of(text).trim_start();
            let number = content.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_numbered = number.len() < content.len() && number.starts_with(['.', ')']);
            let is_item = content.starts_with(['-', '*', '+']) || is_numbered;
            let rest = text.get(line.end as usize..)?;
            let end = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
            (is_item && step.range.end <= line.end)
                .then(|| Span::new(line.start as usize, line.end as usize + end))
        })
        .collect();
    let mut lines = lines.filter(|lines| lines.len() > 1).unwrap_or_default();
    let second = lines.split_off(lines.len().div_ceil(2));
    (lines, second)
}

/// The edit by which a task waits for another, first of all; none where the order of the file says so.
fn waits_for(text: &str, plan: &Plan, task: &Task, id: &str) -> Option<(Span, String)> {
    let written = match plan.format {
        "spec" => format!("`{id}`"),
        // An id that is a number stays one.
        "controlflow-json" if task.id.range.bytes().len() > task.id.len() => format!("\"{id}\""),
        _ => id.to_owned(),
    };
    if let Some(first) = task.depends_on.first() {
        let start = first.written.range.start as usize;
        let before = text.get(..start).unwrap_or_default();
        let quoted = before.ends_with(['`', '"']);
        let word = ["Phase ", "phase "].into_iter().find(|word| before.ends_with(*word));
        let insert = match word.filter(|_| plan.format == "controlflow") {
            Some(word) => format!("{written}, {word}"),
            // In words, beside which a number alone would be none.
            None if plan.format == "controlflow"
                && !first.written.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                format!("Phase {written}, ")
            }
            None => format!("{written}, "),
        };
        return Some((Span::at(start - usize::from(quoted)), insert));
    }
    let is_it = |label: &&segue_plan::Range| {
        let label = text.get(label.bytes()).unwrap_or_default().trim_matches('"');
        ["dependencies", "depends on"].iter().any(|name| label.eq_ignore_ascii_case(name))
    };
    let field = task.fields.iter().find(is_it);
    let end_of_head = Span::at(task.head.end as usize);
    match (plan.format, field) {
        ("spec" | "controlflow", Some(label)) => {
            let line = line_at(text, label.end);
            let rest = Span { start: label.end, end: line.end };
            let marks = rest.of(text).len() - rest.of(text).trim_start_matches(['*', '_', ':']).len();
            let phase = if plan.format == "controlflow" { "Phase " } else { "" };
            Some((
                Span { start: rest.start + u32::try_from(marks).ok()?, ..rest },
                format!(" {phase}{written}"),
            ))
        }
        ("spec", None) => Some((end_of_head, format!("\n**Dependencies:** {written}"))),
        ("controlflow", None) => Some((end_of_head, format!("\n- **Dependencies:** Phase {written}"))),
        ("controlflow-json", Some(label)) => {
            let open = text.get(label.end as usize..)?.find('[')?;
            Some((Span::at(label.end as usize + open + 1), written))
        }
        ("controlflow-json", None) => {
            let open = Span::at(task.range.start as usize + 1);
            let key = format!("\"dependencies\": [{written}],");
            let close = text.get(open.start as usize..)?.starts_with('"');
            Some((open, if close { format!("{key} ") } else { format!(" {key}") }))
        }
        ("spec-kit", _) => {
            Some((Span::at(task.title.range.end as usize), format!(" (depends on {written})")))
        }
        ("implementation-plan", _) => {
            Some((Span::at(task.title.range.end as usize), format!(" after {written}")))
        }
        _ => None,
    }
}
