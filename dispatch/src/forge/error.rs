//! Why a forge could not answer, sorted by what one does about it.

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {cause}")]
pub struct ForgeError {
    /// What was asked, such as `GET /api/v1/version`; never with a token in it.
    pub what: String,
    /// The cause and the remedy, as a sentence fragment.
    pub cause: String,
    /// What kind of failure.
    pub kind: ForgeErrorKind,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeErrorKind {
    /// No answer, a 5xx, or something that is not the API's: look again later.
    Unreachable,
    /// Too many requests: look again after this many seconds.
    RateLimited {
        /// As the forge asks, or 60.
        retry_after_s: u64,
    },
    /// The token or the configuration does not suffice: a person has to act.
    Denied,
    /// This version of the forge cannot do it.
    NotSupported,
    /// The answer was the API's, but not understood.
    Malformed,
}

impl ForgeError {
    /// Puts the three together.
    pub(crate) fn new(kind: ForgeErrorKind, what: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { what: what.into(), cause: cause.into(), kind }
    }
}
