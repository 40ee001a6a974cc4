//! `dispatch serve`: the long-running form for one computer.

use std::sync::Arc;

use tracing_subscriber::EnvFilter;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::configuration;
use super::output;
use crate::cloud::process::AgentProgram;
use crate::config::PROCESS_RIGHTS;
use crate::journal::LogJournal;
use crate::serve::{Installation, asked_to_stop};

pub(super) async fn run(place: &Place, json: bool) -> Exit {
    let config = match configuration(place) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    log_to_stderr(json);
    match start(config).await {
        Ok(()) => Exit::Success,
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

async fn start(config: crate::config::Config) -> Result<(), Box<dyn std::error::Error>> {
    let agent = agent()?;
    // Before anybody is told that it listens: who was told may ask it to stop.
    let stop = asked_to_stop()?;
    let installation = Installation::open(config, agent, Arc::new(LogJournal)).await?;
    tracing::warn!("{PROCESS_RIGHTS}");
    tracing::info!("receiving webhooks at http://{}/", installation.address()?);
    installation.run(stop).await;
    Ok(())
}

/// This very program, told to be the first process of a machine.
pub(super) fn agent() -> std::io::Result<AgentProgram> {
    Ok(AgentProgram { program: std::env::current_exe()?, arguments: vec!["machine".to_owned()] })
}

/// Colours follow the terminal and `NO_COLOR`; `RUST_LOG` chooses what is told.
fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let log = log.with_ansi(output::talk_is_coloured());
    if json {
        log.json().init();
    } else {
        log.init();
    }
}
