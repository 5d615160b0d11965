//! The reader against a strict parser: on real headers and on generated ones.

use super::parse;
use super::strict::verdict;
use super::verdict::shape;
use crate::Span;
use crate::facts::HeaderShape;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Where the corpus is, if it is anywhere.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("SEGUE_CORPUS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("SEGUE_REQUIRE").is_ok_and(|names| names.contains("corpus"));
    assert!(!required, "the corpus is required, but {} is no folder", folder.display());
    println!("skipped: no corpus at {}", folder.display());
    None
}

fn markdown_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// What real headers have that a strict parser accepts and our reader reads otherwise, with the reason
/// why that is right. Each must be reported as a difference.
const KNOWN_DIFFERENCES: &[(&str, &str)] =
    &[("{{", "the hole of a template is text that is not filled in yet, not a map with a map as its key")];

#[test]
fn real_headers_read_as_a_strict_parser_reads_them() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    markdown_files(&corpus, &mut files);
    let (mut headers, mut accepted, mut unequal) = (0, 0, Vec::new());
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let header = crate::header::find(&text);
        if header.shape != HeaderShape::Closed {
            continue;
        }
        headers += 1;
        let source = header.content.of(&text);
        match verdict(&text, header.content, &header.yaml) {
            Ok(theirs) => {
                accepted += 1;
                if theirs == shape(header.yaml.root.as_ref()) {
                    assert_eq!(header.strict, [], "{}", path.display());
                    continue;
                }
                let known = KNOWN_DIFFERENCES.iter().find(|(part, _)| source.contains(part));
                if let Some((_, reason)) = known {
                    println!("differs: {} because {reason}", path.display());
                    assert!(header.strict.iter().all(|objection| objection.differs && objection.quote));
                    assert!(!header.strict.is_empty());
                } else {
                    unequal.push(format!("{}: {theirs:?}\nours: {:?}", path.display(), header.yaml));
                }
            }
            Err(refusal) => {
                println!("refused: {} {refusal:?}", path.display());
                for objection in &header.strict {
                    println!("    {:?} {}", objection.span.of(&text), objection.message);
                }
                for error in &header.yaml.errors {
                    println!("    error {:?} {:?}", error.span.of(&text), error.kind);
                }
                assert!(!header.strict.is_empty() || !header.yaml.errors.is_empty(), "{}", path.display());
            }
        }
    }
    println!("{headers} headers, {accepted} accepted by the strict parser, {} unequal", unequal.len());
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}

/// A value of a generated header, and how it is to be written.
#[derive(Clone, Debug)]
enum Made {
    Plain(String),
    Single(String),
    Double(String),
    Block { folded: bool, chomp: &'static str, lines: Vec<String> },
    Nothing,
    Seq { flow: bool, items: Vec<Made> },
    Map { flow: bool, pairs: Vec<(String, Made)> },
}

/// Text that may stand without quotes anywhere, also in flow collections and as a key.
fn plain_text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_/.äß😀][a-zA-Z0-9_/.*&!@#%|>'\"`?=~^$()+;äß😀-]{0,8}(:[a-z/]{1,3})?( [a-zA-Z(é][a-z.*&!@%'\"()+-]{0,6}){0,3}"
        .prop_filter("a mark that ends a document", |text| text != "..." && !text.starts_with("... "))
}

fn any_text() -> impl Strategy<Value = String> {
    "[ -~äß😀\\t]{0,20}"
}

fn scalar() -> impl Strategy<Value = Made> {
    prop_oneof![
        4 => plain_text().prop_map(Made::Plain),
        2 => any_text().prop_map(Made::Single),
        2 => any_text().prop_map(Made::Double),
    ]
}

fn flow_value() -> impl Strategy<Value = Made> {
    scalar().prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| Made::Seq { flow: true, items }),
            prop::collection::vec((plain_text(), inner), 0..4)
                .prop_map(|pairs| Made::Map { flow: true, pairs }),
        ]
    })
}

