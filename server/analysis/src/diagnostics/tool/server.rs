//! Names of the form `server/tool` and `server/*`: whether somebody configures that server.

use super::copilot::{Doubt, meant, slip_of};
use crate::diagnostics::{Context, Fix, Report, Tag, near};
use crate::file::{Content, Space};
use segue_catalog::{Severity, VscodeName};
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// Judges a name with a slash that VS Code's table does not have.
pub(super) fn judge(context: &mut Context<'_>, name: &str, span: Span) -> Option<Doubt> {
    if old_spelling(context, name, span) {
        return None;
    }
    let (server, tool) = name.rsplit_once('/')?;
    if let Some(defined) = defined_as(context, server) {
        not_in_server(context, &defined, tool, name, span);
        return None;
    }
    if matches!(context.catalog.vscode_tool(server), Some(VscodeName::Set(_))) {
        return member_of_set(context, server, tool, name, span);
    }
    if slip_in_group(context, server, name)
        && let Some([now]) = meant(context, name).as_deref()
    {
        let message = format!("There is no tool `{name}`. Did you mean `{now}`?");
        let title = format!("Replace by `{now}`");
        context.send(Report::new("tool/unknown", span, message).offered_fix(title, span, *now));
        return None;
    }
    let what = if server.split('/').next().is_some_and(|first| first.contains('.')) {
        "an extension or a server"
    } else {
        "a server"
    };
    let message = format!(
        "Nothing in this workspace configures `{server}`: {what} of that name may exist elsewhere, which cannot be verified here."
    );
    Some(Doubt { code: "tool/server-unknown", span, message })
}

/// Whether `serach/codebase` is one of VS Code's names with a slip in what stands before the slash. A
/// server may be called `editor`, so the group alone has to look like a slip too, and not the end alone.
fn slip_in_group(context: &Context<'_>, group: &str, name: &str) -> bool {
    let known = slip_of(context, name).and_then(|known| known.split_once('/'));
    known.is_some_and(|(known, _)| near::slips(group, known).is_some())
}

/// The name under which a server is configured or built in, where it is.
pub(super) fn defined_as(context: &Context<'_>, name: &str) -> Option<String> {
    let (catalog, world) = (context.catalog, context.world);
    let canonical = catalog.canonical_server(name);
    let known = |name: &str| {
        world.definers(Space::Server, name).next().is_some()
            || world.user.servers.iter().any(|own| own == name)
            || crate::config::Known::has(&context.config.known.servers, name)
    };
    // GitHub and Copilot CLI bring some along, and VS Code offers to install them.
    let built_in = catalog.servers.iter().any(|row| row.name == canonical && row.name != name)
        || catalog.servers.iter().any(|row| row.name == name && !row.built_in_on.is_empty());
    let aliases = catalog.servers.iter().filter(|row| row.name == canonical).flat_map(|row| &row.aliases);
    let configured = known(name) || known(canonical) || aliases.clone().any(|alias| known(alias));
    (configured || built_in).then(|| canonical.to_owned())
}

/// `github/github-mcp-server/x` for `github/x`: names that VS Code gives a server up for another.
fn old_spelling(context: &mut Context<'_>, name: &str, span: Span) -> bool {
    let catalog = context.catalog;
    let alias = catalog.servers.iter().find_map(|row| {
        let rest =
            row.aliases.iter().find_map(|alias| name.strip_prefix(alias.as_str())?.strip_prefix('/'))?;
        Some(format!("{}/{rest}", row.name))
    });
    let Some(now) = alias else { return false };
    if super::for_vscode(context) {
        let message = format!("`{name}` is an old spelling of `{now}`.");
        context.send(Report::new("tool/deprecated", span, message).tag(Tag::Deprecated).fix(Fix {
            title: format!("Replace by `{now}`"),
            edits: vec![crate::diagnostics::Edit { span, insert: now }],
            safe: true,
        }));
    }
    true
}

/// `search/x`: no server has the name of a set, so it is a slip or a tool that is not there (yet).
fn member_of_set(context: &mut Context<'_>, set: &str, tool: &str, name: &str, span: Span) -> Option<Doubt> {
    if let Some([now]) = meant(context, name).as_deref() {
        let message = format!("VS Code's set `{set}` has no `{tool}`. Did you mean `{now}`?");
        let title = format!("Replace by `{now}`");
        context.send(Report::new("tool/unknown", span, message).offered_fix(title, span, *now));
        return None;
    }
    let elsewhere = match context.catalog.vscode_tool(tool) {
        Some(VscodeName::Old(old)) if old.unsettled.is_none() => {
            old.now.first().filter(|_| old.now.len() == 1)
        }
        _ => None,
    };
    let message = if tool == "*" {
        format!("`{name}` is no name of VS Code: the set is written `{set}`.")
    } else if let Some(now) = elsewhere {
        format!("VS Code's set `{set}` has no `{tool}` in the versions known here; there is `{now}`.")
    } else {
        format!("VS Code's set `{set}` has no `{tool}` in the versions known here; it cannot be verified.")
    };
    Some(Doubt { code: "tool/unknown", span, message })
}

/// A tool that the server's own list of allowed tools leaves out.
fn not_in_server(context: &mut Context<'_>, server: &str, tool: &str, name: &str, span: Span) {
    if tool == "*" {
        return;
    }
    let world = context.world;
    let mut found: Option<(crate::PathId, Span, Vec<&str>)> = None;
    for (id, state) in world.definers(Space::Server, server) {
        let root = match &state.content {
            Content::Json(document) => document.root.as_ref().and_then(Node::as_map),
            Content::Markdown(facts) => facts.header.yaml.map(),
            Content::Unreadable(_) => None,
        };
        // One configuration without a list, or with this tool in it, is enough.
        let Some(list) = root.and_then(|root| tools_of_server(root, server)) else { return };
        let Some(names) = allowed(list) else { return };
        if names.iter().any(|own| *own == tool || *own == "*" || *own == name) {
            return;
        }
        // The first by path, so that the order in which files were seen does not matter.
        if found.as_ref().is_none_or(|(first, ..)| world.path(id) < world.path(*first)) {
            found = Some((id, list.span, names));
        }
    }
    let Some((id, place, names)) = found else { return };
    let message = format!("The configuration of `{server}` allows only {}.", super::quoted(names));
    let report = Report::new("tool/not-in-server", span, message).severity(Severity::Hint);
    context.send(report.related(world.path(id), place, "the tools that the server may offer"));
}

/// The `tools` of a server in a configuration file or a header.
fn tools_of_server<'n>(root: &'n Map, server: &str) -> Option<&'n Node> {
    let tops = segue_catalog::catalog().mcp_files.iter().map(|row| row.top.as_str()).chain(["mcp-servers"]);
    let servers = tops.filter_map(|top| root.value(top).and_then(Node::as_map));
    servers.filter_map(|servers| servers.value(server)).find_map(|node| node.as_map()?.value("tools"))
}

fn allowed(list: &Node) -> Option<Vec<&str>> {
    list.as_seq()?.items.iter().map(Node::as_str).collect()
}
