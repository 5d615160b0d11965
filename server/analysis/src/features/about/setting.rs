//! Cards of what stands in a `segue.toml`.

use crate::config::keys::{self, ROWS};
use crate::features::explain;
use segue_catalog::catalog;

/// A setting: what it is, what it does, and what holds without it.
pub(in crate::features) fn card(path: &str) -> Option<String> {
    if let Some((at, key)) = path.rsplit_once('.')
        && let Some(number) = keys::number(at, key)
    {
        let unit = format!("{} {}", number.default, number.unit.word());
        return Some(format!(
            "**{path}** · a whole number from {} to {}\n\n{}\n\nWhere it is missing: {}.",
            number.min,
            number.max,
            number.meaning,
            unit.trim_end()
        ));
    }
    let row = ROWS.iter().find(|row| row.path == path)?;
    let mut card = format!("**{}** · {}\n\n{}", keys::shown_path(path), row.shape.words(), row.doc);
    if !row.default.is_empty() {
        card.push_str(&format!("\n\nWhere it is missing: {}.", row.default));
    }
    Some(card)
}

/// A rule with its own severity, or the rules of a family.
pub(in crate::features) fn rules(code: &str) -> Option<String> {
    if let Some((_, row)) = catalog().rule(code) {
        return Some(format!("{}\n\nWhere nothing is set: `{}`.", explain::short(row), row.severity.name()));
    }
    let family = code.strip_suffix("/*")?;
    let rows = catalog().rules.iter().filter(|row| row.code.split('/').next() == Some(family));
    let lines: Vec<String> = rows.map(|row| format!("- `{}`: {}", row.code, row.title)).collect();
    (!lines.is_empty()).then(|| format!("`{code}` · all of the family\n\n{}", lines.join("\n")))
}

/// A coding agent: what is run, how it is installed, and what one should know of it.
pub(in crate::features) fn preset(name: &str) -> Option<String> {
    let row = catalog().presets.iter().find(|row| row.name == name)?;
    let mut card = format!(
        "**{}** · `{name}`\n\nIt runs `{}` (seen with {}). Installed by `{}`.",
        row.title,
        row.line().join(" "),
        row.seen,
        row.install
    );
    if !row.notes.is_empty() {
        card.push_str(&format!("\n\n{}", row.notes.join(" ")));
    }
    Some(card)
}
