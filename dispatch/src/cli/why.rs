//! `dispatch why JOB`: every decision, launch, error and ending in the life of a job and its runners, in order of time.

use serde::Serialize;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::Installed;
use super::output::{self, DIM, styled};
use crate::identifier::{ForgeName, JobKey, RunnerKey};
use crate::record::{JobRecord, Note, Record};
use crate::store::{Key, StoreError, Stored};
use crate::time::Timestamp;

pub(super) async fn run(place: &Place, job: &str, json: bool) -> Exit {
    let installed = match Installed::open(place).await {
        Ok(installed) => installed,
        Err(exit) => return exit,
    };
    let Some((forge, id)) = parse(job, &installed) else {
        output::error(&format!("`{job}` is no job: give its id, FORGE/ID, or the address of its page"));
        return Exit::NotFound;
    };
    match tell(&installed, &forge, id, json).await {
        Ok(true) => Exit::Success,
        Ok(false) => {
            output::error(&format!(
                "there is no record of job {id} of forge `{forge}`: no delivery announced it, and no look at the queue showed it with labels that a pool covers"
            ));
            Exit::NotFound
        }
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

/// An id alone means the only forge, or the first one.
fn parse(text: &str, installed: &Installed) -> Option<(ForgeName, u64)> {
    let first = || installed.config.forges.keys().next().cloned();
    if let Ok(id) = text.parse() {
        return Some((first()?, id));
    }
    let (before, id) = text.trim_end_matches('/').rsplit_once('/')?;
    let id = id.parse().ok()?;
    let named = installed.config.forges.keys().find(|forge| forge.as_str() == before).cloned();
    let by_page =
        || installed.config.forges.iter().find(|(_, forge)| before.starts_with(&forge.url)).map(|(name, _)| name.clone());
    Some((named.or_else(by_page).or_else(first)?, id))
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

async fn tell(installed: &Installed, forge: &ForgeName, id: u64, json: bool) -> Result<bool, StoreError> {
    let mut key = JobKey::first(forge.clone(), id);
    let mut found = false;
    while let Some(Stored { record: Record::Job(job), .. }) = installed.store.read(&Key::job(&key)).await? {
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
    if lines.last().is_some_and(|line| job.is_open() && line.code == "announced") {
        output::line("the worker has not looked yet");
    }
}
