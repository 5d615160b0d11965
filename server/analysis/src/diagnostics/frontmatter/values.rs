//! What a key holds: shape, values, form, length, emptiness; nested keys by their path.

use super::{Context, Report};
use crate::clients::{one_or_more, told};
use crate::diagnostics::Tag;
use crate::diagnostics::near::meant;
use crate::names;
use segue_catalog::{ClientId, ClientSet, Key, KeyTable, Kind, Severity, Shape, Support, Value as Listed};
use segue_syntax::Span;
use segue_syntax::yaml::{Entry, Map, Node, Scalar, Seq, Style, Value};

/// Judges a top-level entry and everything below it.
pub(super) fn check(context: &mut Context<'_>, table: KeyTable<'_>, entry: &Entry) {
    judge(context, table, &[&entry.key.text], entry);
}

fn judge(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], entry: &Entry) {
    let Some(key) = table.at(place) else { return };
    if key.judged_by.is_some() {
        return;
    }
    let Some(node) = entry.value.as_ref().filter(|node| !is_blank(node)) else {
        empty(context, key, place, entry);
        return;
    };
    if !key.shapes.iter().any(|shape| fits(*shape, node)) && !is_mixed(key, node) {
        wrong_type(context, key, entry, node);
        return;
    }
    content(context, key, entry, node);
    below(context, table, place, entry.key.span, node);
}

/// A scalar with nothing in it, or a collection without members.
fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.trim().is_empty(),
        Value::Seq(seq) => seq.items.is_empty(),
        Value::Map(map) => map.entries.is_empty(),
    }
}

fn empty(context: &mut Context<'_>, key: &Key, place: &[&str], entry: &Entry) {
    // What an entry of a list cannot do without is judged where the entry is.
    if key.may_be_empty || (key.required && place.len() > 1) {
        return;
    }
    let collection = entry.value.as_ref().is_some_and(|node| node.as_scalar().is_none());
    let message = match (&key.default, key.required) {
        (_, true) => format!("`{}` is empty, and clients need it.", entry.key.text),
        (Some(default), _) => format!("`{}` is empty. Without the key it is {default}.", entry.key.text),
        _ => format!("`{}` is empty. Write a value, or remove the key.", entry.key.text),
    };
    let mut report = Report::new("frontmatter/empty-value", entry.key.span, message);
    if collection {
        report = report.severity(Severity::Hint);
    }
    context.send(report);
}

fn fits(shape: Shape, node: &Node) -> bool {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::String | Shape::CommaString, Value::Scalar(_))
        | (Shape::Map, Value::Map(_)) => true,
        (Shape::Bool, _) => node.as_bool().is_some(),
        (Shape::Integer, Value::Scalar(scalar)) => {
            !scalar.text.is_empty() && scalar.text.bytes().all(|byte| byte.is_ascii_digit())
        }
        (Shape::List, Value::Seq(seq)) => seq.items.iter().all(|item| item.as_scalar().is_some()),
        (Shape::MapList, Value::Seq(seq)) => seq.items.iter().all(|item| item.as_map().is_some()),
        _ => false,
    }
}

/// A list of strings and maps, where both are right.
fn is_mixed(key: &Key, node: &Node) -> bool {
    let takes = |shape| key.shapes.contains(&shape);
    let simple = |item: &Node| item.as_scalar().is_some() || item.as_map().is_some();
    takes(Shape::List)
        && takes(Shape::MapList)
        && node.as_seq().is_some_and(|seq| seq.items.iter().all(simple))
}

/// Of some clients those that a row names; all where it names none.
fn among(clients: ClientSet, named: &[ClientId]) -> ClientSet {
    if named.is_empty() { clients } else { clients.and(ClientSet::of(named)) }
}

/// The clients that judge the value at all.
fn readers(context: &Context<'_>, key: &Key) -> ClientSet {
    context.clients.iter().filter(|client| key.support(*client) != Support::Ignored).collect()
}

fn wrong_type(context: &mut Context<'_>, key: &Key, entry: &Entry, node: &Node) {
    let readers = readers(context, key);
    if let Some((scalar, word)) = truth(key, node) {
        // Claude Code takes the words of YAML 1.1 for what they say.
        if readers == ClientSet::of(&[ClientId::Claude]) && scalar.style == Style::Plain {
            return;
        }
        let message = format!("`{}` must be `true` or `false`, without quotes.", entry.key.text);
        let report = Report::new("frontmatter/wrong-type", node.span, message).severity(refusal(readers));
        context.send(report.safe_fix(format!("Write `{word}`"), node.span, word));
        return;
    }
    let wanted: Vec<&str> = key.shapes.iter().map(|shape| words(*shape)).collect();
    let who = if readers.has(ClientId::Vscode) { " VS Code refuses anything else." } else { "" };
    let (span, subject) = match (wrong_item(key, node), &node.value) {
        (Some(item), _) => (item.span, format!("An item of `{}`", entry.key.text)),
        // A block collection is as long as the header: its key is enough to find it.
        (None, Value::Seq(Seq { flow: false, .. }) | Value::Map(Map { flow: false, .. })) => {
            (entry.key.span, format!("`{}`", entry.key.text))
        }
        (None, _) => (node.span, format!("`{}`", entry.key.text)),
    };
    let wanted = match wrong_item(key, node) {
        Some(_) if key.shapes.contains(&Shape::MapList) => "lines `key: value`".to_owned(),
        Some(_) => "a string".to_owned(),
        None => wanted.join(" or "),
    };
    let message = format!("{subject} must be {wanted}.{who}");
    let mut report = Report::new("frontmatter/wrong-type", span, message).severity(refusal(readers));
    if let Some((title, span, insert)) = reshaped(key, node) {
        report = report.offered_fix(title, span, insert);
    }
    context.send(report);
}

