//! `dispatch why JOB`: every decision, launch, error and ending in the life of a job and its runners, in order of time; of a
//! job without a record, what its forge says.

use serde::Serialize;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::Installed;
use super::job_name::JobName;
use super::output::{self, DIM, styled};
use super::unrecorded;
use crate::identifier::{ForgeName, JobKey, RunnerKey};
use crate::record::{JobRecord, Note, Record};
use crate::store::{Key, StoreError, Stored};
use crate::time::Timestamp;

pub(super) async fn run(place: &Place, job: &str, json: bool) -> Exit {
    let installed = match Installed::open(place).await {
        Ok(installed) => installed,
        Err(exit) => return exit,
    };
    let named = match JobName::parse(job, &installed.config.forges) {
        Ok(named) => named,
        Err(unknown) => {
            output::error(&unknown);
            return Exit::NotFound;
        }
    };
    match tell_of_all(&installed, &named, json).await {
        Ok(true) => Exit::Success,
        Ok(false) => tell_without_record(&installed, &named, json).await,
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

/// Whether there was any.
async fn tell_of_all(installed: &Installed, named: &JobName, json: bool) -> Result<bool, StoreError> {
    let mut found = false;
    for forge in &named.forges {
        found |= tell(installed, forge, named, json).await?;
    }
    Ok(found)
}

/// What the forge says of a job that is not known here.
async fn tell_without_record(installed: &Installed, named: &JobName, json: bool) -> Exit {
    let found = unrecorded::ask(installed, named).await;
    for job in &found {
        let lines: Vec<Line> = job.story.notes().iter().map(|note| Line::new("job", note)).collect();
        print(job, &lines, json);
    }
    if found.is_empty() {
        output::error(&format!("there is no record of {}", named.missing()));
        return Exit::NotFound;
    }
    Exit::Success
}

/// One line of the story and whose it is.
#[derive(Serialize)]
struct Line {
    at: Timestamp,
    subject: String,
    code: String,
    text: String,
}

impl Line {
    fn new(subject: &str, note: &Note) -> Self {
        Self { at: note.at, subject: subject.to_owned(), code: note.code.clone(), text: note.text.clone() }
    }
}

/// A job and its re-runs under the same id.
async fn tell(installed: &Installed, forge: &ForgeName, named: &JobName, json: bool) -> Result<bool, StoreError> {
    let mut key = JobKey::first(forge.clone(), named.id);
    let mut found = false;
    while let Some(Stored { record: Record::Job(job), .. }) = installed.store.read(&Key::job(&key)).await? {
        if !named.means(&job) {
            break;
        }
        print(&job, &lines(installed, &job).await?, json);
        found = true;
        key = key.next_generation();
    }
    Ok(found)
}

/// The job's own notes and those of the runners that were launched for it or took it.
async fn lines(installed: &Installed, job: &JobRecord) -> Result<Vec<Line>, StoreError> {
    let mut lines: Vec<Line> = job.story.notes().iter().map(|note| Line::new("job", note)).collect();
    for runner in runners(job) {
        if let Some(Stored { record: Record::Runner(runner), .. }) = installed.store.read(&Key::runner(&runner)).await? {
            let subject = format!("runner {}", runner.key);
            lines.extend(runner.story.notes().iter().map(|note| Line::new(&subject, note)));
        }
    }
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

fn runners(job: &JobRecord) -> Vec<RunnerKey> {
    let mut runners: Vec<RunnerKey> = job.runners.clone();
    runners.extend(job.taken_by.clone());
    runners.sort();
    runners.dedup();
    runners
}

#[derive(Serialize)]
struct Told<'a> {
    version: u32,
    job: String,
    repository: String,
    name: &'a str,
    labels: &'a crate::label::LabelSet,
    open: bool,
    story: &'a [Line],
}

fn print(job: &JobRecord, lines: &[Line], json: bool) {
    if json {
        let (repository, open) = (job.repository.to_string(), job.is_open());
        output::json(&Told {
            version: 1,
            job: job.key.to_string(),
            repository,
            name: &job.name,
            labels: &job.labels,
            open,
            story: lines,
        });
        return;
    }
    output::line(&format!("{} of {}, labels {}", job.name, job.repository, crate::label::listed(&job.labels)));
    for Line { at, subject, code: _, text } in lines {
        output::line(&format!("{}  {subject}: {text}", styled(DIM, at)));
    }
    if lines.last().is_some_and(|line| job.is_open() && matches!(line.code.as_str(), "announced" | "found_in_queue")) {
        output::line("the worker has not looked yet; if that lasts for more than a minute, its log says why");
    }
}
