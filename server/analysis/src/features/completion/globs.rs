//! Globs: one for each ending that files of the workspace have, and the folders at the top; behind a
//! slash what lies in the folder that is typed.

use super::ProposalKind;
use super::context::Context;
use super::spot::Spot;
use super::write::Value;
use crate::path;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// At most so many endings are proposed: the commonest.
const MOST_ENDINGS: usize = 20;
/// At most so many endings of the files of one folder.
const MOST_OF_FOLDER: usize = 8;
/// At most so many files of a folder.
const MOST_FILES: usize = 50;

/// What a glob is made of.
const SIGNS: [char; 10] = ['*', '?', '[', ']', '{', '}', ',', '\'', '"', '\\'];

pub(super) fn values(context: &Context<'_>, spot: &Spot) -> Vec<Value> {
    let typed = spot.typed.of(context.text);
    let typed = typed.trim_start_matches("./");
    match typed.rfind('/').and_then(|slash| typed.get(..slash)) {
        Some("**") | None => anywhere(context),
        Some(written) => {
            let (folder, any_depth) =
                written.strip_prefix("**/").map_or((written, false), |folder| (folder, true));
            // What a pattern may mean is not looked up in a folder's stead.
            if folder.contains(SIGNS) { Vec::new() } else { inside(context, written, folder, any_depth) }
        }
    }
}

fn glob(text: String, detail: Option<String>) -> Value {
    Value { text, kind: ProposalKind::Glob, detail, about: None }
}

fn files(count: u32) -> Option<String> {
    Some(if count == 1 { "1 file".to_owned() } else { format!("{count} files") })
}

/// The endings of all files, and the folders at the top.
fn anywhere(context: &Context<'_>) -> Vec<Value> {
    let endings = context.world.extensions().into_iter().take(MOST_ENDINGS);
    let endings = endings.filter(|(extension, _)| !extension.contains(SIGNS) && !extension.contains(' '));
    let mut found: Vec<Value> =
        endings.map(|(extension, count)| glob(format!("**/*.{extension}"), files(count))).collect();
    let mut folders = Vec::new();
    context.world.each_child("", |name, is_folder| {
        if is_folder && !name.contains(SIGNS) {
            folders.push(glob(format!("{name}/**"), None));
        }
    });
    folders.sort_by(|one, other| one.text.cmp(&other.text));
    found.extend(folders);
    found
}

/// What lies in a folder: `written` as it is typed, `folder` without its `**/`.
fn inside(context: &Context<'_>, written: &str, folder: &str, any_depth: bool) -> Vec<Value> {
    let Children { folders, names } = children(context, folder, any_depth);
    if folders.is_empty() && names.is_empty() {
        return Vec::new();
    }
    let mut endings: FxHashMap<&str, u32> = FxHashMap::default();
    for name in names.iter().filter(|name| !path::extension(name).is_empty()) {
        *endings.entry(path::extension(name)).or_default() += 1;
    }
    let mut endings: Vec<(&str, u32)> = endings.into_iter().collect();
    endings.sort_by_key(|(ending, count)| (std::cmp::Reverse(*count), *ending));
    let mut found = vec![glob(format!("{written}/**"), None)];
    let endings = endings.into_iter().take(MOST_OF_FOLDER);
    found.extend(endings.map(|(ending, count)| glob(format!("{written}/*.{ending}"), files(count))));
    found.extend(folders.iter().map(|name| glob(format!("{written}/{name}/**"), None)));
    found.extend(names.iter().take(MOST_FILES).map(|name| glob(format!("{written}/{name}"), None)));
    found
}

/// The names in a folder, or in all folders of that name.
#[derive(Default)]
struct Children {
    folders: BTreeSet<String>,
    names: BTreeSet<String>,
}

fn children(context: &Context<'_>, folder: &str, any_depth: bool) -> Children {
    let mut found = Children::default();
    let mut add = |name: &str, is_folder: bool| {
        if !name.contains(SIGNS) {
            if is_folder { &mut found.folders } else { &mut found.names }.insert(name.to_owned());
        }
    };
    if !any_depth {
        context.world.each_child(folder, add);
        return found;
    }
    let inner = format!("/{folder}/");
    for path in context.world.paths() {
        let rest = match path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => Some(rest),
            None => path.split_once(&inner).map(|(_, rest)| rest),
        };
        if let Some(rest) = rest {
            let (name, below) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            add(name, below);
        }
    }
    found
}
