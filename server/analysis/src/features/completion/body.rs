//! In the body: what may follow `#`, `$`, `@`, `/`, the bracket of a link.

use super::context::Context;
use super::{Completion, Piece, Proposal, ProposalKind, expressions, limited, paths, plan, tools, workflows};
use crate::features::about::About;
use crate::file::Space;
use crate::names;
use segue_catalog::{ClientId, ClientSet, Dialect, EditorPlace, Kind, VariablePlace};
use segue_syntax::facts::TokenKind;
use segue_syntax::{Span, markdown};

/// What may be written at the cursor.
pub(super) fn propose(context: &Context<'_>) -> Completion {
    let start =
        context.text.get(..context.offset).unwrap_or_default().rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = context.text.get(start..context.offset).unwrap_or_default().trim_start_matches('\u{feff}');
    if let Some(found) = expressions::propose(context, line) {
        return limited(found, context);
    }
    if let Some(found) = workflows::in_body(context, line) {
        return limited(found, context);
    }
    let Some(found) = find(context, line) else { return plan::propose(context, line).unwrap_or_default() };
    let (body, fences) = (context.facts.header.body as usize, &context.facts.fences);
    if context.editor_proposes(found.place) || markdown::is_code(context.text, body, fences, context.offset) {
        return Completion::default();
    }
    let typed = Span::new(context.offset - found.typed.len(), context.offset);
    let at = At { context, typed, before: found.before };
    match found.place {
        EditorPlace::Keyword => at.plain(keywords(context, &at)),
        EditorPlace::Tool => at.plain(of_tools(context, &at)),
        EditorPlace::Variable => at.plain(variables(context, &at)),
        EditorPlace::Command => at.plain(commands(context, &at)),
        EditorPlace::Label => at.plain(labels(context, &at)),
        EditorPlace::Mention => at.plain(mentions(context, &at)),
        EditorPlace::File => paths::propose(&at, paths::Style::File),
        EditorPlace::Import => {
            let mut found = paths::propose(&at, paths::Style::Import);
            found.proposals.extend(mentions(context, &at));
            found
        }
        EditorPlace::Path | EditorPlace::Anchor => paths::propose(&at, paths::Style::Link),
        EditorPlace::Template | EditorPlace::HookEvent => Completion::default(),
    }
}

/// A place in the body.
pub(super) struct At<'c, 'a> {
    pub context: &'c Context<'a>,
    /// What is typed of the word.
    pub typed: Span,
    /// What stands before the word: `!` before a picture, `<` before a destination in angle brackets.
    pub before: Before,
}

/// What stands before a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// A picture's exclamation mark.
    pub picture: bool,
    /// An angle bracket or a quote, which may hold blanks.
    pub wrapped: Option<char>,
}

struct Found<'t> {
    place: EditorPlace,
    typed: &'t str,
    before: Before,
}

impl At<'_, '_> {
    fn plain(&self, proposals: Vec<Proposal>) -> Completion {
        limited(proposals, self.context)
    }

    /// The proposal that writes `text` in the place of the word; behind the cursor the word goes on as long
    /// as `belongs` says.
    pub fn proposal(
        &self,
        label: impl Into<String>,
        text: impl Into<String>,
        kind: ProposalKind,
        belongs: impl Fn(char) -> bool,
    ) -> Proposal {
        let label = label.into();
        let rest = self.context.text.get(self.context.offset..).unwrap_or_default();
        let length: usize = rest.chars().take_while(|c| belongs(*c)).map(char::len_utf8).sum();
        Proposal {
            filter: label.clone(),
            label,
            detail: None,
            kind,
            pieces: vec![Piece::Text(text.into())],
            typed: self.typed,
            whole: Span { start: self.typed.start, end: Span::at(self.context.offset + length).end },
            also: None,
            about: None,
        }
    }
}

/// The word at the end of a line, where `belongs` says what a word has.
fn word(line: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let length: usize = line.chars().rev().take_while(|c| belongs(*c)).map(char::len_utf8).sum();
    line.split_at(line.len() - length)
}

fn is_tool(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '*')
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

/// What stands at the end of the line.
fn find<'t>(context: &Context<'_>, line: &'t str) -> Option<Found<'t>> {
    destination(line)
        .or_else(|| label(line))
        .or_else(|| hash(line))
        .or_else(|| variable(line))
        .or_else(|| at_sign(context, line))
        .or_else(|| slash(line))
}

