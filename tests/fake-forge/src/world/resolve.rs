//! Jobs with `needs`: when the needed ones have ended, the waiting ones start or are skipped.

use super::run::{Job, JobId, RunId};
use super::status::Status;
use super::table::World;

impl World {
    /// Runs after any job of the run ended; repeats until nothing changes, because a skipped job ends too.
    pub(super) fn resolve_needs(&mut self, run: RunId) {
        self.as_itself(|world| world.resolve_all(run));
    }

    fn resolve_all(&mut self, run: RunId) {
        if self.runs.get(&run).is_none_or(|run| run.needs_approval) {
            return;
        }
        loop {
            let decided: Vec<(JobId, Status)> = self
                .jobs_of(run)
                .filter(|job| job.status == Status::Blocked && !self.is_caller(job))
                .filter_map(|job| Some((job.id, self.after_needs(job)?)))
                .collect();
            if decided.is_empty() {
                return;
            }
            for (job, status) in decided {
                self.set_job_status(job, status);
                if status == Status::Waiting {
                    self.bump_versions(run);
                }
                self.announce_job(job);
            }
            self.follow_and_announce(run);
        }
    }

    /// What becomes of a blocked job; `None` while a needed job goes on.
    fn after_needs(&self, job: &Job) -> Option<Status> {
        let needed: Vec<Status> =
            self.jobs_of(job.run).filter(|other| job.spec.needs.contains(&other.spec.key)).map(|other| other.status).collect();
        if !needed.iter().all(|status| status.is_final()) {
            return None;
        }
        let all_succeeded = needed.iter().all(|status| *status == Status::Success);
        let starts = if self.flavour.evaluates_conditions() {
            job.spec.condition.unwrap_or(all_succeeded)
        } else {
            // The runner evaluates the condition; the server only asks whether there is one.
            all_succeeded || job.spec.condition.is_some()
        };
        Some(if starts { Status::Waiting } else { Status::Skipped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flavour::Flavour;
    use crate::world::JobSpec;
    use crate::world::fixture::Stage;

    /// build, then test, then deploy; runs build to the given end.
    fn chain(flavour: Flavour, test: JobSpec, result: &str) -> Stage {
        let mut stage = Stage::new(flavour);
        let deploy = JobSpec::new("deploy", &["go"]).needs(&["test"]);
        stage.push(vec![JobSpec::new("build", &["go"]), test.needs(&["build"]), deploy]);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.heard();
        stage.report(&runner, job, result).unwrap();
        stage
    }

    fn test() -> JobSpec {
        JobSpec::new("test", &["go"])
    }

    #[test]
    fn success_frees_the_next_job_and_rings_for_it() {
        let mut stage = chain(Flavour::Gitea1_27, test(), "RESULT_SUCCESS");
        assert_eq!(stage.heard(), ["completed build", "queued test"]);
        assert_eq!(stage.world.queued_jobs(), [2]);
        assert_eq!(stage.status(3), Status::Blocked);
    }

    #[test]
    fn failure_skips_everything_behind_it() {
        let mut stage = chain(Flavour::Gitea1_27, test(), "RESULT_FAILURE");
        assert_eq!(stage.heard(), ["completed build", "completed test", "completed deploy"]);
        assert_eq!(stage.world.run(1).unwrap().status, Status::Failure);
    }

    #[test]
    fn a_condition_waits_for_a_runner_on_1_26_and_is_decided_by_1_27() {
        let never = || test().condition(false);
        let old = chain(Flavour::Gitea1_26, never(), "RESULT_FAILURE");
        assert_eq!(old.status(2), Status::Waiting);
        let new = chain(Flavour::Gitea1_27, never(), "RESULT_SUCCESS");
        assert_eq!(new.status(2), Status::Skipped);
    }

    #[test]
    fn forgejo_frees_jobs_without_a_word() {
        let mut stage = chain(Flavour::Forgejo15, test(), "RESULT_SUCCESS");
        assert!(stage.heard().is_empty());
        assert_eq!(stage.world.queued_jobs(), [2]);
    }

    #[test]
    fn a_callers_row_looks_queued_on_gitea_1_27_while_its_jobs_wait() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        let caller = JobSpec::new("call", &[]).caller();
        stage.push(vec![caller, JobSpec::new("call.inner", &["go"])]);
        assert_eq!(stage.status(1), Status::Waiting);
        assert_eq!(stage.world.queued_jobs(), [2]);
        let runner = stage.runner(&["go"], true);
        let job = stage.take(&runner).unwrap();
        stage.report(&runner, job, "RESULT_SUCCESS").unwrap();
        assert_eq!(stage.status(1), Status::Success);
    }
}
