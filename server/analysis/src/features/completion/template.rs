//! An empty file: what a file of its kind begins with.

use super::context::Context;
use super::{Piece, Proposal, ProposalKind};
use crate::diagnostics::Edit;
use crate::features::about::About;
use crate::path;
use segue_catalog::EditorPlace;
use segue_syntax::Span;

pub(super) fn propose(context: &Context<'_>) -> Vec<Proposal> {
    let base = path::file_name(context.path);
    let template = context.catalog.template_for(context.kind, context.dialect, base);
    let Some(template) = template.filter(|_| !context.editor_proposes(EditorPlace::Template)) else {
        return Vec::new();
    };
    let Some(row) = context.catalog.kind_row(context.kind, context.dialect) else { return Vec::new() };
    let bom = if context.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let line =
        context.text.get(..context.offset).unwrap_or_default().rfind(['\n', '\r']).map_or(bom, |at| at + 1);
    let word = context.text.get(line..context.offset).unwrap_or_default();
    let rest = context.text.get(context.offset..).unwrap_or_default();
    let end = context.offset + rest.find(['\n', '\r']).unwrap_or(rest.len());
    let line_end = context.line_end();
    let to_piece = |piece| match piece {
        segue_catalog::Piece::Text(text) => Piece::Text(text.replace('\n', line_end)),
        segue_catalog::Piece::Placeholder(words) => Piece::Placeholder(words.to_owned()),
    };
    let label = format!("New {}", row.title);
    vec![Proposal {
        detail: Some(format!("template of `segue new {}`", template.name)),
        kind: ProposalKind::Template,
        // Whoever began with a dash means the header.
        filter: if word.starts_with('-') { "---".to_owned() } else { label.clone() },
        label,
        pieces: template.pieces(context.own_name()).into_iter().map(to_piece).collect(),
        typed: Span::new(line, context.offset),
        whole: Span::new(line, end),
        // A header has to begin on the first line.
        also: (bom < line).then(|| Edit { span: Span::new(bom, line), insert: String::new() }),
        about: Some(About::Template(template.name.clone())),
    }]
}