fn value() -> impl Strategy<Value = Made> {
    let block = (any::<bool>(), prop::sample::select(vec!["", "-", "+"]), block_lines())
        .prop_map(|(folded, chomp, lines)| Made::Block { folded, chomp, lines });
    let leaf = prop_oneof![4 => scalar(), 2 => block, 1 => Just(Made::Nothing), 2 => flow_value()];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|items| Made::Seq { flow: false, items }),
            prop::collection::vec((plain_text(), inner), 1..5)
                .prop_map(|pairs| Made::Map { flow: false, pairs }),
        ]
    })
}

/// The first line has text that is not indented, so that the indentation is clear.
fn block_lines() -> impl Strategy<Value = Vec<String>> {
    ("[a-z#:*-][ -~ä]{0,9}", prop::collection::vec("( {0,3}[!-~][ -~ä]{0,9})?", 0..5)).prop_map(
        |(first, rest)| {
            let mut lines = vec![first];
            lines.extend(rest);
            lines
        },
    )
}

/// How a header is written: what stays the same throughout.
struct Manner {
    line_end: &'static str,
    step: usize,
    /// Lists stand as far left as their key.
    flush_lists: bool,
    /// Flow collections stand on several lines.
    broken_flows: bool,
    comments: bool,
}

fn write(made: &Made, indent: usize, manner: &Manner, out: &mut String) {
    let end = manner.line_end;
    match made {
        Made::Nothing => out.push_str(end),
        Made::Plain(_) | Made::Single(_) | Made::Double(_) => {
            out.push(' ');
            write_flow(made, indent, manner, out);
            out.push_str(if manner.comments { " \t# note: 'x" } else { "" });
            out.push_str(end);
        }
        Made::Seq { flow: true, .. } | Made::Map { flow: true, .. } => {
            out.push(' ');
            write_flow(made, indent, manner, out);
            out.push_str(end);
        }
        Made::Block { folded, chomp, lines } => {
            out.push_str(if *folded { " >" } else { " |" });
            out.push_str(chomp);
            out.push_str(end);
            for line in lines {
                let pad = if line.is_empty() { 0 } else { indent + manner.step };
                out.push_str(&" ".repeat(pad));
                out.push_str(line);
                out.push_str(end);
            }
        }
        Made::Seq { items, .. } => {
            out.push_str(end);
            let column = if manner.flush_lists { indent } else { indent + manner.step };
            write_items(items, column, manner, out);
        }
        Made::Map { pairs, .. } => {
            out.push_str(end);
            write_pairs(pairs, indent + manner.step, manner, out);
        }
    }
}

fn write_items(items: &[Made], column: usize, manner: &Manner, out: &mut String) {
    for item in items {
        out.push_str(&" ".repeat(column));
        out.push('-');
        match item {
            // The first pair or item stands on the dash's own line.
            Made::Map { flow: false, pairs } => {
                let mut inner = String::new();
                write_pairs(pairs, column + 2, manner, &mut inner);
                out.push(' ');
                out.push_str(inner.trim_start_matches(' '));
            }
            Made::Seq { flow: false, items } => {
                let mut inner = String::new();
                write_items(items, column + 2, manner, &mut inner);
                out.push(' ');
                out.push_str(inner.trim_start_matches(' '));
            }
            _ => write(item, column, manner, out),
        }
    }
}

fn write_pairs(pairs: &[(String, Made)], column: usize, manner: &Manner, out: &mut String) {
    for (number, (key, value)) in pairs.iter().enumerate() {
        if manner.comments && number > 0 {
            out.push_str(&format!("{0}  # between{0}", manner.line_end));
        }
        out.push_str(&" ".repeat(column));
        out.push_str(key);
        out.push(':');
        write(value, column, manner, out);
    }
}

