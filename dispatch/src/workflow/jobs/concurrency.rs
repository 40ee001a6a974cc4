//! `concurrency` of workflows and of jobs.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::expression::{Contexts, interpolate};
use crate::workflow::model::{self, Fault, Job, Workflow};
use crate::yaml::Node;

use super::context::ExpandContext;
use super::environment::Environment;
use super::fault;
use super::job::{ExpandedJob, JobStatus};
use super::needs::scalar;

/// What `concurrency` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Its name. Runs and jobs of one repository with the same name exclude each other.
    pub(super) name: String,
    /// What `cancel-in-progress` says: a newcomer ends what runs, or not. Nothing if the key is absent.
    pub(super) cancel_in_progress: Option<bool>,
}

/// How a new run treats other runs of its repository that have not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Runs with the same name exclude each other.
    pub name: String,
    /// The new run cancels those that wait. (Whether it also ends what runs does not concern a queue.)
    pub displaces: bool,
}

/// How a new run of `workflow` treats others. `on` is the entry that starts it; `is_push` tells a push, or a push to a pull
/// request.
///
/// # Errors
/// Gitea creates no run if the group cannot be evaluated. Forgejo ignores such a group instead.
pub fn exclusion(workflow: &Workflow, context: &ExpandContext<'_>, on: &str, is_push: bool) -> Result<Option<Exclusion>, Fault> {
    let dialect = context.dialect;
    let written = workflow.concurrency.as_ref();
    let evaluated = || written.map(|node| group(node, &unrestricted(context))).transpose();
    // Every forge that does not read groups, and Forgejo without one, has this one for pushes.
    let implied = Exclusion { name: format!("{} {on}", workflow.id), displaces: true };
    if dialect.is_gitea_from(26) {
        let named = evaluated()?.filter(|group| !group.name.is_empty());
        return Ok(named.map(|group| Exclusion { name: group.name, displaces: true }));
    }
    if !dialect.is_forgejo_from(13) {
        return Ok(is_push.then_some(implied));
    }
    let group = evaluated().ok().flatten().unwrap_or_default();
    let displaces = group.cancel_in_progress.unwrap_or(is_push);
    // Groups have names from 14 on. Case does not matter.
    if dialect.is_forgejo_from(14) && !group.name.is_empty() {
        return Ok(Some(Exclusion { name: group.name.to_lowercase(), displaces }));
    }
    Ok(displaces.then_some(implied))
}

/// The contexts of a group of runs, which has what Forgejo withholds from jobs.
fn unrestricted(context: &ExpandContext<'_>) -> Contexts {
    let (github, inputs) = (Arc::new(context.github.clone()), context.inputs.clone());
    Environment::new(*context, inputs, github, BTreeSet::new()).shared()
}

/// Lets the rows of one run displace each other: of those that share a group, only the last one stays (Gitea ≥ 1.26).
pub(super) fn displace(rows: &mut [ExpandedJob], groups: &[Option<Group>]) {
    let mut taken = HashSet::new();
    for (row, group) in rows.iter_mut().zip(groups).rev() {
        if let Some(group) = group.as_ref().filter(|_| row.status == JobStatus::Waiting)
            && !taken.insert(group.name.as_str())
        {
            row.status = JobStatus::Cancelled;
        }
    }
}

/// The group of a job that is ready at once, where the forge knows groups of jobs.
pub(super) fn job_group(job: &Job, contexts: &Contexts, context: &ExpandContext<'_>) -> Result<Option<Group>, Fault> {
    match job.get("concurrency") {
        Some(node) if context.dialect.is_gitea_from(26) => {
            Ok(Some(group(node, contexts)?).filter(|group| !group.name.is_empty()))
        }
        _ => Ok(None),
    }
}

fn group(node: &Node, contexts: &Contexts) -> Result<Group, Fault> {
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
    Ok(Group { name, cancel_in_progress: cancel })
}
