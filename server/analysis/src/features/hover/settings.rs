//! What a word of a `segue.toml` means.

use super::Hover;
use crate::config::keys::Shape;
use crate::config::meaning::{Meaning, Table};
use crate::config::words::{self, Role, Word};
use crate::features::about::setting;
use segue_catalog::catalog;

/// The word at a byte of the text: a key, a table's name, a value.
pub(super) fn meaning(text: &str, offset: usize) -> Option<Hover> {
    let words = words::all(text, None);
    let word = words.iter().find(|word| word.token.touches(offset) && !word.span.is_empty())?;
    let own = word.span.of(text);
    let table = Table::at(&word.table)?;
    let markdown = match &word.role {
        Role::Header { .. } | Role::Key => key(word, table.meaning(own)?),
        Role::Value { key: of, .. } => {
            let meaning = table.meaning(of)?;
            value(meaning, own).or_else(|| key(word, meaning))
        }
    };
    Some(Hover { span: word.span, markdown: markdown? })
}

fn key(word: &Word, meaning: Meaning<'_>) -> Option<String> {
    match meaning {
        Meaning::Row(row) | Meaning::Text(row) => setting::card(row.path),
        Meaning::Number(number) => setting::card(&format!("{}.{}", word.table.join("."), number.name)),
        Meaning::Rules(code) => setting::rules(code),
    }
}

/// A value that has a card of its own.
fn value(meaning: Meaning<'_>, own: &str) -> Option<String> {
    let Meaning::Row(row) = meaning else { return None };
    match row.shape {
        Shape::Clients => {
            let client = catalog().clients.iter().find(|row| row.id.name() == own)?;
            Some(format!("**{}** · `{own}`\n\n{}", client.title, client.doc))
        }
        Shape::Preset => setting::preset(own),
        _ => None,
    }
}
