//! How something is written at a place: quotes as they are there, lines as the document has them.

use super::context::Context;
use super::spot::{Role, Spot};
use super::{Piece, Proposal, ProposalKind};
use crate::features::about::About;
use segue_catalog::pieces;

/// A value to be written, as data.
pub(super) struct Value {
    pub text: String,
    pub kind: ProposalKind,
    pub detail: Option<String>,
    pub about: Option<About>,
}

/// How a value stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Scalar,
    /// As the only item of a new list: `[x]`.
    NewList,
    /// As the item of a new block list: `- x`.
    Dashed,
    /// As a part of a string with commas.
    Part,
}

/// The proposal that writes `value` at `spot`.
pub(super) fn value(context: &Context<'_>, spot: &Spot, form: Form, value: Value) -> Proposal {
    let in_flow = spot.role == Role::FlowItem || form == Form::NewList || spot.in_braces;
    let quote = if form == Form::Part { spot.quote } else { spot.quote.or(spot.style) };
    let mut written = match (spot.quote, form) {
        (Some(mark), _) => {
            let closed =
                context.text.get(spot.whole.end as usize..).is_some_and(|rest| rest.starts_with(mark));
            let close = if closed || form == Form::Part { "" } else { &*mark.to_string() };
            format!("{}{close}", escaped(&value.text, mark))
        }
        (None, Form::Part) => value.text.clone(),
        (None, _) => quoted(&value.text, quote, in_flow),
    };
    match form {
        Form::NewList => written = format!("[{written}]"),
        Form::Dashed => written = format!("- {written}"),
        Form::Scalar | Form::Part => {}
    }
    if spot.role == Role::Value(true) {
        written.insert(0, ' ');
    }
    Proposal {
        filter: value.text.clone(),
        label: value.text,
        detail: value.detail,
        kind: value.kind,
        pieces: vec![Piece::Text(written)],
        typed: spot.typed,
        whole: spot.whole,
        also: None,
        about: value.about,
    }
}

/// Text inside quotes.
fn escaped(text: &str, mark: char) -> String {
    match mark {
        '\'' => text.replace('\'', "''"),
        _ => text.replace('\\', "\\\\").replace('"', "\\\""),
    }
}

/// A scalar in `style`, or without quotes where it needs none.
pub(super) fn quoted(text: &str, style: Option<char>, in_flow: bool) -> String {
    match style {
        Some(mark) => format!("{mark}{}{mark}", escaped(text, mark)),
        None if is_plain(text, in_flow) => text.to_owned(),
        None => format!("'{}'", escaped(text, '\'')),
    }
}

/// Whether a strict parser reads the text as this very string without quotes.
fn is_plain(text: &str, in_flow: bool) -> bool {
    const FIRST: &[char] = &[
        '*', '&', '!', '|', '>', '%', '@', '`', '"', '\'', '#', '[', ']', '{', '}', ',', '?', ':', '-', '~',
    ];
    const WORDS: &[&str] = &["null", "yes", "no", "on", "off", "y", "n"];
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with(FIRST)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && text.parse::<f64>().is_err()
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What a row writes behind a key, with the document's line ends and indentation.
pub(super) fn row(context: &Context<'_>, row: &str, column: usize) -> Vec<Piece> {
    let to_piece = |piece| match piece {
        segue_catalog::Piece::Text(text) => Piece::Text(lines(context, text, column)),
        segue_catalog::Piece::Placeholder(words) => Piece::Placeholder(words.to_owned()),
    };
    pieces(row, context.own_name()).into_iter().map(to_piece).collect()
}

/// Text of a row with the document's line ends, further lines indented to `column`.
pub(super) fn lines(context: &Context<'_>, text: &str, column: usize) -> String {
    let unit = context.indent();
    let mut written = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at == 0 {
            written.push_str(line);
            continue;
        }
        let content = line.trim_start_matches(' ');
        let depth = (line.len() - content.len()) / 2;
        written.push_str(context.line_end());
        // The dash of a list takes two columns whatever the indentation is.
        written.extend(std::iter::repeat_n(' ', column + depth * unit));
        written.push_str(content);
    }
    written
}
