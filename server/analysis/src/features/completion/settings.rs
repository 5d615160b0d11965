//! In `segue.toml`: tables, keys, and the values that are one of a few, by the rows that the reader of
//! settings goes by.

use super::{Completion, MOST_PROPOSALS, Piece, Proposal, ProposalKind, Request, agents, fits};
use crate::config::keys::{self, Row, Shape};
use crate::config::meaning::{Meaning, Table};
use crate::config::words::{self, Next, Quotes, Role, Word};
use crate::features::about::About;
use crate::path;
use segue_catalog::{Client, ClientId, Preset, catalog};
use segue_syntax::Span;

/// What may be written in a file of settings.
pub(super) fn propose(request: &Request<'_>) -> Option<Completion> {
    let offset = request.offset as usize;
    let words = words::all(request.text, Some(offset));
    let index = words.iter().position(|word| word.token.touches(offset))?;
    let word = words.get(index).filter(|word| word.span.touches(offset) && word.quotes != Quotes::Long)?;
    let place = Place { request, word, words: &words, ends_table: ends_table(&words, index), offset };
    let offers = match &word.role {
        Role::Header { double } => headers(&place, *double),
        Role::Key => in_table(&place),
        Role::Value { key, list } => values(&place, key, *list),
    };
    let proposals = offers.into_iter().map(|offer| place.proposal(offer));
    let typed = |own: &Proposal| own.typed.of(request.text).to_owned();
    let mut fitting: Vec<Proposal> = proposals.filter(|own| fits(&own.filter, &typed(own))).collect();
    let begins = |own: &Proposal| own.filter.to_lowercase().starts_with(&typed(own).to_lowercase());
    fitting.sort_by_key(|own| !begins(own));
    let incomplete = fitting.len() > MOST_PROPOSALS;
    fitting.truncate(MOST_PROPOSALS);
    Some(Completion { proposals: fitting, incomplete })
}

/// Whether no key of the table follows: a header may begin here without taking keys from it.
fn ends_table(words: &[Word], index: usize) -> bool {
    words.get(index + 1).is_none_or(|next| matches!(next.role, Role::Header { .. }))
}

/// Where something is to be written.
struct Place<'p> {
    request: &'p Request<'p>,
    word: &'p Word,
    words: &'p [Word],
    ends_table: bool,
    offset: usize,
}

/// Something that may be written there.
struct Offer {
    label: String,
    detail: Option<String>,
    kind: ProposalKind,
    pieces: Vec<Piece>,
    about: Option<About>,
    /// Whether the quotes around the word, and its dotted rest, go with it.
    with_quotes: bool,
}

fn text(words: impl Into<String>) -> Piece {
    Piece::Text(words.into())
}

/// The names of tables between the brackets of a header.
fn headers(place: &Place<'_>, double: bool) -> Vec<Offer> {
    let Some(Table::Rows(at)) = Table::at(&place.word.table) else { return Vec::new() };
    let closed = place.word.next == Next::Close;
    let tables = keys::keys_of(&at).filter_map(|key| Some((key, keys::row(&at, key)?)));
    let tables =
        tables.filter(|(_, row)| Table::of(row).is_some() && (!double || row.shape == Shape::Tables));
    let tables = tables
        .filter(|(key, row)| matches!(row.shape, Shape::Tables | Shape::NamedTables) || !place.is_there(key));
    let offers = tables.map(|(key, row)| {
        let mut pieces = vec![text(key)];
        match row.shape {
            _ if place.word.next == Next::Dot => {}
            Shape::Tables if double => pieces.extend((!closed).then(|| text("]]"))),
            // The second bracket of each side: the first is there.
            Shape::Tables => pieces = vec![text(format!("[{key}]{}", if closed { "" } else { "]" }))],
            Shape::NamedTables => {
                pieces = vec![text(format!("{key}.")), Piece::Placeholder("name".to_owned())];
                pieces.extend((!closed).then(|| text("]")));
            }
            _ => pieces.extend((!closed).then(|| text("]"))),
        }
        place.setting(row, key, pieces)
    });
    offers.collect()
}

/// The keys of the table that the word stands in.
fn in_table(place: &Place<'_>) -> Vec<Offer> {
    match Table::at(&place.word.table) {
        Some(Table::Rows(at)) => rows(place, &at),
        Some(Table::Severities(_)) => rules(place),
        Some(Table::Names(_) | Table::Texts(_)) | None => Vec::new(),
    }
}

fn rows(place: &Place<'_>, at: &str) -> Vec<Offer> {
    let free = keys::keys_of(at).filter(|key| !place.is_there(key));
    let offers = free.filter_map(|key| {
        if let Some(number) = keys::number(at, key) {
            let value = vec![Piece::Placeholder(number.default.to_string())];
            let path = format!("{at}.{key}");
            return Some(Offer {
                label: key.to_owned(),
                detail: Some(format!("a whole number from {} to {}", number.min, number.max)),
                kind: ProposalKind::Key,
                pieces: place.assigned(key, value),
                about: Some(About::Setting(path)),
                with_quotes: true,
            });
        }
        let row = keys::row(at, key)?;
        let as_header = Table::of(row).is_some() && place.word.first && place.ends_table && place.is_last();
        let pieces = if as_header { header(row, key) } else { place.assigned(key, value(row)) };
        Some(place.setting(row, key, pieces))
    });
    offers.collect()
}

