//! `UpdateTask` and `UpdateLog`: how a task goes on and ends.

use serde_json::Value;

use super::clock;
use super::registration::{Refusal, RunnerIdentity};
use super::run::TaskId;
use super::status::Status;
use super::table::World;

impl World {
    /// `UpdateTask`. Returns the task's state as the server then sees it.
    pub(crate) fn update_task(&mut self, who: &RunnerIdentity, task: TaskId, state: &Value) -> Result<Status, Refusal> {
        let status = self.own_task(who, task)?;
        if status.is_final() {
            return Ok(status);
        }
        self.note_steps(task, &state["steps"]);
        match Status::from_result(&state["result"]) {
            Some(result) => {
                self.end_task(task, result);
                Ok(result)
            }
            None => Ok(status),
        }
    }

    /// `UpdateLog`. Returns how many lines the server has.
    pub(crate) fn update_log(
        &mut self,
        who: &RunnerIdentity,
        task: TaskId,
        index: usize,
        lines: Vec<String>,
    ) -> Result<usize, Refusal> {
        self.own_task(who, task)?;
        let Some(row) = self.tasks.get_mut(&task) else {
            return Err(Refusal::NotYourTask);
        };
        let known = row.log_lines.len();
        if index <= known {
            row.log_lines.extend(lines.into_iter().skip(known - index));
        }
        Ok(row.log_lines.len())
    }

    /// The state of a task that belongs to the caller; notes that it works.
    fn own_task(&mut self, who: &RunnerIdentity, task: TaskId) -> Result<Status, Refusal> {
        let id = self.authenticate(who)?;
        let now_s = self.now_s;
        if let Some(runner) = self.runners.get_mut(&id) {
            runner.last_active_s = now_s;
        }
        let row = self.tasks.get_mut(&task).filter(|row| row.runner == id);
        let row = row.ok_or(Refusal::NotYourTask)?;
        row.updated_s = now_s;
        Ok(row.status)
    }

    fn note_steps(&mut self, task: TaskId, reported: &Value) {
        let Some(row) = self.tasks.get_mut(&task) else {
            return;
        };
        for (index, report) in reported.as_array().into_iter().flatten().enumerate() {
            let index = int(&report["id"]).and_then(|id| usize::try_from(id).ok()).unwrap_or(index);
            if let Some(step) = row.steps.get_mut(index) {
                step.status = Status::from_result(&report["result"]).unwrap_or(Status::Running);
                step.started_s = report["startedAt"].as_str().map_or(0, clock::seconds);
                step.stopped_s = report["stoppedAt"].as_str().map_or(0, clock::seconds);
            }
        }
    }

    /// Ends a task and its job: by the runner's report, by a cancellation, or because its runner died.
    pub(super) fn end_task(&mut self, task: TaskId, status: Status) {
        let now_s = self.now_s;
        let Some(row) = self.tasks.get_mut(&task) else {
            return;
        };
        row.status = status;
        row.updated_s = now_s;
        row.stopped_s = now_s;
        let (job, runner) = (row.job, row.runner);
        self.set_job_status(job, status);
        self.retire_after_task(runner);
        self.announce_job(job);
        if let Some(run) = self.jobs.get(&job).map(|job| job.run) {
            self.follow_and_announce(run);
            self.resolve_needs(run);
        }
    }

    fn retire_after_task(&mut self, runner: i64) {
        let Some(row) = self.runners.get(&runner) else {
            return;
        };
        let scope = row.scope;
        if row.ephemeral && !self.flavour.removes_ephemeral_at_next_fetch() {
            self.delete_runner(runner);
        }
        if self.flavour.finishing_bumps_version() {
            self.versions.bump(scope);
        }
    }
}

/// A 64-bit number of the runner protocol: JSON text or number.
pub(crate) fn int(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
