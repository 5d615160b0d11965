//! In a header: keys where a key stands, values where a value stands.

use super::context::Context;
use super::spot::{self, Role, Spot};
use super::{Piece, Proposal, hooks, keys, values};
use segue_catalog::{Key, KeyTable, Shape};
use segue_syntax::Span;

/// What may be written at the cursor.
pub(super) fn propose(context: &Context<'_>, content: Span) -> Vec<Proposal> {
    let Some(spot) = spot::at(context.text, content, context.offset) else { return Vec::new() };
    let Some(table) = context.catalog.keys(context.kind, context.dialect) else { return Vec::new() };
    if spot.above.first().is_some_and(|key| key.trim_end_matches("[]") == "hooks")
        && table.get("hooks").is_some()
    {
        return hooks::propose(context, &spot);
    }
    match spot.role {
        Role::Key(_) => {
            let keys = keys::propose(context, table, &spot);
            if keys.is_empty() { list_below(context, table, &spot) } else { keys }
        }
        Role::BlockItem if holds_maps(table, &spot) => {
            let mut found = keys::propose(context, table, &spot);
            found.extend(
                own_key(table, &spot).into_iter().flat_map(|key| values::propose(context, key, &spot)),
            );
            found
        }
        Role::Value(_) | Role::FlowItem | Role::BlockItem => match own_key(table, &spot) {
            Some(key) => values::propose(context, key, &spot),
            None => Vec::new(),
        },
    }
}

/// The row of the key whose value or item the spot is.
pub(in crate::features) fn own_key<'t>(table: KeyTable<'t>, spot: &Spot) -> Option<&'t Key> {
    let mut place: Vec<&str> = spot.above.iter().map(String::as_str).collect();
    let last = place.pop()?;
    place.push(last.strip_suffix("[]").unwrap_or(last));
    table.at(&place)
}

fn holds_maps(table: KeyTable<'_>, spot: &Spot) -> bool {
    own_key(table, spot).is_some_and(|key| key.shapes.contains(&Shape::MapList))
}

/// An indented line below a key that has no value yet: the first item of its list.
fn list_below(context: &Context<'_>, table: KeyTable<'_>, spot: &Spot) -> Vec<Proposal> {
    let Some(key) = own_key(table, spot).filter(|_| spot.role == Role::Key(false)) else { return Vec::new() };
    if spot.column == 0 || !spot.beside.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if key.shapes.contains(&Shape::MapList) {
        let mut item = Spot { role: Role::BlockItem, column: spot.column + 2, ..spot.clone() };
        if let Some(last) = item.above.last_mut() {
            last.push_str("[]");
        }
        found = keys::propose(context, table, &item);
        found.iter_mut().for_each(|own| own.pieces.insert(0, Piece::Text("- ".to_owned())));
    }
    if key.shapes.contains(&Shape::List) {
        found.extend(values::propose_dashed(context, key, spot));
    }
    found
}