/// A table as a header of its own: in the top table alone does a line of nothing but its name lead to it.
fn header(row: &Row, key: &str) -> Vec<Piece> {
    match row.shape {
        Shape::Tables => vec![text(format!("[[{key}]]"))],
        Shape::NamedTables => {
            vec![text(format!("[{key}.")), Piece::Placeholder("name".to_owned()), text("]")]
        }
        _ => vec![text(format!("[{key}]"))],
    }
}

/// What a value of that shape looks like.
fn value(row: &Row) -> Vec<Piece> {
    let empty = || Piece::Placeholder(String::new());
    match row.shape {
        Shape::Clients => {
            let names = ClientId::ALL.map(|client| client.name().to_owned());
            vec![text("[\""), Piece::Choice(names.into()), text("\"]")]
        }
        Shape::Globs | Shape::Strings => vec![text("[\""), empty(), text("\"]")],
        Shape::Text | Shape::File => vec![text("\""), empty(), text("\"")],
        Shape::Preset => {
            let names = catalog().presets.iter().map(|row| row.name.clone()).collect();
            vec![text("\""), Piece::Choice(names), text("\"")]
        }
        Shape::Bool => vec![Piece::Choice(vec!["true".to_owned(), "false".to_owned()])],
        Shape::Count => vec![Piece::Placeholder(row.default.to_owned())],
        Shape::Tables => vec![text("[{ "), empty(), text(" }]")],
        Shape::Severities | Shape::Texts | Shape::Table { .. } | Shape::NamedTables => {
            vec![text("{ "), empty(), text(" }")]
        }
    }
}

/// Rules and their families, each with a choice of severities.
fn rules(place: &Place<'_>) -> Vec<Offer> {
    let mark = match place.word.quotes {
        Quotes::Of { mark, .. } => mark,
        Quotes::None | Quotes::Long => '"',
    };
    let offer = |code: String, detail: String| {
        let severities = keys::severity_words().map(str::to_owned).to_vec();
        let value = vec![text("\""), Piece::Choice(severities), text("\"")];
        Offer {
            pieces: place.assigned(&format!("{mark}{code}{mark}"), value),
            about: Some(About::Rule(code.clone())),
            detail: Some(detail),
            kind: ProposalKind::Key,
            with_quotes: true,
            label: code,
        }
    };
    let mut families: Vec<&str> =
        catalog().rules.iter().filter_map(|row| row.code.split('/').next()).collect();
    families.sort_unstable();
    families.dedup();
    let families = families.into_iter().map(|family| (format!("{family}/*"), "all of the family".to_owned()));
    let codes = catalog().rules.iter().map(|row| (row.code.clone(), row.title.clone()));
    let free = families.chain(codes).filter(|(code, _)| !place.is_there(code));
    free.map(|(code, detail)| offer(code, detail)).collect()
}

