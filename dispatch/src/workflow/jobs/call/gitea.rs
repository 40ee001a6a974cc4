//! Gitea ≥ 1.27: a call becomes rows behind the caller's row, and the server looks at them once more at once.
//!
//! The rows of a called workflow are stored as blocked; then the part of the server that otherwise looks after jobs whose
//! needs have ended evaluates their `if` and lets them wait, or expands what they call in turn.

use std::rc::Rc;
use std::sync::Arc;

use crate::expression::{self, Contexts, Outcome, Value};
use crate::workflow::model::{self, Fault, Workflow};
use crate::yaml::{self, Node, Options, Span};

use super::super::concurrency::{self, Group};
use super::super::environment::Environment;
use super::super::expand::rows;
use super::super::job::{ExpandedJob, JobStatus};
use super::super::needs::scalar;
use super::super::truncate::truncated;
use super::specification::{self, Specification};
use super::{inputs, reference, secrets};

/// How many callers may stand above a caller.
const DEPTH_LIMIT: usize = 9;

/// The rows of `workflow` and of everything that it calls.
pub(in super::super) fn expand(workflow: &Workflow, environment: Environment<'_>) -> Result<Vec<ExpandedJob>, Fault> {
    let mut run = Run { rows: Vec::new() };
    run.insert(workflow, &Rc::new(environment), None)?;
    if run.rows.iter().any(|row| row.is_expanded) {
        run.resolve();
    }
    let groups: Vec<Option<Group>> = run.rows.iter().map(|row| row.group.clone()).collect();
    let mut jobs: Vec<ExpandedJob> = run.rows.into_iter().map(|row| row.job).collect();
    concurrency::displace(&mut jobs, &groups);
    Ok(jobs)
}

struct Run<'a> {
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    job: ExpandedJob,
    /// The row of the caller.
    parent: Option<usize>,
    environment: Rc<Environment<'a>>,
    contexts: Contexts,
    condition: String,
    group: Option<Group>,
    call: Option<Call>,
    is_expanded: bool,
    /// An attempt to expand it has failed, which leaves it blocked.
    is_stuck: bool,
}

#[derive(Clone)]
struct Call {
    uses: String,
    with: Option<Node>,
    secrets: Option<Node>,
}

impl<'a> Run<'a> {
    /// Stores the rows of one file. At the top, a caller that is ready is expanded on the spot.
    fn insert(&mut self, workflow: &Workflow, environment: &Rc<Environment<'a>>, parent: Option<usize>) -> Result<(), Fault> {
        for row in rows(workflow, environment)? {
            let mut job = row.job;
            job.name = truncated(&job.name, environment.context.dialect);
            let uses = row.source.get("uses").and_then(scalar).filter(|uses| !uses.is_empty());
            job.is_caller = uses.is_some();
            if parent.is_some() {
                job.status = JobStatus::Blocked;
            }
            let field = |key: &str| row.source.get(key).cloned();
            self.rows.push(Row {
                parent,
                environment: Rc::clone(environment),
                contexts: row.contexts,
                condition: row.source.get("if").and_then(Node::text).unwrap_or_default().to_owned(),
                group: row.group,
                call: uses.map(|uses| Call { uses, with: field("with"), secrets: field("secrets") }),
                is_expanded: false,
                is_stuck: false,
                job,
            });
            let index = self.rows.len() - 1;
            if self.is_ready_caller(index) {
                self.expand(index)?;
            }
        }
        Ok(())
    }

    fn is_ready_caller(&self, index: usize) -> bool {
        self.rows.get(index).is_some_and(|row| row.call.is_some() && row.job.status == JobStatus::Waiting)
    }

    /// Stores the rows that a caller calls.
    fn expand(&mut self, index: usize) -> Result<(), Fault> {
        let Some(row) = self.rows.get(index) else {
            return Ok(());
        };
        let (Some(call), span) = (row.call.clone(), row.job.span) else {
            return Ok(());
        };
        self.check_chain(index, &call.uses, span)?;
        let Some(reference) = reference::gitea(&call.uses) else {
            return Err(Fault::refused(span, format!("`uses: {}` does not name a workflow", call.uses)));
        };
        let context = row.environment.context;
        let content = reference.content(context.callees, &call.uses, span)?;
        let (workflow, environment) = self.called(index, &call, &content).map_err(|fault| Fault { span, ..fault })?;
        let rows_before = self.rows.len();
        self.insert(&workflow, &Rc::new(environment), Some(index))?;
        if self.rows.len() == rows_before {
            return Err(Fault::refused(span, format!("the called workflow `{}` has no jobs", call.uses)));
        }
        if let Some(row) = self.rows.get_mut(index) {
            row.is_expanded = true;
        }
        self.refresh_callers();
        Ok(())
    }

