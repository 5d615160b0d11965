//! Which clients a file is for.

use crate::config::Config;
use segue_catalog::{ClientId, ClientSet, Dialect, Kind, catalog};
use segue_syntax::Facts;

/// The clients that a file is for: those that can read its kind and dialect, of these the ones that
/// discover it where it lies (all of them, where it lies in no client's folder), narrowed by the
/// header's `target` and by the settings.
#[must_use]
pub fn of_file(path: &str, kind: Kind, dialect: Dialect, facts: &Facts, config: &Config) -> ClientSet {
    let clients = unless_narrowed(path, kind, dialect, facts);
    let Some(wanted) = config.clients else { return clients };
    let own = clients.and(wanted);
    // A file that others alone find may lie too deep for those of the settings, who shall hear of it.
    if own.is_empty() { too_deep(path, kind, dialect).and(targeted(facts)).and(wanted) } else { own }
}

/// Whether the settings leave none of the clients that the file is for, so that it is nobody's
/// concern. A kind that no client reads (a spec, a plan) is everybody's.
#[must_use]
pub fn concerns_nobody(path: &str, kind: Kind, dialect: Dialect, facts: &Facts, config: &Config) -> bool {
    !unless_narrowed(path, kind, dialect, facts).is_empty()
        && of_file(path, kind, dialect, facts, config).is_empty()
}

fn unless_narrowed(path: &str, kind: Kind, dialect: Dialect, facts: &Facts) -> ClientSet {
    let discovering = discovering(path, kind, dialect);
    let clients = if discovering.is_empty() { readers(path, kind, dialect) } else { discovering };
    clients.and(targeted(facts))
}

/// The clients that somebody named: the settings, or the header by its `target`. None where nobody did.
#[must_use]
pub fn named(facts: &Facts, config: &Config) -> ClientSet {
    let targeted = targeted(facts);
    let by_header = if targeted == ClientSet::ALL { ClientSet::NONE } else { targeted };
    config.clients.unwrap_or(ClientSet::NONE).or(by_header)
}

/// The clients of a set as people read them: `VS Code, Copilot CLI and GitHub`.
#[must_use]
pub fn told(clients: ClientSet) -> String {
    let titles: Vec<&str> =
        clients.iter().map(|id| catalog().client(id).map_or(id.name(), |row| row.title.as_str())).collect();
    match titles.as_slice() {
        [] => "no client".to_owned(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The word that follows one client, or that which follows any other number of them.
#[must_use]
pub fn one_or_more<'w>(clients: ClientSet, one: &'w str, more: &'w str) -> &'w str {
    if clients.iter().count() == 1 { one } else { more }
}

/// The clients that can read such a file at all, wherever it lies.
#[must_use]
pub fn readers(path: &str, kind: Kind, dialect: Dialect) -> ClientSet {
    catalog().kind_row(kind, dialect).map_or(ClientSet::NONE, |row| row.read_by(path))
}

/// The clients that discover a file of this kind at this path.
#[must_use]
pub fn discovering(path: &str, kind: Kind, dialect: Dialect) -> ClientSet {
    catalog().kind_row(kind, dialect).map_or(ClientSet::NONE, |row| row.discovered_by(path))
}

/// The clients for which a file of this kind lies below a folder of theirs, too deep to be found.
#[must_use]
pub fn too_deep(path: &str, kind: Kind, dialect: Dialect) -> ClientSet {
    catalog().kind_row(kind, dialect).map_or(ClientSet::NONE, |row| row.too_deep_for(path))
}

/// `target: vscode` and `target: github-copilot` narrow an agent to those clients.
fn targeted(facts: &Facts) -> ClientSet {
    match facts.header.yaml.map().and_then(|map| map.str("target")) {
        Some("vscode") => ClientSet::of(&[ClientId::Vscode]),
        Some("github-copilot") => ClientSet::of(&[ClientId::CopilotCli, ClientId::Github]),
        _ => ClientSet::ALL,
    }
}
