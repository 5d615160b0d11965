//! The tokens of o200k and their ranks.
//!
//! The table is part of the binary: each token with its length before it, in the order of the ranks, as
//! the reference implementation has them (a test compares the two, and writes the table with
//! `SEGUE_UPDATE=1`). What finds a token in it is made when the first text is counted and takes 3 MB.

use rustc_hash::FxHasher;
use std::hash::Hasher;
use std::sync::OnceLock;

pub(super) static TABLE: &[u8] = include_bytes!("o200k.tokens");

/// Twice as many as there are tokens, at least.
const SLOT_BITS: u32 = 19;
/// A slot holds a rank in its low bits and bits of the token's hash above them.
const RANK_BITS: u32 = 18;
const EMPTY: u32 = u32::MAX;
/// No token is longer, in bytes.
const LONGEST: usize = u8::MAX as usize;

pub(super) struct Vocabulary {
    /// Where in the table the length of each token stands, by rank.
    places: Box<[u32]>,
    /// Open addressing: a token is in the first slot behind its hash that has it.
    slots: Box<[u32]>,
}

impl Vocabulary {
    /// The one vocabulary.
    pub fn get() -> &'static Self {
        static ONE: OnceLock<Vocabulary> = OnceLock::new();
        ONE.get_or_init(Self::new)
    }

    fn new() -> Self {
        let mut slots = vec![EMPTY; 1 << SLOT_BITS].into_boxed_slice();
        let mut places = Vec::with_capacity(1 << RANK_BITS);
        let mut rest = TABLE;
        while let Some((token, behind)) = first(rest) {
            let hash = hash(token);
            let mut slot = home(hash);
            while slots.get(slot).is_some_and(|taken| *taken != EMPTY) {
                slot = next(slot);
            }
            if let Some(free) = slots.get_mut(slot) {
                *free = tag(hash) << RANK_BITS | to_u32(places.len());
            }
            places.push(to_u32(TABLE.len() - rest.len()));
            rest = behind;
        }
        Self { places: places.into_boxed_slice(), slots }
    }

    /// The rank of a token; `None` for bytes that are no token.
    pub fn rank(&self, bytes: &[u8]) -> Option<u32> {
        if bytes.is_empty() || bytes.len() > LONGEST {
            return None;
        }
        let hash = hash(bytes);
        let mut slot = home(hash);
        loop {
            let found = self.slots.get(slot).copied().filter(|found| *found != EMPTY)?;
            let rank = found & ((1 << RANK_BITS) - 1);
            if found >> RANK_BITS == tag(hash) && self.token(rank) == Some(bytes) {
                return Some(rank);
            }
            slot = next(slot);
        }
    }

    fn token(&self, rank: u32) -> Option<&'static [u8]> {
        let place = *self.places.get(rank as usize)? as usize;
        first(TABLE.get(place..)?).map(|(token, _)| token)
    }
}

/// The token that a part of the table begins with, and what is behind it.
fn first(table: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = table.split_first()?;
    rest.split_at_checked(usize::from(*len))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish().wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn home(hash: u64) -> usize {
    (hash >> (u64::BITS - SLOT_BITS)) as usize
}

fn next(slot: usize) -> usize {
    (slot + 1) & ((1 << SLOT_BITS) - 1)
}

/// Bits of the hash that the place of the slot does not tell.
fn tag(hash: u64) -> u32 {
    (hash >> 20) as u32 & ((1 << (u32::BITS - RANK_BITS)) - 1)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_reference() {
        let reference = tiktoken::get_encoding(super::super::TOKENIZER).unwrap();
        let mut table = Vec::new();
        let mut count = 0;
        loop {
            let token = reference.decode(&[count]);
            let Ok(len) = u8::try_from(token.len()) else { panic!("{count}") };
            if len == 0 {
                break;
            }
            table.push(len);
            table.extend(token);
            count += 1;
        }
        if std::env::var_os("SEGUE_UPDATE").is_some() {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tokens/o200k.tokens");
            std::fs::write(path, &table).unwrap();
            return;
        }
        assert!(table == TABLE, "the table differs; SEGUE_UPDATE=1 writes it");
        assert_eq!(count, 199_998);
        assert!(count < (1 << RANK_BITS) - 1, "a rank with all bits set would look like an empty slot");
        let vocabulary = Vocabulary::get();
        for rank in 0..count {
            assert_eq!(vocabulary.rank(vocabulary.token(rank).unwrap()), Some(rank));
        }
        assert_eq!(vocabulary.rank(b"no such token at all"), None);
    }
}
