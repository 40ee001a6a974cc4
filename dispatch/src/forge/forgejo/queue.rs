//! Which jobs wait or run (Forgejo from 11). One answer holds them all; blocked jobs are not in it.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;

use super::names::RepositoryNames;
use super::wire::Job;
use crate::forge::capabilities::{Capabilities, ForgeKind::Forgejo, Version};
use crate::forge::error::ForgeError;
use crate::forge::http::{Answer, Call, Http, Missing};
use crate::forge::route::{self, Group};
use crate::forge::{ForgeJob, JobState, rows};
use crate::identifier::{RepositoryName, Scope};
use crate::label::LabelSet;

/// The waiting and running jobs of one scope; nothing for a scope that is not there.
///
/// Up to 13 only jobs whose labels are all among `served` can be seen.
pub(in crate::forge) async fn queue(
    http: &Http,
    names: &RepositoryNames,
    forge: Capabilities,
    served: &LabelSet,
    scope: &Scope,
) -> Result<Option<Vec<ForgeJob>>, ForgeError> {
    let answer = http.ask(&list(forge, served, scope)).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(None);
    }
    let values = values(&answer)?;
    let ids: BTreeSet<u64> = values.iter().filter_map(|value| value.get("repo_id").and_then(Value::as_u64)).collect();
    let mut known = BTreeMap::new();
    for id in ids {
        known.insert(id, name(http, names, scope, id).await?);
    }
    let jobs = rows::jobs(&answer, values, |job: Job| match known.get(&job.repo_id) {
        Some(Some(repository)) => job.into_forge_job(repository.clone()),
        _ => Err(format!("job {} is of repository {}, which is gone or hidden from the token", job.id, job.repo_id)),
    })?;
    Ok(Some(jobs.into_iter().map(|(_, job)| job).collect()))
}

/// One job, as the list of its repository shows it now; there is no route for a single one.
pub(in crate::forge) async fn job(
    http: &Http,
    forge: Capabilities,
    served: &LabelSet,
    repository: &RepositoryName,
    job: u64,
) -> Result<JobState, ForgeError> {
    let answer = http.ask(&list(forge, served, &Scope::Repository(repository.clone()))).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(JobState::Unknown);
    }
    let mut jobs = values(&answer)?.into_iter().filter_map(|value| serde_json::from_value::<Job>(value).ok());
    Ok(jobs.find(|row| row.id == job).and_then(|row| row.state()).unwrap_or(JobState::Unknown))
}

fn list(forge: Capabilities, served: &LabelSet, scope: &Scope) -> Call {
    // The whole forge's routes moved below `actions` in 15; before, only this place has the list.
    let old_admin = *scope == Scope::Instance && !forge.registrations;
    let rest: &[&str] = if old_admin { &["runners", "jobs"] } else { &["actions", "runners", "jobs"] };
    let call = route::at(Forgejo, scope, Group::Runners, Method::GET, rest);
    if forge.version < (Version { major: 14, minor: 0 }) {
        let labels: Vec<&str> = served.iter().map(String::as_str).collect();
        return call.query("labels", &labels.join(","));
    }
    call
}

/// Forgejo writes an empty list as `null`.
fn values(answer: &Answer) -> Result<Vec<Value>, ForgeError> {
    Ok(answer.read::<Option<Vec<Value>>>()?.unwrap_or_default())
}

/// A repository's own list needs no question.
async fn name(http: &Http, names: &RepositoryNames, scope: &Scope, id: u64) -> Result<Option<RepositoryName>, ForgeError> {
    match scope {
        Scope::Repository(repository) => Ok(Some(repository.clone())),
        Scope::Organisation(_) | Scope::Instance => names.of(http, id).await,
    }
}
