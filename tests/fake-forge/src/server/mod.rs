//! The world on a socket: `handle` is what tests hold, `service` answers requests.

mod handle;
mod service;
mod state;

pub use handle::FakeForge;
