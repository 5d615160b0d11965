//! The protocol's types to ours.

use crate::framing::NO_VERSION;
use segue_syntax::Position;
use tower_lsp::gen_lsp_types as lsp;

/// A content change: where, and what is there afterwards.
pub fn change(change: lsp::TextDocumentContentChangeEvent) -> (Option<(Position, Position)>, String) {
    match change {
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
            (Some((position(part.range.start), position(part.range.end))), part.text)
        }
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
            (None, whole.text)
        }
    }
}

fn position(position: lsp::Position) -> Position {
    Position { line: position.line, character: position.character }
}

/// The version of a document, where the client gave one.
pub fn version(version: i32) -> Option<i32> {
    (version != NO_VERSION).then_some(version)
}

/// Whether one of the kinds that the client asks for includes `kind`; all do where it names none.
pub fn wants(only: Option<&[lsp::CodeActionKind]>, kind: &str) -> bool {
    let Some(only) = only else { return true };
    only.iter().any(|wanted| {
        let wanted = kind_name(wanted);
        wanted.is_empty()
            || kind == wanted
            || kind.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('.'))
    })
}

fn kind_name(kind: &lsp::CodeActionKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
