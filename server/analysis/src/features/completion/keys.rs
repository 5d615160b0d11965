//! Keys: those that the kind has at that place, that a client of the file reads, and that are not there.

use super::context::Context;
use super::spot::{Role, Spot};
use super::{Piece, Proposal, ProposalKind, rest, write};
use crate::features::about::About;
use segue_catalog::{ClientId, Key, KeyTable, Shape, Support};

pub(super) fn propose(context: &Context<'_>, table: KeyTable<'_>, spot: &Spot) -> Vec<Proposal> {
    let present = |key: &Key| spot.beside.iter().any(|own| own == key.word());
    let fits = |key: &&Key| {
        key.word() != "*"
            && !key.hidden
            && !key.deprecated
            && !present(key)
            && somebody_reads(context, key)
            && rest::is_read_beside(context, key)
            && !key.editor_proposes(context.editor)
    };
    let mut keys: Vec<&Key> = below(table, spot).into_iter().filter(fits).collect();
    if let Some(value) = value_behind(context, spot) {
        keys.retain(|key| suits(key, value));
    }
    let missing: Vec<&Key> = needed(context, table, spot, &keys);
    if !missing.is_empty() {
        keys.clone_from(&missing);
    }
    keys.sort_by_key(|key| (!key.required, honouring(context, key) == 0));
    keys.into_iter().map(|key| proposal(context, spot, key, &missing)).collect()
}

/// Without which a map that begins here says nothing: they come first, and together.
fn needed<'t>(context: &Context<'_>, table: KeyTable<'t>, spot: &Spot, keys: &[&'t Key]) -> Vec<&'t Key> {
    // Beside another key this one makes the file what its place says.
    if !context.is_settled && spot.above.is_empty() && !spot.beside.is_empty() {
        return keys.iter().copied().filter(|key| key.word() == "on").collect();
    }
    if spot.role == Role::BlockItem {
        return keys.iter().copied().filter(|key| key.required).collect();
    }
    let place: Vec<&str> = spot.above.iter().map(String::as_str).collect();
    let of_server = table.at(&place).is_some_and(|row| row.name == "mcp-servers.*");
    let way = |name: &str| matches!(name, "command" | "url");
    if !of_server || spot.beside.iter().any(|own| way(own)) {
        return Vec::new();
    }
    keys.iter().copied().filter(|key| way(key.word())).collect()
}

/// The value that stands behind a key already.
fn value_behind<'t>(context: &Context<'t>, spot: &Spot) -> Option<&'t str> {
    let rest = context.text.get(spot.whole.end as usize..).filter(|_| spot.role == Role::Key(true))?;
    let line = rest.split(['\n', '\r']).next()?;
    let value = line.trim_start_matches(['"', '\'', ' ']).strip_prefix(':')?.trim();
    (!value.is_empty()).then_some(value)
}

/// Whether a key may have that value.
fn suits(key: &Key, value: &str) -> bool {
    let has = |shapes: &[Shape]| shapes.iter().any(|shape| key.shapes.contains(shape));
    match value.as_bytes().first() {
        _ if has(&[Shape::Any]) => true,
        Some(b'[') => has(&[Shape::List, Shape::MapList]),
        Some(b'{') => has(&[Shape::Map]),
        Some(b'|' | b'>') => has(&[Shape::String]),
        _ if matches!(value, "true" | "false") => has(&[Shape::Bool]),
        Some(b'0'..=b'9') if value.bytes().all(|byte| byte.is_ascii_digit()) => has(&[Shape::Integer]),
        _ => {
            let plain = value.trim_matches(['"', '\'']);
            let listed =
                key.values.is_empty() || key.open_values || key.values.iter().any(|own| own.value == plain);
            has(&[Shape::String, Shape::CommaString]) && listed
        }
    }
}

/// The rows of the keys that may stand where the spot is.
fn below<'t>(table: KeyTable<'t>, spot: &Spot) -> Vec<&'t Key> {
    let Some((last, before)) = spot.above.split_last() else { return table.top().collect() };
    let (name, of_list) = last.strip_suffix("[]").map_or((last.as_str(), false), |name| (name, true));
    let place: Vec<&str> = before.iter().map(String::as_str).chain([name]).collect();
    let Some(row) = table.at(&place) else { return Vec::new() };
    table.below(&if of_list { format!("{}[]", row.name) } else { row.name.clone() }).collect()
}

