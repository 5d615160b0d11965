//! The body of an agentic workflow, read while its text is at hand: expressions, the workflows that it
//! tells the agent to start, what it gives them, and where it waits.

use segue_syntax::facts::Facts;
use segue_syntax::yaml::{Map, Node, Value};
use segue_syntax::{Span, json};

/// An expression is no longer than this many bytes: an opening that nobody closes ends here.
const LONGEST_EXPRESSION: usize = 2000;

/// What a body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WorkflowBody {
    /// `${{ … }}`, in code too: the compiler does not tell them apart.
    pub expressions: Box<[Expression]>,
    /// Those of the header.
    pub in_header: Box<[Expression]>,
    /// Words in backticks on lines that speak of dispatching.
    pub named: Box<[(Box<str>, Span)]>,
    /// Examples of a start, with inputs.
    pub given: Box<[Given]>,
    /// Where the agent is told to wait for something that was started.
    pub waits: Box<[Span]>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expression {
    /// All of it.
    pub span: Span,
    /// Where its inside begins.
    pub start: usize,
    /// What stands between the braces.
    pub inner: Box<str>,
}

/// The start of a workflow as a body writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// The workflow.
    pub worker: Box<str>,
    /// Where it is named.
    pub span: Span,
    /// The inputs, and where each is named.
    pub inputs: Box<[(Box<str>, Span)]>,
    /// Whether these are all inputs that it is given.
    pub complete: bool,
}

impl WorkflowBody {
    /// Reads what stands behind the header.
    pub fn of(text: &str, facts: &Facts) -> Self {
        let start = facts.header.body as usize;
        let mut body = Self { expressions: expressions(text, start).into(), ..Self::default() };
        body.in_header = expressions(text.get(..start).unwrap_or_default(), 0).into();
        let map = facts.header.yaml.map();
        let workers: Vec<String> = map
            .map(|map| super::starts(map).iter().map(|start| start.name.to_ascii_lowercase()).collect())
            .unwrap_or_default();
        let (mut named, mut waits, mut given) = (Vec::new(), Vec::new(), Vec::new());
        let mut fences = facts.fences.iter().peekable();
        let mut at = start;
        for line in text.get(start..).unwrap_or_default().split_inclusive(['\n', '\r']) {
            while fences.next_if(|fence| fence.span.end as usize <= at).is_some() {}
            let in_fence = fences.peek().is_some_and(|fence| fence.span.start as usize <= at);
            let lower = line.to_ascii_lowercase();
            if lower.contains("dispatch") && !denies(&lower) && !in_fence {
                named.extend(in_backticks(line, at));
            } else if !denies(&lower) && !in_fence {
                named.extend(started(line, &lower, at));
            }
            if !in_fence {
                waits.extend(waiting(&lower, &workers).map(|span| shifted(span, at)));
            }
            given.extend(command(line, at));
            at += line.len();
        }
        for fence in &facts.fences {
            given.extend(examples(text, fence.open.end as usize, fence.span.end as usize));
        }
        (body.named, body.waits, body.given) = (named.into(), waits.into(), given.into());
        body
    }
}

impl WorkflowBody {
    /// The names of workflows, or what may be some.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let named = self.named.iter().map(|(name, _)| &**name);
        named.chain(self.given.iter().map(|given| &*given.worker))
    }
}

fn shifted(span: Span, by: usize) -> Span {
    Span::new(span.start as usize + by, span.end as usize + by)
}

fn expressions(text: &str, from: usize) -> Vec<Expression> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("${{")) {
        let start = at + open + "${{".len();
        let rest = text.get(start..).unwrap_or_default();
        let close = rest.find("}}").filter(|close| *close <= LONGEST_EXPRESSION);
        at = start;
        if let Some(inner) = close.and_then(|close| rest.get(..close)) {
            at = start + inner.len() + "}}".len();
            found.push(Expression { span: Span::new(start - 3, at), start, inner: inner.into() });
        }
    }
    found
}

fn denies(lower: &str) -> bool {
    ["not ", "n't", "never", "without", "instead of", "no longer"].iter().any(|word| lower.contains(word))
}

/// The names between single backticks of a line.
fn in_backticks(line: &str, at: usize) -> Vec<(Box<str>, Span)> {
    let mut found = Vec::new();
    let mut offset = 0;
    for (index, piece) in line.split('`').enumerate() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if index % 2 == 1 && !piece.is_empty() && piece.chars().all(is_name) {
            found.push((without_ending(piece).into(), Span::new(at + offset, at + offset + piece.len())));
        }
        offset += piece.len() + 1;
    }
    found
}

