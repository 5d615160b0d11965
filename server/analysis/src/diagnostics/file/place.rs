//! `file/not-discovered` and `file/duplicate-name`: what a client finds where it looks.

use crate::clients::{discovering, readers, told};
use crate::diagnostics::{Context, Report, first_token, with_article};
use crate::file::{FileState, Name, Space};
use crate::{PathId, path};
use segue_catalog::{ClientAt, ClientId, ClientSet, Kind, KindRow, Severity, folder_matches};
use segue_syntax::{Facts, Span};

/// A file below a folder in which clients look, but where none of them looks, or not all.
pub(super) fn not_discovered(context: &mut Context<'_>, row: &KindRow) {
    let folder = path::parent(&context.path);
    let wanted = context.config.clients.unwrap_or(ClientSet::ALL);
    let found = discovering(&context.path, context.kind, context.dialect).and(wanted);
    let all = readers(&context.path, context.kind, context.dialect).and(wanted);
    if folder.is_empty() || all.is_empty() {
        return;
    }
    let missed: ClientSet = row
        .clients
        .iter()
        .filter(|at| wanted.has(at.client) && !found.has(at.client) && lies_below(at, folder))
        .map(|at| at.client)
        .collect();
    let message = if !missed.is_empty() && found.is_empty() {
        format!("{} do not look here: the file lies too deep in its folder.", told(missed))
    } else if !missed.is_empty() {
        format!("{} find this file; {} does not look so deep.", told(found), told(missed))
    } else if found.is_empty() && lies_in_another_kinds_folder(context, folder) {
        format!("No client looks for {} here.", with_article(&row.title))
    } else {
        return;
    };
    context.send(Report::new("file/not-discovered", first_token(context.facts), message));
}

/// A folder of the table without the depth that may follow it.
fn base(folder: &str) -> &str {
    folder.trim_end_matches("/**").trim_end_matches("/*")
}

fn lies_below(at: &ClientAt, folder: &str) -> bool {
    at.names.is_empty() && at.folders.iter().any(|own| folder_matches(folder, &format!("{}/**", base(own))))
}

fn lies_in_another_kinds_folder(context: &Context<'_>, folder: &str) -> bool {
    context
        .catalog
        .kinds
        .iter()
        .filter(|row| row.kind != context.kind && !matches!(row.kind, Kind::Workflow))
        .any(|row| {
            row.clients
                .iter()
                .any(|at| at.names.is_empty() && at.folders.iter().any(|own| ends_in(folder, base(own))))
        })
}

fn ends_in(folder: &str, base: &str) -> bool {
    base.starts_with('.') && folder_matches(folder, base)
}

/// Two files that one client finds in one folder under the same name.
pub(super) fn duplicate_name(context: &mut Context<'_>, row: &KindRow) {
    let names = &context.state.exports.names;
    let Some((other, client, name)) = names.iter().find_map(|name| rival(context, row, name)) else { return };
    let other_path = context.world.path(other);
    let same_folder = path::parent(&other_path) == path::parent(&context.path);
    let severity = if same_folder { Severity::Warning } else { Severity::Hint };
    let message = format!(
        "`{}` is called `{}` too: {} loads only one of them, or cannot tell them apart.",
        other_path,
        name.text,
        told(ClientSet::of(&[client]))
    );
    let span = name_span(context.facts).unwrap_or_else(|| first_token(context.facts));
    let theirs = context.world.file(other).and_then(|state| state.facts());
    let their_span =
        theirs.map_or(Span::at(0), |facts| name_span(facts).unwrap_or_else(|| first_token(facts)));
    context.send(Report::new("file/duplicate-name", span, message).severity(severity).related(
        other_path,
        their_span,
        "the other one",
    ));
}

fn name_span(facts: &Facts) -> Option<Span> {
    facts.header.yaml.map().and_then(|map| map.value("name")).map(|node| node.span)
}

/// Another file of that name that a client finds in the same project.
fn rival<'w>(context: &Context<'w>, row: &KindRow, name: &'w Name) -> Option<(PathId, ClientId, &'w Name)> {
    if name.space == Space::Server {
        return None;
    }
    context.world.definers(name.space, &name.text).filter(|(id, _)| *id != context.id).find_map(
        |(id, state)| {
            let theirs = context.world.path(id);
            let their_row = context.catalog.kind_row(state.kind?, state.dialect)?;
            let client = context.clients.iter().find(|client| {
                let (Some(our_top), Some(their_top)) =
                    (top(row, *client, &context.path), top(their_row, *client, &theirs))
                else {
                    return false;
                };
                our_top == their_top && confuses(context, row, state, their_row, *client, name)
            })?;
            (!context.config.excludes(&theirs)).then_some((id, client, name))
        },
    )
}

/// Whether the client compares what the two have in common.
fn confuses(
    context: &Context<'_>,
    row: &KindRow,
    state: &FileState,
    their_row: &KindRow,
    client: ClientId,
    name: &Name,
) -> bool {
    let _ = (context, state);
    match name.space {
        // Copilot CLI and GitHub address an agent by its file; the others by its name.
        Space::AgentFile => matches!(client, ClientId::CopilotCli | ClientId::Github),
        Space::Agent => matches!(client, ClientId::Vscode | ClientId::Claude),
        Space::Skill | Space::Prompt => row.kind == their_row.kind && row.dialect == their_row.dialect,
        Space::Server => false,
    }
}

/// The top of the project in which a client finds the file.
fn top<'p>(row: &KindRow, client: ClientId, path: &'p str) -> Option<&'p str> {
    let at =
        row.clients.iter().find(|at| at.client == client && !at.folders.is_empty() && at.discovers(path))?;
    let folder = path::parent(path);
    at.folders.iter().find_map(|own| {
        let base = base(own);
        let mut here = folder;
        loop {
            if folder_matches(here, base) {
                return here.strip_suffix(base);
            }
            here = match here.rfind('/') {
                Some(slash) => &here[..slash],
                None => return None,
            };
        }
    })
}
