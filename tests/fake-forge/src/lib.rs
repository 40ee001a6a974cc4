//! A stand-in for Gitea and Forgejo on a loopback socket, true to recordings of live servers.
//!
//! Shares no code with `dispatch`: it is written from the recordings, so that it cannot confirm our own beliefs.
//! It serves the tests and `dispatch try`.
//!
//! [`World`] is the forge's state, pure; [`World::new`] and its methods tell a story. [`FakeForge`] serves it over HTTP and
//! sends the webhooks. [`Fault`]s break routes on purpose. [`stand_in`] is a runner that runs nothing.
//!
//! Known to be simpler than a real server: workflow files are not parsed (a story gives the jobs), no concurrency groups,
//! no `Cancelling` state (Gitea 1.27 with a runner that knows it).

mod faults;
mod flavour;
mod json;
mod protobuf;
mod request_log;
mod routes;
mod server;
pub mod stand_in;
mod webhook;
pub mod world;

pub use faults::Fault;
pub use flavour::Flavour;
pub use request_log::Served;
pub use server::FakeForge;
pub use webhook::{Attempt, Steering};
pub use world::World;