/// ``Run the `fix` workflow``: names before that word, behind one that says to start them.
fn started(line: &str, lower: &str, at: usize) -> Vec<(Box<str>, Span)> {
    const VERBS: &[&str] = &["start", "trigger", "run", "launch", "invoke"];
    if !lower.contains("` workflow") {
        return Vec::new();
    }
    let mut named = in_backticks(line, at);
    named.retain(|(_, span)| {
        let (start, end) = (span.start as usize - at, span.end as usize - at);
        let mut before = lower.get(..start).unwrap_or_default().split(|c: char| !c.is_alphanumeric());
        let after = lower.get(end..).unwrap_or_default();
        after.starts_with("` workflow") && before.any(|word| VERBS.contains(&word))
    });
    named
}

/// What a workflow is called, its file named.
fn without_ending(file: &str) -> &str {
    let endings = [".lock.yml", ".yml", ".yaml", ".md"];
    endings.iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

/// Where a line tells to wait for the end of what was started.
fn waiting(lower: &str, workers: &[String]) -> Option<Span> {
    let about = ["worker", "workflow", "dispatched", "runs"].iter().any(|word| lower.contains(word));
    let about = about || workers.iter().any(|name| lower.contains(&format!("`{name}")));
    // Whom "they" means was said before.
    let about = about || ["until they ", "until all of them "].iter().any(|words| lower.contains(words));
    let ends = ["complet", "finish", "done", "end", "return"].iter().any(|word| lower.contains(word));
    if !about || !ends || is_limited(lower) || denies(lower) {
        return None;
    }
    let polls = if lower.contains(" until ") { "poll " } else { "poll until" };
    ["wait until", "wait for", "poll until", "keep polling", polls].iter().find_map(|phrase| {
        let at = lower.find(phrase)?;
        let begins = lower.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric));
        begins.then(|| Span::new(at, at + phrase.trim_end().len()))
    })
}

/// Whether a wait has a limit: it does not last for ever then. How often is looked is none.
fn is_limited(lower: &str) -> bool {
    if ["timeout", "at most", "up to"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.iter().enumerate().any(|(at, word)| {
        let is_time = ["minute", "second", "hour"].iter().any(|unit| word.starts_with(unit));
        let before = words.get(at.saturating_sub(2)..at).unwrap_or_default();
        is_time && !before.iter().any(|own| matches!(*own, "every" | "each" | "once" | "per"))
    })
}

/// `gh workflow run worker.lock.yml -f name=value`.
fn command(line: &str, at: usize) -> Option<Given> {
    const COMMAND: &str = "gh workflow run ";
    let start = line.find(COMMAND)? + COMMAND.len();
    let rest = line.get(start..)?;
    let word = rest.split([' ', '`', '\n', '\r']).next()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if word.is_empty() || !word.chars().all(is_name) || word.starts_with('-') {
        return None;
    }
    let mut inputs = Vec::new();
    let mut offset = start;
    let mut is_field = false;
    for part in rest.split_inclusive(' ') {
        let field = part.trim_end().trim_matches(['"', '\'']);
        if is_field
            && let Some((name, _)) = field.split_once('=').filter(|(name, _)| name.chars().all(is_name))
        {
            let quote = usize::from(part.starts_with(['"', '\'']));
            let begin = at + offset + quote;
            inputs.push((name.into(), Span::new(begin, begin + name.len())));
        }
        is_field = matches!(field, "-f" | "-F" | "--field" | "--raw-field");
        offset += part.len();
    }
    let span = Span::new(at + start, at + start + word.len());
    // Further lines may give more.
    let complete = !line.trim_end().ends_with('\\');
    Some(Given { worker: without_ending(word).into(), span, inputs: inputs.into(), complete })
}

/// `{"workflow_name": "worker", "inputs": {…}}` in the code between two bytes.
fn examples(text: &str, start: usize, end: usize) -> Vec<Given> {
    let mut found = Vec::new();
    let Some(code) = text.get(start..end).filter(|code| code.contains("\"workflow_name\"")) else {
        return found;
    };
    let Some(open) = code.find(['{', '[']) else { return found };
    let close = code.rfind(['}', ']']).map_or(code.len(), |at| at + 1);
    let Some(inner) = code.get(open..close) else { return found };
    if let Some(root) = json::parse(inner).root {
        collect(&root, start + open, &mut found, 0);
    }
    found
}

/// Examples are flat; what is nested deeper than this is none.
const DEEPEST: usize = 8;

fn collect(node: &Node, by: usize, found: &mut Vec<Given>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(seq) => seq.items.iter().for_each(|item| collect(item, by, found, depth + 1)),
        Value::Map(map) => {
            found.extend(example(map, by));
            let values = map.entries.iter().filter_map(|entry| entry.value.as_ref());
            values.for_each(|value| collect(value, by, found, depth + 1));
        }
    }
}

