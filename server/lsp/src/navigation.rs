//! Definition, declaration, references, highlights and document links.

use crate::answers::Written;
use crate::compute::{Cancel, Lane};
use crate::convert::locate::Locator;
use crate::convert::position::Places;
use crate::session::facts::ClientFacts;
use crate::session::root::Snapshot;
use crate::session::{Session, Ticket};
use crate::wait;
use segue_analysis::features::at::{self, At, Place};
use segue_analysis::features::links::{self, LeadsTo};
use segue_analysis::features::navigate;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// The thing at a position of a file, in a state, with what translates the file's places.
pub struct Asked {
    /// The state.
    pub snapshot: Snapshot,
    /// The file's places.
    pub places: Places,
    /// The thing.
    pub at: At,
}

/// What a position means; `None` where nothing has a name there.
pub fn asked(ticket: &Ticket, position: lsp::Position, facts: &ClientFacts) -> Option<Asked> {
    let snapshot = ticket.snapshot();
    let world = &snapshot.world;
    let text = world.text(world.id(&ticket.path)?)?;
    let places = Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path));
    let at = at::at(world, &ticket.path, places.offset(position))?;
    Some(Asked { snapshot, places, at })
}

/// `textDocument/definition`
pub async fn definition(
    session: &Arc<Session>,
    params: lsp::DefinitionParams,
) -> Result<Option<lsp::DefinitionResponse>> {
    let links = session.facts().definition_links;
    let found = defined(session, params.text_document_position_params).await?;
    Ok(found.map(|found| match links {
        true => lsp::DefinitionResponse::DefinitionLinkList(found),
        false => lsp::DefinitionResponse::Definition(lsp::Definition::LocationList(plain(found))),
    }))
}

/// `textDocument/declaration`: a thing is declared where it is defined.
pub async fn declaration(
    session: &Arc<Session>,
    params: lsp::DeclarationParams,
) -> Result<Option<lsp::DeclarationResponse>> {
    let links = session.facts().declaration_links;
    let found = defined(session, params.text_document_position_params).await?;
    Ok(found.map(|found| match links {
        true => lsp::DeclarationResponse::DeclarationLinkList(found),
        false => lsp::DeclarationResponse::Declaration(lsp::Declaration::LocationList(plain(found))),
    }))
}

fn plain(links: Vec<lsp::LocationLink>) -> Vec<lsp::Location> {
    let plain =
        |link: lsp::LocationLink| lsp::Location { uri: link.target_uri, range: link.target_selection_range };
    links.into_iter().map(plain).collect()
}

async fn defined(
    session: &Arc<Session>,
    at: lsp::TextDocumentPositionParams,
) -> Result<Option<Vec<lsp::LocationLink>>> {
    let facts = session.facts();
    session.watching.document_used(session, &at.text_document.uri);
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let look = {
        let ticket = ticket.clone();
        move |_: &Cancel| definition_links(&ticket, at.position, &facts)
    };
    // Asked first: a scan that ends meanwhile is not in what was found.
    let ready = ticket.root.is_ready();
    let found = session.lanes.compute(Lane::Interactive, look.clone()).await?;
    if found.is_some() || ready {
        return Ok(found);
    }
    // What the file and the disk do not tell, the index does.
    wait::until_ready(session, &ticket.root, None).await;
    session.lanes.compute(Lane::Interactive, look).await
}

fn definition_links(
    ticket: &Ticket,
    position: lsp::Position,
    facts: &ClientFacts,
) -> Option<Vec<lsp::LocationLink>> {
    let asked = asked(ticket, position, facts)?;
    if facts.editor_answers.markdown && at::is_markdown(&asked.snapshot.world, &ticket.path, &asked.at) {
        return None;
    }
    let origin = asked.places.range(asked.at.span);
    let mut locator = Locator::new(&ticket.root, &asked.snapshot, facts);
    let link = |place: Place| {
        Some(lsp::LocationLink {
            origin_selection_range: Some(origin),
            target_uri: locator.uri(&place.path).into(),
            target_range: locator.range(&place.path, place.whole, None)?,
            target_selection_range: locator.range(&place.path, place.span, None)?,
        })
    };
    let found: Vec<_> =
        at::definitions(&asked.snapshot.world, &asked.at.symbol).into_iter().filter_map(link).collect();
    (!found.is_empty()).then_some(found)
}

