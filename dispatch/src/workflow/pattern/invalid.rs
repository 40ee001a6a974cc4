//! A pattern that the forge cannot compile.

/// A list holds a pattern that the forge cannot compile. The forge then treats the whole key as unsatisfied, silently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern that the forge understands: {fault}")]
pub struct Invalid {
    /// Which pattern of the list, counted from 0.
    pub index: usize,
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with one pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// `[]`.
    #[error("`[]` is empty")]
    EmptyClass,
    /// `[a.b]` where only letters and digits may stand.
    #[error("between `[` and `]` only A-z, 0-9 and ranges of them may stand")]
    ClassMember,
    /// `[abc`.
    #[error("`[` is never closed")]
    UnclosedClass,
    /// `[z-a]`.
    #[error("a range in `[…]` runs backwards or is unknown")]
    BadRange,
    /// `{a,b`.
    #[error("`{{` is never closed")]
    UnclosedAlternatives,
    /// `abc\`.
    #[error("a backslash ends it")]
    TrailingBackslash,
    /// `\y`.
    #[error("it holds a backslash before a character that cannot be escaped")]
    BadEscape,
    /// `*+`, `a++`.
    #[error("`+` and `?` repeat what stands before them, and that is a repetition already")]
    NestedRepetition,
    /// `{+a}`.
    #[error("`+` or `?` has nothing before it to repeat")]
    NothingToRepeat,
    /// Longer or more deeply nested than this program reads. The forge itself has no such limit.
    #[error("it is too large to be evaluated here")]
    TooLarge,
}
