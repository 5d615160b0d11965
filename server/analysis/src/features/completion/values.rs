//! Values: the words of a row, and the names that something in the workspace or the tables has.

use super::context::Context;
use super::spot::{Role, Spot};
use super::write::{self, Form, Value};
use super::{Proposal, ProposalKind, agents, globs, models, rest, tools, workflows};
use crate::features::about::About;
use crate::file::Space;
use segue_catalog::{ClientId, Dialect, Key, Kind, Shape};
use segue_syntax::Span;

/// What may be written as the value of `key`, or as an item of it.
pub(super) fn propose(context: &Context<'_>, key: &Key, spot: &Spot) -> Vec<Proposal> {
    let of_claude = context.dialect == Dialect::Claude || context.kind == Kind::Skill;
    if matches!(key.name.as_str(), "tools" | "disallowedTools" | "allowed-tools")
        && of_claude
        && let Some(name) = agents::in_tool(context.text, context.offset)
    {
        return agents::between_parentheses(context, spot, name);
    }
    let (spot, form) = placed(context, key, spot);
    in_form(context, key, &spot, form)
}

/// The same as the first item of a block list.
pub(super) fn propose_dashed(context: &Context<'_>, key: &Key, spot: &Spot) -> Vec<Proposal> {
    in_form(context, key, spot, Form::Dashed)
}

fn in_form(context: &Context<'_>, key: &Key, spot: &Spot, form: Form) -> Vec<Proposal> {
    let mut found = of_key(context, key, spot);
    found.retain(|value| {
        !spot.beside.contains(&value.text)
            && !key.editor_proposes_value(&value.text, context.editor)
            && rest::suits(context, key, spot, &value.text)
    });
    let also = rest::also(context, key);
    let written = found.into_iter().map(|value| write::value(context, spot, form, value));
    let with_rest = written.map(|proposal| {
        let mut proposal = Proposal { also: also.clone(), ..proposal };
        rest::begin_with_agent(context, key, spot, &mut proposal);
        proposal
    });
    with_rest.collect()
}

/// How a value stands there; in a string with commas the part around the cursor.
fn placed(context: &Context<'_>, key: &Key, spot: &Spot) -> (Spot, Form) {
    if !matches!(spot.role, Role::Value(_)) {
        return (spot.clone(), Form::Scalar);
    }
    let is = |shape| key.shapes.contains(&shape);
    let text = spot.whole.of(context.text);
    if is(Shape::CommaString)
        && (text.contains(',') || !is(Shape::List) || context.dialect == Dialect::Claude)
    {
        let part = part(context.text, spot);
        let form = if text.contains(',') || spot.quote.is_some() { Form::Part } else { Form::Scalar };
        return (part, form);
    }
    if is(Shape::CommaString) && spot.quote.is_some() {
        return (part(context.text, spot), Form::Part);
    }
    let form = if is(Shape::List) && !is(Shape::String) && spot.quote.is_none() {
        Form::NewList
    } else {
        Form::Scalar
    };
    (spot.clone(), form)
}

/// The part of a string with commas that the cursor is in.
pub(in crate::features) fn part(text: &str, spot: &Spot) -> Spot {
    let (start, offset, end) = (spot.whole.start as usize, spot.typed.end as usize, spot.whole.end as usize);
    let before = text.get(start..offset).unwrap_or_default();
    let after = text.get(offset..end).unwrap_or_default();
    let begin = before.rfind(',').map_or(0, |comma| comma + 1);
    let begin = begin + before.get(begin..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let length = after.find(',').unwrap_or(after.len());
    let length = after.get(..length).map_or(0, |rest| rest.trim_end().len());
    let sides = [before.get(..begin).unwrap_or_default(), after.get(length..).unwrap_or_default()];
    let others = sides.iter().flat_map(|side| side.split(',')).map(str::trim);
    let others = others.filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
    Spot {
        typed: Span::new(start + begin, offset),
        whole: Span::new(start + begin, offset + length),
        beside: others,
        ..spot.clone()
    }
}

/// All that the key may say, in the order in which it is shown.
fn of_key(context: &Context<'_>, key: &Key, spot: &Spot) -> Vec<Value> {
    let mut found: Vec<Value> = key
        .values
        .iter()
        .filter(|value| value.replaced_by.is_none())
        .filter(|value| is_for(context, key, value) && !is_built_in_agent(context, key, value))
        .map(|value| Value {
            text: value.value.clone(),
            kind: ProposalKind::Value,
            detail: None,
            about: Some(About::Value {
                kind: context.kind,
                dialect: context.dialect,
                name: key.name.clone(),
                value: value.value.clone(),
            }),
        })
        .collect();
    if found.is_empty() && key.shapes == [Shape::Bool] {
        found.extend(["true", "false"].map(|word| plain(word, ProposalKind::Value)));
    }
    found.extend(named(context, key, spot));
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|value| seen.insert(value.text.clone()));
    found
}