fn example(map: &Map, by: usize) -> Option<Given> {
    let name = map.value("workflow_name")?;
    let inputs = map.value("inputs").and_then(Node::as_map)?;
    let entries = inputs.entries.iter().map(|entry| {
        let span = shifted(entry.key.span, by);
        let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1) };
        (entry.key.text.clone(), if span.len() == entry.key.text.len() + 2 { inner } else { span })
    });
    Some(Given {
        worker: without_ending(name.as_str()?).into(),
        span: shifted(name.inner_span(), by),
        inputs: entries.collect(),
        complete: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> (String, WorkflowBody) {
        let text = format!("---\non: push\nsafe-outputs:\n  dispatch-workflow: [wrk]\n---\n{body}");
        let read = WorkflowBody::of(&text, &Facts::of(&text));
        (text, read)
    }

    #[test]
    fn expressions_end_at_their_braces() {
        let (text, body) = of("a ${{ github.actor }} b\n```\n${{x}}\n```\n${{ open\n");
        let told: Vec<&str> = body.expressions.iter().map(|own| own.span.of(&text)).collect();
        assert_eq!(told, ["${{ github.actor }}", "${{x}}"]);
        assert_eq!(&*body.expressions[0].inner, " github.actor ");
    }

    #[test]
    fn expressions_are_those_of_the_grammars() {
        let table: toml::Table = include_str!("../../../../grammars/cases.toml").parse().unwrap();
        for case in table["case"].as_array().unwrap() {
            let (text, body) = of(case["text"].as_str().unwrap());
            let found: Vec<String> =
                body.expressions.iter().map(|own| format!("expression {}", own.span.of(&text))).collect();
            let wanted = case["tokens"].as_array().unwrap().iter().filter_map(|token| token.as_str());
            assert_eq!(found, wanted.filter(|it| it.starts_with("expression ")).collect::<Vec<_>>());
        }
    }

    #[test]
    fn workers_are_named_where_a_line_speaks_of_dispatching() {
        let (text, body) = of(
            "Dispatch `fix-bug.md` or `two words`.\nDo not dispatch `other`.\nSee `third`.\n\
                Then start the `fourth` workflow.\nWhen the `fifth` workflow has run, stop.\nNever run the `sixth` workflow.\n",
        );
        let told: Vec<(&str, &str)> = body.named.iter().map(|(name, at)| (&**name, at.of(&text))).collect();
        assert_eq!(told, [("fix-bug", "fix-bug.md"), ("fourth", "fourth")]);
    }

    #[test]
    fn what_workers_are_given() {
        let (text, body) = of(concat!(
            "```json\n{\"type\": \"dispatch_workflow\", \"workflow_name\": \"fix\", \"inputs\": {\"issue\": 1, \"a-b\": {}}}\n```\n",
            "Run `gh workflow run fix.lock.yml -f issue=3 --field 'kind=x'`.\n",
            "```json\n{\"workflow_name\": [\n```\n",
            "gh workflow run --help\n",
        ));
        let told: Vec<String> = body
            .given
            .iter()
            .map(|own| {
                let inputs: Vec<&str> = own.inputs.iter().map(|(_, at)| at.of(&text)).collect();
                format!("{} {} {}", own.worker, own.span.of(&text), inputs.join(" "))
            })
            .collect();
        assert_eq!(told, ["fix fix.lock.yml issue kind", "fix fix issue a-b"]);
    }

    #[test]
    fn waiting_for_ever() {
        for (line, expected) in [
            ("Wait until all workers have finished.", Some("Wait until")),
            ("Then poll until the workflow completes", Some("poll until")),
            ("Do not wait for the worker to finish.", None),
            ("Wait for the worker to finish, at most ten minutes.", None),
            ("Wait for approval.", None),
            ("Poll every minute until they complete.", Some("Poll")),
            ("Check once per minute, and wait until the workers finish.", Some("wait until")),
            ("Poll every minute until the workflow completes, for ten minutes.", None),
            ("Wait for `wrk` to finish.", Some("Wait for")),
            ("Wait for `npm install` to finish.", None),
            ("An await for workers is done.", None),
        ] {
            let (text, body) = of(line);
            assert_eq!(body.waits.first().map(|span| span.of(&text)), expected, "{line}");
        }
    }
}
