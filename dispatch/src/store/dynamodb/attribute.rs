//! The names of the attributes; the table in this module's documentation says what is in them.

pub(crate) const KEY: &str = "pk";
pub(super) const KIND: &str = "kind";
pub(super) const SCHEMA: &str = "schema";
pub(super) const VERSION: &str = "version";
pub(super) const RECORD: &str = "record";
pub(super) const VALUE: &str = "value";
pub(super) const FENCE: &str = "fence";
pub(super) const LIST: &str = "list";
pub(super) const RANK: &str = "rank";
pub(crate) const EXPIRES_AT: &str = "expires_at";

/// The index over [`LIST`] and [`RANK`].
pub(super) const LIST_INDEX: &str = "list";

/// [`LIST`] of what is part of every pass, by its key.
pub(super) const OPEN: &str = "open";
/// [`LIST`] of jobs and runners that are over, by the moment.
pub(super) const CLOSED: &str = "closed";