/// Whether a value of a row says something to a client of the file.
pub(super) fn is_for(context: &Context<'_>, key: &Key, value: &segue_catalog::Value) -> bool {
    let claude_word =
        |name: &str| context.catalog.models.iter().any(|row| row.claude_word && row.name == name);
    if key.name == "model" && claude_word(&value.value) && !context.clients.has(ClientId::Claude) {
        return false;
    }
    value.clients.is_empty() || value.clients.iter().any(|own| context.clients.has(*own))
}

/// Whether the documentation's word for a prompt's agent is one that VS Code brings along under a name of
/// its own: that is proposed.
fn is_built_in_agent(context: &Context<'_>, key: &Key, value: &segue_catalog::Value) -> bool {
    let same = |row: &segue_catalog::BuiltinAgent| {
        row.clients.contains(&ClientId::Vscode) && row.name.eq_ignore_ascii_case(&value.value)
    };
    key.name == "agent"
        && context.kind == Kind::Prompt
        && context.catalog.builtin_agent_rows.iter().any(|row| same(row) && row.name != value.value)
}

fn plain(text: &str, kind: ProposalKind) -> Value {
    Value { text: text.to_owned(), kind, detail: None, about: None }
}

/// Names of things.
fn named(context: &Context<'_>, key: &Key, spot: &Spot) -> Vec<Value> {
    let claude = context.dialect == Dialect::Claude || context.kind == Kind::Skill;
    match (key.name.as_str(), context.kind) {
        (_, Kind::Workflow) => workflows::named(context, &key.name),
        ("tools", _) if !claude => tools::of_copilot(context, spot),
        ("tools" | "disallowedTools" | "allowed-tools" | "disallowed-tools", _) => {
            tools::of_claude(context, spot, key.name.starts_with("allowed"))
        }
        ("model" | "models" | "handoffs[].model", _) => models::values(context, &key.name),
        ("agents", _) => agents::listed(context, spot),
        ("handoffs[].agent", _) => agents::of_handoff(context),
        ("agent", Kind::Prompt) if !claude => agents::of_prompt(context),
        ("agent", _) => agents::of_claude(context),
        ("skills", _) => names(context, Space::Skill, ProposalKind::Command),
        ("mcpServers", _) => names(context, Space::Server, ProposalKind::ToolSet),
        ("mcp-servers.*.tools", _) => tools::of_one_server(context, spot),
        ("applyTo" | "paths", _) => globs::values(context, spot),
        ("name", Kind::Agent | Kind::Prompt | Kind::Instructions | Kind::Skill | Kind::ChatMode) => {
            vec![plain(context.own_name(), ProposalKind::Value)]
        }
        _ => Vec::new(),
    }
}

/// Names of a space, the workspace's and the user's.
pub(super) fn names(context: &Context<'_>, space: Space, kind: ProposalKind) -> Vec<Value> {
    let own = context.world.names(space).into_iter().map(String::from);
    let files = context.world.user_files(context.path);
    let user = match space {
        Space::Skill => files.skills.as_slice(),
        Space::Server => files.servers.as_slice(),
        Space::Agent => files.agents.as_slice(),
        Space::AgentFile | Space::Prompt => &[],
    };
    let all = own.map(|name| (name, None)).chain(user.iter().map(|name| (name.clone(), Some("yours"))));
    all.map(|(text, detail)| Value {
        about: Some(About::Name { space, name: text.clone() }),
        text,
        kind,
        detail: detail.map(str::to_owned),
    })
    .collect()
}
