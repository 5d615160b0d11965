//! What programs need of the disk beside the folder that they work in.

use serde::Deserialize;

/// A row of `grammars/confinement.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OpenPlace {
    /// What they are, in words.
    pub what: String,
    /// Files and folders; `~/…` lies in the user's home.
    pub paths: Vec<String>,
    /// Whether they may be changed too.
    #[serde(default)]
    pub writes: bool,
}

impl OpenPlace {
    /// The table of all places, for the page about runs.
    #[must_use]
    pub fn docs_table(rows: &[Self]) -> String {
        let mut table = String::from("| what | where | |\n|---|---|---|\n");
        for row in rows {
            let paths: Vec<String> = row.paths.iter().map(|path| format!("`{path}`")).collect();
            let access = if row.writes { "read and changed" } else { "read" };
            table += &format!("| {} | {} | {access} |\n", row.what, paths.join(", "));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog;

    #[test]
    fn no_place_opens_a_home_or_a_disk_as_a_whole() {
        let rows = &catalog().open_places;
        assert!(rows.len() > 3);
        for path in rows.iter().flat_map(|row| &row.paths) {
            let below = path.strip_prefix("~/").or_else(|| path.strip_prefix('/')).unwrap_or_default();
            assert!(!below.is_empty() && !below.ends_with('/') && !below.contains(".."), "{path}");
            for closed in ["home", "root", "tmp", "var", "run", "mnt", "media", "srv"] {
                assert!(path != &format!("/{closed}"), "{path}");
            }
            for secret in [".ssh", ".gnupg", ".aws", ".kube", ".netrc", "credentials", ".npmrc", ".docker"] {
                assert!(!path.contains(secret), "{path}");
            }
        }
    }
}
