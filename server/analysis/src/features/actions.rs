//! What can be done about findings: their fixes, all safe ones at once, an ignore, an explanation.

use super::shown::{Comments, Shown};
use crate::diagnostics::{Edit, Finding, Fix};
use crate::line_ends;
use segue_syntax::facts::Ignore;
use segue_syntax::{Facts, Lines, Span, json};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// As a command to the editor.
    pub title: String,
    /// What it does.
    pub what: What,
    /// Index of the finding that it is about; `None` for all at once.
    pub finding: Option<usize>,
    /// Edits of the file, in order, not overlapping.
    pub edits: Vec<Edit>,
}

/// What an action does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Puts a finding right.
    Fix {
        /// Whether it may be applied unasked.
        safe: bool,
    },
    /// Puts all right that can be put right unasked.
    FixAll,
    /// Silences a finding where it stands.
    Ignore,
    /// Shows the page of this code.
    Explain(String),
}

/// What can be done about the findings that `range` touches.
#[must_use]
pub fn of(shown: &Shown, range: Span) -> Vec<Action> {
    let touched = |finding: &Finding| {
        finding.span.overlaps(range)
            || finding.span.touches(range.start as usize)
            || finding.span.touches(range.end as usize)
    };
    let here: Vec<(usize, &Finding)> =
        shown.findings.iter().enumerate().filter(|(_, finding)| touched(finding)).collect();
    let mut actions: Vec<Action> = Vec::new();
    for (index, finding) in &here {
        actions.extend(finding.fixes.iter().map(|fix| Action {
            title: fix.title.clone(),
            what: What::Fix { safe: fix.safe },
            finding: Some(*index),
            edits: fix.edits.clone(),
        }));
    }
    actions.extend(here.iter().filter_map(|(index, finding)| {
        let edit = match shown.comments {
            Comments::None => None,
            Comments::Markdown => ignore(&shown.text, finding),
            Comments::Json => ignore_in_json(&shown.text, finding),
        };
        Some(Action {
            title: format!("Ignore {} here", finding.code),
            what: What::Ignore,
            finding: Some(*index),
            edits: vec![edit?],
        })
    }));
    let mut explained: Vec<&str> = Vec::new();
    for (index, finding) in &here {
        if explained.contains(&finding.code) {
            continue;
        }
        explained.push(finding.code);
        actions.push(Action {
            title: format!("Explain {}", finding.code),
            what: What::Explain(finding.code.to_owned()),
            finding: Some(*index),
            edits: Vec::new(),
        });
    }
    actions
}

