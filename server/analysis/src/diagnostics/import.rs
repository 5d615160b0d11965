//! `link/import-cycle` and `link/import-depth`: `@path` imports that come back or go too deep.
//!
//! Claude Code follows imports four hops deep and stops at what it has already read.

use super::{Context, Report};
use crate::PathId;
use crate::target::{Base, Target, understand};
use crate::world::World;
use segue_syntax::Span;
use segue_syntax::facts::{Token, TokenKind};

/// How many hops Claude Code follows.
const MOST_HOPS: usize = 4;

pub(super) fn check(context: &mut Context<'_>) {
    let (world, facts) = (context.world, context.facts);
    for token in facts.tokens.iter().filter(|token| token.kind == TokenKind::Import && !token.in_code) {
        let Some(first) = resolve(world, &context.path, token) else { continue };
        let mut chain = vec![context.id, first];
        if first == context.id {
            report_cycle(context, token.span, &chain);
        } else if let Some(found) = follow(world, &mut chain) {
            match found {
                Found::Cycle => report_cycle(context, token.span, &chain),
                Found::TooDeep => report_depth(context, token.span, &chain),
            }
        }
    }
}

enum Found {
    Cycle,
    TooDeep,
}

/// Follows the imports behind the chain's last file; the chain is the way to what was found.
fn follow(world: &World, chain: &mut Vec<PathId>) -> Option<Found> {
    let last = *chain.last()?;
    let facts = world.file(last)?.facts()?;
    let path = world.path(last);
    for token in facts.tokens.iter().filter(|token| token.kind == TokenKind::Import && !token.in_code) {
        let Some(next) = resolve(world, &path, token) else { continue };
        if chain.first() == Some(&next) {
            chain.push(next);
            return Some(Found::Cycle);
        }
        // A cycle that does not come back here is reported in the files that are on it.
        if chain.contains(&next) {
            continue;
        }
        chain.push(next);
        if chain.len() > MOST_HOPS + 1 {
            return Some(Found::TooDeep);
        }
        if let Some(found) = follow(world, chain) {
            return Some(found);
        }
        chain.pop();
    }
    None
}

fn resolve(world: &World, from: &str, token: &Token) -> Option<PathId> {
    let Target::Path { candidates, .. } = understand(&token.name, from, Base::Link) else { return None };
    candidates.iter().find_map(|candidate| world.file_at(candidate).map(|(id, _)| id))
}

fn told(context: &Context<'_>, chain: &[PathId]) -> String {
    chain.iter().map(|id| format!("`{}`", context.world.path(*id))).collect::<Vec<_>>().join(" → ")
}

fn report_cycle(context: &mut Context<'_>, span: Span, chain: &[PathId]) {
    let message = format!("This import comes back to its own file: {}.", told(context, chain));
    context.send(Report::new("link/import-cycle", span, message));
}

fn report_depth(context: &mut Context<'_>, span: Span, chain: &[PathId]) {
    let message = format!(
        "Imports are followed {MOST_HOPS} hops deep; the last file of this chain is not read: {}.",
        told(context, chain)
    );
    context.send(Report::new("link/import-depth", span, message));
}
