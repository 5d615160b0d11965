//! The user's own primitives: names only, from a fixed list of folders below the home.

/// What the user's own folders define.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFiles {
    /// Agent names.
    pub agents: Vec<String>,
    /// Skill names.
    pub skills: Vec<String>,
    /// MCP server names.
    pub servers: Vec<String>,
}
