//! Findings as commands to a GitHub workflow, which shows them at the lines of a pull request.
//!
//! The form is `::error file=…,line=…,col=…,endColumn=…,title=…::message`. Lines and columns count
//! from 1. `%` and line ends are escaped everywhere, `:` and `,` in properties too (the runner's
//! `ActionCommand` undoes just these).

use super::settings::Settings;
use super::survey::{FileReport, Item, Survey};
use crate::output::{Output, visible};
use segue_catalog::Severity;
use std::io::{self, Write};

/// Prints the findings at or above the level.
pub fn print(survey: &Survey, settings: &Settings, output: &mut Output) -> io::Result<()> {
    for file in &survey.files {
        for item in file.items.iter().filter(|item| item.finding.severity >= settings.level) {
            writeln!(output, "{}", command(file, item))?;
        }
    }
    Ok(())
}

fn command(file: &FileReport, item: &Item) -> String {
    let name = match item.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "notice",
    };
    let mut place = format!("line={},endLine={}", item.start.line + 1, item.end.line + 1);
    // Columns are for findings within one line; with others they are refused.
    if item.start.line == item.end.line {
        let (from, to) = (item.start.character + 1, item.end.character + 1);
        place.push_str(&format!(",col={from},endColumn={to}"));
    }
    format!(
        "::{name} file={},{place},title={}::{}",
        property(&file.path),
        property(item.finding.code),
        data(&item.finding.message)
    )
}

fn data(text: &str) -> String {
    visible(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_is_escaped() {
        assert_eq!(property("a,b:c%d.md"), "a%2Cb%3Ac%25d.md");
        assert_eq!(data("100%:\r\nx, y"), "100%25:%0D%0Ax, y");
        assert_eq!(data("a\u{1b}[2J"), "a␛[2J");
    }
}
