//! `dispatch sweep`: one pass now, or only its plan.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Notify;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::Installed;
use super::output;
use super::serve::agent;
use crate::journal::{Journal, Subject};
use crate::plan::Planned;
use crate::reason::Reason;
use crate::serve::{ServeError, connect, with_ec2};
use crate::service::Service;
use crate::time::Timestamp;

/// Tells each thing that was done on standard output.
struct Printed {
    json: bool,
}

impl Journal for Printed {
    fn tell(&self, at: Timestamp, subject: &Subject, reason: &Reason) {
        if self.json {
            output::json(
                &serde_json::json!({ "at": at, "subject": subject.to_string(), "code": reason.code(), "text": reason.to_string() }),
            );
        } else {
            output::line(&format!("{subject}: {reason}"));
        }
    }
}

pub(super) async fn run(place: &Place, dry_run: bool, json: bool) -> Exit {
    let installed = match Installed::open(place).await {
        Ok(installed) => installed,
        Err(exit) => return exit,
    };
    let outcome = match service(installed, json).await {
        Ok(service) if dry_run => look(&service, json).await,
        Ok(service) => sweep(&service, json).await,
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(exit) => exit,
        Err(error) => {
            output::error(&error);
            Exit::Unavailable
        }
    }
}

async fn service(installed: Installed, json: bool) -> Result<Service, ServeError> {
    let agent = agent().map_err(ServeError::Program)?;
    let Installed { config, store, clock } = installed;
    // Another name than `serve` has, so that the two never pass at the same time.
    let holder = format!("sweep-{}", std::process::id());
    let journal = Arc::new(Printed { json });
    with_ec2(connect(config, store, Arc::new(clock), agent, Arc::new(Notify::new()), journal, holder)?).await
}

async fn sweep(service: &Service, json: bool) -> Result<Exit, String> {
    let pass = service.pass().await.map_err(|error| error.to_string())?;
    if pass.held_by_another {
        return Err("another worker is at it; `serve` looks by itself".to_owned());
    }
    if !json {
        output::say(&format!("{} done, {} failed, {} jobs and runners open", pass.done, pass.failed, pass.open));
    }
    Ok(if pass.failed == 0 { Exit::Success } else { Exit::Findings })
}

#[derive(Serialize)]
struct Line {
    action: String,
    code: &'static str,
    reason: String,
}

async fn look(service: &Service, json: bool) -> Result<Exit, String> {
    let (_, plan) = service.look().await.map_err(|error| error.to_string())?;
    for Planned { action, reason } in &plan.actions {
        if json {
            output::json(&Line { action: action.name().to_owned(), code: reason.code(), reason: reason.to_string() });
        } else {
            output::line(&format!("would {}: {reason}", action.name()));
        }
    }
    if plan.actions.is_empty() && !json {
        output::say("nothing to do");
    }
    Ok(Exit::Success)
}
