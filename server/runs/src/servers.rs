//! The MCP servers that the agents of tasks are handed, as the workspace stands in a commit.
//!
//! An agent is handed what its task says, and nothing else: the servers that its tools name (those of the
//! prompt, else of the agent file), and those that the agent file itself configures, unless its tools leave
//! them out. They are read where agent files are: from the commit, in the files at the top of the
//! repository. What the user's own files configure is known to the user's agents anyway, and handed to none.

use crate::open::redactor;
use crate::workspace::Committed;
use segue_analysis::features::{handed, run as texts};
use segue_analysis::servers::Configuration;
use segue_mcp::{Handed, Known, Launch, Server as Configured, Text, Words, hand};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::os;
use segue_orchestrator::servers::{Reach, Server, Servers};
use segue_orchestrator::workspace::Workspace;
use segue_plan::Task;
use std::path::Path;

/// The servers of each of these tasks.
pub fn of_tasks(workspace: &Committed, tasks: &[TaskId], commit: &str, worktree: &Path) -> Vec<Servers> {
    let none = || vec![Servers::default(); tasks.len()];
    let Ok(plan) = workspace.plan(workspace.plan_file(), commit) else { return none() };
    let agents = workspace.agents(commit);
    let files = workspace.server_files(commit);
    let of_task = |id: &TaskId| {
        let Some(task) = plan.find(&id.0).and_then(|index| plan.get(index)) else {
            return Servers::default();
        };
        let agent = file_of(task, &agents);
        // What a prompt says goes before what its agent says.
        let tools = plan.tools.as_ref().or_else(|| agent.and_then(|agent| agent.tools.as_ref()));
        handed_on(&meant(tools.map(Vec::as_slice), agent, &files), worktree)
    };
    tasks.iter().map(of_task).collect()
}

/// The agent file that a task names.
fn file_of<'a>(task: &Task, agents: &'a [texts::Agent]) -> Option<&'a texts::Agent> {
    let name = task.agent.as_ref()?.value.trim_start_matches('@');
    agents.iter().find(|agent| agent.names.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// The configurations that are meant, those of the agent file first.
fn meant<'a>(
    tools: Option<&[String]>,
    agent: Option<&'a texts::Agent>,
    files: &'a [Configuration],
) -> Vec<&'a Configuration> {
    let named = |own: &&Configuration| tools.is_some_and(|tools| handed::names(tools, &own.name));
    let everything = tools.is_none_or(|tools| tools.iter().any(|tool| tool == "*"));
    let own = agent.into_iter().flat_map(|agent| &agent.servers);
    let own = own.filter(|own| everything || named(own));
    let by_header = |own: &Configuration| {
        everything && agent.is_some_and(|agent| agent.server_names.iter().any(|name| **name == *own.name))
    };
    own.chain(files.iter().filter(|own| named(own) || by_header(own))).collect()
}

/// Those that can be handed on, each name once: the first place that can.
fn handed_on(meant: &[&Configuration], worktree: &Path) -> Servers {
    let mut servers = Servers::default();
    let mut obstacles: Vec<(&str, String)> = Vec::new();
    for own in meant {
        if servers.handed.iter().any(|other| other.name == *own.name) {
            continue;
        }
        match server(own, worktree) {
            Ok(server) => servers.handed.push(server),
            Err(why) => obstacles.push((&own.name, format!("{} ({}): {why}", own.name, own.path))),
        }
    }
    obstacles.retain(|(name, _)| !servers.handed.iter().any(|own| own.name == **name));
    servers.left_out = obstacles.into_iter().map(|(_, why)| why).collect();
    servers
}

fn server(own: &Configuration, worktree: &Path) -> Result<Server, String> {
    let words = if own.vscode_words { Words::Vscode } else { Words::Shell };
    let configured = Configured::read(&own.name, &own.path, worktree, words, &own.entry, String::new());
    let Handed { launch, sse, line } =
        hand(&configured, &Known::of_process(), worktree).map_err(|obstacle| obstacle.to_string())?;
    let reach = match launch {
        Launch::Process { program, args, env, .. } => Reach::Program {
            program: found(&program)?,
            arguments: args.into_iter().map(|word| word.value).collect(),
            variables: values(env),
        },
        Launch::Http { url, headers } => Reach::Address { url: url.value, headers: values(headers), sse },
    };
    // The journal takes secrets out of what it keeps: a line that had one would be another one there.
    let line = redactor()(&line).unwrap_or(line);
    Ok(Server { name: own.name.to_string(), line, reach })
}