fn found(place: EditorPlace, typed: &str) -> Option<Found<'_>> {
    Some(Found { place, typed, before: Before::default() })
}

/// The destination of a link or a definition that the line ends in.
fn destination(line: &str) -> Option<Found<'_>> {
    let open = line.rfind("](").map(|at| (at, at + 2)).or_else(|| definition(line))?;
    let typed = line.get(open.1..)?;
    let (wrapped, typed) = match typed.strip_prefix('<') {
        Some(rest) => (Some('>'), rest),
        None => (None, typed),
    };
    let closed = match wrapped {
        Some(mark) => typed.contains(mark),
        None => {
            typed.contains(char::is_whitespace) || typed.matches(')').count() > typed.matches('(').count()
        }
    };
    let picture = line
        .get(..open.0)?
        .rfind('[')
        .is_some_and(|at| line.get(..at).is_some_and(|before| before.ends_with('!')));
    (!closed).then_some(Found { place: EditorPlace::Path, typed, before: Before { picture, wrapped } })
}

/// `[label]: `
fn definition(line: &str) -> Option<(usize, usize)> {
    let at = line.find("]:")?;
    let label = line.get(..at)?.trim_start();
    let blanks = line.get(at + 2..)?;
    let start = at + 2 + (blanks.len() - blanks.trim_start().len());
    (label.starts_with('[') && label.matches('[').count() == 1 && start > at + 2).then_some((at, start))
}

/// `[text][`
fn label(line: &str) -> Option<Found<'_>> {
    let at = line.rfind("][")?;
    let typed = line.get(at + 2..).filter(|typed| !typed.contains([']', '[']))?;
    found(EditorPlace::Label, typed)
}

/// `#tool:`, `#file:`, or the beginning of one of these words.
fn hash(line: &str) -> Option<Found<'_>> {
    let at = line.rfind('#')?;
    let (before, rest) = (line.get(..at)?, line.get(at + 1..)?);
    if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '\\' | '#' | '&' | '/' | '(')) {
        return None;
    }
    let keyword = rest.get(..5).map(str::to_ascii_lowercase);
    match keyword.as_deref() {
        Some("tool:") => {
            let typed = rest.get(5..).filter(|typed| typed.chars().all(is_tool))?;
            return found(EditorPlace::Tool, typed);
        }
        Some("file:") => {
            let typed = rest.get(5..)?;
            let (wrapped, typed) = match typed.strip_prefix('"') {
                Some(inner) => (Some('"'), inner),
                None => (None, typed),
            };
            let ended = wrapped.map_or(typed.contains(char::is_whitespace), |mark| typed.contains(mark));
            return (!ended).then_some(Found {
                place: EditorPlace::File,
                typed,
                before: Before { picture: false, wrapped },
            });
        }
        _ => {}
    }
    // A heading begins with the same sign.
    let heading = rest.is_empty() && before.trim().is_empty();
    (!heading && rest.chars().all(|c| c.is_ascii_alphabetic())).then(|| found(EditorPlace::Keyword, rest))?
}

/// `${…`, `$AR`
fn variable(line: &str) -> Option<Found<'_>> {
    let at = line.rfind('$')?;
    let typed = line.get(at..)?;
    let inner = typed.strip_prefix("${").or_else(|| typed.strip_prefix('$'))?;
    let before = line.get(..at)?;
    let escaped = before.ends_with(['\\', '$']);
    (!escaped && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-')))
        .then(|| found(EditorPlace::Variable, typed))?
}

/// `@name`, `@path/to/file`
fn at_sign<'t>(context: &Context<'_>, line: &'t str) -> Option<Found<'t>> {
    let at = line.rfind('@')?;
    let (before, typed) = (line.get(..at)?, line.get(at + 1..)?);
    if before.ends_with(|c: char| !c.is_whitespace() && !matches!(c, '(' | '*' | '_' | '"' | '\'')) {
        return None;
    }
    if typed.chars().any(|c| c.is_whitespace() || matches!(c, '`' | '<' | '>' | '(' | ')' | '[' | ']' | '@'))
    {
        return None;
    }
    let imports = names::reads_imports(context.kind) && before.ends_with(|c: char| c.is_whitespace())
        || names::reads_imports(context.kind) && before.is_empty();
    if imports {
        return found(EditorPlace::Import, typed);
    }
    typed.chars().all(is_name).then(|| found(EditorPlace::Mention, typed))?
}

