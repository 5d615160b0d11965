//! The graph as Mermaid and as DOT. Names come from files of others: each format has its own way to
//! take a text for a text.

use super::word;
use segue_analysis::features::graph::{Arrow, Graph, Node, NodeKind, Origin};
use segue_plan::in_mermaid;
use std::io::{self, Write};

/// What a node is written with: what stands before and behind its text in Mermaid, its shape in DOT.
fn shape(kind: NodeKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        NodeKind::Prompt => ("([", "])", "oval"),
        NodeKind::Agent => ("[", "]", "box"),
        NodeKind::Skill => ("{{", "}}", "hexagon"),
        NodeKind::Tool => ("(", ")", "plaintext"),
        NodeKind::Server => ("[(", ")]", "cylinder"),
    }
}

fn title(node: &Node) -> String {
    let slash = if node.kind == NodeKind::Prompt { "/" } else { "" };
    let mut title = format!("{slash}{}", node.name);
    if node.orphan {
        title.push_str(" (orphan)");
    }
    if node.unreachable {
        title.push_str(" (unreachable)");
    }
    title
}

/// What stands beside an arrow: its kind, and the labels of handoffs.
fn beside(arrow: &Arrow) -> String {
    let (_, kind) = word(arrow.kind);
    if arrow.labels.is_empty() { kind.to_owned() } else { format!("{kind}: {}", arrow.labels.join(", ")) }
}

/// A flowchart for Mermaid.
pub(super) fn mermaid(graph: &Graph, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (index, node) in graph.nodes.iter().enumerate() {
        let (open, close, _) = shape(node.kind);
        writeln!(out, "  n{index}{open}\"{}\"{close}", in_mermaid(&title(node)))?;
    }
    for arrow in &graph.arrows {
        let text = beside(arrow);
        let (from, to) = (arrow.from, arrow.to);
        if text.is_empty() {
            writeln!(out, "  n{from} -.-> n{to}")?;
        } else {
            writeln!(out, "  n{from} -->|\"{}\"| n{to}", in_mermaid(&text))?;
        }
    }
    let mut class = |name: &str, style: &str, has: fn(&Node) -> bool| {
        let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| has(node));
        let nodes: Vec<String> = nodes.map(|(index, _)| format!("n{index}")).collect();
        if nodes.is_empty() {
            return Ok(());
        }
        writeln!(out, "  classDef {name} {style}")?;
        writeln!(out, "  class {} {name}", nodes.join(","))
    };
    class("elsewhere", "stroke-dasharray:2 4", |node| node.origin == Origin::Elsewhere)?;
    class("orphan", "stroke-dasharray:6 3", |node| node.orphan)?;
    class("unreachable", "stroke:#c00,color:#c00", |node| node.unreachable)
}

/// A graph for Graphviz.
pub(super) fn dot(graph: &Graph, shown: &dyn Fn(&str) -> String, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "digraph segue {{")?;
    writeln!(out, "  rankdir=LR")?;
    for (index, node) in graph.nodes.iter().enumerate() {
        let (_, _, shape) = shape(node.kind);
        let mut more = String::new();
        if let Some(path) = &node.path {
            more.push_str(&format!(" tooltip=\"{}\"", in_dot(&shown(path))));
        }
        if node.orphan || node.origin == Origin::Elsewhere {
            more.push_str(if node.orphan { " style=dashed" } else { " style=dotted" });
        }
        if node.unreachable {
            more.push_str(" color=red fontcolor=red");
        }
        writeln!(out, "  n{index} [label=\"{}\" shape={shape}{more}]", in_dot(&title(node)))?;
    }
    for arrow in &graph.arrows {
        let text = beside(arrow);
        let attributes = match text.as_str() {
            "" => "style=dotted".to_owned(),
            text => format!("label=\"{}\"", in_dot(text)),
        };
        writeln!(out, "  n{} -> n{} [{attributes}]", arrow.from, arrow.to)?;
    }
    writeln!(out, "}}")
}

/// A text within quotes of DOT. A backslash begins an escape there, and an ampersand an entity.
fn in_dot(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in one_line(text) {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '&' => written.push_str("&amp;"),
            c => written.push(c),
        }
    }
    written
}

/// The text without what would end a line, or move a terminal's cursor.
fn one_line(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, dot) in [
            ("Doc Writer", "Doc Writer"),
            ("a\"b", "a\\\"b"),
            ("a\\N", "a\\\\N"),
            ("<b>&amp;", "<b>&amp;amp;"),
            ("#quot;", "#quot;"),
            ("`x` **y** _z_", "`x` **y** _z_"),
            ("1. one", "1. one"),
            ("- one", "- one"),
            ("v1.2-x", "v1.2-x"),
            ("two\nlines\u{1b}[31m", "two lines [31m"),
            ("übung 日本", "übung 日本"),
            ("|x|]end%%", "|x|]end%%"),
        ] {
            assert_eq!(in_dot(text), dot, "{text:?}");
        }
    }
}
