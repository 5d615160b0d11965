//! Header keys: one row a key, nested keys included.

use crate::{ClientId, Kind, Support};
use serde::Deserialize;

/// The keys of one kind and dialect, as [`crate::Catalog::keys`] hands them out.
#[derive(Clone, Copy, Debug)]
pub struct KeyTable<'a> {
    /// The row the keys come from.
    pub row: &'a crate::KindRow,
}

impl<'a> KeyTable<'a> {
    /// The top-level key `name`, or the key at a dotted path such as `handoffs[].label`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&'a Key> {
        self.row.keys.get(self.row.index.exact(path)?)
    }

    /// The key at a place in a header: `["mcp-servers", "mine", "command"]`, list items marked as in
    /// `["handoffs[]", "label"]`. A row `*` stands for any one name where no row has that name itself.
    #[must_use]
    pub fn at(&self, place: &[&str]) -> Option<&'a Key> {
        self.row.keys.get(self.row.index.at(place)?)
    }

    /// The top-level key that a misspelling met in the wild stands for.
    #[must_use]
    pub fn misspelled(&self, name: &str) -> Option<&'a Key> {
        self.top().find(|key| key.misspelled.iter().any(|wrong| wrong == name))
    }

    /// The top-level keys.
    pub fn top(&self) -> impl Iterator<Item = &'a Key> + use<'a> {
        self.below("")
    }

    /// The keys directly below `path`: `below("handoffs[]")` gives `handoffs[].label` and so on.
    pub fn below(&self, path: &str) -> impl Iterator<Item = &'a Key> + use<'a> {
        let row = self.row;
        row.index.below(path).iter().filter_map(|at| row.keys.get(*at))
    }
}

/// A row `[[key]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Key {
    /// The key, or its path below others: `handoffs[].label`, `github.permissions`.
    pub name: String,
    /// The shapes a value may have.
    pub shapes: Vec<Shape>,
    /// One or two sentences: what it does. Markdown.
    pub doc: String,
    /// The values it may have; empty means anything.
    #[serde(default)]
    pub values: Vec<Value>,
    /// Whether other values than `values` may be right too (a newer client, an id).
    #[serde(default)]
    pub open_values: bool,
    /// The value a client assumes where the key is missing, in words.
    #[serde(default)]
    pub default: Option<String>,
    /// The family of rules that judges the value's shape and content in the place of `frontmatter/`.
    #[serde(default)]
    pub judged_by: Option<String>,
    /// Whether a client refuses other values than `values`, or another form, instead of passing them over.
    #[serde(default)]
    pub strict_values: bool,
    /// How the value must be formed.
    #[serde(default)]
    pub form: Option<Form>,
    /// The clients that want that form; all that read the key, where none is named.
    #[serde(default)]
    pub form_for: Vec<ClientId>,
    /// The lines that say the same as one of the values of a deprecated key; none where the value says
    /// nothing that is not so anyway.
    #[serde(default)]
    pub rewrites: Vec<Rewrite>,
    /// Longest value, in characters, and who says so.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// The clients that have this limit; all that read the key, where none is named.
    #[serde(default)]
    pub max_length_for: Vec<ClientId>,
    /// A key whose value is counted together with this one, how long they may be, and for whom.
    #[serde(default)]
    pub together: Option<Together>,
    /// Whether an empty value means something (no tools, no prompt), so that it is no finding.
    #[serde(default)]
    pub may_be_empty: bool,
    /// Whether a file without the key is worth a finding (`frontmatter/missing-key`).
    #[serde(default)]
    pub required: bool,
    /// The key that takes its place, where it is deprecated; in words where it is more than one.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// Whether the key is deprecated or retired.
    #[serde(default)]
    pub deprecated: bool,
    /// Whether completion leaves it out although it is known.
    #[serde(default)]
    pub hidden: bool,
    /// Whether it is a note for people, on which no client has to act: that one ignores it is no finding.
    #[serde(default)]
    pub note: bool,
    /// Since which version or date, where known.
    #[serde(default)]
    pub since: Option<String>,
    /// What each client does with it; a client that is not named: [`Support::Unknown`].
    #[serde(default)]
    pub clients: std::collections::BTreeMap<String, Support>,
    /// Spellings met in the wild that mean this key (`user-invokable`): misspellings, never aliases.
    #[serde(default)]
    pub misspelled: Vec<String>,
    /// Groups of keys ([`KeyGroup`]) that stand below this one too.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What completion writes behind the colon, in the notation of templates: `{{words}}` is a
    /// placeholder, `{{name}}` what the file is called. Lines after the first are indented by two blanks a
    /// level, seen from the key.
    #[serde(default)]
    pub write: Option<String>,
    /// Whether VS Code's own support proposes and explains the key.
    #[serde(default)]
    pub in_vscode: crate::Answer,
    /// Whether it proposes the values.
    #[serde(default)]
    pub values_in_vscode: crate::Answer,
    /// The values it proposes, where ours are more.
    #[serde(default)]
    pub vscode_values: Vec<String>,
    /// Where the facts come from, where it is not the table's own source.
    #[serde(default)]
    pub source: Vec<crate::Source>,
}

