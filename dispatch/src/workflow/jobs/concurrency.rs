//! `concurrency` of workflows and of jobs.

use crate::expression::{Contexts, Value, interpolate};
use crate::workflow::model::{self, Fault, Job, Workflow};
use crate::yaml::Node;

use super::context::ExpandContext;
use super::environment::Environment;
use super::fault;
use super::job::{ExpandedJob, JobStatus};
use super::needs::scalar;

/// A concurrency group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name. Runs and jobs of one repository with the same name exclude each other.
    pub name: String,
    /// What `cancel-in-progress` says: a newcomer ends what runs, or not. Nothing if the key is absent.
    pub cancel_in_progress: Option<bool>,
}

/// The group of a workflow's runs, where the forge knows groups of runs: Gitea ≥ 1.26, Forgejo ≥ 14.
///
/// # Errors
/// The forge creates no run because the group cannot be evaluated. Forgejo ignores such a group instead.
pub fn workflow_group(workflow: &Workflow, context: &ExpandContext<'_>) -> Result<Option<Group>, Fault> {
    let dialect = context.dialect;
    let Some(node) = &workflow.concurrency else {
        return Ok(None);
    };
    if !dialect.is_gitea_from(26) && !dialect.is_forgejo_from(14) {
        return Ok(None);
    }
    // Forgejo evaluates the group with the context that it withholds from jobs.
    let environment =
        Environment { context: *context, github: context.github.clone(), inputs: context.inputs.clone(), job_ids: Vec::new() };
    match group(node, &environment.shared()) {
        Err(_) if dialect.is_forgejo_from(14) => Ok(None),
        other => other,
    }
}

/// Lets the rows of one run displace each other: of those that share a group, only the last one stays (Gitea ≥ 1.26).
pub(super) fn displace(rows: &mut [ExpandedJob], groups: &[Option<Group>]) {
    for index in 0..rows.len() {
        let Some(Some(group)) = groups.get(index) else {
            continue;
        };
        let is_displaced =
            groups.iter().zip(rows.iter()).skip(index + 1).any(|(other, row)| {
                row.status == JobStatus::Waiting && other.as_ref().is_some_and(|other| other.name == group.name)
            });
        if let Some(row) = rows.get_mut(index).filter(|row| is_displaced && row.status == JobStatus::Waiting) {
            row.status = JobStatus::Cancelled;
        }
    }
}

/// The group of a job that is ready at once, where the forge knows groups of jobs.
pub(super) fn job_group(job: &Job, contexts: &Contexts, context: &ExpandContext<'_>) -> Result<Option<Group>, Fault> {
    match job.get("concurrency") {
        Some(node) if context.dialect.is_gitea_from(26) => group(node, contexts),
        _ => Ok(None),
    }
}

fn group(node: &Node, contexts: &Contexts) -> Result<Option<Group>, Fault> {
    let text = |node: &Node| {
        let written = scalar(node).unwrap_or_default();
        interpolate(&written, contexts).map_err(|failure| fault::of_expression(&failure, node.span))
    };
    let (mut name, mut cancel) = (String::new(), None);
    if node.is_scalar() {
        name = text(node)?;
    } else {
        for (key, value) in model::entries(node)? {
            match key.text() {
                Some("group") => name = text(value)?,
                Some("cancel-in-progress") => cancel = Some(text(value)? == "true"),
                _ => {}
            }
        }
    }
    let group = Group { name, cancel_in_progress: cancel };
    Ok((!group.name.is_empty() || group.cancel_in_progress.is_some()).then_some(group))
}

impl Environment<'_> {
    /// The `inputs` of a called workflow, for the rows of that workflow.
    pub(super) fn with_inputs(&self, inputs: Value, github: Value, job_ids: Vec<String>) -> Self {
        Self { context: self.context, github, inputs, job_ids }
    }
}
