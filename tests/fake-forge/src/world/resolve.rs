//! Jobs with `needs`: when the needed ones have ended, the waiting ones start or are skipped.

use super::run::{Job, JobId, RunId};
use super::status::Status;
use super::table::World;

impl World {
    /// Runs after any job of the run ended; repeats until nothing changes, because a skipped job ends too.
    pub(super) fn resolve_needs(&mut self, run: RunId) {
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
