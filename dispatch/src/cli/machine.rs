//! `dispatch machine FOLDER`: the agent of a machine of the `process` backend.

use std::path::PathBuf;

use super::exit::Exit;
use super::output;
use crate::cloud::process::agent;

pub(super) async fn run(folder: PathBuf) -> Exit {
    match agent::live(folder).await {
        Ok(ending) => {
            output::say(&ending);
            Exit::Success
        }
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}
