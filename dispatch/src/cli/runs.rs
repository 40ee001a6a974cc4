//! `dispatch runs`: jobs and who served them, open ones first.

use std::sync::Arc;

use serde::Serialize;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::Installed;
use super::output::{self, BAD, DIM, GOOD, WARN, styled};
use crate::record::{JobRecord, Record};
use crate::store::{StoreError, Stored};

pub(super) async fn run(place: &Place, json: bool, most: usize) -> Exit {
    let installed = match Installed::open(place).await {
        Ok(installed) => installed,
        Err(exit) => return exit,
    };
    match jobs(&installed, most).await {
        Ok(jobs) => {
            print(&jobs, json);
            Exit::Success
        }
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

async fn jobs(installed: &Installed, most: usize) -> Result<Vec<Arc<JobRecord>>, StoreError> {
    let open = installed.store.open_records().await?;
    // Runners and launch orders are closed beside their jobs, so three times as many records hold enough jobs.
    let closed = installed.store.closed_records(most.saturating_mul(3)).await?;
    let job = |(_, Stored { record, .. })| match record {
        Record::Job(job) => Some(job),
        _ => None,
    };
    let mut jobs: Vec<Arc<JobRecord>> = open.into_iter().filter_map(job).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.first_seen));
    jobs.extend(closed.into_iter().filter_map(job).take(most));
    Ok(jobs)
}

/// A job as programs read it.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    job: String,
    repository: String,
    name: &'a str,
    labels: &'a crate::label::LabelSet,
    open: bool,
    launches: u32,
    runner: Option<String>,
    code: &'a str,
    text: &'a str,
}

fn print(jobs: &[Arc<JobRecord>], json: bool) {
    for job in jobs {
        if json {
            output::json(&line(job));
        } else {
            output::line(&row(job));
        }
    }
    if jobs.is_empty() && !json {
        output::say("no jobs yet: push something, or look at the webhook's delivery page on the forge");
    }
}

fn line(job: &JobRecord) -> Line<'_> {
    let last = job.story.last();
    Line {
        version: 1,
        job: job.key.to_string(),
        repository: job.repository.to_string(),
        name: &job.name,
        labels: &job.labels,
        open: job.is_open(),
        launches: job.launches,
        runner: job.taken_by.as_ref().map(ToString::to_string),
        code: last.map_or("", |note| &note.code),
        text: last.map_or("", |note| &note.text),
    }
}

fn row(job: &JobRecord) -> String {
    let last = job.story.last();
    let text = last.map_or("", |note| &note.text);
    let state = match (job.is_open(), last.map(|note| note.code.as_str())) {
        (true, Some("held")) => styled(WARN, "waits  "),
        (true, _) => styled(GOOD, "open   "),
        (false, Some("no_pool")) => styled(BAD, "refused"),
        (false, _) => styled(DIM, "closed "),
    };
    format!("{state}  {}  {} · {}  {text}", job.key, job.repository, job.name)
}
