//! Which clients a file is for.

use crate::config::Config;
use crate::{names, path};
use segue_catalog::{ClientId, ClientSet, Dialect, Kind, catalog};
use segue_syntax::Facts;

/// The clients that a file is for: those that can read its kind and dialect, of these the ones that
/// discover it where it lies (all of them, where it lies in no client's folder), narrowed by the
/// header's `target` and by the settings.
#[must_use]
pub fn of_file(path: &str, kind: Kind, dialect: Dialect, facts: &Facts, config: &Config) -> ClientSet {
    let readers = readers(kind, dialect);
    let discovering = discovering(path, kind, dialect);
    let mut clients = if discovering.is_empty() { readers } else { discovering };
    clients = clients.and(targeted(facts));
    match config.clients {
        Some(wanted) => clients.and(wanted),
        None => clients,
    }
}

/// The clients that can read a kind at all.
#[must_use]
pub fn readers(kind: Kind, dialect: Dialect) -> ClientSet {
    catalog()
        .keys(kind, dialect)
        .map(|table| table.row.clients.iter().map(|at| at.client).collect())
        .unwrap_or_default()
}

/// The clients that discover a file of this kind at this path.
#[must_use]
pub fn discovering(path: &str, kind: Kind, dialect: Dialect) -> ClientSet {
    let Some(table) = catalog().keys(kind, dialect) else { return ClientSet::NONE };
    let folder = path::parent(path);
    table
        .row
        .clients
        .iter()
        .filter(|at| at.folders.is_empty() || at.folders.iter().any(|pattern| lies_in(folder, pattern)))
        .map(|at| at.client)
        .collect()
}

/// Whether `folder` is one that a discovery row names: `.github/agents`, `.github/instructions/**`,
/// `.claude/skills/*`. The row's folder may lie below any other (a nested project).
#[must_use]
pub fn lies_in(folder: &str, pattern: &str) -> bool {
    if let Some(top) = pattern.strip_suffix("/**") {
        return path::ancestors(folder).chain([folder]).any(|above| names::ends_with_path(above, top));
    }
    if let Some(top) = pattern.strip_suffix("/*") {
        return names::ends_with_path(path::parent(folder), top) && folder.contains('/');
    }
    names::ends_with_path(folder, pattern)
}

/// `target: vscode` and `target: github-copilot` narrow an agent to those clients.
fn targeted(facts: &Facts) -> ClientSet {
    match facts.header.yaml.map().and_then(|map| map.str("target")) {
        Some("vscode") => ClientSet::of(&[ClientId::Vscode]),
        Some("github-copilot") => ClientSet::of(&[ClientId::CopilotCli, ClientId::Github]),
        _ => ClientSet::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_discovery() {
        let cases = [
            (".github/agents", ".github/agents", true),
            ("pkg/.github/agents", ".github/agents", true),
            (".github/agents/sub", ".github/agents", false),
            (".github/instructions/a/b", ".github/instructions/**", true),
            (".github/instructions", ".github/instructions/**", true),
            (".claude/skills/x", ".claude/skills/*", true),
            (".claude/skills", ".claude/skills/*", false),
            (".claude/skills/x/y", ".claude/skills/*", false),
            ("my.github/agents", ".github/agents", false),
        ];
        for (folder, pattern, expected) in cases {
            assert_eq!(lies_in(folder, pattern), expected, "{folder} in {pattern}");
        }
    }
}
