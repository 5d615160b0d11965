//! Which MCP servers a file of a workspace configures, and which of them a list of tools means: for who
//! hands them to an agent. Texts alone, without a workspace.

use crate::features::at::names_of_server;
use crate::servers::{Configuration, maps, of_document, spelled_by_claude, written_in};
use segue_catalog::{McpFile, catalog};
use segue_syntax::Facts;
use segue_syntax::json;
use segue_syntax::yaml::Node;

/// The row of a file that configures servers for the folder that it lies in. One that does so for a
/// container, or for a folder below, is none.
fn row(path: &str) -> Option<&'static McpFile> {
    // A folder of a repository may be called as the home is.
    let is_at_top = |row: &&McpFile| row.path == path && row.below.is_empty() && !row.path.starts_with("~/");
    catalog().mcp_files.iter().find(is_at_top)
}

/// Whether the file at `path`, below the top of a repository, configures servers for it.
#[must_use]
pub fn configures(path: &str) -> bool {
    row(path).is_some()
}

/// The servers that such a file configures.
#[must_use]
pub fn of_file(path: &str, text: &str) -> Vec<Configuration> {
    row(path).map(|row| of_document(&json::parse(text), &path.into(), row)).unwrap_or_default()
}

/// The servers that an agent file names in its header without configuring them: Claude Code's
/// `mcpServers: [files]`.
#[must_use]
pub fn named_in_header(facts: &Facts) -> Vec<String> {
    let Some(map) = facts.header.yaml.map() else { return Vec::new() };
    let items = written_in(map).filter_map(Node::as_seq).flat_map(|seq| &seq.items);
    let bare = items.filter(|item| maps(item).next().is_none()).filter_map(Node::as_str);
    bare.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Whether a list of tools names a server, or one of its tools, in the spelling of any client: `files/*`,
/// `files/read`, `mcp__files__read`, `files(read)`, `files`. A name that a client has for something of its
/// own means that.
#[must_use]
pub fn names(tools: &[String], server: &str) -> bool {
    tools.iter().any(|tool| is_named_by(tool.trim(), server))
}

fn is_named_by(tool: &str, server: &str) -> bool {
    let same = |name: &str| names_of_server(name).iter().any(|own| **own == *server);
    if let Some(rest) = tool.strip_prefix("mcp__") {
        let own = rest.strip_prefix(spelled_by_claude(server).as_str());
        return own.is_some_and(|rest| rest.is_empty() || rest.starts_with("__"));
    }
    let catalog = catalog();
    let word = tool.split('(').next().unwrap_or(tool).trim_end();
    let is_known = |name: &str| {
        catalog.vscode_tool(name).is_some()
            || catalog.claude_tool(name).is_some()
            || catalog.copilot_alias(name).is_some()
            || catalog.cli_runtime_tool(name).is_some()
    };
    if is_known(word) {
        return false;
    }
    same(word) || word.rsplit_once('/').is_some_and(|(name, _)| same(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tools_names_servers_in_every_spelling() {
        let named = |tool: &str, server: &str| names(&["read".to_owned(), tool.to_owned()], server);
        for (tool, server) in [
            ("files/*", "files"),
            ("files/read_file", "files"),
            ("mcp__files__read_file", "files"),
            ("mcp__files", "files"),
            ("mcp__my_files__x", "my files"),
            ("files", "files"),
            ("files(read_file)", "files"),
            ("acme/files/*", "acme/files"),
            ("github/*", "github-mcp-server"),
        ] {
            assert!(named(tool, server), "{tool} {server}");
        }
        for (tool, server) in [
            ("files/*", "file"),
            ("mcp__files2__x", "files"),
            ("*", "files"),
            // What clients have for something of their own.
            ("search", "search"),
            ("search/codebase", "search"),
            ("Bash(git:*)", "Bash"),
            ("edit", "edit"),
        ] {
            assert!(!named(tool, server), "{tool} {server}");
        }
        assert!(!names(&[], "files"));
    }

    #[test]
    fn files_at_the_top_configure_servers_and_broken_ones_none() {
        assert!(configures(".mcp.json") && configures(".vscode/mcp.json"));
        for path in ["sub/.mcp.json", ".devcontainer/devcontainer.json", "~/.claude.json", "mcp.json"] {
            assert!(!configures(path), "{path}");
        }
        let text =
            "\u{feff}{ // one\r\n \"servers\": { \"one\": { \"command\": \"a\" }, \"two\": \"x\", } }\r\n";
        let found = of_file(".vscode/mcp.json", text);
        assert_eq!(found.iter().map(|own| &*own.name).collect::<Vec<_>>(), ["one"]);
        assert!(found[0].vscode_words && found[0].how() == Some("a"));
        for text in ["", "{", "[]", "{ \"mcpServers\": { \"a\": {", "{ \"mcpServers\": [1] }"] {
            let found = of_file(".mcp.json", text);
            assert!(found.iter().all(|own| own.how().is_none()), "{found:?}");
        }
    }

    #[test]
    fn a_header_names_servers_without_configuring_them() {
        let facts = Facts::of("---\nmcpServers:\n  - slack\n  - files: { command: x }\n---\n");
        assert_eq!(named_in_header(&facts), ["slack"]);
        assert!(named_in_header(&Facts::of("---\nmcp-servers: { a: { command: x } }\n---\n")).is_empty());
        assert!(named_in_header(&Facts::of("none")).is_empty());
    }
}
