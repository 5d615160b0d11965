//! What an editor answers by itself, so that nothing is proposed or said twice.

use crate::{Catalog, Key, Kind};
use serde::Deserialize;

/// What VS Code's own support makes of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The same as ours.
    Same,
    /// A part of ours.
    Wider,
    /// Nothing.
    #[default]
    None,
}

impl Answer {
    /// The word in the rows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Answer::Same => "same",
            Answer::Wider => "wider",
            Answer::None => "none",
        }
    }
}

/// A part of an editor that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answerer {
    /// The prompt support of VS Code.
    Prompts,
    /// The Markdown support of VS Code.
    Markdown,
}

/// The parts of the editor that answer, as its extension announces them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answerers {
    /// The prompt support of VS Code is there.
    pub prompts: bool,
    /// The Markdown support of VS Code is there.
    pub markdown: bool,
}

impl Answerers {
    /// Nobody answers besides us.
    pub const NONE: Self = Self { prompts: false, markdown: false };

    /// Whether `answerer` is there.
    #[must_use]
    pub fn has(self, answerer: Answerer) -> bool {
        match answerer {
            Answerer::Prompts => self.prompts,
            Answerer::Markdown => self.markdown,
        }
    }
}

/// A place where something is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditorPlace {
    /// An empty file.
    Template,
    /// Below `hooks` in a header.
    HookEvent,
    /// Behind a `#` in the body.
    Keyword,
    /// Behind `#tool:`.
    Tool,
    /// Behind `#file:`.
    File,
    /// Behind `$`.
    Variable,
    /// Behind `/`.
    Command,
    /// An agent behind `@`.
    Mention,
    /// A path behind `@`.
    Import,
    /// The destination of a link.
    Path,
    /// Behind the `#` of a destination.
    Anchor,
    /// The label of a reference.
    Label,
}

/// A row of `grammars/completion.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlaceRow {
    /// The place.
    pub context: EditorPlace,
    /// What is proposed there.
    pub doc: String,
    /// What VS Code proposes there.
    pub in_vscode: Answer,
    /// Which part of it.
    pub answered_by: Answerer,
    /// The kinds for which it does; empty means all.
    #[serde(default)]
    pub kinds: Vec<Kind>,
}

impl Catalog {
    /// Whether the editor proposes all that we would at a place of a file of that kind.
    #[must_use]
    pub fn editor_proposes(&self, place: EditorPlace, kind: Kind, editor: Answerers) -> bool {
        self.places.iter().any(|row| {
            row.context == place
                && row.in_vscode == Answer::Same
                && editor.has(row.answered_by)
                && (row.kinds.is_empty() || row.kinds.contains(&kind))
        })
    }
}

impl Key {
    /// Whether the editor proposes the key itself.
    #[must_use]
    pub fn editor_proposes(&self, editor: Answerers) -> bool {
        editor.prompts && self.in_vscode == Answer::Same
    }

    /// Whether the editor proposes this value of the key.
    #[must_use]
    pub fn editor_proposes_value(&self, value: &str, editor: Answerers) -> bool {
        editor.prompts
            && match self.values_in_vscode {
                Answer::Same => true,
                Answer::Wider => self.vscode_values.iter().any(|own| own == value),
                Answer::None => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, catalog};

    #[test]
    fn what_the_editor_proposes_follows_from_the_rows() {
        let catalog = catalog();
        let both = Answerers { prompts: true, markdown: true };
        let prompts = Answerers { prompts: true, markdown: false };
        assert!(catalog.editor_proposes(EditorPlace::Tool, Kind::Agent, prompts));
        assert!(!catalog.editor_proposes(EditorPlace::Tool, Kind::Skill, prompts));
        assert!(!catalog.editor_proposes(EditorPlace::Path, Kind::Agent, prompts));
        assert!(catalog.editor_proposes(EditorPlace::Path, Kind::AlwaysOn, both));
        assert!(!catalog.editor_proposes(EditorPlace::Variable, Kind::Prompt, both));
        let agent = catalog.keys(Kind::Agent, Dialect::Copilot).unwrap();
        assert!(agent.get("tools").unwrap().editor_proposes(both));
        assert!(!agent.get("mcp-servers").unwrap().editor_proposes(both));
        assert!(!agent.get("tools").unwrap().editor_proposes(Answerers::default()));
        let claude = catalog.keys(Kind::Agent, Dialect::Claude).unwrap();
        let mode = claude.get("permissionMode").unwrap();
        assert!(mode.editor_proposes_value("plan", both) && !mode.editor_proposes_value("auto", both));
        // VS Code's support says nothing in chat modes.
        let old = catalog.keys(Kind::ChatMode, Dialect::Copilot).unwrap();
        assert!(!old.get("tools").unwrap().editor_proposes(both));
    }

    #[test]
    fn every_place_has_one_row() {
        for row in &catalog().places {
            assert!(row.doc.ends_with('.'), "{:?}", row.context);
            assert_eq!(catalog().places.iter().filter(|other| other.context == row.context).count(), 1);
        }
        assert_eq!(catalog().places.len(), 12);
    }
}