/// The program with its folder, as the protocol wants it. One that lies in the worktree may be made there.
fn found(program: &Text) -> Result<String, String> {
    if Path::new(&program.value).components().count() > 1 {
        return Ok(program.value.clone());
    }
    match os::find_program(&program.value) {
        Some(path) => Ok(path.to_string_lossy().into_owned()),
        None => Err(format!("there is no program `{}` on your PATH", program.shown)),
    }
}

fn values(pairs: Vec<(String, Text)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, text)| (name, text.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(header: &str) -> texts::Agent {
        texts::agent("x.agent.md", &format!("---\n{header}\n---\n\nYou build.\n")).unwrap()
    }

    /// The names of what is meant by a header, with `.mcp.json` beside it.
    fn of(header: &str) -> Vec<String> {
        let files = handed::of_file(
            ".mcp.json",
            r#"{ "mcpServers": { "files": { "command": "sh" }, "web": { "url": "https://x" } } }"#,
        );
        let agent = agent(header);
        let meant = meant(agent.tools.as_deref(), Some(&agent), &files);
        meant.into_iter().map(|own| format!("{}:{}", own.path, own.name)).collect()
    }

    #[test]
    fn an_agent_is_handed_what_its_tools_name_and_what_it_brings_along() {
        assert_eq!(of("name: A"), [""; 0]);
        assert_eq!(of("tools: ['*']"), [""; 0]);
        assert_eq!(of("tools: [read, 'files/*']"), [".mcp.json:files"]);
        assert_eq!(of("tools: mcp__web__get, Read"), [".mcp.json:web"]);
        let own = "mcp-servers:\n  own:\n    command: sh";
        assert_eq!(of(own), ["x.agent.md:own"]);
        assert_eq!(of(&format!("tools: ['*']\n{own}")), ["x.agent.md:own"]);
        assert_eq!(of(&format!("tools: [read]\n{own}")), [""; 0]);
        assert_eq!(of(&format!("tools: ['own/x', 'web/*']\n{own}")), ["x.agent.md:own", ".mcp.json:web"]);
        assert_eq!(of("mcpServers: [files]"), [".mcp.json:files"]);
        assert_eq!(of("tools: Read\nmcpServers: [files]"), [""; 0]);
    }

    #[test]
    fn the_first_place_that_can_be_handed_is_and_obstacles_are_said() {
        let of = |path: &str, entry: &str| {
            handed::of_file(
                path,
                &format!(r#"{{ "servers": {{ "a": {entry} }}, "mcpServers": {{ "a": {entry} }} }}"#),
            )
        };
        let asks = of(".vscode/mcp.json", r#"{ "command": "sh", "args": ["${input:no-such-input}"] }"#);
        let plain = of(".mcp.json", r#"{ "command": "sh", "args": ["b"] }"#);
        let nowhere = of(".github/mcp.json", r#"{ "command": "no-such-program-at-all" }"#);
        let tree = Path::new("/tree");
        let servers = handed_on(&[&asks[0], &plain[0]], tree);
        assert_eq!((servers.handed.len(), servers.left_out.len()), (1, 0), "{servers:?}");
        assert!(servers.handed[0].line.starts_with("a sh b (from .mcp.json; content "), "{servers:?}");
        let Reach::Program { program, .. } = &servers.handed[0].reach else { panic!("a program") };
        assert!(Path::new(program).is_absolute());
        let servers = handed_on(&[&asks[0], &nowhere[0]], tree);
        assert_eq!(servers.handed, []);
        assert_eq!(
            servers.left_out,
            [
                "a (.vscode/mcp.json): it asks for the input `no-such-input`: set SEGUE_INPUT_NO_SUCH_INPUT to give it",
                "a (.github/mcp.json): there is no program `no-such-program-at-all` on your PATH"
            ]
        );
    }
}
