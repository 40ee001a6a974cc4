//! `UpdateTask` and `UpdateLog`: how a task goes on and ends.

use serde_json::Value;

use crate::json::Fields as _;

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
        self.note_steps(task, state.field("steps"));
        match Status::from_result(state.field("result")) {
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
            let index = int(report.field("id")).and_then(|id| usize::try_from(id).ok()).unwrap_or(index);
            if let Some(step) = row.steps.get_mut(index) {
                step.status = Status::from_result(report.field("result")).unwrap_or(Status::Running);
                step.started_s = report.field("startedAt").as_str().map_or(0, clock::seconds);
                step.stopped_s = report.field("stoppedAt").as_str().map_or(0, clock::seconds);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flavour::Flavour;
    use crate::world::JobSpec;
    use crate::world::fixture::Stage;

    fn one_job(flavour: Flavour) -> Stage {
        let mut stage = Stage::new(flavour);
        stage.push(vec![JobSpec::new("build", &["go"])]);
        stage
    }

    #[test]
    fn the_final_report_ends_the_job_and_the_registration() {
        let mut stage = one_job(Flavour::Gitea1_27);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.heard();
        assert_eq!(stage.report(&runner, job, "RESULT_FAILURE"), Ok(Status::Failure));
        assert_eq!(stage.heard(), ["completed build"]);
        assert_eq!(stage.ask(&runner, 0).unwrap_err(), Refusal::Unregistered);
        assert!(stage.world.runner(runner.id).unwrap().deleted);
    }

    #[test]
    fn gitea_1_24_keeps_the_registration_until_the_next_question() {
        let mut stage = one_job(Flavour::Gitea1_24);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.report(&runner, job, "RESULT_SUCCESS").unwrap();
        assert_eq!(stage.world.leftovers().registrations, ["i-1"]);
        assert_eq!(stage.ask(&runner, 0).unwrap_err(), Refusal::RunnerRemoved);
        assert_eq!(stage.ask(&runner, 0).unwrap_err(), Refusal::Unregistered);
    }

    /// The runner never learns of it: its credentials are gone before it can ask.
    #[test]
    fn a_cancelled_ephemeral_runner_is_unregistered_at_once() {
        let mut stage = one_job(Flavour::Gitea1_26);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.world.cancel_run(1);
        assert_eq!(stage.status(job), Status::Cancelled);
        let refused = stage.report(&runner, job, "RESULT_UNSPECIFIED");
        assert_eq!(refused, Err(Refusal::Unregistered));
    }

    #[test]
    fn an_ordinary_runner_is_told_of_the_cancellation() {
        let mut stage = one_job(Flavour::Gitea1_26);
        let runner = stage.runner(&["go"], false);
        let job = stage.take(&runner).unwrap();
        stage.world.cancel_run(1);
        let told = stage.report(&runner, job, "RESULT_UNSPECIFIED");
        assert_eq!(told, Ok(Status::Cancelled));
    }

    #[test]
    fn a_silent_runner_loses_its_job_after_ten_minutes() {
        let mut stage = one_job(Flavour::Gitea1_27);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.world.advance(600);
        stage.world.reap_zombies();
        assert_eq!(stage.status(job), Status::Running);
        stage.world.advance(1);
        stage.world.reap_zombies();
        assert_eq!(stage.status(job), Status::Failure);
        assert_eq!(stage.world.leftovers(), crate::world::Leftovers::default());
    }

    #[test]
    fn steps_follow_the_report() {
        let mut stage = one_job(Flavour::Gitea1_27);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        let steps = json!({ "steps": [{ "id": "0", "result": "RESULT_SUCCESS" }] });
        stage.world.update_task(&runner.who, 1, &steps).unwrap();
        let shown = stage.world.job_json(stage.world.job(job).unwrap());
        assert_eq!(shown["steps"][0]["conclusion"], "success");
    }

    #[test]
    fn log_lines_sent_twice_count_once() {
        let mut stage = one_job(Flavour::Gitea1_27);
        let runner = stage.runner(&["go"], true);
        stage.take(&runner);
        let lines = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(stage.world.update_log(&runner.who, 1, 0, lines()), Ok(2));
        assert_eq!(stage.world.update_log(&runner.who, 1, 1, lines()), Ok(3));
        // A gap is not filled: the runner must send from what is acknowledged.
        assert_eq!(stage.world.update_log(&runner.who, 1, 9, lines()), Ok(3));
    }

    #[test]
    fn nobody_reports_on_the_task_of_another() {
        let mut stage = one_job(Flavour::Gitea1_27);
        let (owner, other) = (stage.runner(&["go"], true), stage.runner(&["go"], true));
        let job = stage.take(&owner).unwrap();
        assert_eq!(stage.report(&other, job, "RESULT_SUCCESS"), Err(Refusal::NotYourTask));
    }
}
