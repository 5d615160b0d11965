//! Values that a format does not have: slips in its words, waves that are no numbers, ids that are declared
//! twice or nowhere. What is read over in silence switches other checks off.

use super::{Report, near, span};
use crate::plans::words;
use rustc_hash::FxHashMap;
use segue_catalog::Severity;
use segue_plan::{Plan, Stated};
use segue_syntax::Span;
use std::sync::Arc;

pub(super) fn reports(plan: &Plan, path: &Arc<str>) -> Vec<Report> {
    let is_json = plan.format == "controlflow-json";
    let of_tasks = plan.tasks.iter().flat_map(|task| &task.unread);
    let unread = plan.unread.iter().chain(of_tasks).map(|own| (own.field, &own.written));
    let status = plan.status.iter().map(|status| ("status", status));
    let reviewed = plan.risks.iter().filter(|risk| risk.is_category).flat_map(|risk| {
        let applicability = risk.applicability.iter().map(|word| ("applicability", word));
        applicability.chain(risk.disposition.iter().map(|word| ("disposition", word)))
    });
    let failures = plan.tasks.iter().flat_map(|task| &task.failures);
    let classes = failures.filter_map(|failure| Some(("classification", failure.class.as_ref()?)));
    let all = unread.chain(status).chain(reviewed).chain(classes);
    let mut reports: Vec<Report> =
        all.filter_map(|(field, written)| value(plan.format, field, written, is_json)).collect();
    if plan.format == "implementation-plan" {
        reports.extend(declared_twice(plan, path));
        reports.extend(plan.undeclared.iter().map(|id| {
            let message = format!("This plan declares `{}` nowhere.", id.value);
            Report::new("plan/unknown-dependency", span(id.range), message).severity(Severity::Hint)
        }));
    }
    reports
}

/// What is said of a value. In a schema every other word is one too many; in Markdown people write more
/// beside the word, so only what is surely a slip is one.
fn value(format: &str, field: &str, written: &Stated<String>, is_json: bool) -> Option<Report> {
    let at = span(written.range);
    let text = written.trim();
    if at.is_empty() || text.is_empty() || text.contains(['{', '<', '[', '|', '$', '…']) {
        return None;
    }
    match field {
        "wave" => {
            let rest = "A wave is a number from 1 on, and `{}` is none: the task is taken as without one.";
            return number(text, at, is_json, rest);
        }
        "variants" => {
            return number(
                text,
                at,
                is_json,
                "Variants are a number, and `{}` is none: the task is done once.",
            );
        }
        "confidence" => return confidence(text, at),
        _ => {}
    }
    let words = match (format, field) {
        ("implementation-plan", "status") => words::STATUSES_OF_IMPLEMENTATION,
        ("controlflow" | "controlflow-json", _) | (_, "complexity_tier" | "risk") => words::of(field)?,
        _ => return None,
    };
    let first = text.split([' ', '(', ',', ';']).next().unwrap_or_default();
    let is_one = |text: &str| words.iter().any(|word| same(word, text));
    if words.contains(&text) || (!is_json && (is_one(text) || is_one(first))) {
        return None;
    }
    let meant =
        near::meant_of_few(text, words).or_else(|| near::meant_of_few(first, words).filter(|_| !is_json));
    let message = match meant {
        Some(meant) => format!("`{text}` is no {} of this format. Did you mean `{meant}`?", said(field)),
        None if is_json => format!("`{text}` is no {} of this format: {}.", said(field), words.join(", ")),
        None => return None,
    };
    let severity = if meant.is_some() { Severity::Warning } else { Severity::Information };
    let report = Report::new("plan/unknown-value", at, message).severity(severity);
    Some(match meant.filter(|_| at.len() == written.len() && first == text) {
        Some(meant) => report.offered_fix(format!("Replace by `{meant}`"), at, meant),
        None => report,
    })
}

/// Whether two words differ only in case and in what joins their parts.
fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

/// A key of the schema as a person says it.
fn said(field: &str) -> String {
    field.replace('_', " ")
}

const NUMBERS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// A number that is none, as `message` says it: in Markdown only one in words is surely meant for one.
fn number(text: &str, at: Span, is_json: bool, message: &str) -> Option<Report> {
    let spoken = NUMBERS.iter().position(|number| number.eq_ignore_ascii_case(text));
    if spoken.is_none() && !is_json {
        return None;
    }
    let message = message.replace("{}", text);
    let report = Report::new("plan/unknown-value", at, message);
    Some(match spoken.filter(|_| at.len() == text.len()) {
        Some(place) => report.offered_fix(format!("Replace by `{}`", place + 1), at, (place + 1).to_string()),
        None => report,
    })
}

fn confidence(text: &str, at: Span) -> Option<Report> {
    let number = text.split([' ', '(', ',']).next()?;
    let is_number = number.trim_end_matches('%').parse::<f64>().is_ok();
    let message = format!("A confidence lies between 0 and 1, and `{number}` does not.");
    is_number.then(|| Report::new("plan/unknown-value", at, message))
}

