//! From a question to its explanation.

use super::explanation::{Explanation, JobAnswer, Place, WorkflowAnswer};
use super::question::Question;
use crate::diagnostic::Source;
use crate::label::LabelSet;
use crate::pool::{self, Pool};
use crate::text::printable;
use crate::workflow::jobs::{ExpandedJob, JobStatus};
use crate::workflow::{Decision, Dialect, Folder, Outcome, Scene, Settings, Snapshot, Why, decide, model};
use crate::yaml::{self, Span};

/// Longest name and longest sentence that are shown.
const NAME: usize = 100;
const SENTENCE: usize = 500;

/// Decides the question by what `snapshot` knows. `pools` are those of the configuration, if there is one.
pub fn explain(
    question: &Question,
    dialect: Dialect,
    settings: &Settings,
    snapshot: &Snapshot,
    pools: Option<&[Pool]>,
) -> Explanation {
    let decided = decide(Scene { dialect, settings, event: &question.event, snapshot });
    let account = Account { dialect, snapshot, pools };
    let workflows: Vec<_> = decided.workflows.iter().map(|decision| account.workflow(decision)).collect();
    let trouble = |workflow: &WorkflowAnswer| workflow.broken || workflow.jobs.iter().any(|job| job.trouble.is_some());
    let is_lost = matches!(decided.why, Some(Why::Lost { .. }));
    let (nothing, unknown) = match decided.why {
        Some(Why::Unknown { what }) => (None, Some(what)),
        why => (why.map(|why| why.to_string()), None),
    };
    Explanation {
        version: 1,
        ok: !is_lost && unknown.is_none() && !workflows.iter().any(trouble),
        about: printable(&question.about, SENTENCE),
        dialect: dialect.to_string(),
        notes: question.notes.iter().map(|note| printable(note, SENTENCE)).collect(),
        nothing: nothing.map(|why| printable(&why, SENTENCE)),
        unknown: unknown.map(|what| printable(&what, SENTENCE)),
        workflows,
    }
}

struct Account<'a> {
    dialect: Dialect,
    snapshot: &'a Snapshot,
    pools: Option<&'a [Pool]>,
}

impl Account<'_> {
    fn workflow(&self, decision: &Decision) -> WorkflowAnswer {
        let jobs = match &decision.outcome {
            Outcome::Started { jobs, .. } => jobs.iter().map(|job| self.job(decision, job)).collect(),
            _ => Vec::new(),
        };
        WorkflowAnswer {
            file: printable(&path(decision), NAME),
            event: printable(&decision.event, NAME),
            outcome: decision.outcome.word(),
            why: printable(&decision.why.to_string(), SENTENCE),
            broken: is_broken(&decision.why),
            place: place_of(decision).and_then(|span| self.place(decision, span)),
            jobs,
        }
    }

    fn job(&self, decision: &Decision, job: &ExpandedJob) -> JobAnswer {
        let (pool, trouble) = match self.served(job) {
            Ok(pool) => (pool, None),
            Err(trouble) => (None, Some(trouble)),
        };
        let span = trouble.as_ref().and_then(|_| self.labels_of(decision, job));
        JobAnswer {
            job_id: printable(&job.job_id, NAME),
            name: printable(&job.name, NAME),
            runs_on: job.runs_on.iter().map(|label| printable(label, NAME)).collect(),
            needs: job.needs.iter().map(|need| printable(need, NAME)).collect(),
            status: job.status.as_str(),
            pool,
            depends_on: job.depends_on.as_ref().map(|on| printable(on, NAME)),
            trouble: trouble.map(|trouble| printable(&trouble, SENTENCE)),
            place: span.and_then(|span| self.place(decision, span)),
        }
    }

    /// The pool that a job gets, if that can be told; or why it can never run.
    fn served(&self, job: &ExpandedJob) -> Result<Option<String>, String> {
        if job.status == JobStatus::Failure {
            return Err("the forge fails the job before it begins".to_owned());
        }
        let Some(pools) = self.pools.filter(|_| !job.is_caller && job.depends_on.is_none() && !job.status.has_ended()) else {
            return Ok(None);
        };
        let labels: LabelSet = job.runs_on.iter().cloned().collect();
        pool::choose(pools, &labels).map(|pool| Some(pool.name.to_string())).map_err(|no_pool| no_pool.to_string())
    }

    /// Where the labels of a job are written; the job itself if it has none, or is one of a called workflow.
    fn labels_of(&self, decision: &Decision, job: &ExpandedJob) -> Option<Span> {
        let workflow = model::read(&decision.workflow, self.content(decision)?, self.dialect).ok()?;
        let written = workflow.jobs.iter().find(|written| written.span == job.span && written.id == job.job_id)?;
        Some(written.get("runs-on").filter(|node| node.span.start < node.span.end).map_or(written.span, |node| node.span))
    }

    fn place(&self, decision: &Decision, span: Span) -> Option<Place> {
        let text = yaml::decode(self.content(decision)?).ok()?;
        Some(Place { source: Source::new(printable(&path(decision), NAME), &text), span })
    }

    fn content(&self, decision: &Decision) -> Option<&[u8]> {
        match self.snapshot.trees.get(&decision.commit)?.folders.get(&decision.folder)? {
            Folder::Files(files) | Folder::Submodule(files) => files.get(&decision.workflow).map(AsRef::as_ref),
            Folder::NotAFolder => None,
        }
    }
}

fn path(decision: &Decision) -> String {
    format!("{}/{}", decision.folder, decision.workflow)
}

/// What is worth a look: nothing in a file that starts, or in one that only suffers from another.
fn place_of(decision: &Decision) -> Option<Span> {
    match (&decision.outcome, &decision.why) {
        (Outcome::Started { .. }, _) => None,
        (_, Why::Lost { file, fault }) => (*file == decision.workflow).then_some(fault.span),
        _ => decision.span,
    }
}

/// Whether the file is wrong, rather than not meant.
fn is_broken(why: &Why) -> bool {
    matches!(
        why,
        Why::Refused(_)
            | Why::FailedRun(_)
            | Why::Lost { .. }
            | Why::InvalidPattern { .. }
            | Why::UnknownKey { .. }
            | Why::TakenForSchedule { .. }
    )
}
