//! Keys and values of a workflow's header, at every depth, against the rows.

use crate::config::Known;
use crate::diagnostics::near::meant;
use crate::diagnostics::{Context, Report, Tag};
use segue_catalog::{Key, KeyTable, Severity, Shape};
use segue_syntax::yaml::{Entry, Map, Node, Scalar, Value};

/// Judges a top-level entry and everything below it.
pub(in crate::diagnostics) fn entry(
    context: &mut Context<'_>,
    table: KeyTable<'_>,
    map: &Map,
    entry: &Entry,
) {
    judge(context, table, &[], map, entry);
}

/// An entry of `map`, which stands at `place`.
fn judge(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], map: &Map, entry: &Entry) {
    let inner: Vec<&str> = place.iter().copied().chain([&*entry.key.text]).collect();
    let Some(key) = table.at(&inner) else {
        unknown(context, table, place, map, entry);
        return;
    };
    if key.deprecated {
        deprecated(context, table, map, entry, key);
    }
    let Some(node) = entry.value.as_ref().filter(|node| !says_nothing(node)) else {
        if key.strict_values && !key.may_be_empty {
            let message = format!("`{}` is empty. Write a value, or remove the key.", entry.key.text);
            context.send(Report::new("workflow/invalid-value", entry.key.span, message));
        }
        return;
    };
    // What an expression will be is known when it runs.
    if node.as_scalar().is_some_and(has_expression) {
        return;
    }
    match misfit(key, node) {
        Some(wrong) => wrong_shape(context, key, entry, node, wrong),
        None => values(context, key, node),
    }
    below(context, table, &inner, node);
}

fn has_expression(scalar: &Scalar) -> bool {
    scalar.text.contains("${{")
}

fn says_nothing(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| matches!(scalar.text.trim(), "" | "null" | "~"))
}

fn below(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], node: &Node) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Map(inner) => {
            for entry in &inner.entries {
                judge(context, table, place, inner, entry);
            }
        }
        Value::Seq(seq) => {
            let Some((last, before)) = place.split_last() else { return };
            let items = format!("{last}[]");
            let place: Vec<&str> = before.iter().copied().chain([items.as_str()]).collect();
            for inner in seq.items.iter().filter_map(Node::as_map) {
                for entry in &inner.entries {
                    judge(context, table, &place, inner, entry);
                }
            }
        }
    }
}

/// A key that no row has, where rows have others at that place.
fn unknown(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], map: &Map, entry: &Entry) {
    let name = &*entry.key.text;
    if name.is_empty() || Known::has(&context.config.known.keys, name) {
        return;
    }
    let Some(above) = path_of(table, place) else { return };
    if table.below(&above).next().is_none() {
        return;
    }
    let others = table.below(&above).filter(|key| key.word() != "*" && !key.deprecated);
    let near = meant(name, others.map(Key::word).filter(|word| map.get(word).is_none()));
    let wherein = match above.as_str() {
        "" => "of an agentic workflow".to_owned(),
        above => format!("below `{}`", above.trim_end_matches("[]")),
    };
    let mut message = format!("`{name}` is no key that is known {wherein}.");
    if let Some(near) = near {
        message += &format!(" Did you mean `{near}`?");
    }
    let mut report = Report::new("workflow/unknown-key", entry.key.span, message);
    if let Some(near) = near {
        report = report.offered_fix(format!("Rename to `{near}`"), entry.key.span, near);
    }
    context.send(report);
}

/// The path under which the keys of a place are filed: `""` for the top, `imports[]` for items.
fn path_of(table: KeyTable<'_>, place: &[&str]) -> Option<String> {
    let Some((last, before)) = place.split_last() else { return Some(String::new()) };
    let name = last.trim_end_matches("[]");
    let own: Vec<&str> = before.iter().copied().chain([name]).collect();
    let row = table.at(&own)?;
    Some(format!("{}{}", row.name, last.get(name.len()..).unwrap_or_default()))
}

fn deprecated(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map, entry: &Entry, key: &Key) {
    let Some(new) = key.replaced_by.as_deref().and_then(|new| table.get(new)).map(Key::word) else { return };
    let mut message = format!("`{}` is deprecated: use `{new}`.", entry.key.text);
    let there = map.get(new).is_some();
    if there {
        message = format!("`{}` is deprecated, and `{new}` is there too.", entry.key.text);
    }
    let mut report = Report::new("frontmatter/deprecated-key", entry.key.span, message).tag(Tag::Deprecated);
    if !there {
        report = report.safe_fix(format!("Rename to `{new}`"), entry.key.span, new);
    }
    context.send(report);
}

