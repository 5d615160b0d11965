//! Findings as one JSON object: all levels, sorted, positions as in LSP.
//!
//! Each finding stands on a line of its own, so that two outputs can be compared line by line.

use super::survey::{FileReport, Item, Survey};
use crate::output::Output;
use segue_syntax::Position;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Diagnostic<'a> {
    path: &'a str,
    range: Range,
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    fixable: bool,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    character: u32,
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        Self { line: position.line, character: position.character }
    }
}

fn diagnostic<'a>(file: &'a FileReport, item: &'a Item) -> Diagnostic<'a> {
    Diagnostic {
        path: &file.shown,
        range: Range { start: item.start.into(), end: item.end.into() },
        severity: item.finding.severity.name(),
        code: item.finding.code,
        message: &item.finding.message,
        fixable: item.fixable(),
    }
}

/// Prints the object.
pub fn print(survey: &Survey, output: &mut Output) -> io::Result<()> {
    write!(output, "{{\"files\": {}, \"diagnostics\": [", survey.judged)?;
    let mut separator = "\n  ";
    for (file, item) in survey.files.iter().flat_map(|file| file.items.iter().map(move |item| (file, item))) {
        output.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *output, &diagnostic(file, item)).map_err(io::Error::from)?;
        separator = ",\n  ";
    }
    let end = if survey.files.is_empty() { "]}" } else { "\n]}" };
    writeln!(output, "{end}")
}
