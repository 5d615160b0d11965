//! `part/grants`: the tools and agents of a header against the tables that a team keeps in `governance/`.

use crate::PathId;
use crate::diagnostics::{Context, Report, agent, first_token, tool};
use crate::file::Content;
use crate::four_sections::{AGENT_GRANTS, TOOL_GRANTS, places};
use crate::path;
use crate::world::World;
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// The tables of the team that an agent belongs to.
#[derive(Clone, Copy)]
pub(super) struct Team<'w> {
    tools: Option<(PathId, &'w Map)>,
    agents: Option<(PathId, &'w Map)>,
}

impl<'w> Team<'w> {
    pub fn of(context: &Context<'w>) -> Self {
        let world = context.world;
        let read = |file| places(&context.path, file).iter().find_map(|path| table(world, path));
        Self { tools: read(TOOL_GRANTS), agents: read(AGENT_GRANTS) }
    }

    pub fn has_tables(&self) -> bool {
        self.tools.is_some() || self.agents.is_some()
    }
}

fn table<'w>(world: &'w World, path: &str) -> Option<(PathId, &'w Map)> {
    let (id, state) = world.file_at(path)?;
    let Content::Json(document) = &state.content else { return None };
    Some((id, document.root.as_ref()?.as_map()?))
}

pub(super) fn check(context: &mut Context<'_>, team: &Team<'_>) {
    let own = path::file_name(&context.path).to_owned();
    if let Some((id, map)) = team.tools {
        match map.get(&own) {
            Some(entry) => {
                let wanted = texts(entry.value.as_ref());
                tools(context, id, entry.key.span, &wanted);
            }
            None => {
                let message = format!(
                    "`{TOOL_GRANTS}` says nothing of `{own}`: every agent of the team is listed there."
                );
                context.send(Report::new("part/grants", first_token(context.facts), message));
            }
        }
    }
    if let Some((id, map)) = team.agents
        && let Some(entry) = map.get(&own)
    {
        let wanted = texts(entry.value.as_ref());
        agents(context, id, entry.key.span, &wanted);
    }
}

fn texts(node: Option<&Node>) -> Vec<&str> {
    let items = node.and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items);
    items.filter_map(Node::as_str).collect()
}

fn tools(context: &mut Context<'_>, table: PathId, at: Span, wanted: &[&str]) {
    let lists = tool::lists(context.kind, context.dialect, context.facts);
    let list = lists.first();
    let has: Vec<(&str, Span)> =
        list.into_iter().flat_map(|list| list.items.iter().map(|item| (item.name, item.span))).collect();
    let key = list.map(|list| list.entry.key.span);
    compare(context, &Kind { key: "tools", file: TOOL_GRANTS, table, at }, key, &has, wanted);
}

fn agents(context: &mut Context<'_>, table: PathId, at: Span, wanted: &[&str]) {
    let entry = context.facts.header.yaml.map().and_then(|map| map.get("agents"));
    let items = entry.and_then(|entry| entry.value.as_ref()?.as_seq()).into_iter().flat_map(|seq| &seq.items);
    let has: Vec<(&str, Span)> =
        items.filter_map(|item| Some((item.as_str()?.trim(), item.inner_span()))).collect();
    let key = entry.map(|entry| entry.key.span);
    compare(context, &Kind { key: "agents", file: AGENT_GRANTS, table, at }, key, &has, wanted);
}

/// What is compared.
struct Kind {
    /// The key of the header.
    key: &'static str,
    /// The table, and the agent's entry in it.
    file: &'static str,
    table: PathId,
    at: Span,
}

fn compare(context: &mut Context<'_>, kind: &Kind, key: Option<Span>, has: &[(&str, Span)], wanted: &[&str]) {
    let (table, facts) = (context.world.path(kind.table), context.facts);
    let is_nobodys = |name: &&&str| kind.key == "agents" && !agent::is_known(context, name);
    let nobodys: Vec<&str> = wanted.iter().filter(is_nobodys).copied().collect();
    let mut send = |span: Span, message: String| {
        let report = Report::new("part/grants", span, message);
        context.send(report.related(table.clone(), kind.at, "what the team agreed on"));
    };
    let Some(key) = key else {
        let message =
            format!("The header has no `{}`, and `{}` lists them for this agent.", kind.key, kind.file);
        send(first_token(facts), message);
        return;
    };
    for (name, span) in has.iter().filter(|(name, _)| !wanted.contains(name)) {
        send(*span, format!("`{}` does not grant `{name}` to this agent.", kind.file));
    }
    let missing: Vec<&str> =
        wanted.iter().copied().filter(|name| !has.iter().any(|(own, _)| own == name)).collect();
    if missing.is_empty() {
        return;
    }
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut message = format!("`{}` also lists {} for this agent.", kind.file, quoted(&missing));
    let nobody: Vec<&str> = missing.into_iter().filter(|name| nobodys.contains(name)).collect();
    if !nobody.is_empty() {
        message.push_str(&format!(" No agent of this workspace is called {}.", quoted(&nobody)));
    }
    send(key, message);
}
