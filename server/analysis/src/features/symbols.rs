//! The outline of a file: its header's keys, its headings, nested, and the tasks of a plan among them.

use super::tasks;
use crate::file::FileState;
use segue_syntax::yaml::{Node, Value};
use segue_syntax::{Facts, Span};

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called.
    pub name: String,
    /// A little more, on the same line.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All that belongs to it.
    pub span: Span,
    /// Its name.
    pub name_span: Span,
    /// What lies in it.
    pub children: Vec<Symbol>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// The header.
    Header,
    /// A key of the header.
    Key,
    /// A heading.
    Heading,
    /// A task of a plan.
    Task,
}

/// A value longer than this is cut.
const LONGEST_DETAIL: usize = 80;

/// The outline of a file.
#[must_use]
pub fn of_file(state: &FileState) -> Vec<Symbol> {
    let mut symbols = state.facts().map(of).unwrap_or_default();
    if let Some(plan) = tasks::plan_of(state) {
        tasks::outline::add(plan, &mut symbols);
    }
    symbols
}

/// The outline of Markdown.
fn of(facts: &Facts) -> Vec<Symbol> {
    header(facts).into_iter().chain(headings(facts)).collect()
}

fn header(facts: &Facts) -> Option<Symbol> {
    let map = facts.header.yaml.root.as_ref().and_then(Node::as_map)?;
    let children = map.entries.iter().map(|entry| Symbol {
        name: name_of(&entry.key.text),
        detail: entry.value.as_ref().and_then(detail),
        kind: SymbolKind::Key,
        span: entry.span(),
        name_span: entry.key.span,
        children: Vec::new(),
    });
    Some(Symbol {
        name: "frontmatter".to_owned(),
        detail: None,
        kind: SymbolKind::Header,
        span: facts.header.span,
        name_span: facts.header.open,
        children: children.collect(),
    })
}

/// Clients refuse an empty name.
fn name_of(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { "(empty)".to_owned() } else { text.to_owned() }
}

fn detail(value: &Node) -> Option<String> {
    match &value.value {
        Value::Scalar(scalar) => {
            let line = scalar.text.lines().next()?.trim();
            Some(line.get(..line.floor_char_boundary(LONGEST_DETAIL))?.to_owned())
        }
        Value::Seq(seq) => {
            let items: Vec<&str> = seq.items.iter().filter_map(Node::as_str).collect();
            let line = items.join(", ");
            Some(line.get(..line.floor_char_boundary(LONGEST_DETAIL))?.to_owned())
        }
        Value::Map(_) => None,
    }
}

/// Headings, each holding the deeper ones up to the next that is not.
fn headings(facts: &Facts) -> Vec<Symbol> {
    let mut done: Vec<Symbol> = Vec::new();
    // The open ones, outermost first, with their levels.
    let mut open: Vec<(u8, Symbol)> = Vec::new();
    let close = |open: &mut Vec<(u8, Symbol)>, done: &mut Vec<Symbol>, level: u8, at: u32| {
        while open.last().is_some_and(|(own, _)| *own >= level) {
            let Some((_, mut symbol)) = open.pop() else { break };
            symbol.span.end = at.max(symbol.span.end);
            match open.last_mut() {
                Some((_, parent)) => parent.children.push(symbol),
                None => done.push(symbol),
            }
        }
    };
    for heading in &facts.headings {
        close(&mut open, &mut done, heading.level, heading.span.start);
        let name_span = if heading.text_span.is_empty() { heading.span } else { heading.text_span };
        let symbol = Symbol {
            name: name_of(&heading.text),
            detail: None,
            kind: SymbolKind::Heading,
            span: heading.span,
            name_span,
            children: Vec::new(),
        };
        open.push((heading.level, symbol));
    }
    close(&mut open, &mut done, 0, facts.len);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn drawn(text: &str) -> String {
        fn draw(symbols: &[Symbol], depth: usize, text: &str, into: &mut String) {
            for symbol in symbols {
                let lines = symbol.span.of(text).lines().count();
                let detail =
                    symbol.detail.as_deref().map(|detail| format!(" = {detail}")).unwrap_or_default();
                let _ = writeln!(into, "{}{}{detail} ({lines})", "  ".repeat(depth), symbol.name);
                draw(&symbol.children, depth + 1, text, into);
            }
        }
        let mut into = String::new();
        draw(&of(&Facts::of(text)), 0, text, &mut into);
        into
    }

    #[test]
    fn keys_and_nested_headings() {
        let text = "---\nname: x\ntools: [a, b]\n---\n# One\n\n### Deep\n## Two\ntext\n# Last\n";
        let expected =
            "frontmatter (4)\n  name = x (1)\n  tools = a, b (1)\nOne (5)\n  Deep (1)\n  Two (2)\nLast (1)\n";
        assert_eq!(drawn(text), expected);
    }

    #[test]
    fn an_empty_heading_has_a_name() {
        assert_eq!(drawn("#\n"), "(empty) (1)\n");
        assert_eq!(drawn(""), "");
    }
}
