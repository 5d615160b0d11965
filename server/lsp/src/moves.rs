//! Files and folders that come, move and go: what follows them, and that they did.

use crate::compute::{Cancel, Lane};
use crate::convert::changes;
use crate::convert::locate::Locator;
use crate::session::root::{Root, lock};
use crate::session::{Session, Ticket};
use crate::{wait, watch};
use segue_analysis::World;
use segue_analysis::changes::{Changes, Move};
use segue_analysis::features::{keep, moves, unlink};
use std::sync::{Arc, Mutex, Weak};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// Moves that were part of a rename. The client that makes them asks what follows them, when what
/// follows has been edited already; looked at with half of it done, links would seem to lead elsewhere.
#[derive(Default)]
pub struct MovesTold(Mutex<Vec<Told>>);

struct Told {
    root: Weak<Root>,
    moves: Vec<Move>,
    /// The state before the edits.
    stamp: u64,
}

/// A client that makes none of them is not remembered for longer than so many.
const MOST_TOLD: usize = 16;

impl MovesTold {
    /// Remembers moves that are told together with what follows them.
    pub fn tell(&self, root: &Arc<Root>, moves: &[Move], stamp: u64) {
        if moves.is_empty() {
            return;
        }
        let mut told = lock(&self.0);
        if told.len() == MOST_TOLD {
            told.remove(0);
        }
        told.push(Told { root: Arc::downgrade(root), moves: moves.to_vec(), stamp });
    }

    /// Whether the moves are such, and their edits were made since. True once.
    fn take(&self, root: &Arc<Root>, moves: &[Move], stamp: u64) -> bool {
        let mut told = lock(&self.0);
        let own = |told: &Told| told.root.as_ptr() == Arc::as_ptr(root) && told.moves == moves;
        let Some(at) = told.iter().position(own) else { return false };
        told.remove(at).stamp < stamp
    }
}

/// `workspace/willRenameFiles`: what follows files and folders that move within a root.
pub async fn will_rename(
    session: &Arc<Session>,
    params: lsp::RenameFilesParams,
) -> Result<Option<lsp::WorkspaceEdit>> {
    let mut per_root: Vec<(Ticket, Vec<Move>)> = Vec::new();
    for file in &params.files {
        let (Some(from), Some(to)) = (session.ticket(&file.old_uri), session.ticket(&file.new_uri)) else {
            continue;
        };
        if !Arc::ptr_eq(&from.root, &to.root) {
            continue;
        }
        let one = Move { from: from.path.to_string(), to: to.path.to_string() };
        match per_root.iter_mut().find(|(own, _)| Arc::ptr_eq(&own.root, &from.root)) {
            Some((_, moves)) => moves.push(one),
            None => per_root.push((from, vec![one])),
        }
    }
    let mut all = Vec::new();
    for (ticket, moves) in per_root {
        let (told, root) = (session.clone(), ticket.root.clone());
        let work = move |world: &World, stamp: u64, wanted: Wanted<'_>| {
            if told.moves_told.take(&root, &moves, stamp) {
                return Some(Changes::default());
            }
            moves::follow(world, &moves, wanted)
        };
        all.extend(answer(session, &ticket, work).await?);
    }
    Ok(together(all))
}

/// `workspace/willCreateFiles`: what keeps links leading where they lead.
pub async fn will_create(
    session: &Arc<Session>,
    params: lsp::CreateFilesParams,
) -> Result<Option<lsp::WorkspaceEdit>> {
    let mut all = Vec::new();
    for (ticket, paths) in by_root(session, params.files.iter().map(|file| &file.uri)) {
        let work =
            move |world: &World, _: u64, wanted: Wanted<'_>| keep::before_creation(world, &paths, wanted);
        all.extend(answer(session, &ticket, work).await?);
    }
    Ok(together(all))
}

