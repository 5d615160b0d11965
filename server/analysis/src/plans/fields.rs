//! Labelled fields: `**Scope:** …`, `- **Files**: …`, `Wave: 2`, with the lines that belong to them.

use super::page::{Form, Page, trimmed};
use segue_plan::Stated;
use segue_syntax::Span;

/// A vocabulary: labels in lower case, and what each means.
pub(crate) type Vocabulary<K> = [(&'static str, K)];

/// A field and its value.
pub(crate) struct Field<K> {
    /// What it means.
    pub key: K,
    /// Its label, without marks and colon.
    pub label: Span,
    /// What stands on its line after the label; may be empty.
    pub inline: Span,
    /// Its line.
    pub line: usize,
    /// The lines after it that belong to it.
    pub below: std::ops::Range<usize>,
}

/// One of the values of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    /// What it says; may go over several lines.
    pub span: Span,
    /// Whether it is below another value of the field.
    pub nested: bool,
}

/// The fields of a range of lines, in order.
pub(crate) fn of<K: Copy>(
    page: &Page<'_>,
    lines: std::ops::Range<usize>,
    known: &Vocabulary<K>,
) -> Vec<Field<K>> {
    let mut fields: Vec<Field<K>> = Vec::new();
    let mut open_indent = None;
    for (number, line) in page.numbered(lines.clone()) {
        let (span, indent) = match line.form {
            Form::Item(item) => (item.text, item.indent),
            Form::Text => {
                let span = page.trimmed(line);
                (span, (span.start - line.span.start) as usize)
            }
            Form::Heading(_) => {
                close(&mut fields, number);
                open_indent = None;
                continue;
            }
            _ => continue,
        };
        // What is deeper than the open field is its value, whatever it looks like.
        if open_indent.is_some_and(|open| indent > open) {
            continue;
        }
        let Some((label, inline)) = labelled(page.text, span) else { continue };
        let word = page.str(label);
        let Some((_, key)) = known.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)) else { continue };
        close(&mut fields, number);
        open_indent = Some(indent);
        fields.push(Field { key: *key, label, inline, line: number, below: number + 1..number + 1 });
    }
    close(&mut fields, lines.end);
    fields
}

fn close<K>(fields: &mut [Field<K>], end: usize) {
    if let Some(last) = fields.last_mut()
        && last.below.is_empty()
    {
        last.below.end = end.max(last.below.start);
    }
}

/// The label and the value of `**Label:** value`, `**Label**: value`, `Label: value`.
pub(crate) fn labelled(text: &str, span: Span) -> Option<(Span, Span)> {
    let content = span.of(text);
    let start = span.start as usize;
    let is_marked = content.starts_with(['*', '_']);
    for mark in ["**", "__", "*", "_"].into_iter().filter(|_| is_marked) {
        let Some(inside) = content.strip_prefix(mark) else { continue };
        let close = end_of_mark(inside, mark)?;
        let inner = inside.get(..close)?;
        let after = start + mark.len() + close + mark.len();
        let rest = text.get(after..span.end as usize)?;
        let colon_inside = inner.trim_end().ends_with(':');
        let colon_after = rest.trim_start().starts_with(':');
        if !colon_inside && !colon_after {
            return None;
        }
        let label = inner.trim_end().trim_end_matches(':');
        let value = if colon_inside { after } else { after + rest.find(':')? + 1 };
        let label_span = Span::new(start + mark.len(), start + mark.len() + label.len());
        return Some((trimmed(text, label_span), trimmed(text, Span::new(value, span.end as usize))));
    }
    let (label, _) = content.split_once(':')?;
    let is_label =
        label.len() <= 40 && label.starts_with(|c: char| c.is_alphabetic()) && !label.contains('`');
    is_label.then(|| {
        let value = Span::new(start + label.len() + 1, span.end as usize);
        (trimmed(text, Span::new(start, start + label.len())), trimmed(text, value))
    })
}

/// Where a mark ends what it began.
fn end_of_mark(inside: &str, mark: &str) -> Option<usize> {
    let byte = *mark.as_bytes().first()?;
    let mut places = memchr::memchr_iter(byte, inside.as_bytes());
    places.find(|at| inside.as_bytes().get(*at..at + mark.len()) == Some(mark.as_bytes()))
}