/// `/name` at the start of a line or after a blank.
fn slash(line: &str) -> Option<Found<'_>> {
    let (before, typed) = word(line, is_name);
    let before = before.strip_suffix('/')?;
    (before.is_empty() || before.ends_with(char::is_whitespace))
        .then(|| found(EditorPlace::Command, typed))?
}

fn keywords(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    let words: &[(&str, &str)] = match context.kind {
        _ if context.dialect == Dialect::Claude => &[],
        Kind::Agent | Kind::ChatMode | Kind::Prompt | Kind::Skill => {
            &[("tool:", "mention a tool"), ("file:", "attach a file")]
        }
        Kind::Instructions => &[("file:", "attach a file"), ("tool:", "mention a tool")],
        _ => &[],
    };
    let proposal = |(word, detail): &(&str, &str)| {
        let mut proposal = at.proposal(*word, *word, ProposalKind::Keyword, |c| c.is_ascii_alphabetic());
        proposal.detail = Some((*detail).to_owned());
        proposal
    };
    words.iter().map(proposal).collect()
}

/// VS Code's names; where the header lists tools, those that it grants.
fn of_tools(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    if context.dialect == Dialect::Claude {
        return Vec::new();
    }
    let granted = granted(context);
    let found = tools::of_vscode(context, &[]).into_iter();
    // No client but VS Code reads these words.
    let reader = ClientSet::of(&[ClientId::Vscode]);
    let servers = tools::of_servers(context, reader, &[], |server| format!("{server}/"), str::to_owned);
    let is_granted = |name: &str| {
        let Some(names) = &granted else { return true };
        let whole = name.rsplit_once('/').map(|(server, _)| format!("{server}/*"));
        names.contains(name) || whole.is_some_and(|whole| names.contains(&whole))
    };
    let wanted = found.chain(servers).filter(|value| is_granted(&value.text));
    wanted
        .map(|value| {
            let mut proposal = at.proposal(value.text.clone(), value.text, value.kind, is_tool);
            (proposal.detail, proposal.about) = (value.detail, value.about);
            proposal
        })
        .collect()
}

/// The names that `tools` of the header grants; `None` where it does not say.
fn granted(context: &Context<'_>) -> Option<rustc_hash::FxHashSet<String>> {
    let map = context.facts.header.yaml.map()?;
    let node = map.value("tools")?;
    let listed: Vec<&str> = match (node.as_seq(), node.as_str()) {
        (Some(seq), _) => seq.items.iter().filter_map(|item| item.as_str()).collect(),
        (None, Some(text)) => text.split(',').map(str::trim).collect(),
        _ => return None,
    };
    if listed.contains(&"*") {
        return None;
    }
    let mut names = rustc_hash::FxHashSet::default();
    for name in listed {
        names.extend(context.catalog.set_members(name).iter().cloned());
        match context.catalog.vscode_tool(name) {
            Some(segue_catalog::VscodeName::Old(old)) => names.extend(old.now.iter().cloned()),
            _ => {
                names.insert(name.to_owned());
            }
        }
    }
    Some(names)
}

