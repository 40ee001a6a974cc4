//! Why a cloud could not do something, sorted by what one does about it.

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {cause}")]
pub struct CloudError {
    /// The call, such as `launch`.
    pub what: String,
    /// The cloud's own code and words, and the remedy.
    pub cause: String,
    /// What kind of failure.
    pub kind: CloudErrorKind,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudErrorKind {
    /// No such machine to be had now: try the next rung of the ladder.
    Capacity,
    /// An account limit: wait for machines to end.
    Quota,
    /// Too many calls: look again later.
    Throttled,
    /// Our rights do not suffice: a person has to act.
    Denied,
    /// The order is wrong: a person has to mend the configuration.
    Invalid,
    /// Anything that may pass by itself; the effect may have happened.
    Transient,
}
