//! `file/not-discovered` and `file/duplicate-name`: what a client finds where it looks.

use crate::clients::{discovering, one_or_more, readers, told};
use crate::diagnostics::{Context, Report, first_token, with_article};
use crate::file::{Name, Space};
use crate::{PathId, path};
use segue_catalog::{ClientId, ClientSet, Kind, KindRow, Severity, catalog, folder_matches};
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// A file below a folder in which clients look, but where none of them looks, or not all.
pub(super) fn not_discovered(context: &mut Context<'_>, row: &KindRow) {
    let folder = path::parent(&context.path);
    let wanted = context.config.clients.unwrap_or(ClientSet::ALL);
    let found = discovering(&context.path, context.kind, context.dialect).and(wanted);
    let all = readers(&context.path, context.kind, context.dialect).and(wanted);
    if folder.is_empty() || all.is_empty() {
        return;
    }
    let missed = row.too_deep_for(&context.path).and(wanted);
    let message = if !missed.is_empty() && found.is_empty() {
        format!(
            "{} {} not look here: the file lies too deep in its folder{}.",
            told(missed),
            one_or_more(missed, "does", "do"),
            bound(row, missed)
        )
    } else if !missed.is_empty() {
        format!(
            "{} {} this file; {} {} not look so deep{}.",
            told(found),
            one_or_more(found, "finds", "find"),
            told(missed),
            one_or_more(missed, "does", "do"),
            bound(row, missed)
        )
    } else if found.is_empty() && lies_in_another_kinds_folder(context, folder) {
        format!("No client looks for {} here.", with_article(&row.title))
    } else {
        return;
    };
    context.send(Report::new("file/not-discovered", first_token(context.facts), message));
}

/// How deep the clients look that look into folders below theirs, as the end of a sentence.
fn bound(row: &KindRow, clients: ClientSet) -> String {
    let depth = row.clients.iter().filter(|at| clients.has(at.client)).find_map(|at| at.depth);
    depth.map_or_else(String::new, |most| format!(" ({most} folders are the most)"))
}

