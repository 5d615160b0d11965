//! Where what a run starts may read and write, as the settings have it.

use crate::Failure;
use crate::settings::preset;
use segue_analysis::config::Config;
use segue_catalog::{Preset, catalog};
use segue_orchestrator::confine::Confine;
use segue_orchestrator::os::Confinement;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What confines the runs of a repository; `None` where nothing shall. `agents` are the names of those
/// that may take part.
///
/// # Errors
/// A sentence: it shall be confined, and this machine cannot do that.
pub fn of<'a>(
    config: &Config,
    top: &Path,
    agents: impl IntoIterator<Item = &'a str>,
) -> Result<Option<Confine>, Failure> {
    let own = &config.orchestrator;
    if own.confine != Some(true) {
        return Ok(None);
    }
    Confinement::support().map_err(|why| {
        Failure::said(format!(
            "segue.toml says `confine = true`, and here nothing can be confined: {why}. Without that key agents and commands may read and change whatever you may."
        ))
    })?;
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let placed = |path: &String| match path.strip_prefix("~/") {
        Some(below) => home.as_ref().map(|home| home.join(below)),
        None => Some(top.join(path)),
    };
    let rows = &catalog().open_places;
    let of_rows = |writes: bool| {
        let rows = rows.iter().filter(move |row| row.writes == writes);
        rows.flat_map(|row| &row.paths).filter_map(placed)
    };
    let all = Confinement::default()
        .with_reads(of_rows(false))
        .with_reads(own.confine_read.iter().filter_map(placed))
        .with_writes(of_rows(true))
        .with_writes(own.confine_write.iter().filter_map(placed));
    let mut kept = BTreeMap::new();
    for name in agents {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let keeps = keeps(name, config).iter().filter_map(|path| kept_at(path, home.as_deref(), variable));
        let keeps: Vec<PathBuf> = keeps.filter(|path| path.exists()).collect();
        if !keeps.is_empty() {
            kept.insert(name.to_owned(), keeps);
        }
    }
    let read = own.confine_read.iter().map(|path| format!("all of it may read {path}"));
    let written = own.confine_write.iter().map(|path| format!("all of it may change {path}"));
    Ok(Some(Confine { all, agents: kept, opened: read.chain(written).collect() }))
}

/// The folders of a home that a variable may put elsewhere (the XDG base directories).
const ELSEWHERE: [(&str, &str); 4] = [
    (".config/", "XDG_CONFIG_HOME"),
    (".local/share/", "XDG_DATA_HOME"),
    (".local/state/", "XDG_STATE_HOME"),
    (".cache/", "XDG_CACHE_HOME"),
];

/// Where a path of a home lies: in the home, or where a variable says that such things lie.
fn kept_at(path: &str, home: Option<&Path>, variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let moved = ELSEWHERE.iter().find_map(|(folder, name)| {
        let rest = path.strip_prefix(folder)?;
        variable(name).filter(|own| own.is_absolute()).map(|own| own.join(rest))
    });
    moved.or_else(|| Some(home?.join(path)))
}

/// What an agent keeps in the user's home: as its preset says, or that of the program it is.
fn keeps<'c>(name: &str, config: &Config) -> &'c [String] {
    let settings = config.agents.get(name);
    let row = match settings {
        None => preset(name),
        Some(own) => own.preset.as_deref().and_then(preset).or_else(|| {
            let line = own.acp.as_ref().or(own.command.as_ref())?;
            let is_it = |row: &&Preset| row.line().first() == line.first();
            catalog().presets.iter().find(is_it)
        }),
    };
    row.map(|row| row.keeps.as_slice()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_home_holds_may_be_elsewhere() {
        let home = Some(Path::new("/home/ada"));
        let variable = |name: &str| match name {
            "XDG_STATE_HOME" => Some(PathBuf::from("/state")),
            "XDG_CACHE_HOME" => Some(PathBuf::from("not/absolute")),
            _ => None,
        };
        for (path, wanted) in [
            (".local/state/opencode", "/state/opencode"),
            (".cache/opencode", "/home/ada/.cache/opencode"),
            (".config/opencode", "/home/ada/.config/opencode"),
            (".codex", "/home/ada/.codex"),
        ] {
            assert_eq!(kept_at(path, home, variable), Some(PathBuf::from(wanted)), "{path}");
        }
        assert_eq!(kept_at(".codex", None, variable), None);
    }
}
