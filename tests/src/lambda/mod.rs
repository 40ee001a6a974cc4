//! Lambda without AWS: its Runtime API on the loopback, and the real function as a process beside it.

pub mod event;
mod process;
mod runtime_api;

pub use process::{FunctionProcess, Program, environment};
pub use runtime_api::{Answer, RuntimeApi};
