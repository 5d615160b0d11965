//! Links that are written from the top, for one machine, or percent-encoded, in the form that is
//! readable and true everywhere: relative to their file.

use super::{Offer, Refusal, Source, Way};
use crate::changes::{Changes, Why};
use crate::disk::Probe;
use crate::path;
use crate::resolve::{self, Spelling};
use crate::target::{Target, understand};
use crate::world::World;
use crate::written::{What, Written};
use percent_encoding::percent_decode_str;
use segue_syntax::Span;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    for written in source.touched(range) {
        if let Some((_, insert)) = rewritten(source, &written) {
            let title = format!("Write it as `{insert}`");
            offers.push(Offer { title, span: written.span, way: Way::Relative { at: written.span.start } });
        }
    }
}

pub(super) fn change(source: &Source<'_>, at: u32) -> Result<Changes, Refusal> {
    let written = source.beginning_at(at).ok_or(Refusal::Changed)?;
    let (span, insert) = rewritten(source, &written).ok_or(Refusal::Changed)?;
    let mut changes = Changes::default();
    changes.add(&source.path, source.text, span, insert, Why::Asked);
    Ok(changes)
}

/// The destination in its other form, and what it takes the place of.
fn rewritten(source: &Source<'_>, written: &Written<'_>) -> Option<(Span, String)> {
    if !matches!(written.what, What::Link | What::Image) {
        return None;
    }
    let parts = written.parts(Some(source.text));
    let raw = parts.path.of(source.text);
    let target = meant(source, written)?;
    if !raw.starts_with('/') && !raw.contains('%') && !raw.starts_with("file:") && !raw.contains(":\\") {
        return None;
    }
    let relative = path::relative(path::parent(&source.path), &target);
    let slash = if raw.ends_with('/') && !relative.ends_with('/') { "/" } else { "" };
    let tail = Span { start: parts.path.end, end: written.span.end }.of(source.text);
    let in_angles = source.text.get(..written.span.start as usize)?.ends_with('<');
    let insert = spelled(&format!("{relative}{slash}"), tail, in_angles);
    let after = understand(insert.trim_start_matches('<').trim_end_matches('>'), &source.path, written.base);
    let leads = matches!(&after, Target::Path { candidates, .. } if candidates.contains(&target));
    (leads && insert != written.span.of(source.text)).then_some((written.span, insert))
}

/// The path of the workspace that a destination means, without `.md` where it leaves that out.
fn meant(source: &Source<'_>, written: &Written<'_>) -> Option<String> {
    if matches!(understand(written.text, &source.path, written.base), Target::Absolute) {
        return below_some_folder(source.world, written.text);
    }
    let there = resolve::lead(source.world, &source.path, written)?.there?;
    match there.spelling {
        Spelling::Same => Some(there.path),
        Spelling::WithoutEnding => there.path.strip_suffix(".md").map(str::to_owned),
        Spelling::OtherCase => None,
    }
}

/// The longest end of a path of one machine that is a file here. A name alone says too little.
fn below_some_folder(world: &World, written: &str) -> Option<String> {
    let path = written.split(['#', '?']).next()?.replace('\\', "/");
    let path = percent_decode_str(&path).decode_utf8().ok()?.into_owned();
    let ends = path.match_indices('/').filter_map(|(at, _)| path.get(at + 1..));
    let mut ends = ends.filter(|end| end.contains('/') && !end.contains("//") && !end.contains(".."));
    ends.find(|end| {
        world.id(end).is_some_and(|id| world.is_discovered(id)) && world.probe(end) == Probe::File
    })
    .map(str::to_owned)
}

/// A path with the rest of its destination. Blanks and round brackets need `<…>` around it; what would
/// end the path or open an escape is encoded.
pub(super) fn spelled(path: &str, tail: &str, in_angles: bool) -> String {
    let mut encoded = String::with_capacity(path.len() + tail.len() + 2);
    for c in path.chars() {
        match c {
            '<' | '>' | '#' | '?' | '%' | '\\' => encoded.push_str(&format!("%{:02X}", u32::from(c))),
            other => encoded.push(other),
        }
    }
    encoded.push_str(tail);
    let needs = encoded.contains(|c: char| c.is_whitespace() || c == '(' || c == ')');
    if needs && !in_angles { format!("<{encoded}>") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_as_they_are_spelt() {
        assert_eq!(spelled("./a.md", "#b", false), "./a.md#b");
        assert_eq!(spelled("./a b.md", "#b", false), "<./a b.md#b>");
        assert_eq!(spelled("./a b.md", "", true), "./a b.md");
        assert_eq!(spelled("./a(1)#%.md", "", false), "<./a(1)%23%25.md>");
    }
}
