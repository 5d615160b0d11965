//! In plans that are JSON: ids, agents and the words of the schema, by the key that the cursor belongs to.

use super::plan::ids;
use super::{Completion, MOST_PROPOSALS, Piece, Proposal, ProposalKind, Request, agents, fits};
use crate::plans::{Planned, words};
use segue_plan::TaskIndex;
use segue_syntax::Span;

/// What may be written in a plan that is JSON; `None` in other JSON.
pub(super) fn propose(request: &Request<'_>) -> Option<Completion> {
    let (_, state) = request.world.file_at(request.path)?;
    let plan = state.plan.as_deref().filter(|_| state.text.as_deref() == Some(request.text))?;
    let offset = request.offset as usize;
    let place = place(request.text.get(..offset)?)?;
    let own = plan.tasks.iter().position(|task| task.range.touches(offset)).map(TaskIndex::new);
    let offer = |words: Vec<(String, Option<String>)>, quoted: bool, kind: ProposalKind| {
        let proposals =
            words.into_iter().map(|(word, detail)| proposal(request, &place, word, detail, quoted, kind));
        proposals.collect::<Vec<_>>()
    };
    let proposals = match place.key.as_str() {
        "dependencies" => {
            let task = own.and_then(|own| plan.get(own))?;
            let quoted = task.id.range.bytes().len() > task.id.len();
            let known = ids(plan, own, request.offset, false);
            offer(known.into_iter().map(|task| told(plan, task)).collect(), quoted, ProposalKind::Task)
        }
        "from_phase" | "to_phase" => {
            let all = (0..plan.tasks.len()).map(TaskIndex::new);
            let quoted = plan.tasks.first().is_some_and(|task| task.id.range.bytes().len() > task.id.len());
            offer(all.map(|task| told(plan, task)).collect(), quoted, ProposalKind::Task)
        }
        "executor_agent" => {
            let names = agents::of_task(request.world, request.path).into_iter().map(|name| (name, None));
            offer(names.collect(), true, ProposalKind::Agent)
        }
        "path" => return Some(paths(request, &place)),
        key => {
            let words = words::of(key)?;
            let gates = own.and_then(|own| plan.get(own)).into_iter().flat_map(|task| &task.gates);
            let risks = plan.risks.iter().filter(|_| key == "category").map(|risk| &risk.category);
            let there = gates.filter(|_| key == "quality_gates").chain(risks);
            let there: Vec<&str> =
                there.filter(|own| !own.range.touches(offset)).map(|own| own.value.as_str()).collect();
            let free = words.iter().filter(|word| !there.contains(*word));
            offer(free.map(|word| ((*word).to_owned(), None)).collect(), true, ProposalKind::Value)
        }
    };
    let typed = request.text.get(place.start..offset)?;
    let mut fitting: Vec<Proposal> = proposals.into_iter().filter(|own| fits(&own.filter, typed)).collect();
    let incomplete = fitting.len() > MOST_PROPOSALS;
    fitting.truncate(MOST_PROPOSALS);
    Some(Completion { proposals: fitting, incomplete })
}

/// What lies in the folder that is typed, from the top of the workspace.
fn paths(request: &Request<'_>, place: &Place) -> Completion {
    let typed = request.text.get(place.start..request.offset as usize).unwrap_or_default();
    let (folder, begun) = typed.rsplit_once('/').unwrap_or(("", typed));
    let start = place.start + typed.len() - begun.len();
    let here = Place { key: place.key.clone(), start, in_string: place.in_string };
    let mut found = Vec::new();
    request.world.each_child(folder, |name, is_folder| {
        let is_hidden = name.starts_with('.') && !begun.starts_with('.');
        if found.len() <= MOST_PROPOSALS && fits(name, begun) && !is_hidden {
            let word = if is_folder { format!("{name}/") } else { name.to_owned() };
            let kind = if is_folder { ProposalKind::Folder } else { ProposalKind::File };
            found.push(proposal(request, &here, word, None, folder.is_empty(), kind));
        }
    });
    found.sort_by(|one, other| one.label.cmp(&other.label));
    let incomplete = found.len() > MOST_PROPOSALS;
    found.truncate(MOST_PROPOSALS);
    Completion { proposals: found, incomplete }
}