/// Whether some client of the file reads the key; where that is known of no client at all, whether one
/// may.
fn somebody_reads(context: &Context<'_>, key: &Key) -> bool {
    if context.clients.is_empty() || honouring(context, key) > 0 {
        return true;
    }
    let known = ClientId::ALL.into_iter().any(|client| reads(key, client));
    !known && context.clients.iter().any(|client| key.support(client) == Support::Unknown)
}

fn honouring(context: &Context<'_>, key: &Key) -> usize {
    context.clients.iter().filter(|client| reads(key, *client)).count()
}

fn reads(key: &Key, client: ClientId) -> bool {
    matches!(key.support(client), Support::Yes | Support::Required)
}

fn proposal(context: &Context<'_>, spot: &Spot, key: &Key, together: &[&Key]) -> Proposal {
    let word = key.word();
    let mut pieces = vec![Piece::Text(word.to_owned())];
    if spot.role != Role::Key(true) && !colon_follows(context, spot) {
        let value = written(context, spot, key);
        let line_begins = matches!(value.first(), Some(Piece::Text(text)) if text.starts_with(['\n', '\r']));
        pieces = vec![Piece::Text(format!("{word}:{}", if line_begins { "" } else { " " }))];
        pieces.extend(value);
        let others = together.iter().filter(|other| spot.role == Role::BlockItem && other.name != key.name);
        for other in others {
            let next = write::lines(context, &format!("\n{}: ", other.word()), spot.column);
            pieces.push(Piece::Text(next));
            pieces.extend(written(context, spot, other));
        }
    }
    let mut proposal = Proposal {
        label: word.to_owned(),
        detail: detail(context, key),
        kind: ProposalKind::Key,
        filter: word.to_owned(),
        pieces,
        typed: spot.typed,
        whole: spot.whole,
        also: rest::also(context, key),
        about: Some(About::Key { kind: context.kind, dialect: context.dialect, name: key.name.clone() }),
    };
    rest::begin_with_agent(context, key, spot, &mut proposal);
    proposal
}

fn colon_follows(context: &Context<'_>, spot: &Spot) -> bool {
    let rest = context.text.get(spot.whole.end as usize..).unwrap_or_default();
    rest.trim_start_matches([' ', '\t', '\'', '"']).starts_with(':')
}

/// Who reads the key, where not all clients of the file do.
fn detail(context: &Context<'_>, key: &Key) -> Option<String> {
    let readers = context.clients.iter().filter(|client| reads(key, *client));
    let readers: segue_catalog::ClientSet = readers.collect();
    let told = (readers != context.clients && !readers.is_empty()).then(|| crate::clients::told(readers));
    match (key.required, told) {
        (true, None) => Some("required".to_owned()),
        (true, Some(told)) => Some(format!("required; {told}")),
        (false, told) => told,
    }
}

/// What stands behind the colon: a choice of the values, else what the row says, else something of the
/// right shape.
fn written(context: &Context<'_>, spot: &Spot, key: &Key) -> Vec<Piece> {
    let in_braces = spot.in_braces;
    if let Some(row) = key.write.as_deref().filter(|row| !(in_braces && row.contains('\n'))) {
        return write::row(context, row, spot.column);
    }
    let default = key.default.as_deref().map(|default| default.trim_matches('`'));
    let mut values: Vec<String> = key
        .values
        .iter()
        .filter(|value| value.replaced_by.is_none())
        .filter(|value| super::values::is_for(context, key, value))
        .filter(|value| rest::suits(context, key, spot, &value.value))
        .map(|value| write::quoted(&value.value, None, in_braces))
        .collect();
    if values.is_empty() {
        return vec![match key.shapes.first() {
            Some(Shape::Integer) => Piece::Placeholder(default.unwrap_or("1").to_owned()),
            Some(Shape::List | Shape::MapList) => Piece::Text("[]".to_owned()),
            Some(Shape::Map) => Piece::Text("{}".to_owned()),
            Some(Shape::Bool) => Piece::Choice(vec!["true".to_owned(), "false".to_owned()]),
            _ => Piece::Placeholder(key.word().to_owned()),
        }];
    }
    // Nobody writes a key to say what holds without it.
    values.sort_by_key(|value| Some(value.as_str()) == default);
    if key.shapes.contains(&Shape::List) && !key.shapes.contains(&Shape::String) {
        return vec![Piece::Text("[".to_owned()), Piece::Choice(values), Piece::Text("]".to_owned())];
    }
    vec![Piece::Choice(values)]
}
