//! Below `hooks`: events, and the keys of the commands that run at them.

use super::context::Context;
use super::spot::{Role, Spot};
use super::write::{self, Form, Value};
use super::{Piece, Proposal, ProposalKind};
use crate::features::about::About;
use segue_catalog::{ClientId, ClientSet, Dialect, EditorPlace, HookDialect, Kind};

/// Whose names stand in this file.
pub(in crate::features) fn dialect(kind: Kind, dialect: Dialect, clients: ClientSet) -> HookDialect {
    // Of the clients that read skills only Claude Code knows hooks in them.
    if dialect == Dialect::Claude || kind == Kind::Skill || clients == ClientSet::of(&[ClientId::Claude]) {
        HookDialect::Claude
    } else if clients.has(ClientId::Vscode) || clients.is_empty() {
        HookDialect::Vscode
    } else {
        HookDialect::Github
    }
}

pub(super) fn propose(context: &Context<'_>, spot: &Spot) -> Vec<Proposal> {
    if context.editor_proposes(EditorPlace::HookEvent) {
        return Vec::new();
    }
    let dialect = dialect(context.kind, context.dialect, context.clients);
    let above: Vec<&str> = spot.above.iter().map(String::as_str).collect();
    let is_key = matches!(spot.role, Role::Key(_) | Role::BlockItem);
    match above.as_slice() {
        ["hooks"] if is_key => events(context, spot, dialect),
        [_, event] if event.ends_with("[]") && is_key => fields(context, spot, dialect, true),
        [_, event, "hooks[]"] if event.ends_with("[]") && is_key => fields(context, spot, dialect, false),
        [.., "type"] if matches!(spot.role, Role::Value(_)) => {
            let command = Value {
                text: "command".to_owned(),
                kind: ProposalKind::Value,
                detail: None,
                about: Some(About::HookField("type".to_owned())),
            };
            vec![write::value(context, spot, Form::Scalar, command)]
        }
        _ => Vec::new(),
    }
}

fn events(context: &Context<'_>, spot: &Spot, dialect: HookDialect) -> Vec<Proposal> {
    let nested = match dialect {
        HookDialect::Claude => {
            "\n  - matcher: {{Bash}}\n    hooks:\n      - type: command\n        command: {{command}}"
        }
        HookDialect::Vscode | HookDialect::Github => "\n  - type: command\n    command: {{command}}",
    };
    let rows = context.catalog.hook_events.iter().filter(|row| row.dialects.contains(&dialect));
    let absent = rows.filter(|row| !spot.beside.contains(&row.name));
    absent.map(|row| keyed(context, spot, &row.name, nested, About::HookEvent(row.name.clone()))).collect()
}

fn fields(context: &Context<'_>, spot: &Spot, dialect: HookDialect, outer: bool) -> Vec<Proposal> {
    let rows = context.catalog.hook_fields.iter().filter(|row| row.dialects.contains(&dialect));
    let nests = |name: &str| matches!(name, "matcher" | "hooks");
    let grouped = spot.beside.iter().any(|own| nests(own));
    let single = spot.beside.iter().any(|own| !nests(own));
    let fits = |name: &str| match nests(name) {
        true => outer && !single,
        false => !grouped,
    };
    let absent = rows.filter(|row| !spot.beside.contains(&row.name) && fits(&row.name));
    absent
        .map(|row| {
            let value = row.write.as_deref().unwrap_or("{{value}}");
            keyed(context, spot, &row.name, value, About::HookField(row.name.clone()))
        })
        .collect()
}

fn keyed(context: &Context<'_>, spot: &Spot, name: &str, value: &str, about: About) -> Proposal {
    let mut pieces = vec![Piece::Text(name.to_owned())];
    if spot.role != Role::Key(true) {
        pieces = vec![Piece::Text(format!("{name}:{}", if value.starts_with('\n') { "" } else { " " }))];
        pieces.extend(write::row(context, value, spot.column));
    }
    Proposal {
        label: name.to_owned(),
        detail: None,
        kind: ProposalKind::Hook,
        filter: name.to_owned(),
        pieces,
        typed: spot.typed,
        whole: spot.whole,
        also: None,
        about: Some(about),
    }
}
