//! The form for AWS Lambda: the same edge and the same worker, woken by events instead of a server and a timer.
//!
//! One binary, `bootstrap`, knows three kinds of events by their shape: requests of a function URL, the schedule, and
//! batches of the table's stream. Deployed twice it is edge and worker with different rights; deployed once it is both.
//!
//! [`Function`] is all of it but the process and its clients; those come with the feature `lambda`.
//!
//! Lambda freezes a process between two events and may end it at any moment, so nothing is kept in it that matters, and
//! nothing is prepared before the first event that this event may not need.

#[cfg(feature = "lambda")]
mod aws;
mod configuration;
mod deadline;
mod event;
mod failure;
mod function;
#[cfg(feature = "lambda")]
mod init_error;
#[cfg(feature = "lambda")]
mod log;
mod request;
mod role;
#[cfg(feature = "lambda")]
mod start;
mod stream;

pub use configuration::{FILE, configuration};
pub use deadline::Deadline;
pub use failure::Failure;
pub use function::Function;
pub use role::Role;
#[cfg(feature = "lambda")]
pub use start::main;