/// What does not fit the shapes of a key: the value as a whole, or one item of it.
#[derive(Clone, Copy)]
enum Misfit<'n> {
    Whole,
    Item(&'n Node),
}

fn misfit<'n>(key: &Key, node: &'n Node) -> Option<Misfit<'n>> {
    let has = |shape| key.shapes.contains(&shape);
    if has(Shape::Any) {
        return None;
    }
    match &node.value {
        Value::Scalar(scalar) => {
            let fits = has(Shape::String)
                || has(Shape::Bool) && node.as_bool().is_some()
                || has(Shape::Integer) && is_number(scalar.text.trim());
            (!fits).then_some(Misfit::Whole)
        }
        Value::Map(_) => (!has(Shape::Map)).then_some(Misfit::Whole),
        Value::Seq(seq) => {
            if !has(Shape::List) && !has(Shape::MapList) {
                return Some(Misfit::Whole);
            }
            let fits = |item: &Node| match item.value {
                Value::Scalar(_) => has(Shape::List),
                Value::Map(_) => has(Shape::MapList),
                Value::Seq(_) => false,
            };
            seq.items.iter().find(|item| !fits(item)).map(Misfit::Item)
        }
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong_shape(context: &mut Context<'_>, key: &Key, entry: &Entry, node: &Node, wrong: Misfit<'_>) {
    let name = &*entry.key.text;
    let (span, message) = match wrong {
        Misfit::Item(item) => {
            let wanted = if key.shapes.contains(&Shape::MapList) { "lines `key: value`" } else { "text" };
            let span = if item.as_map().is_some_and(|map| !map.flow) { entry.key.span } else { item.span };
            (span, format!("An item of `{name}` is {wanted}."))
        }
        Misfit::Whole => {
            let is_block = match &node.value {
                Value::Scalar(_) => false,
                Value::Map(map) => !map.flow,
                Value::Seq(seq) => !seq.flow,
            };
            let span = if is_block { entry.key.span } else { node.span };
            let wanted: Vec<&str> = key.shapes.iter().map(|shape| words(*shape)).collect();
            (span, format!("`{name}` is {}.", wanted.join(" or ")))
        }
    };
    let severity = if key.strict_values { Severity::Error } else { Severity::Hint };
    context.send(Report::new("workflow/invalid-value", span, message).severity(severity));
}

fn words(shape: Shape) -> &'static str {
    match shape {
        Shape::String | Shape::CommaString => "text",
        Shape::Bool => "`true` or `false`",
        Shape::Integer => "a number",
        Shape::List => "a list",
        Shape::MapList => "a list of maps",
        Shape::Map => "a map",
        Shape::Any => "anything",
    }
}

fn values(context: &mut Context<'_>, key: &Key, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) => listed(context, key, node, scalar),
        Value::Seq(seq) => {
            for item in &seq.items {
                if let Some(scalar) = item.as_scalar() {
                    listed(context, key, item, scalar);
                }
            }
        }
        Value::Map(_) => {}
    }
}

/// A value among the ones that the row has.
fn listed(context: &mut Context<'_>, key: &Key, node: &Node, scalar: &Scalar) {
    let text = scalar.text.trim();
    let is_truth = key.shapes.contains(&Shape::Bool) && node.as_bool().is_some();
    if key.values.is_empty()
        || text.is_empty()
        || is_truth
        || has_expression(scalar)
        || key.values.iter().any(|value| value.value == text)
    {
        return;
    }
    let near = meant(text, key.values.iter().map(|value| value.value.as_str()));
    // A list that may have grown since says nothing of a word that is like none of it.
    let severity = match (key.open_values, near.is_some(), key.strict_values) {
        (false, _, true) => Severity::Error,
        (false, true, _) | (true, true, true) => Severity::Warning,
        (false, false, false) | (true, true, false) => Severity::Hint,
        (true, false, _) => return,
    };
    let mut message = format!("`{text}` is no value of `{}` that is known.", key.word());
    if let Some(near) = near {
        message += &format!(" Did you mean `{near}`?");
    } else if key.values.len() <= 8 {
        let all: Vec<String> = key.values.iter().map(|value| format!("`{}`", value.value)).collect();
        message = format!("`{text}` is no value of `{}`: there {}.", key.word(), told(&all));
    }
    let mut report = Report::new("workflow/invalid-value", node.span, message).severity(severity);
    if let Some(near) = near {
        report = report.offered_fix(format!("Write `{near}`"), node.inner_span(), near);
    }
    context.send(report);
}

fn told(all: &[String]) -> String {
    match all {
        [one] => format!("is {one} alone"),
        [before @ .., last] => format!("are {} and {last}", before.join(", ")),
        [] => "is none".to_owned(),
    }
}
