//! Where in the file a value stands.

use std::ops::Deref;

/// A half-open range of byte offsets of the plan's file, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Range {
    /// The range `start..end`; offsets beyond 4 GiB saturate, an end before the start is the start.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: fit(start), end: fit(end.max(start)) }
    }

    /// The range as one that slices a `str`.
    #[must_use]
    pub fn bytes(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether `offset` lies in it or at its end, where a cursor still belongs to it.
    #[must_use]
    pub fn touches(self, offset: usize) -> bool {
        self.start as usize <= offset && offset <= self.end as usize
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A value as the file states it, with the bytes that say so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// The bytes of the file it was read from.
    pub range: Range,
}

impl<T> Stated<T> {
    /// A value and where it stands.
    pub fn new(value: T, range: Range) -> Self {
        Self { value, range }
    }
}

impl<T> Deref for Stated<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
