//! Stories of the Lambda function without Lambda and without AWS: events in, answers out, and what was done in between.
#![expect(clippy::unwrap_used, reason = "a story that does not go as told has failed")]

mod deliveries;
mod overlap;
mod roles;
mod stage;
mod sweeps;
