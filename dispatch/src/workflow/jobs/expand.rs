//! From a workflow to rows.

use crate::expression::{Contexts, Failure, Value};
use crate::workflow::model::{self, Fault, Job, Workflow};
use crate::yaml::Node;

use super::super::Dialect;
use super::NoCallees;
use super::combination::Combination;
use super::concurrency::Group;
use super::context::ExpandContext;
use super::environment::Environment;
use super::job::{ExpandedJob, JobStatus};
use super::needs::{needs, scalar};
use super::truncate::truncated;
use super::{anchors, call, concurrency, fault, labels, matrix, names, status};

/// The jobs that the forge stores for a run of `workflow`, in the order of their rows.
///
/// # Errors
/// The forge creates no run, or one that has failed before it began, or it panics: see [`Fault`].
pub fn expand(workflow: &Workflow, context: &ExpandContext<'_>) -> Result<Vec<ExpandedJob>, Fault> {
    if let Some(fault) = &workflow.job_fault {
        return Err(fault.clone());
    }
    let environment = Environment::of(workflow, context);
    if context.dialect.is_gitea_from(27) {
        return call::gitea::expand(workflow, environment);
    }
    let rows = rows(workflow, &environment)?;
    let (mut jobs, groups): (Vec<_>, Vec<_>) = if context.dialect.is_forgejo_from(15) {
        call::forgejo::expand(rows, &environment)?.into_iter().map(|row| (row.job, row.group)).unzip()
    } else {
        rows.into_iter().map(|row| (row.job, row.group)).unzip()
    };
    concurrency::displace(&mut jobs, &groups);
    if context.dialect.is_forgejo_from(11) {
        names::make_unique(jobs.iter_mut().map(|job| &mut job.name));
    }
    for job in &mut jobs {
        job.name = truncated(&job.name, context.dialect);
    }
    status::fail_what_can_never_start(&mut jobs, context);
    Ok(jobs)
}

/// What the forge checks about the jobs of a file before it looks at its triggers (Gitea ≥ 1.26): it expands them without
/// knowing anything, and calls nothing.
///
/// # Errors
/// The forge ignores the file, or panics over it.
pub fn validate(workflow: &Workflow, dialect: Dialect) -> Result<(), Fault> {
    if let Some(fault) = &workflow.job_fault {
        return Err(fault.clone());
    }
    let nothing = Value::empty();
    let context = ExpandContext {
        dialect,
        github: &Value::Null,
        vars: &nothing,
        inputs: &nothing,
        needs_approval: false,
        callees: &NoCallees,
    };
    rows(workflow, &Environment::of(workflow, &context)).map(drop)
}

/// A row, and what it was made from.
pub(super) struct Row<'w> {
    pub(super) job: ExpandedJob,
    pub(super) source: &'w Job,
    pub(super) contexts: Contexts,
    pub(super) group: Option<Group>,
    /// The matrix cannot be evaluated yet; the row stands for all of it.
    pub(super) is_incomplete: bool,
}

/// The rows of one workflow file, each as if it called nothing.
pub(super) fn rows<'w>(workflow: &'w Workflow, environment: &Environment<'_>) -> Result<Vec<Row<'w>>, Fault> {
    let mut rows = Vec::new();
    for job in &workflow.jobs {
        anchors::check(job)?;
        rows.extend(rows_of(job, environment)?);
    }
    Ok(rows)
}

fn rows_of<'w>(job: &'w Job, environment: &Environment<'_>) -> Result<Vec<Row<'w>>, Fault> {
    let strategy = job.get("strategy").map(model::entries).transpose()?;
    let matrix: Option<&Node> =
        strategy.into_iter().flatten().find(|(key, _)| key.text() == Some("matrix")).map(|(_, node)| node);
    let mut contexts = environment.contexts(job, Combination::default().context());
    contexts.refuse_missing_needs = environment.context.evaluates_trees();
    match matrix::combinations(matrix, &contexts, &environment.context)? {
        matrix::Rows::Complete(rows) => rows.iter().map(|combination| row(job, combination, environment)).collect(),
        matrix::Rows::DependOn(on) => {
            let mut row = row(job, &Combination::default(), environment)?;
            row.job.name = incomplete_name(job, row.job.name, environment);
            row.job.depends_on = Some(on);
            row.is_incomplete = true;
            Ok(vec![row])
        }
    }
}

/// Forgejo 14 evaluates a name before it appends to it, 15 does not.
fn incomplete_name(job: &Job, evaluated: String, environment: &Environment<'_>) -> String {
    let written = job.get("name").and_then(scalar).filter(|name| !name.is_empty());
    let name = match written {
        Some(written) if environment.context.dialect.is_forgejo_from(15) => written,
        _ => evaluated,
    };
    format!("{name} (incomplete matrix)")
}

fn row<'w>(job: &'w Job, combination: &Combination, environment: &Environment<'_>) -> Result<Row<'w>, Fault> {
    let context = &environment.context;
    let mut contexts = environment.contexts(job, combination.context());
    let written = job.get("name").and_then(scalar).unwrap_or_default();
    let (name, depends_on) = match names::name(&job.id, &written, combination, &contexts, context.dialect) {
        Ok(name) => (name, None),
        Err(Failure::Depends { on }) => (written, Some(on)),
        Err(failure) => return Err(fault::of_expression(&failure, job.span)),
    };
    let needs = needs(job.get("needs"));
    contexts.refuse_missing_needs = context.evaluates_trees();
    contexts.refuse_missing_matrix = context.evaluates_trees();
    let labels = labels::labels(job.get("runs-on"), &contexts, context)?;
    contexts.refuse_missing_matrix = false;
    let status = status::initial(&needs, context);
    let group = if needs.is_empty() { concurrency::job_group(job, &contexts, context)? } else { None };
    let job_row = ExpandedJob {
        job_id: job.id.clone(),
        name,
        runs_on: labels.labels,
        needs,
        status,
        is_caller: false,
        depends_on: labels.depends_on.or(depends_on),
        span: job.span,
    };
    Ok(Row { job: job_row, source: job, contexts, group: group.filter(|_| status == JobStatus::Waiting), is_incomplete: false })
}