/// An error where VS Code, which checks the shapes, reads the key.
fn refusal(readers: ClientSet) -> Severity {
    if readers.has(ClientId::Vscode) {
        Severity::Error
    } else if readers.is_empty() {
        Severity::Hint
    } else {
        Severity::Warning
    }
}

/// What stands for a boolean and is none: `yes`, `True`, `"false"`.
fn truth<'n>(key: &Key, node: &'n Node) -> Option<(&'n Scalar, &'static str)> {
    let scalar = node.as_scalar().filter(|_| key.shapes == [Shape::Bool])?;
    match scalar.text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some((scalar, "true")),
        "false" | "no" | "off" => Some((scalar, "false")),
        _ => None,
    }
}

fn words(shape: Shape) -> &'static str {
    match shape {
        Shape::String => "a string",
        Shape::Bool => "`true` or `false`",
        Shape::Integer => "a number",
        Shape::List => "a list of strings",
        Shape::MapList => "a list whose items are lines `key: value`",
        Shape::CommaString => "a string with commas",
        Shape::Map => "lines `key: value` below it",
        Shape::Any => "anything",
    }
}

/// The first item that does not fit, where a list is right as such.
fn wrong_item<'n>(key: &Key, node: &'n Node) -> Option<&'n Node> {
    let seq = node.as_seq()?;
    let (strings, maps) = (key.shapes.contains(&Shape::List), key.shapes.contains(&Shape::MapList));
    match (strings, maps) {
        (true, false) => seq.items.iter().find(|item| item.as_scalar().is_none()),
        (false, true) => seq.items.iter().find(|item| item.as_map().is_none()),
        _ => None,
    }
}

/// The value in the shape that is wanted, where nothing is lost by it.
fn reshaped(key: &Key, node: &Node) -> Option<(&'static str, Span, String)> {
    match &node.value {
        Value::Scalar(scalar) if key.shapes.contains(&Shape::List) && scalar.style != Style::Literal => {
            let items: Vec<&str> =
                scalar.text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
            let plain = items.iter().all(|item| !item.contains(['\'', '\n', '{', '[']));
            let items: Vec<String> = items.iter().map(|item| format!("'{item}'")).collect();
            plain.then(|| ("Write a list", node.span, format!("[{}]", items.join(", "))))
        }
        Value::Seq(Seq { items, flow: true }) if key.shapes.contains(&Shape::String) => {
            let texts: Option<Vec<&str>> = items.iter().map(Node::as_str).collect();
            let text = texts?.join(", ");
            (!text.contains(['\'', '\n'])).then(|| ("Write one string", node.span, format!("'{text}'")))
        }
        _ => None,
    }
}

fn content(context: &mut Context<'_>, key: &Key, entry: &Entry, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) => {
            if key.shapes.iter().all(|shape| *shape != Shape::Bool) {
                listed(context, key, node, &scalar.text);
            }
            formed(context, key, node, scalar);
            length(context, key, entry, node, scalar);
        }
        Value::Seq(seq) => {
            for item in &seq.items {
                if let Some(text) = item.as_str() {
                    listed(context, key, item, text);
                }
            }
        }
        Value::Map(_) => {}
    }
}

/// The value among the ones there are.
fn listed(context: &mut Context<'_>, key: &Key, node: &Node, text: &str) {
    let text = text.trim();
    if key.values.is_empty() || text.contains(['{', '<', '$']) {
        return;
    }
    if let Some(value) = key.values.iter().find(|value| value.value == text) {
        if let Some(new) = &value.replaced_by {
            old_value(context, node, text, new);
        }
        known_to_others(context, key, node, value);
        return;
    }
    if key.open_values {
        return;
    }
    let wanted: Vec<String> = current(key).map(|value| format!("`{}`", value.value)).collect();
    let wanted = match wanted.as_slice() {
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
        [] => return,
    };
    let message = format!("`{text}` is no value of `{}`: it is {wanted}.", key.word());
    let mut report =
        Report::new("frontmatter/invalid-value", node.span, message).severity(rejection(context, key));
    if let Some(near) = meant(text, current(key).map(|value| value.value.as_str())) {
        report = report.offered_fix(format!("Write `{near}`"), node.inner_span(), near);
    }
    context.send(report);
}

