//! `frontmatter/*`: the header of a primitive, from its delimiters to its values.
//!
//! Everything that is said of a key comes from the rows of `grammars/primitives`: which keys there
//! are, what they hold, and what each client makes of them.

mod keys;
mod missing;
mod shape;
mod syntax;
mod values;

use super::{Context, Report, with_article};
use crate::file::Content;
use segue_catalog::{KeyTable, Kind};
use segue_syntax::Span;
use segue_syntax::facts::HeaderShape;

pub(super) fn check(context: &mut Context<'_>) {
    if !matches!(context.state.content, Content::Markdown(_)) {
        return;
    }
    let Some(table) = context.catalog.keys(context.kind, context.dialect) else { return };
    match context.facts.header.shape {
        HeaderShape::Closed => closed(context, table),
        HeaderShape::Unclosed => shape::unclosed(context, table),
        HeaderShape::NotAtStart => shape::not_at_start(context, table),
        HeaderShape::Fenced => shape::fenced(context, table),
        HeaderShape::None => missing::header(context, table),
    }
}

fn closed(context: &mut Context<'_>, table: KeyTable<'_>) {
    let damaged = syntax::check(context, table);
    let headerless = &table.row.headerless_names;
    if headerless.iter().any(|name| name == crate::path::file_name(&context.path)) {
        shape::not_read(context);
        return;
    }
    let Some(map) = context.facts.header.yaml.map() else {
        // An empty header says as little as none.
        if context.facts.header.yaml.root.is_none() && damaged.is_empty() {
            missing::keys(context, table, None, &[]);
        }
        return;
    };
    let mut meant = Vec::new();
    for entry in &map.entries {
        // What stands around an error may have been read otherwise than it was meant.
        if damaged.iter().any(|error| entry.span().touches(error.start as usize)) {
            continue;
        }
        if context.kind == Kind::Workflow {
            super::workflow::entry(context, table, map, entry);
            continue;
        }
        match table.at(&[&entry.key.text]) {
            Some(key) => {
                keys::known(context, table, map, entry, key);
                values::check(context, table, entry);
            }
            None => meant.extend(keys::unknown(context, table, map, entry)),
        }
    }
    if damaged.is_empty() {
        missing::keys(context, table, Some(map), &meant);
        missing::hook_commands(context, table, map);
        missing::together(context, table, map);
    }
}

/// The whole lines that a span touches, their last line end included.
fn whole_lines(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let after = text.get(span.end as usize..).unwrap_or_default();
    let end = match after.find(['\n', '\r']) {
        Some(at) if after.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) => at + 2,
        Some(at) => at + 1,
        None => after.len(),
    };
    Span::new(start, span.end as usize + end)
}

/// Whether two places stand on one line of the text.
fn on_one_line(text: Option<&str>, one: Span, other: Span) -> bool {
    let (first, last) = (one.start.min(other.start) as usize, one.start.max(other.start) as usize);
    text.and_then(|text| text.get(first..last)).is_some_and(|between| !between.contains(['\n', '\r']))
}
