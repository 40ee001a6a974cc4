//! A job that no record tells of: what its forge says of it now, and what becomes of it here.

use super::installed::Installed;
use super::job_name::JobName;
use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::forge::client::ForgeClient;
use crate::forge::{Forge, ForgeError, ForgeJob, JobState};
use crate::identifier::{ForgeName, JobKey};
use crate::pool::{choose, labels_served};
use crate::reason::{Held, Reason};
use crate::record::{JobRecord, Story};

/// The job as each forge has it that knows it, told like a record that has just begun. A forge that cannot be asked is named
/// on standard error.
pub(super) async fn ask(installed: &Installed, named: &JobName) -> Vec<JobRecord> {
    let mut found = Vec::new();
    for forge in &named.forges {
        match look(&installed.config, forge, named.id).await {
            Ok(job) => found.extend(job.and_then(|job| told(installed, forge, job))),
            Err(error) => output::error(&error.to_string()),
        }
    }
    found.retain(|job| named.means(job));
    found
}

async fn look(config: &Config, forge: &ForgeName, job: u64) -> Result<Option<ForgeJob>, ForgeError> {
    let Some(settings) = config.forges.get(forge) else { return Ok(None) };
    let client = ForgeClient::new(forge, settings, &labels_served(&config.pools))?;
    Ok(client.queue().await?.into_iter().find(|known| known.id == job))
}

fn told(installed: &Installed, forge: &ForgeName, job: ForgeJob) -> Option<JobRecord> {
    let reason = match (&job.state, choose(&installed.config.pools, &job.labels)) {
        (JobState::Running { .. }, _) => Reason::TakenElsewhere,
        (JobState::Queued | JobState::Blocked, Err(no_pool)) => Reason::NoPool(no_pool),
        (JobState::Queued, Ok(_)) => Reason::FoundInQueue { forge: forge.clone() },
        (JobState::Blocked, Ok(_)) => Reason::Held(Held::NotQueued),
        (JobState::Over { .. } | JobState::Unknown, _) => return None,
    };
    let (now, key) = (installed.clock.now(), JobKey::first(forge.clone(), job.id));
    Some(JobRecord::new(key, job.repository, job.name, job.labels, now, Story::beginning(now, &reason)))
}
