//! The MCP servers that an agent is handed with its session, as the protocol has them, and which of their
//! tools it may use without a question.

use crate::agent::acp::Told;
use crate::agent::acp::talk::Script;
use crate::os;
use crate::servers::{Reach, Server};
use agent_client_protocol::v1::schema as own;
use tokio::sync::mpsc::UnboundedSender;

/// The servers of a turn as far as the agent says that it can reach them; the others are told. By programs
/// every agent can.
pub fn handed(
    script: &Script,
    can: &own::McpCapabilities,
    told: &UnboundedSender<Told>,
) -> Vec<own::McpServer> {
    let mut handed = Vec::new();
    let mut names = Vec::new();
    for server in &script.servers {
        match as_told(server, can, script) {
            Ok(one) => {
                names.push(server.name.as_str());
                handed.push(one);
            }
            Err(how) => {
                let text = format!("[mcp] not handed: {}: the agent takes no servers {how}", server.name);
                let _ = told.send(Told::Notes(text));
            }
        }
    }
    if !names.is_empty() {
        let _ = told.send(Told::Notes(format!("[mcp] handed: {}", names.join(", "))));
    }
    handed
}

/// A server in the words of the protocol; how it would have to be reached where the agent cannot.
fn as_told(
    server: &Server,
    can: &own::McpCapabilities,
    script: &Script,
) -> Result<own::McpServer, &'static str> {
    let (url, headers, sse) = match &server.reach {
        Reach::Program { program, arguments, variables } => {
            let own = variables.iter().filter(|(name, _)| name != os::MARKER);
            let mut all: Vec<own::EnvVariable> =
                own.map(|(name, value)| own::EnvVariable::new(name, value)).collect();
            // Many agents give a server little of their own environment: it shall be found by ours.
            all.push(own::EnvVariable::new(os::MARKER, &script.marker));
            if let Some(path) = &script.temporary {
                let path = path.display().to_string();
                let unset =
                    os::TEMPORARY.iter().filter(|name| !variables.iter().any(|(own, _)| own == *name));
                all.extend(unset.map(|name| own::EnvVariable::new(*name, &path)));
            }
            let stdio = own::McpServerStdio::new(&server.name, program).args(arguments.clone()).env(all);
            return Ok(own::McpServer::Stdio(stdio));
        }
        Reach::Address { url, headers, sse } => (url, headers, *sse),
    };
    let headers = headers.iter().map(|(name, value)| own::HttpHeader::new(name, value)).collect();
    match sse {
        false if can.http => {
            Ok(own::McpServer::Http(own::McpServerHttp::new(&server.name, url).headers(headers)))
        }
        true if can.sse => {
            Ok(own::McpServer::Sse(own::McpServerSse::new(&server.name, url).headers(headers)))
        }
        false => Err("over HTTP"),
        true => Err("by an event stream"),
    }
}

/// Whether these tools of an agent file name what an agent calls `title` when it asks for leave: agents spell
/// the tool `write` of the server `files` `mcp__files__write`, `files_write`, `files-write`, `files/write`. A
/// name that stands for all tools of a server does not stand for those that sound as if they could not be
/// undone.
pub fn grants(tools: &[String], servers: &[Server], title: &str) -> bool {
    let wanted = plain(title.trim().trim_start_matches("mcp__"));
    // A sentence is no name.
    let is_name = !title.trim().contains(char::is_whitespace);
    is_name
        && tools.iter().any(|tool| {
            servers.iter().any(|server| {
                let server = &server.name;
                let Some(own) = after(tool, server) else { return false };
                match own {
                    "" | "*" => {
                        let rest = wanted.strip_prefix(&(plain(server) + "_"));
                        rest.is_some_and(|rest| !cannot_be_undone(rest))
                    }
                    own => wanted == format!("{}_{}", plain(server), plain(own)),
                }
            })
        })
}

/// The tool that a name of an agent file means, where it is one of this server; empty or `*`: all of them.
fn after<'t>(tool: &'t str, server: &str) -> Option<&'t str> {
    let tool = tool.trim();
    if let Some(rest) = tool.strip_prefix("mcp__") {
        let spelled = server.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
        let rest = rest.strip_prefix(&spelled)?;
        return if rest.is_empty() { Some(rest) } else { rest.strip_prefix("__") };
    }
    let rest = tool.strip_prefix(server)?;
    match rest.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')'),
        None if rest.is_empty() => Some(rest),
        None => rest.strip_prefix('/'),
    }
}

/// Whether a tool sounds as if what it does could not be undone: `delete_repo`, `deleteRepo`, `dropAll`.
fn cannot_be_undone(tool: &str) -> bool {
    const WORDS: [&str; 10] =
        ["delete", "remove", "destroy", "purge", "reset", "erase", "drop", "deploy", "publish", "migrate"];
    let mut words = String::with_capacity(tool.len());
    for letter in tool.chars() {
        if letter.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words.split('_').any(|word| WORDS.iter().any(|own| word.starts_with(own)))
}

/// A name with one underscore for all that stands between its words.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_of_servers_are_granted_in_the_spelling_of_any_agent() {
        let reach = || Reach::Address { url: String::new(), headers: Vec::new(), sse: false };
        let servers = ["files", "my-web"].map(|name| Server {
            name: name.to_owned(),
            line: String::new(),
            reach: reach(),
        });
        let granted =
            |tool: &str, title: &str| grants(&["read".to_owned(), tool.to_owned()], &servers, title);
        for (tool, title) in [
            ("files/write_file", "mcp__files__write_file"),
            ("files/write_file", "files_write_file"),
            ("files/write_file", "files-write_file"),
            ("files(write_file)", "files/write_file"),
            ("mcp__files__write_file", "files_write_file"),
            ("files/*", "files_anything"),
            ("files/*", "files_get_presets"),
            ("mcp__my-web", "mcp__my-web__get"),
            ("my-web/*", "my_web_get"),
            ("files/delete_all", "files_delete_all"),
        ] {
            assert!(granted(tool, title), "{tool}: {title}");
        }
        for (tool, title) in [
            ("files/write_file", "files_write_files"),
            ("files/write_file", "write_file"),
            ("files/*", "files"),
            ("files/*", "files_delete_all"),
            ("files/*", "files_deploy"),
            ("files/*", "files_repoDelete"),
            ("files/*", "files_get the rest of it"),
            ("files2/*", "files2_get"),
            ("*", "files_get"),
            ("filesystem", "files_get"),
            ("", ""),
        ] {
            assert!(!granted(tool, title), "{tool}: {title}");
        }
        assert!(!grants(&["files/*".to_owned()], &[], "files_get"), "nobody was handed it");
    }
}
