//! Markdown for a terminal: headings and marked tokens stand out, fences are indented, the rest is
//! as written. Without colour the same text, without escapes.

use anstyle::{AnsiColor, Effects, Style};
use std::io::{self, Write};

const HEADING: Style = Style::new().effects(Effects::BOLD);
const MARKED: Style = AnsiColor::Red.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE));
const CODE: Style = AnsiColor::Cyan.on_default();

/// Prints a text.
pub fn print(text: &str, colour: bool, out: &mut impl Write) -> io::Result<()> {
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.len() == ticks.len() => fence = None,
            Some(_) => writeln!(out, "    {}", marked(line, colour))?,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => writeln!(out, "{}", prose(line, colour))?,
        }
    }
    Ok(())
}

fn styled(text: &str, style: Style, colour: bool) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn prose(line: &str, colour: bool) -> String {
    let title = line.trim_start_matches('#');
    if title.len() < line.len() && title.starts_with(' ') {
        return styled(title.trim(), HEADING, colour);
    }
    if !colour {
        return line.to_owned();
    }
    let pieces: Vec<&str> = line.split('`').collect();
    // A tick without its partner is a tick.
    if pieces.len().is_multiple_of(2) {
        return line.to_owned();
    }
    let style = |(index, piece): (usize, &&str)| {
        if index % 2 == 1 { styled(piece, CODE, colour) } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(style).collect()
}

/// The tokens at fault, between `«` and `»`.
fn marked(line: &str, colour: bool) -> String {
    if !colour {
        return line.to_owned();
    }
    line.replace('«', &MARKED.to_string()).replace('»', &format!("{MARKED:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, colour: bool) -> String {
        let mut out = Vec::new();
        print(text, colour, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn plain_where_there_is_no_colour() {
        let text = "# A `b`\n\nSee `c`.\n\n````markdown\n# «x»\n```\n````\n#tag\n";
        assert_eq!(printed(text, false), "A `b`\n\nSee `c`.\n\n    # «x»\n    ```\n#tag\n");
    }

    #[test]
    fn styles_where_there_is() {
        assert_eq!(printed("See `c`.\n", true), format!("See {CODE}c{CODE:#}.\n"));
        assert_eq!(printed("one ` tick\n", true), "one ` tick\n");
        assert_eq!(printed("```\na «b»\n```\n", true), format!("    a {MARKED}b{MARKED:#}\n"));
    }
}