/// A value that none of the clients knows for which the file is, where somebody named them.
fn known_to_others(context: &mut Context<'_>, key: &Key, node: &Node, value: &Listed) {
    let readers = readers(context, key);
    let knowing = among(readers, &value.clients);
    if context.named_clients().is_empty() || readers.is_empty() || !knowing.is_empty() {
        return;
    }
    let verb = one_or_more(readers, "does", "do");
    let message =
        format!("{} {verb} not know `{}` as a value of `{}`.", told(readers), value.value, key.word());
    let report = Report::new("frontmatter/invalid-value", node.span, message);
    context.send(report.severity(Severity::Information));
}

fn current(key: &Key) -> impl Iterator<Item = &Listed> {
    key.values.iter().filter(|value| value.replaced_by.is_none())
}

fn rejection(context: &Context<'_>, key: &Key) -> Severity {
    if key.strict_values && context.clients.has(ClientId::Vscode) {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn old_value(context: &mut Context<'_>, node: &Node, text: &str, new: &str) {
    let message = format!("`{text}` is the old name of `{new}`.");
    context.send(
        Report::new("frontmatter/deprecated-key", node.span, message)
            .severity(Severity::Information)
            .tag(Tag::Deprecated)
            .safe_fix(format!("Write `{new}`"), node.inner_span(), new),
    );
}

fn formed(context: &mut Context<'_>, key: &Key, node: &Node, scalar: &Scalar) {
    let text = scalar.text.trim();
    let Some(form) = key.form.filter(|form| !form.fits(text) && !text.contains(['{', '<', '$'])) else {
        return;
    };
    if among(readers(context, key), &key.form_for).is_empty() {
        return;
    }
    let message = format!("`{text}`: {} {}.", key.word(), form.words());
    let mut report =
        Report::new("frontmatter/invalid-value", node.span, message).severity(rejection(context, key));
    let slug = names::slug(text);
    let folder = crate::path::folder_name(&context.path);
    let (better, safe) = match context.kind {
        // A skill is called as its folder is; another name would be the next finding.
        Kind::Skill if form.fits(folder) => (folder.to_owned(), folder == slug),
        _ => (slug, false),
    };
    if form.fits(&better) {
        let title = format!("Write `{better}`");
        report = if safe {
            report.safe_fix(title, node.inner_span(), better)
        } else {
            report.offered_fix(title, node.inner_span(), better)
        };
    }
    context.send(report);
}

fn length(context: &mut Context<'_>, key: &Key, entry: &Entry, node: &Node, scalar: &Scalar) {
    let count = scalar.text.trim().chars().count();
    let Some(most) = key.max_length.filter(|most| count > *most as usize) else { return };
    let readers = among(readers(context, key), &key.max_length_for);
    if readers.is_empty() {
        return;
    }
    let one_line = matches!(scalar.style, Style::Plain | Style::Single | Style::Double);
    let span = if one_line { node.inner_span() } else { entry.key.span };
    let message = format!(
        "`{}` has {count} characters; the rest after {most} is cut off or refused by {}.",
        key.word(),
        told(readers)
    );
    context.send(Report::new("frontmatter/too-long", span, message));
}

/// The keys below a map, and below the maps of a list.
fn below(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], key: Span, node: &Node) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Map(map) => {
            super::missing::below(context, table, place, key, map);
            entries(context, table, place, map);
        }
        Value::Seq(seq) => {
            let Some((last, before)) = place.split_last() else { return };
            let item_place = format!("{last}[]");
            let place: Vec<&str> = before.iter().copied().chain([item_place.as_str()]).collect();
            for map in seq.items.iter().filter_map(Node::as_map) {
                let first = map.entries.first().map_or(key, |entry| entry.key.span);
                super::missing::below(context, table, &place, first, map);
                entries(context, table, &place, map);
            }
        }
    }
}

fn entries(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], map: &Map) {
    for entry in &map.entries {
        let inner: Vec<&str> = place.iter().copied().chain([&*entry.key.text]).collect();
        if table.at(&inner).is_some() {
            judge(context, table, &inner, entry);
        } else {
            unknown(context, table, place, map, entry);
        }
    }
}

/// A nested key that the table has not, where the table has others at that place.
fn unknown(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], map: &Map, entry: &Entry) {
    let siblings = || table.below(&place.join("."));
    let Some(sibling) = siblings().next() else { return };
    let name = &*entry.key.text;
    if name.is_empty() || crate::config::Known::has(&context.config.known.keys, name) {
        return;
    }
    let read_by_vscode =
        context.clients.has(ClientId::Vscode) && sibling.support(ClientId::Vscode) != Support::Ignored;
    let severity = if read_by_vscode { Severity::Warning } else { Severity::Hint };
    let near = meant(name, siblings().map(Key::word).filter(|word| map.get(word).is_none()));
    let above = place.join(".");
    let above = above.trim_end_matches("[]");
    let mut message = format!("No client knows `{name}` below `{above}`.");
    if let Some(near) = near {
        message += &format!(" Did you mean `{}`?", near);
    }
    let mut report = Report::new("frontmatter/unknown-key", entry.key.span, message)
        .severity(severity)
        .tag(Tag::Unnecessary);
    if let Some(near) = near {
        report = report.offered_fix(format!("Rename to `{}`", near), entry.key.span, near);
    }
    context.send(report);
}
