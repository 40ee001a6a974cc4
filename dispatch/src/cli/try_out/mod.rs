//! `dispatch try`: the whole way of one push on this computer, with nothing configured.
//!
//! The forge is a stand-in on a loopback socket and the runner runs nothing; everything between them is the product:
//! signature, claim, embedded records, pass, process, one-time identity, runner protocol, closing, sweep.

mod forge;
mod runner;
mod show;
mod story;

use super::exit::Exit;
use super::output;

pub(super) use runner::stand_in;

/// Tells the story, and fails if it does not end well.
pub(super) async fn run(json: bool) -> Exit {
    match story::tell(json).await {
        Ok(()) => Exit::Success,
        Err(error) => {
            output::error(&format!("{error}"));
            Exit::Unavailable
        }
    }
}
