//! The answer to one line, spelled as recordings spell it.

use serde::{Deserialize, Serialize};

use crate::workflow::jobs::ExpandedJob;
use crate::workflow::{Decided, Decision, Outcome};

/// What one action leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The line.
    pub id: String,
    /// One entry for each run.
    pub decided: Vec<Run>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Run {
    /// The path below the workflow folder.
    pub workflow: String,
    /// The entry of `on`.
    pub event: String,
    /// The jobs as the forge stored them first.
    pub jobs: Vec<Job>,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Job {
    /// The key in `jobs`; empty for a run that failed before it began.
    pub job_id: String,
    /// The display name.
    pub name: String,
    /// The labels.
    pub runs_on: Vec<String>,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// `waiting`, `blocked`, `skipped`, `cancelled` or `failure`.
    pub status: String,
}

impl Answer {
    /// The runs among the decisions.
    pub fn new(id: String, decided: &[Decided]) -> Self {
        let decisions = decided.iter().flat_map(|decided| &decided.workflows);
        let mut runs: Vec<_> = decisions.filter_map(run).collect();
        runs.sort();
        Self { id, decided: runs }
    }
}

fn run(decision: &Decision) -> Option<Run> {
    let jobs = match &decision.outcome {
        Outcome::Started { jobs, .. } => jobs.iter().map(job).collect(),
        Outcome::Failed { title } => vec![failed(title)],
        Outcome::NotStarted | Outcome::Unknown => return None,
    };
    Some(Run { workflow: decision.workflow.clone(), event: decision.event.clone(), jobs })
}

fn job(job: &ExpandedJob) -> Job {
    Job {
        job_id: job.job_id.clone(),
        name: job.name.clone(),
        runs_on: job.runs_on.clone(),
        needs: job.needs.clone(),
        status: job.status.to_string(),
    }
}

/// Forgejo shows a file that it cannot read as a run with one job that is never queued.
fn failed(title: &str) -> Job {
    Job { job_id: String::new(), name: title.to_owned(), runs_on: Vec::new(), needs: Vec::new(), status: "failure".to_owned() }
}
