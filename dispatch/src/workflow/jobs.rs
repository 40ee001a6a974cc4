//! The jobs of a run: the seam that job expansion fills.

use super::Dialect;
use super::decide::Scene;
use super::model::{Fault, Workflow};

/// One job row as the forge stores it when the run is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedJob {
    /// The key in `jobs`.
    pub job_id: String,
    /// The display name.
    pub name: String,
    /// The labels.
    pub runs_on: Vec<String>,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// Whether a runner may take it at once.
    pub is_blocked: bool,
}

impl PlannedJob {
    /// Lets the job wait, for an approval for example.
    pub fn block(&mut self) {
        self.is_blocked = true;
    }
}

/// What the jobs of a run may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The event and the repository.
    pub scene: Scene<'a>,
    /// The entry of `on`.
    pub on: &'a str,
}

impl<'a> Occasion<'a> {
    /// The occasion of a run that the entry `on` starts.
    pub fn new(scene: Scene<'a>, on: &'a str) -> Self {
        Self { scene, on }
    }
}

/// What the forge checks about jobs before it looks at triggers (Gitea ≥ 1.27).
pub fn validate(workflow: &Workflow, _dialect: Dialect) -> Result<(), Fault> {
    workflow.job_fault.clone().map_or(Ok(()), Err)
}

/// The jobs of a run, in the forge's order.
pub fn expand(workflow: &Workflow, _occasion: &Occasion<'_>) -> Result<Vec<PlannedJob>, Fault> {
    workflow
        .job_fault
        .clone()
        .map_or_else(|| Ok(Vec::new()), Err)
}
