//! Names in the text of a file, for navigation: `@agent`, `/prompt`, the server of a `#tool:`.
//!
//! No finding hangs on them, so they are kept apart from [`crate::file::FileState::uses`]: a word typed
//! into the body makes no other file look again.

use crate::diagnostics::tool;
use crate::names;
use crate::postings::Key;
use segue_catalog::{Dialect, Kind};
use segue_syntax::Facts;
use segue_syntax::facts::TokenKind;
use segue_syntax::yaml::Node;

/// The sign before the name of an agent.
pub(crate) const AGENT: char = '@';
/// The sign before the name of a prompt or skill.
pub(crate) const SLASH: char = '/';
/// The sign before the name of a server.
pub(crate) const SERVER: char = '#';

/// What a name is filed under.
pub(crate) fn key(sign: char, name: &str) -> Key {
    Key::of((sign, name))
}

/// The keys of all names that a file mentions, sorted, without repetition.
pub(crate) fn of(kind: Kind, dialect: Dialect, facts: &Facts) -> Vec<Key> {
    let mut keys = Vec::new();
    let reads_names = names::reads_mentions(kind);
    for token in &facts.tokens {
        match token.kind {
            TokenKind::Tool => keys.extend(names::servers_of_tool(&token.name).map(|name| key(SERVER, name))),
            TokenKind::Mention if reads_names => {
                keys.extend(spellings_of_mention(&token.name).map(|name| key(AGENT, name)));
            }
            TokenKind::Command if reads_names => {
                keys.extend(spellings_of_command(&token.name).map(|name| key(SLASH, name)));
            }
            _ => {}
        }
    }
    if let Some(map) = facts.header.yaml.map() {
        let agents = names::more_agent_nodes(kind, map).and_then(Node::as_str);
        keys.extend(agents.map(|name| key(AGENT, name.trim())));
        for (_, scalar, at, len) in names::slash_nodes(kind, map) {
            let name = scalar.text.get(at..at + len).unwrap_or_default();
            keys.extend(spellings_of_command(name).map(|name| key(SLASH, name)));
        }
        for list in tool::lists(kind, dialect, facts) {
            for item in &list.items {
                keys.extend(names::servers_of_tool(item.name).map(|name| key(SERVER, name)));
                keys.extend(names::agents_of_tool(item.text).into_iter().map(|(_, name)| key(AGENT, name)));
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The agents that `@name` may mean: Claude Code writes `@agent-name`.
pub(crate) fn spellings_of_mention(name: &str) -> impl Iterator<Item = &str> {
    [Some(name), name.strip_prefix("agent-")].into_iter().flatten()
}

/// The prompts and skills that `/name` may mean: a plugin's carry its name and a colon before theirs.
pub(crate) fn spellings_of_command(name: &str) -> impl Iterator<Item = &str> {
    [Some(name), name.rsplit_once(':').map(|(_, own)| own)].into_iter().flatten()
}
