//! What primitives add to Markdown and YAML, to be coloured: tools, servers, variables, agents,
//! commands, files.
//!
//! A name of the body that may be anything (`@name`, `/name`) is coloured only where it is one here.

use crate::diagnostics::tool_names;
use crate::file::{FileState, Space};
use crate::names;
use crate::plans::signs;
use crate::world::World;
use segue_catalog::{ClaudeName, Dialect, Kind, VscodeName, catalog};
use segue_syntax::facts::TokenKind;
use segue_syntax::{Facts, Span};

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// Where it stands, within one line.
    pub span: Span,
    /// What it is.
    pub kind: SemanticKind,
    /// Whether it is an old name of something.
    pub deprecated: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SemanticKind {
    /// What says that something follows: `#tool:`, `#file:`.
    Marker,
    /// A tool or a set of tools.
    Tool,
    /// The server before a tool's name.
    Server,
    /// `${…}`, `$ARGUMENTS`.
    Variable,
    /// An agent.
    Agent,
    /// A prompt or a skill, after its slash.
    Command,
    /// A file that is read here.
    File,
    /// The id of a task.
    Task,
}

/// The tokens of a file, in order, none reaching into another.
#[must_use]
pub fn of(world: &World, state: &FileState, text: &str) -> Vec<SemanticToken> {
    let Some(facts) = state.facts() else { return Vec::new() };
    let mut tokens = Vec::new();
    header(state, facts, &mut tokens);
    body(world, state, facts, &mut tokens);
    let named = state.plan.iter().flat_map(|plan| signs::of(plan, Some(text)));
    tokens.extend(named.filter(|named| named.exact).map(|named| plain(named.span, SemanticKind::Task)));
    // A value of several lines has no token: clients take those of one line alone.
    tokens.retain(|token| !token.span.is_empty() && !token.span.of(text).contains(['\n', '\r']));
    tokens.sort_by_key(|token| (token.span.start, token.span.end));
    let mut end = 0;
    tokens.retain(|token| {
        let apart = token.span.start >= end;
        end = if apart { token.span.end } else { end };
        apart
    });
    tokens
}

fn header(state: &FileState, facts: &Facts, into: &mut Vec<SemanticToken>) {
    let (Some(kind), Some(map)) = (state.kind, facts.header.yaml.map()) else { return };
    for (name, span) in tool_names(kind, state.dialect, facts) {
        tool(name, span, state.dialect, into);
    }
    for node in names::agent_nodes(kind, state.dialect, map) {
        into.push(plain(node.inner_span(), SemanticKind::Agent));
    }
}

/// A tool's name, its server apart where it has one.
fn tool(name: &str, span: Span, dialect: Dialect, into: &mut Vec<SemanticToken>) {
    let deprecated = match dialect {
        Dialect::Copilot => matches!(catalog().vscode_tool(name), Some(VscodeName::Old(_))),
        Dialect::Claude => matches!(catalog().claude_tool(name), Some(ClaudeName::Old(_))),
    };
    let known = catalog().vscode_tool(name).is_some();
    match name.find('/').filter(|_| !known && span.len() == name.len()) {
        Some(slash) => {
            let middle = span.start + u32::try_from(slash).unwrap_or(u32::MAX);
            into.push(plain(Span { start: span.start, end: middle }, SemanticKind::Server));
            into.push(plain(Span { start: middle + 1, end: span.end }, SemanticKind::Tool));
        }
        None => into.push(SemanticToken { span, kind: SemanticKind::Tool, deprecated }),
    }
}

fn body(world: &World, state: &FileState, facts: &Facts, into: &mut Vec<SemanticToken>) {
    for token in &facts.tokens {
        let marker = Span { start: token.span.start, end: token.name_span.start };
        match token.kind {
            TokenKind::Tool => {
                into.push(plain(marker, SemanticKind::Marker));
                tool(&token.name, token.name_span, Dialect::Copilot, into);
            }
            TokenKind::File => {
                into.push(plain(marker, SemanticKind::Marker));
                into.push(plain(token.name_span, SemanticKind::File));
            }
            TokenKind::Import if state.kind.is_some_and(names::reads_imports) => {
                into.push(plain(token.span, SemanticKind::File));
            }
            TokenKind::Variable | TokenKind::Argument => {
                into.push(plain(token.span, SemanticKind::Variable));
            }
            TokenKind::Mention if is_agent(world, &token.name) => {
                into.push(plain(token.span, SemanticKind::Agent));
            }
            TokenKind::Command if is_command(world, &token.name) => {
                into.push(plain(token.span, SemanticKind::Command));
            }
            TokenKind::Include | TokenKind::OptionalInclude if state.kind == Some(Kind::Workflow) => {
                into.push(plain(token.name_span, SemanticKind::File));
            }
            TokenKind::Mention
            | TokenKind::Command
            | TokenKind::Import
            | TokenKind::Include
            | TokenKind::OptionalInclude
            | TokenKind::UnclosedVariable => {}
        }
    }
}

fn plain(span: Span, kind: SemanticKind) -> SemanticToken {
    SemanticToken { span, kind, deprecated: false }
}

fn is_agent(world: &World, name: &str) -> bool {
    [Space::Agent, Space::AgentFile].iter().any(|space| world.definers(*space, name).next().is_some())
}

fn is_command(world: &World, name: &str) -> bool {
    [Space::Prompt, Space::Skill].iter().any(|space| world.definers(*space, name).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};
    use std::sync::Arc;

    fn told(fixture: &str, path: &str) -> String {
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let (id, state) = world.file_at(path).expect("the file");
        let text = world.text(id).expect("its text");
        let told = of(&world, state, &text).into_iter().map(|token| {
            let old = if token.deprecated { " (old)" } else { "" };
            format!("{:?} {}{old}\n", token.kind, token.span.of(&text))
        });
        told.collect()
    }

    #[test]
    fn names_of_headers_and_bodies() {
        let fixture = "//- .github/agents/a.agent.md
---
description: x
tools: ['search/codebase', \"github/*\", codebase]
agents: [b, other]
handoffs:
  - label: Go
    agent: b
    prompt: ''
---
Ask @b or @nobody, then run /go and /stop. Use #tool:acme/find and ${input:x}.

Read #file:../../x.md. `#tool:no`
//- .github/agents/b.agent.md
---
description: x
---
Text.
//- .github/prompts/go.prompt.md
---
description: x
---
Text.
";
        insta::assert_snapshot!(told(fixture, ".github/agents/a.agent.md"), @r"
        Tool search/codebase
        Server github
        Tool *
        Tool codebase (old)
        Agent b
        Agent other
        Agent b
        Agent @b
        Command /go
        Marker #tool:
        Server acme
        Tool find
        Variable ${input:x}
        Marker #file:
        File ../../x.md
        ");
    }

    #[test]
    fn a_name_of_several_lines_has_no_token() {
        let fixture = "//- .github/prompts/a.prompt.md\n---\nagent: |\n  one\n  two\n---\nText ${input:a}.\n";
        assert_eq!(told(fixture, ".github/prompts/a.prompt.md"), "Variable ${input:a}\n");
    }

    #[test]
    fn claudes_tools_are_claudes() {
        let fixture = "//- .claude/agents/a.md\n---\nname: a\ndescription: x\ntools: Read, Bash(git add *), mcp__x__y\n---\nText.\n";
        assert_eq!(told(fixture, ".claude/agents/a.md"), "Tool Read\nTool Bash\nTool mcp__x__y\n");
    }
}
