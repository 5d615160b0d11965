//! Byte pair encoding: how many tokens a piece of text becomes.

use super::vocabulary::Vocabulary;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Longer pieces (data in one line) are cut, so that their memory is bounded: a token more, perhaps, at
/// each cut. In bytes.
const LONGEST: usize = 1 << 16;

/// The number of tokens of a piece.
pub(super) fn count(vocabulary: &Vocabulary, piece: &[u8]) -> usize {
    if vocabulary.rank(piece).is_some() {
        return 1;
    }
    piece.chunks(LONGEST).map(|part| merged(vocabulary, part)).sum()
}

/// What is not there: no neighbour, no token.
const NONE: u32 = u32::MAX;

/// Parts of a piece, each known by the byte that it begins with: first single bytes, then what they are
/// merged to.
struct Parts<'p> {
    vocabulary: &'p Vocabulary,
    piece: &'p [u8],
    /// The part before each, and the part behind it.
    before: Vec<u32>,
    behind: Vec<u32>,
    /// The rank of what each and the part behind it make together.
    rank: Vec<u32>,
    open: BinaryHeap<Reverse<(u32, u32)>>,
}

fn merged(vocabulary: &Vocabulary, piece: &[u8]) -> usize {
    // A piece has at most `LONGEST` bytes.
    let len = u32::try_from(piece.len()).unwrap_or(NONE);
    let mut parts = Parts {
        vocabulary,
        piece,
        before: (0..len).map(|at| at.checked_sub(1).unwrap_or(NONE)).collect(),
        behind: (1..=len).collect(),
        rank: vec![NONE; piece.len()],
        open: BinaryHeap::new(),
    };
    (0..len).for_each(|at| parts.look(at));
    let mut count = piece.len();
    // The lowest rank first, of equal ones the first.
    while let Some(Reverse((rank, at))) = parts.open.pop() {
        if get(&parts.rank, at) == rank {
            parts.merge(at);
            count -= 1;
        }
    }
    count
}

fn get(list: &[u32], at: u32) -> u32 {
    list.get(at as usize).copied().unwrap_or(NONE)
}

fn set(list: &mut [u32], at: u32, value: u32) {
    if let Some(place) = list.get_mut(at as usize) {
        *place = value;
    }
}

impl Parts<'_> {
    /// Looks up what a part and the one behind it make together.
    fn look(&mut self, at: u32) {
        let end = get(&self.behind, get(&self.behind, at));
        let pair = if end == NONE { None } else { self.piece.get(at as usize..end as usize) };
        let rank = pair.and_then(|pair| self.vocabulary.rank(pair)).unwrap_or(NONE);
        set(&mut self.rank, at, rank);
        if rank != NONE {
            self.open.push(Reverse((rank, at)));
        }
    }

    /// Makes a part and the one behind it one.
    fn merge(&mut self, at: u32) {
        let gone = get(&self.behind, at);
        let next = get(&self.behind, gone);
        set(&mut self.behind, at, next);
        set(&mut self.before, next, at);
        set(&mut self.rank, gone, NONE);
        self.look(at);
        let before = get(&self.before, at);
        if before != NONE {
            self.look(before);
        }
    }
}