/// `workspace/willDeleteFiles`: takes out links to what goes, where the editor asks somebody first. Links
/// to what is deleted by mistake, or to be made anew, would be lost.
pub async fn will_delete(
    session: &Arc<Session>,
    params: lsp::DeleteFilesParams,
) -> Result<Option<lsp::WorkspaceEdit>> {
    if !session.facts().annotations {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (ticket, paths) in by_root(session, params.files.iter().map(|file| &file.uri)) {
        let work = move |world: &World, _: u64, wanted: Wanted<'_>| unlink::links_to(world, &paths, wanted);
        all.extend(answer(session, &ticket, work).await?);
    }
    Ok(together(all))
}

/// Paths by their roots.
fn by_root<'u>(session: &Session, uris: impl Iterator<Item = &'u lsp::Uri>) -> Vec<(Ticket, Vec<String>)> {
    let mut per_root: Vec<(Ticket, Vec<String>)> = Vec::new();
    for ticket in uris.filter_map(|uri| session.ticket(uri)) {
        let path = ticket.path.to_string();
        match per_root.iter_mut().find(|(own, _)| Arc::ptr_eq(&own.root, &ticket.root)) {
            Some((_, paths)) => paths.push(path),
            None => per_root.push((ticket, vec![path])),
        }
    }
    per_root
}

/// Asked now and then whether to go on.
type Wanted<'w> = &'w (dyn Fn() -> bool + Sync);

/// What follows in one root, as the client takes it; nothing where nothing does, or where files go on
/// changing on disk: a move is not held up for it, and what it breaks is diagnosed.
async fn answer(
    session: &Arc<Session>,
    ticket: &Ticket,
    work: impl Fn(&World, u64, Wanted<'_>) -> Option<Changes> + Clone + Send + 'static,
) -> Result<Option<lsp::WorkspaceEdit>> {
    let facts = session.facts();
    wait::until_ready(session, &ticket.root, None).await;
    let compute = |ticket: Ticket| {
        let work = work.clone();
        move |cancel: &Cancel| {
            let snapshot = ticket.snapshot();
            let changes = work(&snapshot.world, snapshot.stamp, &|| !cancel.is_cancelled())?;
            let mut locator = Locator::new(&ticket.root, &snapshot, &facts);
            let written = changes::written(&mut locator, &changes, &facts)?;
            Some((written.edit, changes.is_empty(), snapshot.world.left_out_after))
        }
    };
    let mut found = session.lanes.compute(Lane::Interactive, compute(ticket.clone())).await?;
    if found.is_none()
        && let Some(again) = wait::look_again(session, ticket).await?
    {
        found = session.lanes.compute(Lane::Interactive, compute(again)).await?;
    }
    let Some((edit, is_empty, left_out)) = found else { return Ok(None) };
    wait::say_if_cut(session, left_out, "links");
    Ok((!is_empty).then_some(edit))
}

fn together(edits: Vec<lsp::WorkspaceEdit>) -> Option<lsp::WorkspaceEdit> {
    edits.into_iter().reduce(|mut all, one| {
        all.changes = merged(all.changes, one.changes);
        all.document_changes = merged(all.document_changes, one.document_changes);
        all.change_annotations = merged(all.change_annotations, one.change_annotations);
        all
    })
}

fn merged<T: IntoIterator + Extend<T::Item>>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.extend(other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

/// `workspace/didRenameFiles`
pub fn did_rename(session: &Arc<Session>, params: &lsp::RenameFilesParams) {
    let uris = params.files.iter().flat_map(|file| [&file.old_uri, &file.new_uri]);
    watch::look_at(session, uris);
}

/// `workspace/didCreateFiles`
pub fn did_create(session: &Arc<Session>, params: &lsp::CreateFilesParams) {
    watch::look_at(session, params.files.iter().map(|file| &file.uri));
}

/// `workspace/didDeleteFiles`
pub fn did_delete(session: &Arc<Session>, params: &lsp::DeleteFilesParams) {
    watch::look_at(session, params.files.iter().map(|file| &file.uri));
}
