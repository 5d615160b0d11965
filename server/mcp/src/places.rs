//! Where a user's own things are kept, by the custom of each system.

use std::path::PathBuf;

/// The user's folder.
#[must_use]
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|path| path.is_absolute())
}

/// Where what may be thrown away is kept: answers of servers.
#[must_use]
pub fn cache() -> Option<PathBuf> {
    own("XDG_CACHE_HOME", ".cache", "Library/Caches", "cache")
}

/// Where what has to stay is kept: who said yes to what.
#[must_use]
pub fn state() -> Option<PathBuf> {
    own("XDG_STATE_HOME", ".local/state", "Library/Application Support", "state")
}

fn own(variable: &str, usual: &str, mac: &str, windows: &str) -> Option<PathBuf> {
    // A relative path means nothing there, says the custom.
    let wished = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(folder) = wished {
        return Some(folder.join("segue"));
    }
    if cfg!(windows) {
        let local = std::env::var_os("LOCALAPPDATA").map(PathBuf::from).filter(|path| path.is_absolute())?;
        return Some(local.join("segue").join(windows));
    }
    let below = if cfg!(target_os = "macos") { mac } else { usual };
    Some(home()?.join(below).join("segue"))
}