impl Key {
    /// What `client` does with it.
    #[must_use]
    pub fn support(&self, client: ClientId) -> Support {
        self.clients.get(client.name()).copied().unwrap_or_default()
    }

    /// The last segment of the path: the word that is written.
    #[must_use]
    pub fn word(&self) -> &str {
        self.name.rsplit(['.']).next().unwrap_or(&self.name)
    }
}

/// Keys that stand in more than one place: the fields of a step, the scopes of a token. Named relative to
/// the key that has them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyGroup {
    /// What rows call it.
    pub name: String,
    /// What the keys have in common.
    pub doc: String,
    /// The keys.
    #[serde(rename = "key")]
    pub keys: Vec<Key>,
}

/// A file with more keys of a kind that has a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MoreKeys {
    /// The kind.
    pub kind: Kind,
    /// Where the facts come from.
    pub source: Vec<crate::Source>,
    /// The keys.
    #[serde(default, rename = "key")]
    pub keys: Vec<Key>,
    /// Groups of keys, for all files of the kind.
    #[serde(default, rename = "group")]
    pub groups: Vec<KeyGroup>,
}

/// One value of a closed or open list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Value {
    /// The value as it is written.
    pub value: String,
    /// What it means.
    #[serde(default)]
    pub doc: String,
    /// The value that replaces it, where it is an old one.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// Clients that know it; empty means all that know the key.
    #[serde(default)]
    pub clients: Vec<ClientId>,
}

/// Two values that share a limit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Together {
    /// The other key.
    pub key: String,
    /// Most characters of both.
    pub most: u32,
    /// The client that has the limit.
    pub client: ClientId,
}

/// How a value is formed, beyond its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Lower-case letters, digits and hyphens of ASCII.
    Slug,
    /// Anything but a colon.
    NoColon,
}

impl Form {
    /// Whether `text` has it.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        match self {
            Form::Slug => {
                !text.is_empty()
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            }
            Form::NoColon => !text.contains(':'),
        }
    }

    /// The form in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Form::Slug => "may have lower-case letters, digits and hyphens only",
            Form::NoColon => "must not have a colon",
        }
    }
}

/// What takes the place of one value of a deprecated key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rewrite {
    /// The value.
    pub value: String,
    /// Lines of a header.
    pub to: Vec<String>,
    /// The clients to which the value means this; empty means all.
    #[serde(default)]
    pub clients: Vec<ClientId>,
}

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// One scalar.
    String,
    /// `true` or `false`, unquoted.
    Bool,
    /// Digits.
    Integer,
    /// A list of scalars.
    List,
    /// A list of maps.
    MapList,
    /// A scalar with commas between its parts.
    CommaString,
    /// A map.
    Map,
    /// Anything.
    Any,
}

/// Which kinds have a header table of their own.
impl Kind {
    /// The name in settings, on the command line and in file names of the catalog.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Agent => "agent",
            Kind::ChatMode => "chat-mode",
            Kind::Prompt => "prompt",
            Kind::Instructions => "instructions",
            Kind::AlwaysOn => "always-on",
            Kind::Skill => "skill",
            Kind::Spec => "spec",
            Kind::Plan => "plan",
            Kind::Memory => "memory",
            Kind::Context => "context",
            Kind::Workflow => "workflow",
            Kind::Mcp => "mcp",
        }
    }
}
