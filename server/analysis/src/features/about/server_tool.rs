//! Cards of tools that a server told of.

use crate::live::{Argument, Tool};
use crate::servers;
use crate::world::World;

/// No more arguments are shown.
const MOST_ARGUMENTS: usize = 20;

pub(super) fn card(world: &World, reader: &str, server: &str, tool: &str) -> Option<String> {
    let offer = servers::offer(world, reader, server);
    let (tool, answer) = offer.tool(tool)?;
    let mut card = format!("**{server}/{}** · tool of an MCP server", plain(&tool.name));
    let says = says(tool);
    if !says.is_empty() {
        card.push_str(&format!("\n\nSays of itself: {}.", says.join(", ")));
    }
    for text in [&tool.title, &tool.description].into_iter().flatten() {
        card.push_str(&format!("\n\n{}", plain(text)));
    }
    if !tool.arguments.is_empty() {
        card.push_str("\n\nArguments:\n");
        card.extend(tool.arguments.iter().take(MOST_ARGUMENTS).map(argument));
        if tool.arguments.len() > MOST_ARGUMENTS {
            card.push_str(&format!("\n- and {} more", tool.arguments.len() - MOST_ARGUMENTS));
        }
    }
    let changes = if answer.dynamic { " Its list may change." } else { "" };
    card.push_str(&format!("\n\nAsked on {}.{changes}", answer.day()));
    Some(card)
}

/// What the server says that the tool does to the world. Nobody vouches for it.
fn says(tool: &Tool) -> Vec<&'static str> {
    let mut says = Vec::new();
    match (tool.read_only, tool.destructive) {
        (Some(true), _) => says.push("read-only"),
        (_, Some(true)) => says.push("may destroy something"),
        (Some(false), Some(false)) => says.push("changes something, destroys nothing"),
        (Some(false), None) => says.push("changes something"),
        (None, _) => {}
    }
    if tool.idempotent == Some(true) && tool.read_only != Some(true) {
        says.push("a second call does nothing more");
    }
    match tool.open_world {
        Some(true) => says.push("reaches out into the world"),
        Some(false) => says.push("stays in its own world"),
        None => {}
    }
    says
}

fn argument(argument: &Argument) -> String {
    let mut line = format!("\n- `{}`", argument.name.replace('`', "'"));
    if let Some(kind) = &argument.kind {
        line.push_str(&format!(" {}", plain(kind)));
    }
    if argument.required {
        line.push_str(", required");
    }
    if let Some(text) = &argument.description {
        let words: Vec<&str> = text.split_whitespace().collect();
        line.push_str(&format!(": {}", plain(&words.join(" "))));
    }
    line
}

/// A stranger's text within ours: it stays a text, and is neither a picture, nor a link, nor HTML.
fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut all, c| {
        if matches!(c, '<' | '[' | ']' | '!' | '\\') {
            all.push('\\');
        }
        all.push(c);
        all
    })
}
