//! Completion, and what is told about a proposal when somebody looks at it.

use crate::compute::Lane;
use crate::convert::position::Places;
use crate::session::facts::ClientFacts;
use crate::session::{Session, Ticket};
use segue_analysis::features::about::{self, About};
use segue_analysis::features::completion::{self, Piece, Proposal, ProposalKind, Request};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// Characters behind which something may be proposed without a letter typed.
pub const TRIGGERS: &[&str] = &[":", "#", "/", "@", "$", "{", "(", "[", "-", "'", "\"", ",", " "];

/// What an item carries, so that it can be told about later.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    uri: String,
    about: About,
}

/// `textDocument/completion`
pub async fn completion(
    session: &Arc<Session>,
    params: lsp::CompletionParams,
) -> Result<Option<lsp::CompletionResponse>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let work = move |_: &_| list(&ticket, &facts, at.position).map(lsp::CompletionResponse::CompletionList);
    session.lanes.compute(Lane::Interactive, work).await
}

fn list(ticket: &Ticket, facts: &ClientFacts, position: lsp::Position) -> Option<lsp::CompletionList> {
    let snapshot = ticket.snapshot();
    let world = &snapshot.world;
    let text: Arc<str> = match &ticket.open {
        Some((text, _)) => text.to_string().into(),
        None => world.text(world.id(&ticket.path)?)?,
    };
    let places = Places::new(text.clone(), facts.encoding, ticket.open.is_some());
    let offset = places.offset(position);
    let request = Request { world, path: &ticket.path, text: &text, offset, editor: facts.editor_answers };
    let found = completion::completion(request);
    let items = found.proposals.into_iter().enumerate();
    Some(lsp::CompletionList {
        // Until the workspace is known there may be more.
        is_incomplete: found.incomplete || !snapshot.complete,
        items: items.map(|(rank, proposal)| item(&places, facts, &ticket.uri, rank, proposal)).collect(),
        ..lsp::CompletionList::default()
    })
}

fn item(
    places: &Places,
    facts: &ClientFacts,
    uri: &str,
    rank: usize,
    proposal: Proposal,
) -> lsp::CompletionItem {
    let snippet = facts.snippets && proposal.has_placeholders();
    let new_text = if snippet { snippet_of(&proposal.pieces) } else { proposal.plain() };
    let (insert, replace) = (places.range(proposal.typed), places.range(proposal.whole));
    let indented = new_text.contains('\n');
    let edit = if facts.insert_replace && insert != replace {
        lsp::InsertReplaceEdit { new_text, insert, replace }.into()
    } else {
        lsp::TextEdit { range: replace, new_text }.into()
    };
    let also =
        proposal.also.map(|own| vec![lsp::TextEdit { range: places.range(own.span), new_text: own.insert }]);
    let data = proposal.about.map(|about| Data { uri: uri.to_owned(), about });
    lsp::CompletionItem {
        kind: Some(kind(proposal.kind)),
        detail: proposal.detail,
        sort_text: Some(format!("{rank:04}")),
        filter_text: (proposal.filter != proposal.label).then_some(proposal.filter),
        insert_text_format: snippet.then_some(lsp::InsertTextFormat::Snippet),
        // The lines are indented already.
        insert_text_mode: (indented && facts.insert_text_mode).then_some(lsp::InsertTextMode::AsIs),
        text_edit: Some(edit),
        additional_text_edits: also,
        data: data.and_then(|data| serde_json::to_value(data).ok()),
        label: proposal.label,
        ..lsp::CompletionItem::default()
    }
}

/// The pieces in the notation of snippets.
fn snippet_of(pieces: &[Piece]) -> String {
    let escaped = |text: &str, also: &[char]| {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, '\\' | '$' | '}') || also.contains(&c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let mut snippet = String::new();
    let mut number = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => snippet.push_str(&escaped(text, &[])),
            Piece::Placeholder(words) => {
                number += 1;
                snippet.push_str(&format!("${{{number}:{}}}", escaped(words, &[])));
            }
            Piece::Choice(words) => {
                number += 1;
                let words: Vec<String> = words.iter().map(|word| escaped(word, &[',', '|'])).collect();
                snippet.push_str(&format!("${{{number}|{}|}}", words.join(",")));
            }
        }
    }
    snippet
}

fn kind(kind: ProposalKind) -> lsp::CompletionItemKind {
    use lsp::CompletionItemKind as Kind;
    match kind {
        ProposalKind::Key => Kind::Property,
        ProposalKind::Value => Kind::EnumMember,
        ProposalKind::Tool => Kind::Function,
        ProposalKind::ToolSet => Kind::Module,
        ProposalKind::Model => Kind::Constant,
        ProposalKind::Agent => Kind::Class,
        ProposalKind::Command => Kind::Method,
        ProposalKind::Variable => Kind::Variable,
        ProposalKind::File => Kind::File,
        ProposalKind::Folder => Kind::Folder,
        ProposalKind::Anchor | ProposalKind::Label => Kind::Reference,
        ProposalKind::Glob => Kind::Value,
        ProposalKind::Keyword => Kind::Keyword,
        ProposalKind::Template => Kind::Snippet,
        ProposalKind::Hook => Kind::Event,
        ProposalKind::Task => Kind::Reference,
    }
}

/// `completionItem/resolve`
pub async fn resolve(session: &Arc<Session>, item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
    let data = item.data.clone().and_then(|data| serde_json::from_value::<Data>(data).ok());
    let ticket = data.as_ref().and_then(|data| session.ticket(&lsp::Uri::from(data.uri.clone())));
    let Some((data, ticket)) = data.zip(ticket) else { return Ok(item) };
    let markdown = session.facts().completion_markdown;
    let work = move |_: &_| about::card(&ticket.snapshot().world, &data.about);
    let card = session.lanes.compute(Lane::Interactive, work).await?;
    let kind = if markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    let documentation = card.map(|value| lsp::MarkupContent { kind, value }.into());
    Ok(lsp::CompletionItem { documentation, ..item })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_escape_what_is_theirs() {
        let pieces = [
            Piece::Text("with ${input:".to_owned()),
            Piece::Placeholder("a}b".to_owned()),
            Piece::Text("} \\ ".to_owned()),
            Piece::Choice(vec!["x,y".to_owned(), "z|".to_owned()]),
        ];
        assert_eq!(snippet_of(&pieces), r"with \${input:${1:a\}b}\} \\ ${2|x\,y,z\||}");
    }
}
