//! From headers and raw bytes to an authenticated [`Delivery`].
//!
//! This is the only part of the program that sees a stranger's bytes before anybody has vouched for them, so its order is
//! fixed: size, content type, signature, and only then the headers that say what the delivery is about.
//! What is turned away is a [`Refusal`]: an HTTP status and a sentence for the person who looks at the forge's delivery log.
//!
//! **What the signature covers.** A forge signs the JSON body and nothing else. The id, the event names and the kind of forge
//! come from unsigned headers, so whoever has seen one delivery can send its body again under other headers.
//! Nothing may rely on a delivery id alone to tell a replay, and no event may do harm when it is named wrongly.

mod authenticate;
mod content;
mod limits;
mod names;
mod refusal;
mod secrets;
mod signature;

pub use authenticate::{Delivery, authenticate};
pub use limits::{BodyLimitError, Limits};
pub use names::ForgeHint;
pub use refusal::Refusal;
pub use secrets::{Secrets, SecretsError};
