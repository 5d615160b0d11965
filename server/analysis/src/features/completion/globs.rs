//! Globs: one for each ending that files of the workspace have, and the folders at the top.

use super::ProposalKind;
use super::context::Context;
use super::spot::Spot;
use super::write::Value;

/// At most so many endings are proposed: the commonest.
const MOST_ENDINGS: usize = 20;

pub(super) fn values(context: &Context<'_>, spot: &Spot) -> Vec<Value> {
    let typed = spot.typed.of(context.text);
    let in_folder =
        typed.rfind('/').and_then(|slash| typed.get(..slash)).filter(|folder| !folder.contains('*'));
    let glob =
        |text: String, detail: Option<String>| Value { text, kind: ProposalKind::Glob, detail, about: None };
    if let Some(folder) = in_folder.map(|folder| folder.trim_start_matches("./")) {
        let mut found = vec![];
        let mut any = false;
        context.world.each_child(folder, |name, is_folder| {
            any = true;
            if is_folder {
                found.push(glob(format!("{folder}/{name}/**"), None));
            }
        });
        found.sort_by(|one: &Value, other| one.text.cmp(&other.text));
        if any {
            found.insert(0, glob(format!("{folder}/**"), None));
        }
        return found;
    }
    let endings = context.world.extensions().into_iter().take(MOST_ENDINGS);
    let mut found: Vec<Value> = endings
        .filter(|(extension, _)| !extension.contains(['*', '?', '[', ']', '{', '}', ',', '\'', '"', ' ']))
        .map(|(extension, count)| {
            let files = if count == 1 { "file" } else { "files" };
            glob(format!("**/*.{extension}"), Some(format!("{count} {files}")))
        })
        .collect();
    let mut folders = Vec::new();
    context.world.each_child("", |name, is_folder| {
        if is_folder && !name.contains(['*', '?', '[', ']', '{', '}', ',']) {
            folders.push(glob(format!("{name}/**"), None));
        }
    });
    folders.sort_by(|one, other| one.text.cmp(&other.text));
    found.extend(folders);
    found
}
