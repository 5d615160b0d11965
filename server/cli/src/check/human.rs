//! Findings for people: each with its line of source, then a line that sums up.

use super::excerpt::{self, Excerpt};
use super::settings::Settings;
use super::survey::{FileReport, Item, Root, Survey};
use crate::output::{Output, visible};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use segue_analysis::diagnostics::Related;
use segue_catalog::Severity;
use segue_syntax::Lines;
use std::io::{self, Write};
use std::sync::Arc;

/// At most so many related places are shown with a finding.
const MOST_RELATED: usize = 5;

/// Prints the findings at or above the level, and the sum.
pub fn print(survey: &Survey, settings: &Settings, output: &mut Output) -> io::Result<()> {
    let renderer = if output.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    for file in &survey.files {
        let Some(root) = survey.root(file) else { continue };
        let shown: Vec<&Item> =
            file.items.iter().filter(|item| item.finding.severity >= settings.level).collect();
        if shown.is_empty() {
            continue;
        }
        let text = root.text(&file.path).unwrap_or_else(|| "".into());
        let lines = Lines::of(&text);
        for item in shown {
            let mut places = Places::default();
            let groups = groups(item, file, root, settings, (&text, &lines), &mut places);
            writeln!(output, "{}\n", places.put_right(&renderer.render(&groups)))?;
        }
    }
    writeln!(output, "{}", summary(survey, settings))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO.with_name("information"),
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

fn groups<'a>(
    item: &'a Item,
    file: &'a FileReport,
    root: &Root,
    settings: &Settings,
    (text, lines): (&str, &Lines),
    places: &mut Places,
) -> Vec<Group<'a>> {
    let finding = &item.finding;
    let excerpt = excerpt::of(text, lines, finding.span);
    let title = level(finding.severity).primary_title(finding.message.as_str()).id(finding.code);
    let mut first = title.element(marked(excerpt, &visible(&file.shown), places));
    for fix in &finding.fixes {
        let by_us = if fix.safe { " (--fix does it)" } else { "" };
        first = first.element(Level::HELP.message(format!("{}{by_us}", visible(&fix.title))));
    }
    let mut groups = vec![first];
    for related in finding.related.iter().take(MOST_RELATED) {
        groups.push(related_group(related, file, root, settings, (text, lines), places));
    }
    groups
}

fn related_group<'a>(
    related: &'a Related,
    file: &FileReport,
    root: &Root,
    settings: &Settings,
    (text, lines): (&str, &Lines),
    places: &mut Places,
) -> Group<'a> {
    let title = Level::NOTE.secondary_title(related.message.as_str());
    let shown = visible(&crate::places::seen_from(&settings.current, &root.absolute(&related.path)));
    let other: Option<(Arc<str>, Lines)> = if related.path == file.path {
        Some((text.into(), lines.clone()))
    } else {
        root.text(&related.path).map(|text| {
            let lines = Lines::of(&text);
            (text, lines)
        })
    };
    match other {
        Some((text, lines)) => {
            let excerpt = excerpt::of(&text, &lines, related.span);
            title.element(marked(excerpt, &shown, places))
        }
        None => title.element(Origin::path(shown)),
    }
}

/// The line with the token marked.
fn marked<'a>(excerpt: Excerpt, shown: &str, places: &mut Places) -> Snippet<'a, Annotation<'a>> {
    places.0.push((format!("{shown}:{}:", excerpt.line), excerpt.column));
    Snippet::source(excerpt.source)
        .line_start(excerpt.line)
        .path(shown.to_owned())
        .annotation(AnnotationKind::Primary.span(excerpt.marked))
}

/// The places that a report names, in order: `path:line:` and the column.
///
/// The renderer counts columns in the line that it is given; where that was cut to a window, the
/// column it writes is wrong, and is put right in what it rendered.
#[derive(Default)]
struct Places(Vec<(String, usize)>);

impl Places {
    fn put_right(&self, rendered: &str) -> String {
        let (mut right, mut rest) = (String::with_capacity(rendered.len()), rendered);
        for (place, column) in &self.0 {
            let Some(found) = rest.find(place.as_str()) else { continue };
            let (before, after) = rest.split_at(found + place.len());
            right.push_str(before);
            right.push_str(&column.to_string());
            rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        right.push_str(rest);
        right
    }
}

/// The last line: what was found, what is hidden and how to see it, what can be fixed.
fn summary(survey: &Survey, settings: &Settings) -> String {
    let files = count(survey.judged, "file");
    if survey.judged == 0 && survey.files.is_empty() {
        return "No primitives found: no agents, prompts, instructions, skills, specs or plans.".to_owned();
    }
    let named = |severity: Severity, one: &str, many: &str| match survey.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let all = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Information, "information", "information"),
        (Severity::Hint, "hint", "hints"),
    ];
    let parts = |shown: bool| -> Vec<String> {
        all.iter()
            .filter(|(severity, ..)| (*severity >= settings.level) == shown)
            .filter_map(|(severity, one, many)| named(*severity, one, many))
            .collect()
    };
    let mut line = match parts(true) {
        shown if shown.is_empty() => format!("No problems in {files}."),
        shown => format!("Found {} in {files}.", shown.join(", ")),
    };
    let hidden = parts(false);
    if !hidden.is_empty() {
        let least = all.iter().rev().find(|(severity, ..)| survey.count(*severity) > 0);
        let level = least.map_or("hint", |(severity, ..)| severity.name());
        line.push_str(&format!(" Not shown: {} (--level {level}).", hidden.join(", ")));
    }
    let fixable = survey.items().filter(|item| item.fixable()).count();
    if fixable > 0 {
        line.push_str(&format!(" {fixable} fixable with `segue check --fix`."));
    }
    line
}

/// `1 file`, `2 files`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
