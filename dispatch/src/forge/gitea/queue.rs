//! Which jobs wait or run (Gitea from 1.25).

use reqwest::Method;

use super::wire::{Job, Jobs};
use crate::forge::capabilities::ForgeKind::Gitea;
use crate::forge::error::ForgeError;
use crate::forge::http::{Answer, Http, Missing};
use crate::forge::paging::{self, Listing, Page};
use crate::forge::route::{self, Group};
use crate::forge::{ForgeJob, JobState, rows};
use crate::identifier::{RepositoryName, Scope};

/// The queued and running jobs of one scope; nothing for a scope that is not there.
///
/// Both statuses are asked for at once, so a job that is taken while pages are read keeps its place in the list.
pub(in crate::forge) async fn queue(http: &Http, scope: &Scope) -> Result<Option<Vec<ForgeJob>>, ForgeError> {
    let mut gone = false;
    let call = route::at(Gitea, scope, Group::Reading, Method::GET, &["actions", "jobs"])
        .query("status", "queued")
        .query("status", "in_progress");
    let read = |answer: &Answer| {
        if answer.missing() == Some(Missing::Object) {
            gone = true;
            return Ok(Page::default());
        }
        let Jobs { jobs, total_count } = answer.read()?;
        let jobs = jobs.unwrap_or_default();
        Ok(Page { length: jobs.len(), rows: rows::jobs(answer, jobs, Job::into_forge_job)?, total: total_count })
    };
    let jobs = paging::ascending(Listing { http, call, read }).await?;
    Ok((!gone).then_some(jobs))
}

/// One job, asked for now.
pub(in crate::forge) async fn job(http: &Http, repository: &RepositoryName, job: u64) -> Result<JobState, ForgeError> {
    let id = job.to_string();
    let answer = http.ask(&route::repository(Gitea, repository, &["actions", "jobs", &id])).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(JobState::Unknown);
    }
    let job: Job = answer.read()?;
    Ok(job.state().unwrap_or(JobState::Unknown))
}