    /// A called workflow, and what its jobs may refer to.
    fn called(&self, index: usize, call: &Call, content: &[u8]) -> Result<(Workflow, Environment<'a>), Fault> {
        let Some(row) = self.rows.get(index) else {
            return Err(Fault::refused(Span::default(), "no such row"));
        };
        let root = yaml::parse(&yaml::decode(content)?, &Options::forge())?;
        if !specification::is_callable(&root) {
            return Err(Fault::refused(root.span, format!("`{}` does not declare `workflow_call`", call.uses)));
        }
        let specification = Specification::read(&root)?;
        secrets::check(&specification, call.secrets.as_ref(), root.span)?;
        let inputs = inputs::gitea(&specification, call.with.as_ref(), &row.contexts, root.span)?;
        let workflow = model::read(&call.uses, content, row.environment.context.dialect)?;
        if let Some(fault) = &workflow.job_fault {
            return Err(fault.clone());
        }
        let job_ids = workflow.jobs.iter().map(|job| job.id.clone()).collect();
        let github = called_github(&row.environment.github, &inputs);
        Ok((workflow, row.environment.called(inputs, Arc::new(github), job_ids)))
    }

    /// Refuses a call that is among its own callers, or too deep.
    fn check_chain(&self, index: usize, uses: &str, span: Span) -> Result<(), Fault> {
        let mut depth = 0;
        let mut parent = self.rows.get(index).and_then(|row| row.parent);
        while let Some(row) = parent.and_then(|parent| self.rows.get(parent)) {
            depth += 1;
            if row.call.as_ref().is_some_and(|call| call.uses == uses) {
                return Err(Fault::refused(span, format!("`{uses}` calls itself")));
            }
            if depth > DEPTH_LIMIT {
                return Err(Fault::refused(span, format!("calls are nested more than {DEPTH_LIMIT} deep")));
            }
            parent = row.parent;
        }
        Ok(())
    }

    /// Lets blocked rows go whose needs have ended, until nothing changes any more.
    fn resolve(&mut self) {
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for index in 0..self.rows.len() {
                has_changed |= self.resolve_row(index);
            }
            self.refresh_callers();
        }
    }

    fn resolve_row(&mut self, index: usize) -> bool {
        let Some(starts) = self.starts(index) else {
            return false;
        };
        let is_call = self.rows.get(index).is_some_and(|row| row.call.is_some());
        if starts && is_call {
            let is_stuck = self.expand(index).is_err();
            if let Some(row) = self.rows.get_mut(index) {
                row.is_stuck = is_stuck;
            }
            return !is_stuck;
        }
        if let Some(row) = self.rows.get_mut(index) {
            row.job.status = if starts { JobStatus::Waiting } else { JobStatus::Skipped };
        }
        true
    }

    /// Whether a blocked row whose needs have ended starts or is skipped; nothing if it stays blocked.
    fn starts(&self, index: usize) -> Option<bool> {
        let row = self.rows.get(index)?;
        let is_parent_ready = row.parent.is_none_or(|parent| self.rows.get(parent).is_some_and(|row| row.is_expanded));
        if row.job.status != JobStatus::Blocked || row.is_expanded || row.is_stuck || !is_parent_ready {
            return None;
        }
        let siblings = || self.rows.iter().filter(|other| other.parent == row.parent);
        let needed: Vec<&Row<'_>> = siblings().filter(|other| row.job.needs.contains(&other.job.job_id)).collect();
        if !needed.iter().all(|need| need.job.status.has_ended()) {
            return None;
        }
        if row.condition.is_empty() {
            return Some(needed.is_empty());
        }
        // No need can have succeeded yet: nothing has run.
        let results = needed.iter().map(|need| {
            let result = Value::texts([("result", need.job.status.as_str())]);
            (need.job.job_id.clone(), result)
        });
        let mut contexts = row.contexts.clone().with("needs", Value::Map(results.collect())).with("matrix", Value::empty());
        contexts.outcome = match needed.iter().find(|need| need.job.status == JobStatus::Failure) {
            Some(_) => Outcome::Failure,
            None if row.job.needs.is_empty() => Outcome::Success,
            None => Outcome::Other,
        };
        expression::holds(&row.condition, &contexts).ok()
    }

    /// Gives each expanded caller the status that its rows add up to.
    fn refresh_callers(&mut self) {
        for index in (0..self.rows.len()).rev() {
            let statuses: Vec<JobStatus> =
                self.rows.iter().filter(|row| row.parent == Some(index)).map(|row| row.job.status).collect();
            if let Some(row) = self.rows.get_mut(index).filter(|row| row.is_expanded) {
                row.job.status = aggregate(&statuses);
            }
        }
    }
}

fn aggregate(statuses: &[JobStatus]) -> JobStatus {
    let first = [JobStatus::Waiting, JobStatus::Blocked, JobStatus::Cancelled, JobStatus::Failure];
    first.into_iter().find(|status| statuses.contains(status)).unwrap_or(JobStatus::Skipped)
}

/// Inside of a called workflow the event is `workflow_call`, and carries the inputs.
fn called_github(github: &Value, inputs: &Value) -> Value {
    let Value::Map(entries) = github else {
        return github.clone();
    };
    let changed = entries.iter().map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("event_name", _) => Value::text("workflow_call"),
            ("event", Value::Map(event)) => {
                let kept = event.iter().filter(|(key, _)| key != "inputs").cloned();
                Value::Map(kept.chain([("inputs".to_owned(), inputs.clone())]).collect())
            }
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    Value::Map(changed.collect())
}
