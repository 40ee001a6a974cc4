//! Forgejo ≥ 15: a call without `runs-on` becomes jobs `caller.inner`, and the caller's row waits for them.

use std::sync::Arc;

use crate::expression::{Failure, Value};
use crate::workflow::model::{self, Fault, Workflow};
use crate::yaml::{self, Node, Options};

use super::super::concurrency::Group;
use super::super::environment::Environment;
use super::super::expand::{Row, rows};
use super::super::job::{ExpandedJob, JobStatus};
use super::super::needs::scalar;
use super::super::{fault, status};
use super::inputs;
use super::reference::{self, Reference};
use super::specification::Specification;

/// How many calls may be nested.
const DEPTH_LIMIT: usize = 5;

/// A row after the expansion of calls.
pub(in super::super) struct Expanded {
    pub(in super::super) job: ExpandedJob,
    pub(in super::super) group: Option<Group>,
}

/// Expands the calls among `rows`; the rows of called workflows come behind all others.
pub(in super::super) fn expand(rows: Vec<Row<'_>>, environment: &Environment<'_>) -> Result<Vec<Expanded>, Fault> {
    expand_at(rows, environment, 0)
}

fn expand_at(rows: Vec<Row<'_>>, environment: &Environment<'_>, depth: usize) -> Result<Vec<Expanded>, Fault> {
    let (mut callers, mut called) = (Vec::new(), Vec::new());
    for mut row in rows {
        let inner = called_by(&row, environment, depth)?;
        if let Some(inner) = inner {
            row.job.needs.extend(inner.iter().map(|inner| inner.job.job_id.clone()));
            row.job.status = status::initial(&row.job.needs, &environment.context);
            row.job.is_caller = true;
            called.extend(inner);
        }
        callers.push(Expanded { job: row.job, group: row.group });
    }
    callers.extend(called);
    Ok(callers)
}

/// The rows that a row calls, or nothing if it calls nothing or is left to the runner.
fn called_by(row: &Row<'_>, environment: &Environment<'_>, depth: usize) -> Result<Option<Vec<Expanded>>, Fault> {
    let span = row.source.span;
    let Some(uses) = row.source.get("uses").and_then(scalar).filter(|uses| !uses.is_empty()) else {
        return Ok(None);
    };
    if row.is_incomplete {
        return Ok(None);
    }
    let Some(reference) = reference::forgejo(&uses) else {
        return Err(Fault::refused(span, format!("`uses: {uses}` does not name a workflow")));
    };
    if row.source.get("runs-on").is_some() || reference == Reference::Foreign {
        return Ok(None);
    }
    if depth >= DEPTH_LIMIT {
        return Err(Fault::refused(span, format!("calls are nested more than {DEPTH_LIMIT} deep")));
    }
    let content = reference.content(environment.context.callees, &uses, span)?;
    let callee = Called::read(&uses, &content, environment).map_err(|fault| Fault { span, ..fault })?;
    callee.rows(row, environment, depth).map_err(|fault| Fault { span, ..fault })
}

struct Called {
    workflow: Workflow,
    specification: Specification,
}

impl Called {
    fn read(uses: &str, content: &[u8], environment: &Environment<'_>) -> Result<Self, Fault> {
        let workflow = model::read(uses, content, environment.context.dialect)?;
        if let Some(fault) = &workflow.job_fault {
            return Err(fault.clone());
        }
        let root = yaml::parse(&yaml::decode(content)?, &Options::forge())?;
        let specification = Specification::read(&root)?;
        Ok(Self { workflow, specification })
    }

    fn rows(&self, caller: &Row<'_>, environment: &Environment<'_>, depth: usize) -> Result<Option<Vec<Expanded>>, Fault> {
        let with: Option<&Node> = caller.source.get("with");
        let mut contexts = caller.contexts.clone();
        contexts.refuse_missing_matrix = true;
        let callee_contexts = environment.shared().with("inputs", Value::empty());
        let inputs = match inputs::forgejo(&self.specification, with, &contexts, &callee_contexts) {
            Ok(inputs) => inputs,
            // The row stays as it is until the value is there.
            Err(Failure::Depends { .. }) => return Ok(None),
            Err(failure) => return Err(fault::of_expression(&failure, caller.source.span)),
        };
        let job_ids = self.workflow.jobs.iter().map(|job| job.id.clone()).collect();
        let inner = environment.called(inputs, Arc::clone(&environment.github), job_ids);
        let rows = expand_at(rows(&self.workflow, &inner)?, &inner, depth + 1)?;
        Ok(Some(rows.into_iter().map(|row| row.below(&caller.job, environment)).collect()))
    }
}

impl Expanded {
    /// The row of a called workflow, as a row of the calling one.
    fn below(mut self, caller: &ExpandedJob, environment: &Environment<'_>) -> Self {
        let qualified = |id: &String| format!("{}.{id}", caller.job_id);
        let job = &mut self.job;
        job.job_id = qualified(&job.job_id);
        job.needs = job.needs.iter().map(qualified).chain(caller.needs.iter().cloned()).collect();
        if job.status != JobStatus::Failure {
            job.status = status::initial(&job.needs, &environment.context);
        }
        self
    }
}
