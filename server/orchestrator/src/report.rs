//! What an agent reports of itself at the end of its turn: labelled lines, or the same as one JSON
//! block. Schema version 1.
//!
//! ```text
//! Status: NEEDS_INPUT
//! Summary: The schema allows two readings.
//! Question: Which of them holds?
//! Options:
//! - the first
//! - the second
//! Recommendation: the first
//! ```
//!
//! Nothing here is believed: a report says what to ask and what to show, the proof decides. No report
//! is no failure.

use crate::event::Class;
use serde::{Deserialize, Serialize};

/// The version of the form that the task card asks for.
pub const VERSION: u32 = 1;

/// What asks an agent for a verdict, at the end of what it is told.
pub const ASKS_FOR_A_VERDICT: &str = "\n\nEnd with one line `Verdict:` and one of APPROVED, NEEDS_REVISION, \
REJECTED or ABSTAIN, then why in a few sentences. Change no file.\n";

/// A longer field is cut: a report is read by people.
const LONGEST_FIELD: usize = 4000;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// What the agent thinks it reached.
    pub status: Status,
    /// What it did, in a few sentences.
    pub summary: String,
    /// What it says about tests.
    pub tests: String,
    /// What it learnt.
    pub lessons: String,
    /// What it needs to know.
    pub question: String,
    /// The answers it offers.
    pub options: Vec<String>,
    /// The one it would choose.
    pub recommendation: String,
    /// The class of its failure, where it says one.
    pub failure: Option<Class>,
}

/// What an agent thinks it reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is done.
    #[default]
    Complete,
    /// It has a question.
    NeedsInput,
    /// It did not manage.
    Failed,
    /// It is not sure enough to try.
    Abstain,
}

impl Status {
    fn from_name(name: &str) -> Option<Self> {
        let name: String = name.trim().chars().map(|c| if c == ' ' || c == '-' { '_' } else { c }).collect();
        let known = [
            ("COMPLETE", Self::Complete),
            ("NEEDS_INPUT", Self::NeedsInput),
            ("FAILED", Self::Failed),
            ("ABSTAIN", Self::Abstain),
        ];
        known.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(&name)).map(|(_, status)| status)
    }
}

/// The report in what an agent said: the last one, where there are several.
#[must_use]
pub fn read(text: &str) -> Option<Report> {
    json(text).or_else(|| labelled(text))
}

/// The report of the last JSON block that is one: a fenced block, or the whole text.
fn json(text: &str) -> Option<Report> {
    let mut blocks: Vec<&str> = vec![text.trim()];
    let mut fences = text.match_indices("```").map(|(at, _)| at);
    while let (Some(open), Some(close)) = (fences.next(), fences.next()) {
        let body = text.get(open + 3..close).unwrap_or_default();
        blocks.push(body.strip_prefix("json").unwrap_or(body).trim());
    }
    blocks.into_iter().rev().filter(|block| block.starts_with('{')).find_map(of_json)
}

fn of_json(block: &str) -> Option<Report> {
    let value: serde_json::Value = serde_json::from_str(block).ok()?;
    let of = |name: &str| {
        let fields = value.as_object()?;
        fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let words = |name: &str| match of(name) {
        Some(serde_json::Value::String(text)) => cut(text),
        Some(serde_json::Value::Array(items)) => {
            // Each item of the lessons is one of its own.
            let mark = if name == "lessons" { "- " } else { "" };
            let items = items.iter().filter_map(serde_json::Value::as_str);
            cut(&items.map(|item| format!("{mark}{item}")).collect::<Vec<_>>().join("\n"))
        }
        _ => String::new(),
    };
    let options = of("options").and_then(serde_json::Value::as_array).into_iter().flatten();
    Some(Report {
        status: Status::from_name(of("status")?.as_str()?)?,
        summary: words("summary"),
        tests: words("tests"),
        lessons: words("lessons"),
        question: words("question"),
        options: options.filter_map(serde_json::Value::as_str).map(cut).collect(),
        recommendation: words("recommendation"),
        failure: of("failure").and_then(serde_json::Value::as_str).and_then(Class::from_name),
    })
}

const LABELS: [&str; 8] =
    ["status", "summary", "tests", "lessons", "question", "options", "recommendation", "failure"];

fn labelled(text: &str) -> Option<Report> {
    let mut report: Option<Report> = None;
    let mut field = "";
    for line in text.lines() {
        match label(line) {
            Some(("status", rest)) => {
                field = "";
                if let Some(status) = Status::from_name(rest) {
                    report = Some(Report { status, ..Report::default() });
                }
            }
            Some((name, rest)) => {
                field = name;
                if let Some(report) = &mut report {
                    add(report, field, rest);
                }
            }
            None => {
                if let Some(report) = &mut report {
                    add(report, field, line.trim_end());
                }
            }
        }
    }
    let mut report = report?;
    for field in [
        &mut report.summary,
        &mut report.tests,
        &mut report.lessons,
        &mut report.question,
        &mut report.recommendation,
    ] {
        *field = cut(field.trim());
    }
    Some(report)
}

/// The label at the beginning of a line, and what follows it. Agents like to write them as lists and in
/// bold.
fn label(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start_matches([' ', '-', '*', '#', '_', '>']);
    let (name, rest) = line.split_once(':')?;
    let name = name.trim_end_matches(['*', '_', ' ']);
    let known = LABELS.into_iter().find(|label| label.eq_ignore_ascii_case(name))?;
    let rest = rest.trim_start_matches(['*', '_']).trim();
    // A word may be marked; in a sentence marks and ends are its own.
    let is_word = matches!(known, "status" | "recommendation" | "failure");
    Some((known, if is_word { rest.trim_matches(['*', '`', '.']) } else { rest }))
}

fn add(report: &mut Report, field: &str, text: &str) {
    let target = match field {
        "summary" => &mut report.summary,
        "tests" => &mut report.tests,
        "lessons" => &mut report.lessons,
        "question" => &mut report.question,
        "recommendation" => &mut report.recommendation,
        "failure" => {
            report.failure = report.failure.or_else(|| Class::from_name(text.trim()));
            return;
        }
        "options" => {
            let own: Vec<&str> = match item(text) {
                Some(item) => vec![item],
                None if report.options.is_empty() => text.split([';', '|']).collect(),
                None => Vec::new(),
            };
            report.options.extend(own.into_iter().map(str::trim).filter(|own| !own.is_empty()).map(cut));
            return;
        }
        _ => return,
    };
    if !target.is_empty() {
        target.push('\n');
    }
    target.push_str(text);
}

/// The text of a list item: `- text`, `* text`, `1. text`, `a) text`.
pub(crate) fn item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let marked = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
    marked.or_else(|| {
        let (mark, rest) = line.split_once(['.', ')'])?;
        let is_mark = mark.len() <= 2 && !mark.is_empty() && mark.chars().all(|c| c.is_ascii_alphanumeric());
        (is_mark && rest.starts_with(' ')).then(|| rest.trim())
    })
}

