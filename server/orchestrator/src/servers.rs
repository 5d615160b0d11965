//! The servers of the Model Context Protocol that agents are handed: they start them, or call them.

use std::fmt;

/// How the line of a server begins in a launch list.
pub const SERVER: &str = "mcp: ";

/// A server as an agent is handed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// What a person agrees to: it holds no value of a variable, and is another one for another value.
    pub line: String,
    /// How it is reached.
    pub reach: Reach,
}

impl Server {
    /// How it stands in a launch list.
    #[must_use]
    pub fn listed(&self) -> String {
        format!("{SERVER}{}", self.line)
    }
}

/// How a server is reached.
#[derive(Clone, PartialEq, Eq)]
pub enum Reach {
    /// By the standard input and output of a program.
    Program {
        /// The program, with its folder.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// What is added to its environment.
        variables: Vec<(String, String)>,
    },
    /// By HTTP.
    Address {
        /// The address.
        url: String,
        /// What is sent along.
        headers: Vec<(String, String)>,
        /// Whether in the older way, with an event stream.
        sse: bool,
    },
}

/// Without the values: they go to the agent, and nowhere else.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        match self {
            Self::Program { variables, .. } => {
                f.debug_struct("Program").field("variables", &names(variables)).finish_non_exhaustive()
            }
            Self::Address { headers, sse, .. } => f
                .debug_struct("Address")
                .field("headers", &names(headers))
                .field("sse", sse)
                .finish_non_exhaustive(),
        }
    }
}

/// The servers that the agent of a task is handed, as the workspace stands in a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers {
    /// Those that are handed.
    pub handed: Vec<Server>,
    /// Those that were meant and are not handed, a sentence each.
    pub left_out: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_shown() {
        let pairs = vec![("KEY".to_owned(), "s3cret".to_owned())];
        let program = Reach::Program {
            program: "x".into(),
            arguments: vec!["s3cret".into()],
            variables: pairs.clone(),
        };
        let address = Reach::Address { url: "https://x/?s3cret".into(), headers: pairs, sse: false };
        for shown in [format!("{program:?}"), format!("{address:?}")] {
            assert!(shown.contains("KEY") && !shown.contains("s3cret"), "{shown}");
        }
    }
}