/// An id, and what is told beside it.
fn told(plan: &Planned, task: TaskIndex) -> (String, Option<String>) {
    let title = plan.get(task).map_or("", |task| task.title.as_str());
    (plan.id(task).to_owned(), Some(format!("{title} · wave {}", plan.order().wave_of(task))))
}

fn proposal(
    request: &Request<'_>,
    place: &Place,
    word: String,
    detail: Option<String>,
    quoted: bool,
    kind: ProposalKind,
) -> Proposal {
    let offset = request.offset as usize;
    let rest = request.text.get(offset..).unwrap_or_default();
    let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let length: usize = rest.chars().take_while(belongs).map(char::len_utf8).sum();
    let text = if quoted && !place.in_string { format!("\"{word}\"") } else { word.clone() };
    Proposal {
        filter: word.clone(),
        label: word,
        detail,
        kind,
        pieces: vec![Piece::Text(text)],
        typed: Span::new(place.start, offset),
        whole: Span::new(place.start, offset + length),
        also: None,
        about: None,
    }
}

/// A place where a value stands.
struct Place {
    /// The key that it is a value of, or an item of.
    key: String,
    /// Where the value begins, behind its quote.
    start: usize,
    in_string: bool,
}

/// An object or array that is open at the cursor.
#[derive(Default)]
struct Open {
    is_array: bool,
    key: String,
    /// Whether a value, not a key, comes next.
    wants_value: bool,
}

/// Where the end of `text` stands in its JSON; `None` where no value is typed.
fn place(text: &str) -> Option<Place> {
    let mut open: Vec<Open> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut string = String::new();
    let mut word = None;
    while let Some((at, c)) = chars.next() {
        if !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            word = None;
        }
        match c {
            '"' => {
                string.clear();
                let mut closed = false;
                while let Some((_, c)) = chars.next() {
                    match c {
                        '"' => {
                            closed = true;
                            break;
                        }
                        '\n' => break,
                        '\\' => drop(chars.next()),
                        other => string.push(other),
                    }
                }
                if !closed && chars.peek().is_none() {
                    return value(open.last()?, at + 1, true);
                }
            }
            '/' if chars.peek().is_some_and(|(_, next)| *next == '/') => {
                chars.by_ref().find(|(_, c)| *c == '\n')?;
            }
            '{' | '[' => {
                let key = open.last().map(|own| own.key.clone()).unwrap_or_default();
                open.push(Open { is_array: c == '[', wants_value: c == '[', key });
            }
            '}' | ']' => drop(open.pop()),
            ':' => {
                let own = open.last_mut()?;
                own.key = std::mem::take(&mut string);
                own.wants_value = true;
            }
            ',' => {
                let own = open.last_mut()?;
                own.wants_value = own.is_array;
            }
            c if c.is_whitespace() => {}
            _ => word = word.or(Some(at)),
        }
    }
    value(open.last()?, word.unwrap_or(text.len()), false)
}

fn value(open: &Open, start: usize, in_string: bool) -> Option<Place> {
    open.wants_value.then(|| Place { key: open.key.clone(), start, in_string })
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_key_of_the_place_is_known() {
        for (text, expected) in [
            ("{ \"a\": \"x", Some(("a", true))),
            ("{ \"a\": [\"x\", \"", Some(("a", true))),
            ("{ \"a\": [1, ", Some(("a", false))),
            ("{ \"a\": [{ \"b\": 1", Some(("b", false))),
            ("{ \"a\": 1, \"b", None),
            ("{ \"a\": 1, ", None),
            ("{ \"a\": \"}\\\"\", // \"x\": [\n \"b\": ", Some(("b", false))),
            ("", None),
            ("\"", None),
        ] {
            let found = place(text);
            let found = found.as_ref().map(|own| (own.key.as_str(), own.in_string));
            assert_eq!(found, expected, "{text}");
        }
    }
}