fn cut(text: &str) -> String {
    text.char_indices().nth(LONGEST_FIELD).map_or(text, |(at, _)| text.get(..at).unwrap_or(text)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_lines_are_read_in_the_forms_that_agents_write() {
        for text in [
            "Done.\n\nStatus: COMPLETE\nSummary: Two files.\nTests: 3 passed",
            "**Status:** complete\n**Summary:** Two files.\n**Tests:** 3 passed\n",
            "- Status: `COMPLETE`\r\n- Summary: Two files.\r\n- Tests: 3 passed\r\n",
            "Status: FAILED\nSummary: no\n\nAgain.\n\n## Status: COMPLETE.\nSummary: Two files.\nTests: 3 passed",
        ] {
            let report = read(text).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(report.status, Status::Complete, "{text:?}");
            assert_eq!(
                (report.summary.trim_end_matches('.'), report.tests.as_str()),
                ("Two files", "3 passed")
            );
        }
    }

    #[test]
    fn questions_have_options() {
        let text = "Status: NEEDS INPUT\nQuestion: Which?\nIt matters.\nOptions:\n1. the first\n2. the second\nRecommendation: the first\n";
        let report = read(text).unwrap();
        assert_eq!(report.status, Status::NeedsInput);
        assert_eq!(report.question, "Which?\nIt matters.");
        assert_eq!(report.options, ["the first", "the second"]);
        assert_eq!(report.recommendation, "the first");
        let inline = read("Status: NEEDS_INPUT\nQuestion: Which?\nOptions: a; b").unwrap();
        assert_eq!(inline.options, ["a", "b"]);
    }

    #[test]
    fn a_json_block_says_the_same() {
        let text = "Here it is:\n```json\n{\"version\": 1, \"Status\": \"failed\", \"summary\": \"No.\", \"failure\": \"needs_replan\", \"options\": [\"a\"]}\n```\n";
        let report = read(text).unwrap();
        assert_eq!((report.status, report.failure), (Status::Failed, Some(Class::NeedsReplan)));
        assert_eq!((report.summary.as_str(), report.options.len()), ("No.", 1));
        let lists =
            read("{\"status\": \"COMPLETE\", \"lessons\": [\"a\", \"b\"], \"recommendation\": [\"left\"]}")
                .unwrap();
        assert_eq!((lists.lessons.as_str(), lists.recommendation.as_str()), ("- a\n- b", "left"));
        assert_eq!(read("{\"status\": \"ABSTAIN\"}").map(|report| report.status), Some(Status::Abstain));
    }

    #[test]
    fn what_is_no_report_is_none() {
        for text in ["", "Status: maybe", "All is well.", "```json\n{\"a\": 1}\n```", "{", "```"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn long_fields_are_cut_between_characters() {
        let report = read(&format!("Status: COMPLETE\nSummary: {}", "ü".repeat(9000))).unwrap();
        assert_eq!(report.summary.chars().count(), LONGEST_FIELD);
    }
}
