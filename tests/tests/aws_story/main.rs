//! The whole story on emulators: a delivery, the edge, the stream, the worker, EC2, a machine that takes its identity once
//! and does the job, and nothing left.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a story that does not go as told has failed")]

mod crowd;
mod gateway;
mod killed;
mod machine;
mod rights;
mod stage;
mod stories;
mod told;
mod troubles;
mod unlisted;