/// Ids beside those of tasks: requirements, files, tests.
fn declared_twice(plan: &Plan, path: &Arc<str>) -> Vec<Report> {
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    let mut reports = Vec::new();
    for id in &plan.declared {
        let at = span(id.range);
        match first.get(id.as_str()) {
            Some(earlier) => {
                let message = format!("`{}` is declared already: what cites it may mean either.", id.value);
                let report = Report::new("plan/duplicate-id", at, message).severity(Severity::Warning);
                reports.push(report.related(path.clone(), *earlier, "The first of this id"));
            }
            None => drop(first.insert(id, at)),
        }
    }
    reports
}

#[cfg(test)]
mod tests {
    use crate::fixture::findings;

    #[test]
    fn slips_in_words_are_told() {
        let plan = |head: &str, wave: &str, row: &str| {
            let text = format!(
                "//- plans/a-plan.md\n# Plan\n{head}\n#### Phase 1 — One\n- **Executor:** Plan\n- **Wave:** {wave}\n\
                 ### Risk Review\n| Category | Applicability | Impact | Evidence | Disposition |\n|-|-|-|-|-|\n| data_volume | {row} |\n"
            );
            let all = findings(&text);
            all.lines()
                .filter(|line| line.contains("unknown-value"))
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        let quiet = "applicable | HIGH | the spec | resolved";
        assert_eq!(plan("**Status:** Ready for execution", "1", quiet), "");
        assert_eq!(plan("**Complexity Tier:** MEDIUM\n**Confidence:** 90% (sure)", "1 (first)", quiet), "");
        assert_eq!(plan("**Status:** Draft, waits for Ann", "after the first", "n/a | none | - | later"), "");
        assert_eq!(plan("**Complexity Tier:** {TIER}", "<N>", "a / b | LOW–HIGH | x | y"), "");
        for (head, wave, row, token) in [
            ("**Complexity Tier:** MEDUIM", "1", quiet, "`MEDUIM`"),
            ("**Status:** READY_FOR_EXECUTON", "1", quiet, "`READY_FOR_EXECUTON`"),
            ("**Confidence:** 1.7", "1", quiet, "`1.7`"),
            ("", "two", quiet, "`two`"),
            ("", "1", "applicable | HIHG | the spec | resolved", "`HIHG`"),
            ("", "1", "aplicable | HIGH | the spec | resolved", "`aplicable`"),
            ("", "1", "applicable | HIGH | the spec | resovled", "`resovled`"),
        ] {
            let said = plan(head, wave, row);
            assert!(said.contains(&format!("warning plan/unknown-value {token}")), "{token}: {said}");
        }
    }

    #[test]
    fn variants_are_a_number() {
        let spec = |value: &str| {
            findings(&format!("//- x.spec.md\n# F\n### Issue 1: One (`one`)\n**Variants:** {value}\n"))
        };
        assert!(spec("three").contains("warning plan/unknown-value `three`"), "{}", spec("three"));
        for quiet in ["3", "2 (by both agents)", "none", "as many as it takes", "<N>"] {
            assert!(!spec(quiet).contains("unknown-value"), "{}", spec(quiet));
        }
    }

    #[test]
    fn a_schema_has_its_words_and_no_others() {
        let plan = |action: &str| {
            let text = format!(
                "//- plans/a.plan.json\n{{\"phases\": [{{\"phase_id\": 1, \"files\": [{{\"path\": \"a.rs\", \"action\": \"{action}\"}}]}}]}}\n"
            );
            findings(&text)
        };
        assert!(plan("edit").contains("information plan/unknown-value `edit`"), "{}", plan("edit"));
        assert!(plan("modfy").contains("warning plan/unknown-value `modfy`"), "{}", plan("modfy"));
        assert!(!plan("modify").contains("unknown-value"));
    }

    #[test]
    fn ids_of_requirements_and_files() {
        let plan = |more: &str, cited: &str| {
            findings(&format!(
                "//- plan/feature-a-1.md\n---\ngoal: A\nstatus: 'Planned'\n---\n## 1. Requirements\n- **REQ-001**: One\n{more}## 2. Steps\n\
                 ### Implementation Phase 1\n| Task | Description | Completed | Date |\n|-|-|-|-|\n\
                 | TASK-001 | Write it for REQ-001, in UTF-8, {cited} | | |\n"
            ))
        };
        assert_eq!(plan("- **FILE-001**: `src/a.rs`\n", "FILE-001"), "");
        let said = plan("- **REQ-001**: Two\n- **FILE-001**: `src/a.rs`\n", "FILE-009");
        assert!(said.contains("warning plan/duplicate-id `REQ-001`"), "{said}");
        assert!(said.contains("hint plan/unknown-dependency `FILE-009`"), "{said}");
        assert!(!plan("", "FILE-009").contains("FILE-009"), "no file is declared at all");
    }
}
