//! Templates: what a new file of each kind begins with.
//!
//! The texts lie below `grammars/templates`, one file each. In them `{{name}}` stands for the name of
//! the file or folder, and any other `{{words}}` is a placeholder: the words are what stands there until
//! somebody writes something better.

use crate::{Catalog, Dialect, Kind, KindRow};
use serde::Deserialize;

/// A row `[[template]]` of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// What it is called on the command line (`segue new NAME …`).
    pub name: String,
    /// Where a new file goes, from the top of a repository; `{name}` is what it is called.
    pub path: String,
    /// The base names it is for; empty means all others of the kind.
    #[serde(default)]
    pub names: Vec<String>,
    /// The file below `grammars/templates`.
    pub file: String,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// Words that somebody will replace.
    Placeholder(&'a str),
}

const TEXTS: &[(&str, &str)] = crate::load::tables_below!(
    "../../../grammars/templates/",
    "agent.md",
    "always-on.md",
    "claude-agent.md",
    "claude-command.md",
    "claude-rule.md",
    "context.md",
    "copilot-instructions.md",
    "instructions.md",
    "memory.md",
    "plan.md",
    "prompt.md",
    "skill.md",
    "spec.md",
    "workflow.md",
);

impl Template {
    /// The text as it stands in the file, placeholders marked.
    #[must_use]
    pub fn text(&self) -> &'static str {
        TEXTS.iter().find(|(file, _)| *file == self.file).map_or("", |(_, text)| text)
    }

    /// The text for a file or folder called `name`, in pieces.
    #[must_use]
    pub fn pieces<'a>(&self, name: &'a str) -> Vec<Piece<'a>> {
        pieces(self.text(), name)
    }

    /// The text for a file or folder called `name`, the words of the placeholders in their places.
    #[must_use]
    pub fn plain(&self, name: &str) -> String {
        let words = |piece: Piece<'_>| match piece {
            Piece::Text(text) | Piece::Placeholder(text) => text.to_owned(),
        };
        self.pieces(name).into_iter().map(words).collect()
    }

    /// Where a new file called `name` goes, `/` between the parts.
    #[must_use]
    pub fn path_for(&self, name: &str) -> String {
        self.path.replace("{name}", name)
    }

    /// Whether the place depends on a name.
    #[must_use]
    pub fn takes_name(&self) -> bool {
        self.path.contains("{name}")
    }
}

/// A text with `{{placeholders}}` in pieces; `{{name}}` becomes `name`.
#[must_use]
pub fn pieces<'a>(text: &'a str, name: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = placeholder(rest) {
        pieces.push(Piece::Text(before));
        pieces.push(if inside == "name" { Piece::Text(name) } else { Piece::Placeholder(inside) });
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The text before the first placeholder, what is in it, and the text behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside, after))
}

impl Catalog {
    /// The template of that name, with its kind.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<(&KindRow, &Template)> {
        self.templates().find(|(_, template)| template.name == name)
    }

    /// All templates, with their kinds.
    pub fn templates(&self) -> impl Iterator<Item = (&KindRow, &Template)> {
        self.kinds.iter().flat_map(|row| row.templates.iter().map(move |template| (row, template)))
    }

    /// The template for a file of a kind with that base name. An old kind has that of its successor.
    #[must_use]
    pub fn template_for(&self, kind: Kind, dialect: Dialect, base: &str) -> Option<&Template> {
        let row = self.kinds.iter().find(|row| row.kind == kind && row.dialect == dialect)?;
        if let Some(successor) = row.renamed_to {
            return self.template_for(successor, dialect, base);
        }
        let named = row.templates.iter().find(|template| template.names.iter().any(|name| name == base));
        named.or_else(|| row.templates.iter().find(|template| template.names.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_is_a_template_and_the_other_way_round() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../grammars/templates");
        let names =
            |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let files: BTreeSet<String> = std::fs::read_dir(folder).unwrap().map(names).collect();
        let loaded: BTreeSet<String> = TEXTS.iter().map(|(file, _)| (*file).to_owned()).collect();
        let used: BTreeSet<String> =
            catalog().templates().map(|(_, template)| template.file.clone()).collect();
        assert_eq!(files, loaded);
        assert_eq!(files, used);
    }

    #[test]
    fn a_template_makes_a_file_of_its_kind() {
        for (row, template) in catalog().templates() {
            let path = match &template.name[..] {
                "always-on" => template.path_for("AGENTS"),
                _ => template.path_for("new"),
            };
            let found = catalog().kind_of(&path);
            let candidate = catalog().candidate_of(&path).map(|candidate| (candidate.kind(), row.dialect));
            assert_eq!(found.or(candidate), Some((row.kind, row.dialect)), "{path}");
            let base = path.rsplit('/').next().unwrap();
            assert_eq!(catalog().template_for(row.kind, row.dialect, base), Some(template), "{path}");
        }
    }

    #[test]
    fn every_kind_has_one() {
        for row in &catalog().kinds {
            assert!(catalog().template_for(row.kind, row.dialect, "x.md").is_some(), "{}", row.title);
        }
    }

    #[test]
    fn placeholders_are_found_and_filled() {
        let (_, prompt) = catalog().template("prompt").unwrap();
        let pieces = prompt.pieces("plan");
        assert!(pieces.contains(&Piece::Placeholder("topic")), "{pieces:?}");
        assert!(prompt.plain("plan").contains("${input:topic:What the user is asked for}."));
        let (_, skill) = catalog().template("skill").unwrap();
        assert!(skill.plain("pdf-forms").starts_with("---\nname: pdf-forms\n"));
        for (_, template) in catalog().templates() {
            let plain = template.plain("x");
            assert!(!plain.contains("{{") && !plain.contains("}}"), "{}", template.name);
            assert!(plain.ends_with('\n') && !plain.contains("\r"), "{}", template.name);
        }
    }
}
