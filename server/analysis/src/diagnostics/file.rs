//! `file/*`: a file as a whole: its kind, place, name, size and encoding.

mod place;

use super::{Context, Report, first_token, with_article};
use crate::clients;
use crate::file::{Content, Unreadable};
use crate::path;
use segue_catalog::{Kind, KindRow, Severity};
use segue_syntax::Span;
use segue_syntax::facts::{HeaderShape, OddityKind};

pub(super) fn check(context: &mut Context<'_>) {
    match &context.state.content {
        Content::Markdown(_) => {}
        Content::Json(_) => return,
        Content::Unreadable(reason) => return unreadable(context, reason),
    }
    let Some(row) = context.catalog.kind_row(context.kind, context.dialect) else { return };
    deprecated_kind(context, row);
    place::not_discovered(context, row);
    place::duplicate_name(context, row);
    name_mismatch(context, row);
    too_long(context, row);
    empty_body(context);
    replacement_characters(context);
}

/// Said of a file of which nothing else is known.
fn unreadable(context: &mut Context<'_>, reason: &Unreadable) {
    let first = Span::new(0, 1);
    // A byte that is no UTF-8 shows as one replacement character, which is three bytes long.
    let (severity, span, message) = match reason {
        Unreadable::NotUtf8(at) => (
            Severity::Error,
            Span::new(*at, at + 3),
            "The file is not UTF-8 from here on. Save it as UTF-8.".to_owned(),
        ),
        Unreadable::Utf16 => (
            Severity::Error,
            Span::new(0, 3),
            "The file is UTF-16; clients read UTF-8. Save it as UTF-8.".to_owned(),
        ),
        Unreadable::Binary => (
            Severity::Warning,
            first,
            "The file has NUL bytes: it is no text, and nothing in it is checked.".to_owned(),
        ),
        Unreadable::TooLarge => (
            Severity::Hint,
            first,
            "The file is too large to be a primitive; nothing in it is checked.".to_owned(),
        ),
        Unreadable::Io(error) => (
            Severity::Hint,
            first,
            format!("The file could not be read ({error}); nothing in it is checked."),
        ),
    };
    context.send(Report::new("file/encoding", span, message).severity(severity));
}

fn replacement_characters(context: &mut Context<'_>) {
    let facts = context.facts;
    for oddity in facts.oddities.iter().filter(|oddity| oddity.kind == OddityKind::Replacement) {
        let message =
            "The character U+FFFD stands where text was lost in a conversion. Write what was meant.";
        let mut report = Report::new("file/encoding", oddity.span, message).severity(Severity::Warning);
        if oddity.in_code {
            report = report.severity(Severity::Hint);
        }
        context.send(report);
    }
}

fn deprecated_kind(context: &mut Context<'_>, row: &KindRow) {
    let Some(new) = row.renamed_to.and_then(|kind| context.catalog.kind_row(kind, row.dialect)) else {
        return;
    };
    let moved = renamed(&context.path, row, new);
    let message =
        format!("A {} is {} today: rename the file to `{moved}`.", row.title, with_article(&new.title));
    context.send(
        Report::new("file/deprecated-kind", first_token(context.facts), message).tag(super::Tag::Deprecated),
    );
}

/// The path of an old kind's file as one of the new kind.
pub(crate) fn renamed(old: &str, row: &KindRow, new: &KindRow) -> String {
    let name = path::file_name(old);
    let ending = row.suffixes.iter().find(|suffix| name.ends_with(suffix.as_str()));
    let stem = ending.and_then(|ending| name.strip_suffix(ending.as_str())).unwrap_or(name);
    let ending = new.suffixes.first().map_or(".md", String::as_str);
    let folder = path::parent(old);
    let old_folder =
        row.clients.iter().flat_map(|at| &at.folders).map(|folder| path::file_name(folder)).next();
    let new_folder = new.folders.first().map(|folder| path::file_name(folder));
    let (above, last) = (path::parent(folder), path::file_name(folder));
    let folder = match (old_folder, new_folder) {
        (Some(from), Some(to)) if from == last && !above.is_empty() => format!("{above}/{to}"),
        (Some(from), Some(to)) if from == last => to.to_owned(),
        _ => folder.to_owned(),
    };
    if folder.is_empty() { format!("{stem}{ending}") } else { format!("{folder}/{stem}{ending}") }
}

/// A skill is called as its folder is; a `name` that says otherwise misleads.
fn name_mismatch(context: &mut Context<'_>, row: &KindRow) {
    let folder = path::folder_name(&context.path);
    if context.kind != Kind::Skill || folder.is_empty() || context.facts.header.shape != HeaderShape::Closed {
        return;
    }
    let Some(key) = row.keys.iter().find(|key| key.name == "name") else { return };
    let Some(node) = context.facts.header.yaml.map().and_then(|map| map.value(&key.name)) else { return };
    let Some(name) = node.as_str().map(str::trim) else { return };
    let fits = |text: &str| key.form.is_none_or(|form| form.fits(text));
    if name.is_empty() || name == folder || !fits(name) {
        return;
    }
    let message = format!(
        "The skill is called `{name}` here and `{folder}` by its folder, which is what clients go by."
    );
    let mut report = Report::new("file/name-mismatch", node.span, message);
    if fits(folder) {
        report = report.offered_fix(format!("Write `{folder}`"), node.inner_span(), folder);
    }
    context.send(report);
}

fn too_long(context: &mut Context<'_>, row: &KindRow) {
    let length = context.facts.body_chars;
    let clients = context.clients;
    let tight = row
        .clients
        .iter()
        .filter(|at| clients.has(at.client) && at.discovers(&context.path))
        .find_map(|at| at.longest_body.filter(|most| length > *most).map(|most| (at.client, most)));
    let Some((client, most)) = tight else { return };
    let who = clients::told(segue_catalog::ClientSet::of(&[client]));
    let message = format!("The body has {length} characters; {who} takes {most}.");
    context.send(Report::new("file/too-long", first_token(context.facts), message));
}

fn empty_body(context: &mut Context<'_>) {
    let facts = context.facts;
    if facts.has_body || !matches!(facts.header.shape, HeaderShape::Closed | HeaderShape::None) {
        return;
    }
    let (severity, message) = match context.kind {
        Kind::Prompt if facts.header.shape == HeaderShape::Closed => {
            (Severity::Warning, "The prompt has a header and no text: it asks for nothing.")
        }
        Kind::Agent | Kind::ChatMode => {
            (Severity::Hint, "The agent has no instructions of its own: its body is empty.")
        }
        Kind::Skill => (Severity::Information, "The skill has no body: there is nothing to load."),
        Kind::Prompt => (Severity::Hint, "The file is empty."),
        Kind::Instructions => (Severity::Information, "The file has no instructions: its body is empty."),
        _ => return,
    };
    let severity = if facts.header.shape == HeaderShape::None { Severity::Hint } else { severity };
    context.send(Report::new("file/empty-body", first_token(facts), message).severity(severity));
}
