//! The programs that read primitives, and what each makes of a fact.

use serde::Deserialize;

/// A client, by a small stable number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum ClientId {
    /// VS Code's Local agent.
    Vscode,
    /// Copilot CLI, and the Copilot harness of VS Code, which has the same runtime.
    CopilotCli,
    /// GitHub.com: the cloud agent and code review.
    Github,
    /// Claude Code.
    Claude,
}

impl ClientId {
    /// All clients, in the order in which they are named to people.
    pub const ALL: [ClientId; 4] =
        [ClientId::Vscode, ClientId::CopilotCli, ClientId::Github, ClientId::Claude];

    /// The name in settings and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ClientId::Vscode => "vscode",
            ClientId::CopilotCli => "copilot-cli",
            ClientId::Github => "github",
            ClientId::Claude => "claude",
        }
    }

    /// The client of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.name() == name)
    }
}

/// A set of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClientSet(u8);

impl ClientSet {
    /// Every client.
    pub const ALL: ClientSet = ClientSet(0b1111);
    /// No client.
    pub const NONE: ClientSet = ClientSet(0);

    /// The set of `clients`.
    #[must_use]
    pub fn of(clients: &[ClientId]) -> Self {
        clients.iter().copied().collect()
    }

    /// Whether `client` is in it.
    #[must_use]
    pub fn has(self, client: ClientId) -> bool {
        self.0 & (1 << client as u8) != 0
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What both have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What either has.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What this has and `other` has not.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Its clients, in [`ClientId::ALL`]'s order.
    pub fn iter(self) -> impl Iterator<Item = ClientId> {
        ClientId::ALL.into_iter().filter(move |client| self.has(*client))
    }
}

impl FromIterator<ClientId> for ClientSet {
    fn from_iter<I: IntoIterator<Item = ClientId>>(clients: I) -> Self {
        Self(clients.into_iter().fold(0, |bits, client| bits | 1 << client as u8))
    }
}

/// A row of `grammars/clients/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// Which client.
    pub id: ClientId,
    /// What people call it.
    pub title: String,
    /// Whether its header reader is a strict YAML parser: `None` where that is not known.
    pub strict_yaml: Option<bool>,
    /// Whether tool names are compared ignoring case.
    pub tools_ignore_case: bool,
    /// The language ids that an editor gives to primitives because this client brings them along. It
    /// colours such documents itself, and of several that do one wins.
    #[serde(default)]
    pub languages: Vec<String>,
    /// One sentence about what it is.
    pub doc: String,
    /// How it matches globs.
    pub globs: crate::Globs,
    /// How often in a row it follows imports, where it follows them and that is known.
    #[serde(default)]
    pub import_hops: Option<u8>,
    /// Whether an import is one at the start of a line only.
    #[serde(default)]
    pub imports_at_line_start: bool,
    /// Of files with one name at one level of the project it loads the one in the first of these folders;
    /// nothing is known of folders that are not named.
    #[serde(default)]
    pub first_wins: Vec<String>,
    /// Whether it looks for agents in the folder it is started in and in all above it, up to the top of the
    /// repository, and takes the deepest of those with one name.
    #[serde(default)]
    pub every_level: bool,
    /// In which order it puts together what it loads.
    pub load_order: crate::LoadOrder,
    /// What it loads for a file that is worked on.
    #[serde(rename = "load")]
    pub loads: Vec<crate::Load>,
    /// Where the facts come from.
    pub source: Vec<crate::Source>,
}

/// What a client does with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// Honoured.
    Yes,
    /// Required.
    Required,
    /// Read and thrown away.
    Ignored,
    /// Still honoured, to be replaced.
    Deprecated,
    /// Rejected, or makes the file unusable.
    Rejected,
    /// Not known.
    #[default]
    Unknown,
}
