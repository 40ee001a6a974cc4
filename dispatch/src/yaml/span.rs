//! Where in the source something was written.

/// A range of bytes in a source text, and where it starts for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Line of `start`, counted from 1.
    pub line: usize,
    /// Column of `start` in characters, counted from 1.
    pub column: usize,
}

impl Span {
    /// From the beginning of this range to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }

    /// The text of this range, if it lies inside `source`.
    #[must_use]
    pub fn slice(self, source: &str) -> Option<&str> {
        source.get(self.start..self.end)
    }
}
