//! What becomes of the entries that were detected: runs, one after the other.

use super::super::Why;
use super::super::model::{Effect, Fault, Workflow};
use super::decision::{Decision, Outcome};
use super::detect::{Detected, Files, refusal};
use super::{Scene, approval, expansion};

/// Creates the runs in order. If the forge panics over one, it and all after it are lost.
pub(super) fn all(scene: Scene<'_>, files: &Files, detected: Vec<Detected<'_>>) -> Vec<Decision> {
    let mut lost = None;
    detected
        .into_iter()
        .map(|Detected { decision, started }| match (started, &lost) {
            (None, _) => decision,
            (Some(_), Some(why)) => Decision { why: Why::clone(why), ..decision },
            (Some(workflow), None) => {
                let (decision, panicked) = one(scene, files, workflow, decision);
                lost = panicked;
                decision
            }
        })
        .collect()
}

fn one(scene: Scene<'_>, files: &Files, workflow: &Workflow, decision: Decision) -> (Decision, Option<Why>) {
    let needs_approval = approval::is_needed(scene, &decision.event);
    match expansion::jobs(scene, workflow, &decision, needs_approval) {
        Ok(jobs) => (Decision { outcome: Outcome::Started { jobs, needs_approval }, ..decision }, None),
        Err(fault) if fault.effect == Effect::Panics => {
            let span = Some(fault.span);
            let why = lost(workflow, fault);
            (Decision { why: why.clone(), span, ..decision }, Some(why))
        }
        Err(fault) => {
            let span = Some(fault.span);
            let (outcome, why) = refusal(scene, files.commit(), fault);
            (Decision { outcome, why, span, ..decision }, None)
        }
    }
}

fn lost(workflow: &Workflow, fault: Fault) -> Why {
    Why::Lost { file: workflow.id.clone(), fault }
}