/// All safe fixes of a file that do not overlap, the first in the text winning; `None` where there
/// are none.
#[must_use]
pub fn fix_all(shown: &Shown) -> Option<Action> {
    let mut edits: Vec<Edit> = Vec::new();
    for finding in &shown.findings {
        let Some(Fix { edits: own, .. }) = finding.fixes.iter().find(|fix| fix.safe) else { continue };
        let free = own.iter().all(|new| edits.iter().all(|old| apart(old.span, new.span)));
        if free {
            edits.extend(own.iter().cloned());
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    (!edits.is_empty()).then(|| Action {
        title: "Fix everything that is safe to fix".to_owned(),
        what: What::FixAll,
        finding: None,
        edits,
    })
}

/// Whether two edits can be made together in either order.
fn apart(one: Span, other: Span) -> bool {
    one.end < other.start || other.end < one.start || (one.end == other.start) != (other.end == one.start)
}

/// The comment that silences a finding, in the first form that does: on the line before, at the end of
/// the line, for the whole file. What it does is read back before it is offered.
fn ignore(text: &str, finding: &Finding) -> Option<Edit> {
    let facts = Facts::of(text);
    let forms = if finding.span.start < facts.header.body && !facts.header.content.is_empty() {
        header_forms(text, &facts, finding)
    } else {
        body_forms(text, &facts, finding)
    };
    forms.into_iter().find(|edit| silences(text, edit, finding))
}

fn header_forms(text: &str, facts: &Facts, finding: &Finding) -> Vec<Edit> {
    let code = finding.code;
    let content = facts.header.content;
    let line = line_of(text, finding.span.start);
    let indent: String = line.of(text).chars().take_while(|c| *c == ' ').collect();
    let mut forms = Vec::new();
    if content.contains(line) {
        forms.push(insert(line.start, format!("{indent}# segue-ignore {code}{}", line_ends::of_text(text))));
        forms.push(insert(line.end, format!(" # segue-ignore {code}")));
    }
    forms.push(insert(content.start, format!("# segue-ignore-file {code}{}", line_ends::of_text(text))));
    forms
}

fn body_forms(text: &str, facts: &Facts, finding: &Finding) -> Vec<Edit> {
    let (code, end) = (finding.code, line_ends::of_text(text));
    let line = line_of(text, finding.span.start);
    let indent: String = line.of(text).chars().take_while(|c| *c == ' ').collect();
    let start = if line.start == 0 && facts.bom { 3 } else { line.start };
    let file = facts.header.body.max(if facts.bom { 3 } else { 0 });
    vec![
        insert(start, format!("{indent}<!-- segue-ignore {code} -->{end}")),
        insert(file, format!("<!-- segue-ignore-file {code} -->{end}")),
    ]
}

/// [`ignore`] for JSON with comments: on the line before, at the end of the line, for the whole file.
fn ignore_in_json(text: &str, finding: &Finding) -> Option<Edit> {
    let (code, end) = (finding.code, line_ends::of_text(text));
    let line = line_of(text, finding.span.start);
    let indent: String = line.of(text).chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let top = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let forms = [
        insert(line.start.max(top), format!("{indent}// segue-ignore {code}{end}")),
        insert(line.end, format!(" // segue-ignore {code}")),
        insert(top, format!("// segue-ignore-file {code}{end}")),
    ];
    forms.into_iter().find(|edit| {
        let (Some(new), old) = (edited(text, edit), json::parse(text)) else { return false };
        let new = json::parse(&new);
        covered(&new.ignores, edit, finding)
            && new.comments.len() == old.comments.len() + 1
            && new.error.is_some() == old.error.is_some()
    })
}

fn insert(at: u32, text: String) -> Edit {
    Edit { span: Span { start: at, end: at }, insert: text }
}

fn line_of(text: &str, offset: u32) -> Span {
    let lines = Lines::of(text);
    lines.line_span(text, lines.line_of(offset as usize))
}

/// Whether the text with `edit` has an ignore comment for the finding, and is otherwise what it was.
fn silences(text: &str, edit: &Edit, finding: &Finding) -> bool {
    let Some(new) = edited(text, edit) else { return false };
    let (new, old) = (Facts::of(&new), Facts::of(text));
    covered(&new.ignores, edit, finding)
        && new.headings.len() == old.headings.len()
        && new.links.len() == old.links.len()
        && new.fences.len() == old.fences.len()
        && new.header.shape == old.header.shape
}

/// The text with one insertion.
fn edited(text: &str, edit: &Edit) -> Option<String> {
    let at = edit.span.start as usize;
    Some(format!("{}{}{}", text.get(..at)?, edit.insert, text.get(at..)?))
}

/// Whether one of the comments silences the finding where it stands after `edit`.
fn covered(ignores: &[Ignore], edit: &Edit, finding: &Finding) -> bool {
    let moved = if finding.span.start >= edit.span.start {
        finding.span.shift(edit.insert.len())
    } else {
        finding.span
    };
    ignores.iter().any(|ignore| {
        ignore.codes.iter().any(|(code, _)| &**code == finding.code)
            && ignore.covers.is_none_or(|lines| lines.start <= moved.start && moved.start <= lines.end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_catalog::{Severity, catalog};

    fn finding(text: &str, token: &str) -> Finding {
        let start = text.find(token).expect("the token");
        let (rule, _) = catalog().rule("link/missing-file").expect("a rule");
        Finding {
            rule,
            code: "link/missing-file",
            severity: Severity::Warning,
            span: Span::new(start, start + token.len()),
            message: String::new(),
            related: Vec::new(),
            fixes: Vec::new(),
            tag: None,
        }
    }

    fn ignored(text: &str, token: &str) -> String {
        let Some(edit) = ignore(text, &finding(text, token)) else { return "none".to_owned() };
        let mut text = text.to_owned();
        text.insert_str(edit.span.start as usize, &edit.insert);
        text
    }

    #[test]
    fn the_ignore_takes_the_form_that_fits() {
        let cases = [
            ("# A\n\n[x](y.md)\n", "y.md", "# A\n\n<!-- segue-ignore link/missing-file -->\n[x](y.md)\n"),
            (
                "---\r\nname: y\r\n---\r\n",
                "y",
                "---\r\n# segue-ignore link/missing-file\r\nname: y\r\n---\r\n",
            ),
            ("---\nname: x\n---\n", "---", "---\n# segue-ignore-file link/missing-file\nname: x\n---\n"),
            (
                "# A\n\n```\ntoken\n```\n",
                "token",
                "<!-- segue-ignore-file link/missing-file -->\n# A\n\n```\ntoken\n```\n",
            ),
        ];
        for (text, token, expected) in cases {
            assert_eq!(ignored(text, token), expected, "{text:?}");
        }
    }

    #[test]
    fn json_is_ignored_in_comments_of_its_own() {
        let cases = [
            ("{\n  \"a\": 1\n}\n", "1", "{\n  // segue-ignore link/missing-file\n  \"a\": 1\n}\n"),
            ("{\r\n\t\"a\": 1\r\n}", "1", "{\r\n\t// segue-ignore link/missing-file\r\n\t\"a\": 1\r\n}"),
            ("{\"a\": 1}", "1", "// segue-ignore link/missing-file\n{\"a\": 1}"),
            ("\u{feff}{\"a\": 1}\n", "1", "\u{feff}// segue-ignore link/missing-file\n{\"a\": 1}\n"),
            // Inside of another comment none can begin.
            ("/* a\n b */ {\"a\": 1}\n", "1", "/* a\n b */ {\"a\": 1} // segue-ignore link/missing-file\n"),
        ];
        for (text, token, expected) in cases {
            let edit = ignore_in_json(text, &finding(text, token)).expect("a comment");
            assert_eq!(edited(text, &edit).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn all_safe_fixes_do_not_overlap() {
        let text: std::sync::Arc<str> = "abcdef".into();
        let fix = |start: usize, end: usize, safe| Finding {
            fixes: vec![Fix {
                title: String::new(),
                edits: vec![Edit { span: Span::new(start, end), insert: "x".to_owned() }],
                safe,
            }],
            ..finding("a", "a")
        };
        let shown = Shown {
            text,
            findings: vec![fix(0, 2, true), fix(1, 3, true), fix(3, 4, false), fix(4, 5, true)],
            comments: Comments::Markdown,
            complete: true,
        };
        let action = fix_all(&shown).expect("an action");
        let spans: Vec<_> = action.edits.iter().map(|edit| (edit.span.start, edit.span.end)).collect();
        assert_eq!(spans, [(0, 2), (4, 5)]);
    }
}
