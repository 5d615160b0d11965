//! Which guidance a client loads for a file that is worked on, and how it matches globs.

use crate::Kind;
use serde::Deserialize;

/// How a client matches the globs of `applyTo` and `paths`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Globs {
    /// Whether a pattern that begins with neither `/` nor `**/` matches at any depth; else it begins
    /// at the top of the repository.
    pub any_depth: bool,
    /// Whether upper and lower case are the same.
    pub ignore_case: bool,
    /// Patterns that mean every file.
    pub always: Vec<String>,
    /// Whether a list is read where a string with commas is expected (`applyTo`).
    pub lists: bool,
    /// The way of matching in a clause, as it reads behind the client's name.
    pub doc: String,
}

/// Guidance that a client loads for a file that is worked on, taken as started in the top folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Load {
    /// The base names, compared ignoring case; with `kind` an empty list means every file of it.
    #[serde(default)]
    pub names: Vec<String>,
    /// Files of this kind are loaded by their globs: where one matches, or where they have none and
    /// their dialect takes that for "always".
    #[serde(default)]
    pub kind: Option<Kind>,
    /// The folder, below each place at which the client looks; `**` at the end means any depth.
    #[serde(default)]
    pub folder: String,
    /// Where the client looks.
    pub at: LoadAt,
    /// What is done with a file of the kind that has no globs.
    #[serde(default)]
    pub without_globs: WithoutGlobs,
    /// Whether `@path` in it is followed.
    #[serde(default)]
    pub imports: bool,
    /// The setting that has to be turned on first.
    #[serde(default)]
    pub setting: Option<String>,
    /// Why it is loaded from another folder than the top, where it always is. A clause for people; files
    /// with globs have theirs for a reason.
    #[serde(default)]
    pub because: String,
}

/// What a client does with instructions that have no globs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutGlobs {
    /// It loads them always.
    Always,
    /// It offers them to the model by their description.
    OnRequest,
    /// Not known.
    #[default]
    Unknown,
}

/// At which folders a client looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadAt {
    /// The top folder.
    Top,
    /// The top folder, and each on the way to the file.
    Path,
    /// Each folder on the way to the file, the top one left out.
    Below,
    /// The nearest folder upwards from the file that has such a file.
    Nearest,
}

/// In which order a client puts together what it loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadOrder {
    /// Not documented: the order of the rows is that of the documentation, no more.
    Unknown,
    /// Folder by folder from the top down, in each the rows in their order: what comes later counts more.
    FolderByFolder,
}
