//! Block trees of open documents: made when somebody asks, and from then on brought after the edits.
//!
//! A key costs a note of what was edited. Who needs the blocks takes the tree out, brings it after the
//! edits since, and puts it back; who finds none, or too many edits, begins anew. A tree is fifty times
//! the text, so only those of the documents asked about last are kept.

use crate::session::documents::Document;
use crate::session::root::lock;
use segue_syntax::Text;
use segue_syntax::blocks::Blocks;
use segue_syntax::text::Edit;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Edits that are remembered of a document.
const MOST_EDITS: usize = 512;

/// Trees that are kept.
const MOST_TREES: usize = 6;

/// The last edits of a document, numbered from its opening on.
#[derive(Debug, Default)]
pub struct EditLog {
    /// The number of the first edit that is remembered.
    first: u64,
    edits: VecDeque<Edit>,
}

impl EditLog {
    /// Remembers an edit.
    pub fn note(&mut self, edit: Edit) {
        self.edits.push_back(edit);
        if self.edits.len() > MOST_EDITS {
            self.edits.pop_front();
            self.first += 1;
        }
    }

    /// Nothing from before is of use any more.
    pub fn begin_anew(&mut self) {
        self.first = self.next() + 1;
        self.edits.clear();
    }

    /// The number that the next edit gets.
    fn next(&self) -> u64 {
        self.first + self.edits.len() as u64
    }

    /// The edits from `number` on; `None` where they are not all remembered.
    fn since(&self, number: u64) -> Option<Vec<Edit>> {
        let skip = usize::try_from(number.checked_sub(self.first)?).ok()?;
        (skip <= self.edits.len()).then(|| self.edits.iter().skip(skip).copied().collect())
    }
}

/// The trees that are kept, the one that was asked for last at the end.
#[derive(Debug, Default)]
pub struct Trees(Mutex<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    uri: Arc<str>,
    /// The edits before this one are in it.
    next_edit: u64,
    blocks: Blocks,
}

/// The text of a document, and the tree of an earlier state of it where there is one.
pub struct Growing {
    uri: Arc<str>,
    text: Text,
    next_edit: u64,
    earlier: Option<(Blocks, Vec<Edit>)>,
}

impl Trees {
    /// Takes the tree of a document out.
    pub fn take(&self, document: &Document) -> Growing {
        let mut trees = lock(&self.0);
        let at = trees.iter().position(|kept| kept.uri == document.uri);
        let kept = at.map(|at| trees.remove(at));
        Growing {
            uri: document.uri.clone(),
            text: document.text.clone(),
            next_edit: document.edits.next(),
            earlier: kept.and_then(|kept| Some((kept.blocks, document.edits.since(kept.next_edit)?))),
        }
    }

    /// The blocks of the text as it was when they were taken out; kept for the next who asks.
    pub fn grown(&self, growing: Growing) -> Blocks {
        let Growing { uri, text, next_edit, earlier } = growing;
        let blocks = match earlier {
            Some((blocks, edits)) if edits.is_empty() => blocks,
            Some((mut blocks, edits)) => {
                blocks.edit(&edits, &text);
                blocks
            }
            None => Blocks::parse(&text),
        };
        let mut trees = lock(&self.0);
        // Two who asked at once both bring one; the newer counts.
        if !trees.iter().any(|kept| kept.uri == uri && kept.next_edit >= next_edit) {
            trees.retain(|kept| kept.uri != uri);
            trees.push(Kept { uri, next_edit, blocks: blocks.clone() });
            if trees.len() > MOST_TREES {
                trees.remove(0);
            }
        }
        blocks
    }

    /// A document was closed.
    pub fn forget(&self, uri: &str) {
        lock(&self.0).retain(|kept| &*kept.uri != uri);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_syntax::{Encoding, Position};

    #[test]
    fn edits_are_remembered_up_to_a_number() {
        let (mut log, mut text) = (EditLog::default(), Text::new(""));
        let at = Position { line: 0, character: 0 };
        for _ in 0..MOST_EDITS {
            log.note(text.apply(Some((at, at)), Encoding::Utf8, "x"));
        }
        assert_eq!(log.since(0).map(|edits| edits.len()), Some(MOST_EDITS));
        assert_eq!(log.since(log.next()).map(|edits| edits.len()), Some(0));
        log.note(text.apply(None, Encoding::Utf8, "y"));
        assert_eq!(log.since(0), None);
        assert_eq!(log.since(1).map(|edits| edits.len()), Some(MOST_EDITS));
        let before = log.next();
        log.begin_anew();
        assert_eq!(log.since(before), None);
        assert_eq!(log.since(log.next() + 1), None);
    }
}