/// The values of a key.
fn values(place: &Place<'_>, key: &str, list: Option<usize>) -> Vec<Offer> {
    let Some(table) = Table::at(&place.word.table) else { return Vec::new() };
    let plain = |word: String, detail: &str| place.value(word, Some(detail.to_owned()), false, false);
    let quoted = |word: &str, detail: Option<String>| place.value(word.to_owned(), detail, true, false);
    match table.meaning(key) {
        _ if list.is_some() && !matches!(table.meaning(key), Some(Meaning::Row(row)) if is_list(row)) => {
            Vec::new()
        }
        Some(Meaning::Number(number)) => vec![plain(number.default.to_string(), "as if it were missing")],
        Some(Meaning::Rules(code)) => {
            let own = catalog().rule(code).map(|(_, row)| row.severity.name());
            let told = |word: &str| (own == Some(word)).then(|| "the rule's own".to_owned());
            keys::severity_words().into_iter().rev().map(|word| quoted(word, told(word))).collect()
        }
        Some(Meaning::Text(_)) => {
            let names = agents::of_task(place.request.world, place.request.path);
            names.iter().map(|name| Offer { kind: ProposalKind::Agent, ..quoted(name, None) }).collect()
        }
        Some(Meaning::Row(row)) => match row.shape {
            Shape::Bool => {
                ["true", "false"].map(|word| place.value(word.to_owned(), None, false, false)).into()
            }
            Shape::Clients => {
                let free = catalog().clients.iter().filter(|row| !place.is_beside(row.id.name(), list));
                let offer = |row: &Client| {
                    place.value(row.id.name().to_owned(), Some(row.title.clone()), true, list.is_none())
                };
                free.map(offer).collect()
            }
            Shape::Preset => preset_offers(place, &[]),
            Shape::File => {
                let file = |path: &String| Offer { kind: ProposalKind::File, ..quoted(path, None) };
                extendable(place).iter().map(file).collect()
            }
            Shape::Text if row.path == "orchestrator.agent" => coding_agents(place),
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}

fn is_list(row: &Row) -> bool {
    matches!(row.shape, Shape::Clients | Shape::Globs | Shape::Strings)
}

/// The coding agents that can be started by name, but these.
fn preset_offers(place: &Place<'_>, without: &[&str]) -> Vec<Offer> {
    let free = catalog().presets.iter().filter(|row| !without.contains(&row.name.as_str()));
    let offer = |row: &Preset| Offer {
        kind: ProposalKind::Agent,
        about: Some(About::Preset(row.name.clone())),
        ..place.value(row.name.clone(), Some(row.title.clone()), true, false)
    };
    free.map(offer).collect()
}

/// The other files of settings, from here.
fn extendable(place: &Place<'_>) -> Vec<String> {
    let own = place.request.path;
    let all = place.request.world.config_paths().filter(|path| *path != own);
    all.map(|path| path::relative(path::parent(own), path)).collect()
}

/// Those that the file names, then those that can be started by name.
fn coding_agents(place: &Place<'_>) -> Vec<Offer> {
    let named = place.words.iter().filter(|word| word.table == ["agents"] && word.token != place.word.token);
    let mut own: Vec<&str> = named.map(|word| word.span.of(place.request.text)).collect();
    own.sort_unstable();
    own.dedup();
    let known = preset_offers(place, &own);
    let offer = |name: &&str| Offer {
        kind: ProposalKind::Agent,
        ..place.value((*name).to_owned(), Some("in this file".to_owned()), true, false)
    };
    own.iter().map(offer).chain(known).collect()
}

impl Place<'_> {
    /// Whether the table has that key already, apart from the word itself.
    fn is_there(&self, key: &str) -> bool {
        self.words.iter().any(|other| {
            let same_table = other.table == self.word.table && other.item == self.word.item;
            let is_key = !matches!(other.role, Role::Value { .. });
            is_key && same_table && other.token != self.word.token && other.span.of(self.request.text) == key
        })
    }

    /// Whether the list has that element already, apart from the word itself.
    fn is_beside(&self, value: &str, list: Option<usize>) -> bool {
        self.words.iter().any(|other| {
            let same_list = matches!(&other.role, Role::Value { list: own, .. } if *own == list);
            list.is_some()
                && same_list
                && other.token != self.word.token
                && other.span.of(self.request.text) == value
        })
    }

    /// Whether nothing comes behind the word on its line.
    fn is_last(&self) -> bool {
        self.word.next == Next::End
    }

    /// A key with its value, or alone where a value follows already.
    fn assigned(&self, key: &str, value: Vec<Piece>) -> Vec<Piece> {
        if matches!(self.word.next, Next::Equals | Next::Dot) {
            return vec![text(key)];
        }
        std::iter::once(text(format!("{key} = "))).chain(value).collect()
    }

    fn setting(&self, row: &Row, key: &str, pieces: Vec<Piece>) -> Offer {
        Offer {
            label: key.to_owned(),
            detail: Some(row.shape.words().replace('`', "")),
            kind: ProposalKind::Key,
            pieces,
            about: Some(About::Setting(row.path.to_owned())),
            with_quotes: true,
        }
    }

    /// A value, in quotes and in the brackets of a list where it needs them and they are not there.
    fn value(&self, word: String, detail: Option<String>, in_quotes: bool, in_brackets: bool) -> Offer {
        let written = match self.word.quotes {
            Quotes::Of { closed: true, .. } => word.clone(),
            Quotes::Of { mark, closed: false } => format!("{word}{mark}"),
            _ if !in_quotes => word.clone(),
            _ if in_brackets => format!("[\"{word}\"]"),
            _ => format!("\"{word}\""),
        };
        let kind = ProposalKind::Value;
        Offer { label: word, detail, kind, pieces: vec![text(written)], about: None, with_quotes: false }
    }

    fn proposal(&self, offer: Offer) -> Proposal {
        let (word, source) = (self.word, self.request.text);
        let own = if offer.with_quotes { word.token } else { word.span };
        // Behind the cursor only what can belong to the word: a quote that is not closed has the whole line.
        let rest = source.get(self.offset..own.end as usize).unwrap_or_default();
        let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '*' | '"' | '\'');
        let length: usize = rest.chars().take_while(belongs).map(char::len_utf8).sum();
        let quote = source.get(own.start as usize..).and_then(|rest| rest.chars().next());
        let quote = quote.filter(|c| offer.with_quotes && matches!(c, '"' | '\''));
        Proposal {
            filter: quote.map_or_else(|| offer.label.clone(), |mark| format!("{mark}{}{mark}", offer.label)),
            label: offer.label,
            detail: offer.detail,
            kind: offer.kind,
            pieces: offer.pieces,
            typed: Span::new(own.start as usize, self.offset),
            whole: Span::new(own.start as usize, self.offset + length),
            also: None,
            about: offer.about,
        }
    }
}
