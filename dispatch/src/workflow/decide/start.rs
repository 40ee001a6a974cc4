//! What becomes of the entries that were detected: runs, one after the other.

use super::super::Why;
use super::super::jobs::{Exclusion, JobStatus};
use super::super::model::{Effect, Fault, Workflow};
use super::decision::{Decision, Outcome};
use super::detect::{Detected, Files, refusal};
use super::expansion::{self, Plan};
use super::{Scene, approval};

/// Creates the runs in order. If the forge panics over one, it and all after it are lost; a later run can displace an
/// earlier one before any runner sees it.
pub(super) fn all(scene: Scene<'_>, files: &Files<'_>, detected: Vec<Detected>) -> Vec<Decision> {
    let mut lost: Option<Why> = None;
    let mut runs: Vec<(Decision, Option<Exclusion>)> = Vec::new();
    for Detected { decision, started } in detected {
        let run = match (started, &lost) {
            (None, _) => (decision, None),
            (Some(_), Some(why)) => (Decision { why: why.clone(), ..decision }, None),
            (Some(workflow), None) => {
                let (decision, exclusion, panicked) = one(scene, files, &workflow, decision);
                lost = panicked;
                (decision, exclusion)
            }
        };
        if let Some(exclusion) = run.1.as_ref().filter(|exclusion| exclusion.displaces) {
            displace(&mut runs, exclusion);
        }
        runs.push(run);
    }
    runs.into_iter().map(|(decision, _)| decision).collect()
}

/// Cancels the jobs of earlier runs of the same group.
fn displace(runs: &mut [(Decision, Option<Exclusion>)], by: &Exclusion) {
    let members = runs.iter_mut().filter(|(_, exclusion)| exclusion.as_ref().is_some_and(|it| it.name == by.name));
    for (decision, _) in members {
        if let Outcome::Started { jobs, .. } = &mut decision.outcome {
            for job in jobs.iter_mut().filter(|job| !job.status.has_ended()) {
                job.status = JobStatus::Cancelled;
            }
        }
    }
}

fn one(
    scene: Scene<'_>,
    files: &Files<'_>,
    workflow: &Workflow,
    decision: Decision,
) -> (Decision, Option<Exclusion>, Option<Why>) {
    let needs_approval = approval::is_needed(scene, &decision.event);
    match expansion::plan(scene, workflow, &decision, needs_approval) {
        Ok(Plan { jobs, exclusion }) => {
            (Decision { outcome: Outcome::Started { jobs, needs_approval }, ..decision }, exclusion, None)
        }
        Err(fault) if fault.effect == Effect::Panics => {
            let span = Some(fault.span);
            let why = lost(workflow, fault);
            (Decision { why: why.clone(), span, ..decision }, None, Some(why))
        }
        Err(fault) => {
            let span = Some(fault.span);
            let (outcome, why) = refusal(scene, files.commit(), fault);
            (Decision { outcome, why, span, ..decision }, None, None)
        }
    }
}

fn lost(workflow: &Workflow, fault: Fault) -> Why {
    Why::Lost { file: workflow.id.clone(), fault }
}
