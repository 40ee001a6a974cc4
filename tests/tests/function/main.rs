//! Stories of the Lambda function without Lambda and without AWS: events in, answers out, and what was done in between.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a story that does not go as told has failed")]

mod deliveries;
mod hostile;
mod overlap;
mod roles;
mod stage;
mod sweeps;