/// Inputs that the file asks for already, then the variables of such a file.
fn variables(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    let place = match (context.kind, context.dialect) {
        (Kind::Prompt, Dialect::Copilot) => VariablePlace::Prompt,
        (Kind::Prompt, Dialect::Claude) => VariablePlace::ClaudeCommand,
        (Kind::Skill, _) => VariablePlace::ClaudeSkill,
        _ => return Vec::new(),
    };
    let rest = context.text.get(context.offset..).unwrap_or_default();
    let name_goes_on = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').count();
    let closed = rest.get(name_goes_on..).is_some_and(|rest| rest.starts_with('}'));
    let proposal = |written: String, about: &str| {
        let braced = written.starts_with("${");
        let mut proposal = at.proposal(written.clone(), written, ProposalKind::Variable, |c| {
            c.is_ascii_alphanumeric() || c == '_' || (braced && closed && c == '}')
        });
        if braced && !closed {
            // What stands behind the cursor is somebody else's.
            proposal.whole = proposal.typed;
        }
        proposal.about = Some(About::Variable(about.to_owned()));
        proposal
    };
    let mut found: Vec<Proposal> = Vec::new();
    for token in context.facts.tokens.iter().filter(|token| token.kind == TokenKind::Variable) {
        let name = token.name.strip_prefix("input:").and_then(|rest| rest.split(':').next());
        let Some(name) = name.filter(|name| !name.trim().is_empty() && place == VariablePlace::Prompt) else {
            continue;
        };
        let written = format!("${{input:{name}}}");
        if !token.span.touches(context.offset) && !found.iter().any(|own| own.label == written) {
            let mut known = proposal(written, "input");
            known.detail = Some("asked in this file".to_owned());
            found.push(known);
        }
    }
    let rows = context.catalog.variables.iter().filter(|row| row.places.contains(&place));
    for row in rows {
        if found.iter().any(|own| own.label == row.written) {
            continue;
        }
        let mut one = proposal(row.written.clone(), &row.name);
        if let Some(name) = row.argument.then(|| row.written.split_once(':')).flatten() {
            let word = name.1.trim_end_matches('}').to_owned();
            one.pieces = vec![
                Piece::Text(format!("{}:", name.0)),
                Piece::Placeholder(word),
                Piece::Text("}".to_owned()),
            ];
        }
        found.push(one);
    }
    found
}

/// Prompts and skills, by what is typed after the slash.
fn commands(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    let own = context.world.id(context.path);
    let mut found: Vec<Proposal> = Vec::new();
    for (space, detail) in [(Space::Prompt, "prompt"), (Space::Skill, "skill")] {
        for (id, state) in context.world.definers_in(space) {
            if Some(id) == own {
                continue;
            }
            for name in state.exports.names.iter().filter(|name| name.space == space) {
                let mut one = at.proposal(&*name.text, &*name.text, ProposalKind::Command, is_name);
                one.detail = Some(detail.to_owned());
                one.about = Some(About::Name { space, name: name.text.to_string() });
                found.push(one);
            }
        }
    }
    one_of_each(found)
}

/// In the order of their names; what several files define is proposed once.
fn one_of_each(mut found: Vec<Proposal>) -> Vec<Proposal> {
    found.sort_by(|one, other| one.label.cmp(&other.label));
    found.dedup_by(|one, other| one.label == other.label);
    found
}

/// Agents, as Copilot CLI and Claude Code call them: by their file, or `agent-name`.
fn mentions(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    let own = context.world.id(context.path);
    let claude =
        context.dialect == Dialect::Claude || crate::path::file_name(context.path).starts_with("CLAUDE");
    let space = if claude { Space::Agent } else { Space::AgentFile };
    let mut found: Vec<Proposal> = Vec::new();
    for (id, state) in context.world.definers_in(space) {
        if Some(id) == own || (claude && state.dialect != Dialect::Claude) {
            continue;
        }
        for name in state.exports.names.iter().filter(|name| name.space == space) {
            if !name.text.chars().all(is_name) {
                continue;
            }
            let written = if claude { format!("agent-{}", name.text) } else { name.text.to_string() };
            let mut one = at.proposal(written.clone(), written, ProposalKind::Agent, is_name);
            one.about = Some(About::Name { space, name: name.text.to_string() });
            found.push(one);
        }
    }
    one_of_each(found)
}

/// Labels of the definitions in this file.
fn labels(context: &Context<'_>, at: &At<'_, '_>) -> Vec<Proposal> {
    let rest = context.text.get(context.offset..).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let length = line.find([']', '[']).filter(|at| line.get(*at..).is_some_and(|rest| rest.starts_with(']')));
    let mut found: Vec<Proposal> = Vec::new();
    for definition in &context.facts.definitions {
        let label = definition.label_span.of(context.text);
        if found.iter().any(|own| own.label.eq_ignore_ascii_case(label)) || label.is_empty() {
            continue;
        }
        let closing = if length.is_some() { "" } else { "]" };
        let mut one = at.proposal(label, format!("{label}{closing}"), ProposalKind::Label, |_| false);
        one.whole.end += u32::try_from(length.unwrap_or_default()).unwrap_or_default();
        one.detail = Some(definition.target.to_string());
        found.push(one);
    }
    found
}