/// A folder of the table without the depth that may follow it.
fn base(folder: &str) -> &str {
    folder.trim_end_matches("/**").trim_end_matches("/*")
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

/// Two files that one client finds in one project under the same name.
pub(super) fn duplicate_name(context: &mut Context<'_>, row: &KindRow) {
    let names = &context.state.exports.names;
    let Some((other, clients, name)) = names.iter().find_map(|name| rival(context, row, name)) else {
        return names
            .iter()
            .find_map(|name| above(context, row, name))
            .map_or((), |found| deeper(context, found));
    };
    let other_path = context.world.path(other);
    let same_folder = path::parent(&other_path) == path::parent(&context.path);
    let severity = if same_folder { Severity::Warning } else { Severity::Hint };
    let what_happens = what_is_loaded(context, clients, &other_path);
    let message = format!("`{other_path}` is called `{}` too: {what_happens}.", name.text);
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

/// What each client makes of the two, as a part of a sentence: which one it loads, where that is known.
fn what_is_loaded(context: &Context<'_>, clients: ClientSet, other: &str) -> String {
    let taking = |ours: bool| -> ClientSet {
        clients.iter().filter(|client| takes_first(*client, &context.path, other) == Some(ours)).collect()
    };
    let (ours, theirs) = (taking(true), taking(false));
    let mut said: Vec<String> = [(ours, &*context.path), (theirs, other)]
        .into_iter()
        .filter(|(set, _)| !set.is_empty())
        .map(|(set, path)| format!("{} {} only `{path}`", told(set), one_or_more(set, "loads", "load")))
        .collect();
    let unsure = clients.without(ours).without(theirs);
    if !unsure.is_empty() {
        let verb = one_or_more(unsure, "loads", "load");
        said.push(format!("{} {verb} only one of them, or cannot tell them apart", told(unsure)));
    }
    said.join("; ")
}

/// Whether a client loads the first of two files with one name, where that is known.
fn takes_first(client: ClientId, one: &str, other: &str) -> Option<bool> {
    let folders = &catalog().client(client)?.first_wins;
    let rank =
        |path: &str| folders.iter().position(|own| folder_matches(path::parent(path), &format!("{own}/**")));
    let (one, other) = (rank(one)?, rank(other)?);
    (one != other).then_some(one < other)
}

fn name_span(facts: &Facts) -> Option<Span> {
    facts.header.yaml.map().and_then(|map| map.value("name")).map(|node| node.span)
}

/// Another file of that name that clients find in the same project, and which clients those are.
fn rival<'w>(context: &Context<'w>, row: &KindRow, name: &'w Name) -> Option<(PathId, ClientSet, &'w Name)> {
    if name.space == Space::Server {
        return None;
    }
    context.world.definers(name.space, &name.text).filter(|(id, _)| *id != context.id).find_map(
        |(id, state)| {
            let theirs = context.world.path(id);
            let their_row = context.catalog.kind_row(state.kind?, state.dialect)?;
            let finds_both = |client: &ClientId| {
                let tops = (top(row, *client, &context.path), top(their_row, *client, &theirs));
                matches!(tops, (Some(ours), Some(theirs)) if ours == theirs)
            };
            let confused = context.clients.iter().filter(finds_both);
            let confused: ClientSet =
                confused.filter(|client| confuses(row, their_row, *client, name)).collect();
            (!confused.is_empty() && !context.config.excludes(&theirs)).then_some((id, confused, name))
        },
    )
}

/// A file of that name in a folder above, of which a client that looks at every level takes the deeper one.
fn above(context: &Context<'_>, row: &KindRow, name: &Name) -> Option<(ClientId, Arc<str>, String)> {
    let file = (name.space == Space::AgentFile).then_some(&name.text)?;
    let deep = |client: &ClientId| context.catalog.client(*client).is_some_and(|row| row.every_level);
    let client = context.clients.iter().find(deep)?;
    let own = top(row, client, &context.path)?;
    context.world.definers(Space::AgentFile, file).filter(|(id, _)| *id != context.id).find_map(
        |(id, state)| {
            let theirs = context.world.path(id);
            let their_row = context.catalog.kind_row(state.kind?, state.dialect)?;
            let is_above = top(their_row, client, &theirs)
                .is_some_and(|top| own.len() > top.len() && own.starts_with(top));
            (is_above && !context.config.excludes(&theirs)).then(|| (client, theirs.clone(), own.to_owned()))
        },
    )
}

fn deeper(context: &mut Context<'_>, (client, other, below): (ClientId, Arc<str>, String)) {
    let message = format!(
        "`{other}` has the same name: {}, started below `{below}`, loads only this one.",
        told(ClientSet::of(&[client]))
    );
    let report = Report::new("file/duplicate-name", first_token(context.facts), message);
    context.send(report.severity(Severity::Hint).related(other, Span::at(0), "the other one"));
}

/// Whether the client compares what the two have in common.
fn confuses(row: &KindRow, their_row: &KindRow, client: ClientId, name: &Name) -> bool {
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

#[cfg(test)]
mod tests {
    use crate::fixture;

    const AGENT: &str = "---\ndescription: d\n---\nText\n";

    #[test]
    fn the_deepest_of_two_levels_is_told() {
        let found =
            |one: &str, other: &str| fixture::findings(&format!("//- {one}\n{AGENT}//- {other}\n{AGENT}"));
        let told = found(".github/agents/tester.agent.md", "web/.github/agents/tester.agent.md");
        assert!(told.contains("Copilot CLI, started below `web/`, loads only this one"), "{told}");
        assert_eq!(told.matches("duplicate-name").count(), 1, "{told}");
        assert_eq!(found("api/.github/agents/tester.agent.md", "web/.github/agents/tester.agent.md"), "");
        assert_eq!(found(".github/agents/tester.agent.md", "web/.github/agents/other.agent.md"), "");
    }
}