/// `textDocument/references`: all of them, after the first scan.
pub async fn references(
    session: &Arc<Session>,
    params: lsp::ReferenceParams,
) -> Result<Option<Vec<lsp::Location>>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    session.watching.document_used(session, &at.text_document.uri);
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let token = params.work_done_progress_params.work_done_token;
    wait::until_ready(session, &ticket.root, token.as_ref()).await;
    let with_definition = params.context.include_declaration;
    let work = |ticket: Ticket| {
        move |cancel: &Cancel| {
            let asked = asked(&ticket, at.position, &facts)?;
            let left_out = asked.snapshot.world.left_out_after;
            let found = locations(&ticket, &asked, with_definition, &facts, cancel);
            Some((found.map(Written::of), left_out))
        }
    };
    let mut found = session.lanes.compute(Lane::Background, work(ticket.clone())).await?;
    // A file that changed under the answer would be missing in it.
    if matches!(found, Some((None, _)))
        && let Some(again) = wait::look_again(session, &ticket).await?
    {
        found = session.lanes.compute(Lane::Background, work(again)).await?;
    }
    let Some((found, left_out)) = found else { return Ok(None) };
    wait::say_if_cut(session, left_out, "references");
    let found = found.ok_or_else(Error::content_modified)?;
    Ok(Some(session.answers.ticket(found)))
}

/// `None` where some place cannot be told any more.
fn locations(
    ticket: &Ticket,
    asked: &Asked,
    with_definition: bool,
    facts: &ClientFacts,
    cancel: &Cancel,
) -> Option<Vec<lsp::Location>> {
    let world = &asked.snapshot.world;
    let found = navigate::references(world, &asked.at.symbol, &|| !cancel.is_cancelled());
    let mut locator = Locator::new(&ticket.root, &asked.snapshot, facts);
    ticket.root.with_known(|known| {
        let wanted = found.iter().filter(|found| with_definition || !found.defines);
        let location = |found: &navigate::Use| {
            let range = match &found.text {
                Some(text) => locator.range(&found.path, found.span, Some(text))?,
                None => locator.remembered(known, found.id, &found.path, found.span)?,
            };
            Some(lsp::Location { uri: locator.uri(&found.path).into(), range })
        };
        wanted.map(location).collect()
    })
}

/// `textDocument/documentHighlight`
pub async fn highlights(
    session: &Arc<Session>,
    params: lsp::DocumentHighlightParams,
) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let work = move |_: &Cancel| {
        let asked = asked(&ticket, at.position, &facts)?;
        let found = navigate::highlights(&asked.snapshot.world, &ticket.path, &asked.at);
        let highlight = |(span, defines)| lsp::DocumentHighlight {
            range: asked.places.range(span),
            kind: Some(if defines {
                lsp::DocumentHighlightKind::Write
            } else {
                lsp::DocumentHighlightKind::Read
            }),
        };
        Some(found.into_iter().map(highlight).collect())
    };
    session.lanes.compute(Lane::Interactive, work).await
}

/// `textDocument/documentLink`
pub async fn document_links(
    session: &Arc<Session>,
    params: lsp::DocumentLinkParams,
) -> Result<Option<Vec<lsp::DocumentLink>>> {
    let facts = session.facts();
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let work = move |_: &Cancel| {
        let snapshot = ticket.snapshot();
        let world = &snapshot.world;
        let (id, state) = world.file_at(&ticket.path)?;
        state.kind?;
        let places = Places::new(world.text(id)?, facts.encoding, snapshot.open.contains_key(&ticket.path));
        let locator = Locator::new(&ticket.root, &snapshot, &facts);
        let link = |link: links::DocumentLink| {
            let target = match link.to {
                LeadsTo::Address(address) => address,
                // Editors take `#L12` of a file for the line.
                LeadsTo::File(path, Some(line)) => format!("{}#L{}", locator.uri(&path), line + 1),
                LeadsTo::File(path, None) => locator.uri(&path),
            };
            lsp::DocumentLink {
                range: places.range(link.span),
                target: Some(target.into()),
                ..lsp::DocumentLink::default()
            }
        };
        Some(links::of(world, &ticket.path).into_iter().map(link).collect())
    };
    session.lanes.compute(Lane::Background, work).await
}
