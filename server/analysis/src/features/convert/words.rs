//! Words of one client in the words of another: tools and models.

use segue_catalog::{Catalog, ClaudeName, VscodeName, catalog};
use segue_syntax::facts::{Facts, TokenKind};
use segue_syntax::yaml::{Node, Value};

/// Names translated, and what could not be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Translated {
    /// The names, each once, in order.
    pub names: Vec<String>,
    /// The names that the other client has nothing for.
    pub lost: Vec<String>,
    /// The names that grant more than they did: what stands in parentheses is lost.
    pub widened: Vec<String>,
    /// Whether one of the names grants everything.
    pub everything: bool,
}

impl Translated {
    fn add(&mut self, name: &str) {
        if !self.names.iter().any(|own| own == name) {
            self.names.push(name.to_owned());
        }
    }

    /// The sentences about what was lost.
    pub fn told(&self, client: &str) -> Vec<String> {
        let list =
            |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut told = Vec::new();
        if !self.lost.is_empty() {
            told.push(format!("{client} has no counterpart of {}.", list(&self.lost)));
        }
        if !self.widened.is_empty() {
            told.push(format!("{client} cannot limit {}: the whole tool is granted.", list(&self.widened)));
        }
        told
    }
}

/// Tells each of the tokens in the text that nobody reads there any more, once.
pub(super) fn plain_in(text: &str, facts: &Facts, kinds: &[TokenKind], place: &str, lost: &mut Vec<String>) {
    for token in facts.tokens.iter().filter(|token| kinds.contains(&token.kind) && !token.in_code) {
        let said = format!("`{}` is plain text {place}.", token.span.of(text));
        if !lost.contains(&said) {
            lost.push(said);
        }
    }
}

/// The names in a list, or in a string with commas (and blanks, where `blanks`); never split inside
/// parentheses.
pub(super) fn names(node: &Node, blanks: bool) -> Vec<String> {
    let mut all = Vec::new();
    match &node.value {
        Value::Scalar(scalar) => split(&scalar.text, blanks, &mut all),
        Value::Seq(seq) => {
            seq.items.iter().filter_map(Node::as_str).for_each(|item| split(item, blanks, &mut all))
        }
        Value::Map(_) => {}
    }
    all
}

fn split(text: &str, blanks: bool, all: &mut Vec<String>) {
    let mut depth = 0_u32;
    let parts = text.split(|c: char| {
        match c {
            '(' if blanks => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c == ',' || (blanks && c.is_whitespace()))
    });
    let bare =
        |part: &str| part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"')).to_owned();
    all.extend(parts.map(bare).filter(|part| !part.is_empty()));
}

/// Tools of Copilot's files as Claude Code names them.
pub(super) fn to_claude(names: &[String]) -> Translated {
    let catalog = catalog();
    let mut all = Translated::default();
    for name in names {
        if name == "*" {
            all.everything = true;
            continue;
        }
        let found = claude_names(catalog, name);
        if found.is_empty() {
            all.lost.push(name.clone());
        }
        for name in found {
            all.add(&name);
        }
    }
    all
}

fn claude_names(catalog: &Catalog, name: &str) -> Vec<String> {
    if let Some(ClaudeName::Tool(tool)) = catalog.claude_tool(name) {
        return vec![tool.name.clone()];
    }
    match catalog.vscode_tool(name) {
        Some(VscodeName::Set(set)) => nearest(catalog, &set.name),
        Some(VscodeName::Tool(tool)) => nearest(catalog, &tool.name),
        Some(VscodeName::Old(old)) => {
            let now = || old.now.iter().flat_map(|now| nearest(catalog, now));
            now().collect()
        }
        None => match catalog.copilot_alias(name) {
            Some(alias) => nearest(catalog, &alias.name),
            None => match catalog.cli_runtime_tool(name) {
                Some(tool) => tool.in_claude.clone().into_iter().collect(),
                None => server_tool(name).into_iter().collect(),
            },
        },
    }
}

/// The names of Claude Code for a set or tool of VS Code.
fn nearest(catalog: &Catalog, name: &str) -> Vec<String> {
    let table = catalog.tools(segue_catalog::ClientId::Claude);
    let rows = table.map(|table| table.tools.as_slice()).unwrap_or_default();
    let current = |row: &&segue_catalog::Tool| row.name != "Task";
    let says = |words: &[String]| words.iter().any(|word| word == name);
    rows.iter()
        .filter(current)
        .filter(|row| says(&row.maps_to) || says(&row.stands_in_for))
        .map(|row| row.name.clone())
        .collect()
}

/// `server/tool` as Claude Code writes it.
fn server_tool(name: &str) -> Option<String> {
    let (server, tool) = name.rsplit_once('/')?;
    let server = catalog().canonical_server(server);
    let fits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if server.is_empty() || !fits(server) {
        return None;
    }
    match tool {
        "*" => Some(format!("mcp__{server}")),
        tool if !tool.is_empty() && fits(tool) => Some(format!("mcp__{server}__{tool}")),
        _ => None,
    }
}

/// Tools of Claude's files in the words that VS Code, GitHub and Copilot CLI share.
pub(super) fn to_copilot(names: &[String]) -> Translated {
    let catalog = catalog();
    let mut all = Translated::default();
    for written in names {
        let (name, limited) = match written.split_once('(') {
            Some((name, _)) => (name.trim(), true),
            None => (written.as_str(), false),
        };
        match copilot_name(catalog, name) {
            Some(word) => {
                all.add(&word);
                if limited {
                    all.widened.push(written.clone());
                }
            }
            None => all.lost.push(written.clone()),
        }
    }
    all
}

