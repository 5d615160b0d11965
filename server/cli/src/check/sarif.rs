//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Regions are in UTF-16 columns counted from 1 (`columnKind`), paths are relative to the top of the
//! repository (`uriBaseId`, whose place is left open: it differs from machine to machine).

use super::baseline;
use super::edits;
use super::settings::Settings;
use super::survey::{self, FileReport, Item, Root, Survey};
use crate::output::Output;
use segue_catalog::{Rule, Severity, catalog};
use segue_syntax::{Lines, Position, Span};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints the log.
pub fn print(survey: &Survey, settings: &Settings, output: &mut Output) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, &log(survey, settings)).map_err(io::Error::from)?;
    writeln!(output)
}

fn log(survey: &Survey, settings: &Settings) -> Value {
    let results: Vec<Value> = survey.files.iter().flat_map(|file| results(file, survey, settings)).collect();
    let bases: serde_json::Map<String, Value> = (0..survey.roots.len())
        .map(|index| (base(index), json!({"description": {"text": "The top of the repository."}})))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "segue",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": catalog().rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": bases,
            "results": results,
        }],
    })
}

/// The name of a root; the first is the one that everybody calls so.
fn base(root: usize) -> String {
    if root == 0 { "SRCROOT".to_owned() } else { format!("SRCROOT{}", root + 1) }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

fn rule(rule: &Rule) -> Value {
    let family = rule.code.split('/').next().unwrap_or_default();
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.title},
        "help": {"text": rule.explain, "markdown": rule.explain},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [family]},
    })
}

fn results(file: &FileReport, survey: &Survey, settings: &Settings) -> Vec<Value> {
    let Some(root) = survey.root(file) else { return Vec::new() };
    let shown: Vec<(&Item, u64)> = baseline::numbered(file)
        .filter(|(item, _)| item.finding.severity >= settings.level)
        .map(|(item, number)| (item, baseline::fingerprint(file, item, number)))
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let text = root.text(&file.path).unwrap_or_else(|| "".into());
    let lines = Lines::of(&text);
    shown.iter().map(|(item, print)| result(file, item, *print, root, &text, &lines)).collect()
}

fn result(file: &FileReport, item: &Item, print: u64, root: &Root, text: &str, lines: &Lines) -> Value {
    let finding = &item.finding;
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": finding.rule.0,
        "level": level(finding.severity),
        "message": {"text": finding.message},
        "locations": [location(file.root, &file.path, Some((item.start, item.end)))],
        "partialFingerprints": {"segueFinding/v1": format!("{print:016x}")},
    });
    let related: Vec<Value> = finding
        .related
        .iter()
        .enumerate()
        .map(|(index, related)| {
            let region = if related.path == file.path {
                Some(survey::positions(text, lines, related.span))
            } else {
                region_elsewhere(root, &related.path, related.span)
            };
            let mut place = location(file.root, &related.path, region);
            if let Some(place) = place.as_object_mut() {
                place.insert("id".to_owned(), json!(index + 1));
                place.insert("message".to_owned(), json!({"text": related.message}));
            }
            place
        })
        .collect();
    let fixes: Vec<Value> = finding
        .fixes
        .iter()
        .filter(|fix| !fix.edits.is_empty())
        .map(|fix| {
            let replacements: Vec<Value> = fix
                .edits
                .iter()
                .map(|edit| {
                    json!({
                        "deletedRegion": region(survey::positions(text, lines, edit.span)),
                        "insertedContent": {"text": edits::with_line_end(&edit.insert, edits::line_end(text))},
                    })
                })
                .collect();
            json!({
                "description": {"text": fix.title},
                "artifactChanges": [{
                    "artifactLocation": artifact(file.root, &file.path),
                    "replacements": replacements,
                }],
            })
        })
        .collect();
    if let Some(result) = result.as_object_mut() {
        if !related.is_empty() {
            result.insert("relatedLocations".to_owned(), related.into());
        }
        if !fixes.is_empty() {
            result.insert("fixes".to_owned(), fixes.into());
        }
    }
    result
}

fn region_elsewhere(root: &Root, path: &str, span: Span) -> Option<(Position, Position)> {
    let text = root.text(path)?;
    Some(survey::positions(&text, &Lines::of(&text), span))
}

fn location(root: usize, path: &str, place: Option<(Position, Position)>) -> Value {
    match place {
        Some(place) => json!({
            "physicalLocation": {"artifactLocation": artifact(root, path), "region": region(place)},
        }),
        None => json!({"physicalLocation": {"artifactLocation": artifact(root, path)}}),
    }
}

fn artifact(root: usize, path: &str) -> Value {
    json!({"uri": uri(path), "uriBaseId": base(root)})
}

fn region((start, end): (Position, Position)) -> Value {
    json!({
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    })
}

/// A relative URI reference: what RFC 3986 does not let stand in a path segment is percent-encoded,
/// `:` too, which in the first segment would read as a scheme.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(uri(".github/agents/a b%é:[1].md"), ".github/agents/a%20b%25%C3%A9%3A%5B1%5D.md");
    }
}