impl<K> Field<K> {
    /// Its values: what stands beside the label, then each item below it. A line that goes on
    /// belongs to the value before it; a paragraph after a blank line does not.
    pub fn values(&self, page: &Page<'_>) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        if !self.inline.is_empty() {
            values.push(Value { span: self.inline, nested: false });
        }
        let mut outermost = None;
        let mut after_blank = false;
        for (_, line) in page.numbered(self.below.clone()) {
            match line.form {
                Form::Blank => after_blank = true,
                Form::Item(item) => {
                    let outer = *outermost.get_or_insert(item.indent);
                    values.push(Value { span: item.text, nested: item.indent > outer });
                    after_blank = false;
                }
                Form::Text if !after_blank => {
                    let span = page.trimmed(line);
                    match values.last_mut() {
                        Some(last) => last.span = last.span.cover(span),
                        None => values.push(Value { span, nested: false }),
                    }
                }
                Form::Text | Form::Heading(_) => break,
                Form::Row | Form::Hidden => {}
            }
        }
        values.retain(|value| !value.span.is_empty());
        values
    }

    /// Its values as text, without those that say "nothing" and those below another.
    pub fn texts(&self, page: &Page<'_>) -> Vec<Stated<String>> {
        let values = self.values(page).into_iter().filter(|value| !value.nested);
        values.map(|value| page.stated(value.span)).filter(|text| !is_nothing(text)).collect()
    }

    /// Its first value as text.
    pub fn text(&self, page: &Page<'_>) -> Option<Stated<String>> {
        self.texts(page).into_iter().next()
    }

    /// Its values as commands: what stands in code, else the text.
    pub fn commands(&self, page: &Page<'_>) -> Vec<Stated<String>> {
        let mut commands = Vec::new();
        for value in self.values(page) {
            let code = super::paths::code_spans(page.text, value.span);
            if code.is_empty() {
                commands.push(Stated::new(
                    page.str(value.span).trim().to_owned(),
                    super::page::range(value.span),
                ));
            }
            commands.extend(
                code.into_iter()
                    .map(|span| Stated::new(page.str(span).trim().to_owned(), super::page::range(span))),
            );
        }
        commands.retain(|command| !is_nothing(command) && !command.is_empty());
        commands
    }
}

/// Whether a value says that there is nothing.
pub(crate) fn is_nothing(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    let first = text.split([' ', '(', ',', ';', ':', '-', '–', '—']).next().unwrap_or_default();
    matches!(text, "" | "-" | "–" | "—" | "…" | "...")
        || ["none", "n/a", "nothing", "nil"].iter().any(|word| first.eq_ignore_ascii_case(word))
        || text.eq_ignore_ascii_case("no dependencies")
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_syntax::Facts;

    #[test]
    fn fields_end_where_the_next_begins() {
        let text = "**Scope:** the model\ngoes on\n\nprose\n- **Files**:\n  - `a.rs`\n    - deep\n  - **Files:** b\nDependencies: None (first)\n**Gate:**\n# End\n- x\n";
        let facts = Facts::of(text);
        let page = Page::of("a.spec.md", text, &facts);
        let known: &Vocabulary<&str> =
            &[("scope", "scope"), ("files", "files"), ("dependencies", "deps"), ("gate", "gate")];
        let found: Vec<(&str, Vec<String>)> = of(&page, 0..page.lines.len(), known)
            .iter()
            .map(|field| (field.key, field.texts(&page).into_iter().map(|text| text.value).collect()))
            .collect();
        assert_eq!(
            found,
            [
                ("scope", vec!["the model goes on".to_owned()]),
                ("files", vec!["a.rs".to_owned(), "Files: b".to_owned()]),
                ("deps", vec![]),
                ("gate", vec![]),
            ]
        );
    }

    #[test]
    fn labels_in_every_dress() {
        for text in ["**Wave:** 2", "**Wave**: 2", "__Wave:__ 2", "*Wave:* 2", "Wave: 2", "**Wave:**2"] {
            let (label, value) = labelled(text, Span::new(0, text.len())).unwrap();
            assert_eq!((label.of(text), value.of(text)), ("Wave", "2"), "{text}");
        }
        for text in ["**bold** text", "`a: b`", "no colon", "**Wave"] {
            assert!(labelled(text, Span::new(0, text.len())).is_none(), "{text}");
        }
        assert!(is_nothing("None - can start now") && is_nothing("N/A (docs)") && !is_nothing("Nonexistent"));
    }
}