fn copilot_name(catalog: &Catalog, name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("mcp__") {
        let (server, tool) = rest.split_once("__").unwrap_or((rest, "*"));
        return (!server.is_empty() && !tool.is_empty()).then(|| format!("{server}/{tool}"));
    }
    if let Some(alias) = catalog.copilot_alias(name) {
        return Some(alias.name.clone());
    }
    let Some(ClaudeName::Tool(tool)) = catalog.claude_tool(name) else { return None };
    let words = tool.maps_to.iter().chain(&tool.stands_in_for);
    let set = |word: &String| {
        word.split('/').next().and_then(|set| catalog.copilot_alias(set)).map(|alias| alias.name.clone())
    };
    words.clone().find_map(set).or_else(|| tool.maps_to.first().cloned())
}

/// The words that an agent without `tools` has, but for those that `disallowed` takes away.
pub(super) fn all_but(disallowed: &Translated) -> Vec<String> {
    let table = catalog().tools(segue_catalog::ClientId::Github);
    let words = table.into_iter().flat_map(|table| &table.aliases).map(|alias| alias.name.clone());
    words.filter(|word| !disallowed.names.contains(word)).collect()
}

/// A model of Copilot's files as Claude Code names it.
pub(super) fn model_to_claude(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let words = catalog().models.iter().filter(|model| model.claude_word).map(|model| model.name.as_str());
    let own = |word: &&str| lower == **word || (lower.contains("claude") && lower.contains(*word));
    words.into_iter().find(own)
}

/// A model of Claude's files as VS Code names it; empty for the one that means no choice.
pub(super) fn model_to_copilot(name: &str) -> Option<String> {
    if name == "inherit" {
        return Some(String::new());
    }
    let models = &catalog().models;
    let dotted = |id: &str| id.replace('.', "-");
    let by_word = models.iter().find(|model| model.claude_word && model.name == name);
    let full = match by_word {
        Some(model) => model.maps_to.clone()?,
        None => {
            let by_id = |id: &String| dotted(id) == dotted(name);
            models.iter().find(|model| model.id.as_ref().is_some_and(by_id))?.name.clone()
        }
    };
    Some(format!("{full} (copilot)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn tools_of_copilot_in_the_words_of_claude() {
        for (names, expected, lost) in [
            (&["search", "read", "edit"][..], &["Glob", "Grep", "Read", "Edit", "Write"][..], &[][..]),
            (&["runCommands", "codebase"], &["Bash", "Glob", "Grep"], &[]),
            (&["execute/runInTerminal", "shell"], &["Bash"], &[]),
            (&["web", "todo", "agent"], &["WebFetch", "WebSearch", "TodoWrite", "Agent"], &[]),
            (&["github/*", "docs/search"], &["mcp__github", "mcp__docs__search"], &[]),
            (&["microsoft/playwright-mcp/*"], &["mcp__playwright"], &[]),
            (
                &["view", "create", "rg", "web_fetch", "ask_user", "update_todo", "apply_patch"],
                &["Read", "Write", "Grep", "WebFetch", "AskUserQuestion", "TodoWrite", "Edit"],
                &[],
            ),
            (&["list_bash"], &[], &["list_bash"]),
            (&["Bash", "read/problems", "ms.azure/x"], &["Bash"], &["read/problems", "ms.azure/x"]),
        ] {
            let all = to_claude(&owned(names));
            assert_eq!((all.names, all.lost), (owned(expected), owned(lost)), "{names:?}");
        }
        assert!(to_claude(&owned(&["*"])).everything);
    }

    #[test]
    fn tools_of_claude_in_the_words_that_copilot_shares() {
        let all =
            to_copilot(&owned(&["Read", "Grep", "Bash(git *)", "Agent", "mcp__docs__find", "mcp__x", "LSP"]));
        assert_eq!(all.names, owned(&["read", "search", "execute", "agent", "docs/find", "x/*"]));
        assert_eq!((all.lost, all.widened), (owned(&["LSP"]), owned(&["Bash(git *)"])));
        let left = all_but(&to_copilot(&owned(&["Write", "Edit", "Bash"])));
        assert!(!left.contains(&"edit".to_owned()) && !left.contains(&"execute".to_owned()));
        assert!(left.contains(&"read".to_owned()));
    }

    #[test]
    fn models_have_names_of_their_own() {
        for (name, expected) in [
            ("Claude Sonnet 4.5 (copilot)", Some("sonnet")),
            ("claude-opus-4.6", Some("opus")),
            ("inherit", Some("inherit")),
            ("GPT-5", None),
        ] {
            assert_eq!(model_to_claude(name), expected, "{name}");
        }
        assert_eq!(model_to_copilot("sonnet").as_deref(), Some("Claude Sonnet 4.5 (copilot)"));
        assert_eq!(model_to_copilot("claude-sonnet-4-5").as_deref(), Some("Claude Sonnet 4.5 (copilot)"));
        assert_eq!(model_to_copilot("inherit").as_deref(), Some(""));
        assert_eq!(model_to_copilot("fable"), None);
    }
}
