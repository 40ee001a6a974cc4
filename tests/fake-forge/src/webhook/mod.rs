//! Webhooks on the wire: `signature` computes the headers, `sender` sends and keeps what came back.

mod sender;
mod signature;

pub(crate) use sender::Sender;
pub use sender::{Attempt, Steering};
pub(crate) use signature::headers;
