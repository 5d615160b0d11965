//! Claude Code does not read `AGENTS.md`: a `CLAUDE.md` beside it that imports it is the bridge.

use super::{Conversion, Refusal, Source};
use crate::changes::Changes;
use crate::diagnostics::Edit;
use crate::disk::Probe;
use crate::target::{Base, Target, understand};
use crate::{path, world::World};
use segue_syntax::Span;
use segue_syntax::facts::TokenKind;

/// The file with the bridge in it, or the line in the file that is there.
pub(super) fn for_claude(source: Source<'_>) -> Result<Conversion, Refusal> {
    let world = source.world;
    let beside = path::beside(source.path, "CLAUDE.md");
    let inner = path::beside(source.path, ".claude/CLAUDE.md");
    let done = |result: String, changes: Changes| Conversion {
        title: "Import it into CLAUDE.md, for Claude Code".to_owned(),
        changes,
        result,
        ..Conversion::default()
    };
    for own in [&beside, &inner] {
        if imports(world, own, source.path) {
            return Ok(done(own.clone(), Changes::default()));
        }
    }
    for own in [&beside, &inner] {
        if world.probe(own) == Probe::Missing {
            continue;
        }
        // A link that is not followed may well lead to the file itself.
        let state = world.id(own).and_then(|id| world.file(id)).and_then(|state| state.facts());
        let Some(facts) = state else { return Err(Refusal::Taken(own.clone())) };
        let text = world.id(own).and_then(|id| world.text(id)).ok_or(Refusal::Unread)?;
        let end = crate::line_ends::of_text(&text);
        let at = (facts.header.body as usize).max(if facts.bom { 3 } else { 0 });
        let import = path::relative(path::parent(own), source.path);
        let import = import.strip_prefix("./").unwrap_or(&import);
        let edit = Edit { span: Span::at(at), insert: format!("@{import}{end}{end}") };
        return Ok(done(own.clone(), Changes::of_file(&own.as_str().into(), &text, vec![edit])));
    }
    let text = format!("@{}\n", path::file_name(source.path));
    let changes = Changes::of_new(&beside, text);
    Ok(done(beside, changes))
}

/// Whether the file at `place` imports `target`.
fn imports(world: &World, place: &str, target: &str) -> bool {
    let facts = world.id(place).and_then(|id| world.file(id)).and_then(|state| state.facts());
    let tokens = facts.map(|facts| facts.tokens.as_slice()).unwrap_or_default();
    tokens.iter().filter(|token| token.kind == TokenKind::Import && !token.in_code).any(|token| {
        matches!(understand(&token.name, place, Base::Link), Target::Path { candidates, .. } if candidates.iter().any(|own| own == target))
    })
}
