//! Quotes of the items of a list: all get those of the first that has any.

use crate::features::convert::is_plain_yaml;
use segue_syntax::yaml::{Node, Scalar, Style, Value};

/// The items with quotes of one kind; `None` where they have that, or where one could say something else then.
pub(super) fn alike(text: &str, items: &[Node]) -> Option<Vec<String>> {
    let scalars: Vec<&Scalar> = items.iter().map(scalar).collect::<Option<_>>()?;
    let style = scalars.iter().map(|own| own.style).find(|style| *style != Style::Plain)?;
    if scalars.iter().all(|own| own.style == style) {
        return None;
    }
    let mark = if style == Style::Single { '\'' } else { '"' };
    let written = |(item, own): (&Node, &Scalar)| {
        if own.style == style {
            return Some(item.span.of(text).trim().to_owned());
        }
        may_be_quoted(own).then(|| format!("{mark}{}{mark}", own.text))
    };
    items.iter().zip(scalars).map(written).collect()
}

/// Whether two items are one, but for quotes that change nothing.
pub(super) fn differ_alone(one: &Node, other: &Node) -> bool {
    let (Some(one), Some(other)) = (scalar(one), scalar(other)) else { return false };
    one.text == other.text && may_be_quoted(one) && other.style != Style::Plain
}

/// A scalar on one line.
fn scalar(node: &Node) -> Option<&Scalar> {
    match &node.value {
        Value::Scalar(own) if !matches!(own.style, Style::Literal | Style::Folded) => Some(own),
        _ => None,
    }
}

/// Whether the text is the same in quotes of any kind: a word that strict YAML takes for no text is not.
fn may_be_quoted(own: &Scalar) -> bool {
    let needs_escape = |c: char| c.is_control() || matches!(c, '\'' | '"' | '\\');
    !own.text.contains(needs_escape) && (own.style != Style::Plain || is_plain_yaml(&own.text))
}