fn write_flow(made: &Made, indent: usize, manner: &Manner, out: &mut String) {
    let gap = || {
        if manner.broken_flows {
            format!("{}{}", manner.line_end, " ".repeat(indent + manner.step))
        } else {
            String::new()
        }
    };
    match made {
        Made::Plain(text) => out.push_str(text),
        Made::Single(text) => out.push_str(&format!("'{}'", text.replace('\'', "''"))),
        Made::Double(text) => {
            out.push_str(&format!(
                "\"{}\"",
                text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t")
            ));
        }
        Made::Seq { items, .. } => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                out.push_str(&gap());
                write_flow(item, indent, manner, out);
            }
            out.push_str(&gap());
            out.push(']');
        }
        Made::Map { pairs, .. } => {
            out.push('{');
            for (number, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if number > 0 { "," } else { " " });
                out.push_str(&gap());
                out.push_str(key);
                out.push_str(": ");
                write_flow(value, indent, manner, out);
            }
            out.push_str(&gap());
            out.push_str(" }");
        }
        Made::Nothing | Made::Block { .. } => {}
    }
}

fn manner() -> impl Strategy<Value = Manner> {
    (prop::sample::select(vec!["\n", "\r\n", "\r"]), 1..5_usize, any::<[bool; 3]>()).prop_map(
        |(line_end, step, [flush_lists, broken_flows, comments])| Manner {
            line_end,
            step,
            flush_lists,
            broken_flows,
            comments,
        },
    )
}

impl std::fmt::Debug for Manner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} {} {}", self.line_end, self.step, self.flush_lists, self.broken_flows)
    }
}

/// Pieces without anything that the dialect has no name for.
fn common_piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "name: x", "tools: [", "'a', b", "]", "}", "{ ", "a: ", "- ", "-", "\n", "\n", "\n", "\n  ",
        "\n    ", "\r\n", "  ", " # c", "'", "\"", "\\n", "''", "|", ">-", "|2+", ">+", ": ", ":", ", ", "ä",
        "key", "b: c", "c: |\n  ", "\"q\": ", "d:\n  ", "e:\n- ", "text ", "\n\n", "'s'", "\"t\"", "#", "\t",
    ])
}

proptest! {
    #![proptest_config(super::tests::cases())]

    #[test]
    fn generated_headers_read_as_a_strict_parser_reads_them(
        pairs in prop::collection::vec((plain_text(), value()), 1..5),
        manner in manner(),
    ) {
        let mut text = String::new();
        write_pairs(&pairs, 0, &manner, &mut text);
        let content = Span::new(0, text.len());
        let yaml = parse(&text, content);
        let wrong = yaml.errors.iter().find(|error| {
            use super::YamlErrorKind::{DuplicateKey, MissingItem, MissingValue};
            !matches!(error.kind, DuplicateKey | MissingItem | MissingValue)
        });
        prop_assert!(wrong.is_none(), "{wrong:?} in\n{text}");
        match verdict(&text, content, &yaml) {
            Ok(theirs) => prop_assert_eq!(&theirs, &shape(yaml.root.as_ref()), "in\n{}", text),
            Err(refusal) => prop_assert!(false, "{refusal:?} in\n{text}"),
        }
    }

    #[test]
    fn what_both_accept_reads_alike(pieces in prop::collection::vec(common_piece(), 0..14)) {
        let text = pieces.concat() + "\n";
        let content = Span::new(0, text.len());
        let yaml = parse(&text, content);
        if yaml.errors.iter().all(|error| error.kind == super::YamlErrorKind::DuplicateKey)
            && let Ok(theirs) = verdict(&text, content, &yaml)
        {
            prop_assert_eq!(&theirs, &shape(yaml.root.as_ref()), "in\n{}", text);
        }
    }
}

/// Prints what reading costs; run by name, with `--ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn cost_of_real_headers() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    markdown_files(&corpus, &mut files);
    let texts: Vec<_> = files.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let headers: Vec<_> = texts.iter().map(|text| (text, crate::header::find(text).content)).collect();
    let begun = std::time::Instant::now();
    let trees: Vec<_> = headers.iter().map(|(text, content)| parse(text, *content)).collect();
    let reading = begun.elapsed();
    let begun = std::time::Instant::now();
    for ((text, content), yaml) in headers.iter().zip(&trees) {
        std::hint::black_box(super::objections(text, *content, yaml));
    }
    println!("{} texts: reading {reading:?}, strict verdict {:?}", texts.len(), begun.elapsed());
}
