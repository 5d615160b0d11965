//! Names of the form `server/tool` and `server/*`: whether somebody configures that server.

use super::copilot::{Doubt, meant, slip_of};
use crate::diagnostics::{Context, Fix, Report, Tag, near};
use crate::file::Space;
use crate::live::Answer;
use crate::servers::{self, Offer};
use segue_catalog::{Severity, VscodeName};
use segue_syntax::Span;

/// Judges a name with a slash that VS Code's table does not have.
pub(super) fn judge(context: &mut Context<'_>, name: &str, span: Span) -> Option<Doubt> {
    if old_spelling(context, name, span) {
        return None;
    }
    let (server, tool) = name.rsplit_once('/')?;
    if let Some(defined) = defined_as(context, server) {
        not_in_server(context, &defined, tool, span, |tool| format!("{server}/{tool}"));
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
            || world.user_files(&context.path).servers.iter().any(|own| own == name)
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

/// A tool that the server does not have, as far as anybody knows: its configuration does not let it through,
/// or the server told all of its tools and this one is not among them. `write` spells a tool as the list
/// does.
pub(super) fn not_in_server(
    context: &mut Context<'_>,
    server: &str,
    tool: &str,
    span: Span,
    write: impl Fn(&str) -> String,
) {
    if tool == "*" || tool.is_empty() {
        return;
    }
    let written = write(tool);
    let offer = servers::offer(context.world, &context.path, server);
    let lists: Vec<_> =
        offer.places.iter().filter_map(|(place, _)| Some((place, place.allowed()?))).collect();
    let lets = |names: &[&str]| names.iter().any(|own| *own == tool || *own == written);
    // One configuration without a list, or with this tool in it, is enough.
    if !offer.places.is_empty()
        && lists.len() == offer.places.len()
        && !lists.iter().any(|(_, names)| lets(names))
        && let Some((place, names)) = lists.first()
    {
        let message =
            format!("The configuration of `{server}` allows only {}.", super::quoted(names.iter().copied()));
        let report = Report::new("tool/not-in-server", span, message).severity(Severity::Hint);
        context.send(report.related(place.path.clone(), place.span, "the tools that the server may offer"));
    } else {
        not_told(context, &offer, server, tool, span, write);
    }
}

/// A tool that the server did not tell of when it was asked.
fn not_told(
    context: &mut Context<'_>,
    offer: &Offer,
    server: &str,
    tool: &str,
    span: Span,
    write: impl Fn(&str) -> String,
) {
    // Names are compared as the list spells them: Claude Code changes some letters.
    let wanted = write(tool);
    let has = |answer: &Answer| answer.tools.iter().any(|own| own.name == tool || write(&own.name) == wanted);
    if !offer.is_complete() || offer.answers().any(has) {
        return;
    }
    let Some(answer) = offer.answers().next() else { return };
    let names = offer.names();
    let near = near::meant(tool, names.iter().map(String::as_str)).map(str::to_owned);
    let may_change = offer.answers().any(|answer| answer.dynamic);
    let mut message = format!("`{server}` told of no tool `{tool}` when it was asked on {}", answer.day());
    message.push_str(match (may_change, offer.elsewhere) {
        (true, _) => ", and its list may change.",
        (false, true) => "; another server of that name may be meant.",
        (false, false) => ".",
    });
    // Others who read the file may have configured another server of that name.
    let certain = !may_change && !offer.elsewhere && offer.yours.is_empty();
    let severity = if certain { Severity::Warning } else { Severity::Hint };
    if let Some(near) = &near {
        message.push_str(&format!(" Did you mean `{}`?", write(near)));
    }
    let mut report = Report::new("tool/not-in-server", span, message).severity(severity);
    if let Some((place, _)) = offer.places.first() {
        report = report.related(place.path.clone(), place.span, "the server as it was asked");
    }
    if let Some(near) = near {
        let now = write(&near);
        report = report.offered_fix(format!("Replace by `{now}`"), span, now);
    }
    context.send(report);
}
