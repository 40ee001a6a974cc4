//! What a list of patterns said of an event's branches, tags or files, and which pattern said it.

/// Whether a key such as `branches` or `paths-ignore` is satisfied, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the key lets the workflow start.
    pub satisfied: bool,
    /// What decided.
    pub because: Because,
}

/// What decided a [`Verdict`]. Patterns and inputs are named by their index in the lists that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The list is empty, so it asks for nothing: satisfied.
    EmptyList,
    /// The list holds patterns, but there is nothing to compare with them (no file changed): not satisfied.
    NoInput,
    /// Include list: `input` is in, and `pattern` is the last one that matched it: satisfied.
    Included {
        /// The pattern that let it in.
        pattern: usize,
        /// The input that it let in.
        input: usize,
    },
    /// Include list: no input is in; `input` was taken out by the `!` of `pattern`: not satisfied.
    Excluded {
        /// The pattern that took it out.
        pattern: usize,
        /// The input that it took out: the first of those that a `!` took out.
        input: usize,
    },
    /// Include list: no pattern matches any input: not satisfied.
    NothingMatched,
    /// Ignore list: `input` is ignored by no pattern: satisfied.
    NotIgnored {
        /// The first input that is not ignored.
        input: usize,
    },
    /// Ignore list: every input is ignored; the first one by `pattern`: not satisfied.
    AllIgnored {
        /// The pattern that ignores the first input.
        pattern: usize,
    },
}

impl Verdict {
    pub(super) fn yes(because: Because) -> Self {
        Self { satisfied: true, because }
    }

    pub(super) fn no(because: Because) -> Self {
        Self { satisfied: false, because }
    }
}
