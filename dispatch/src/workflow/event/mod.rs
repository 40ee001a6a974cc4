//! What happened, as one webhook delivery tells it.

mod activity;
mod changes;
mod kind;
mod payload;
mod types;

pub use activity::{Activities, activities};
pub use kind::Kind;
pub use payload::Unreadable;
pub(super) use types::is_zero;
pub use types::{Actor, Event, LabelChange, NO_COMMIT, PullRequest, Tip};
