//! The runner of `try`: it speaks the runner protocol and reports success without running anything.

use std::time::Duration;

use fake_forge::stand_in::{Habits, Identity, Outcome, run};
use serde::Deserialize;

use crate::cli::exit::Exit;
use crate::cli::output;

/// What it reads of `.runner`, as the real runners do.
#[derive(Deserialize)]
struct RunnerFile {
    uuid: String,
    token: String,
    address: String,
    labels: Vec<String>,
}

pub(crate) async fn stand_in(handle: Option<String>) -> Exit {
    match live(handle).await {
        Ok(told) => {
            output::say(&told);
            Exit::Success
        }
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

async fn live(handle: Option<String>) -> Result<String, Box<dyn std::error::Error>> {
    let file: RunnerFile = serde_json::from_slice(&std::fs::read(".runner")?)?;
    let names = file.labels.iter().map(|label| label.split(':').next().unwrap_or_default().to_owned());
    let identity = Identity { forge_url: file.address, uuid: file.uuid, token: file.token, labels: names.collect(), handle };
    let habits = Habits { poll_interval: Duration::from_millis(50), polls: 200, succeeds: true };
    Ok(match run(&identity, habits).await? {
        Outcome::Ran { task, result } => format!("task {task}: {result}"),
        Outcome::NoTask => "no task came".to_owned(),
    })
}
