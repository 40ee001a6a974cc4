//! What people and the server's own timers do to runs: dispatch, cancel, re-run, approve, give up on dead runners.

use serde_json::{Value, json};

use crate::world::account::AccountId;
use crate::world::repository::RepositoryId;
use crate::world::run::{JobId, RunId, TaskId};
use crate::world::runs::NewRun;
use crate::world::status::Status;
use crate::world::table::World;
use crate::world::workflow::Workflow;

/// A task without a report for so long is failed (`ZOMBIE_TASK_TIMEOUT`).
const ZOMBIE_AFTER_S: i64 = 600;

impl World {
    /// Starts a workflow by hand on a branch.
    pub fn dispatch(
        &mut self,
        repository: RepositoryId,
        workflow: Workflow,
        branch: &str,
        who: AccountId,
        inputs: &[(&str, &str)],
    ) -> Option<RunId> {
        let head_id = self.repositories.get(&repository)?.resolve(branch)?.id.clone();
        let inputs: serde_json::Map<String, Value> =
            inputs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let forgejo = self.flavour.is_forgejo();
        let payload = json!({
            "inputs": inputs,
            "ref": if forgejo { format!("refs/heads/{branch}") } else { branch.to_owned() },
            "workflow": if forgejo { format!(".gitea/workflows/{}", workflow.file) } else { workflow.file.clone() },
            "repository": self.repository_json(repository, None),
            "sender": self.account_json(who),
        });
        let title = match forgejo {
            true => workflow.name.clone(),
            false => self.title_of(repository, &head_id),
        };
        Some(self.start_run(NewRun {
            repository,
            workflow,
            reference: format!("refs/heads/{branch}"),
            head_id,
            event: "workflow_dispatch",
            title,
            actor: who,
            pull_request: None,
            from_fork: false,
            needs_approval: false,
            supersedes: false,
            event_payload: payload,
        }))
    }

    /// Cancels what has not ended. A running job's ephemeral registration goes at once, before its runner hears of it.
    pub fn cancel_run(&mut self, run: RunId) {
        self.cancel_jobs_of(run);
    }

    pub(in crate::world) fn cancel_jobs_of(&mut self, run: RunId) {
        let open: Vec<(JobId, Option<TaskId>)> =
            self.jobs_of(run).filter(|job| !job.status.is_final()).map(|job| (job.id, job.task)).collect();
        // First those without a runner, so that nothing starts when the others end.
        for (job, _) in open.iter().filter(|(_, task)| task.is_none()) {
            self.set_job_status(*job, Status::Cancelled);
            self.announce_job(*job);
        }
        for task in open.iter().filter_map(|(_, task)| *task) {
            self.end_task(task, Status::Cancelled);
        }
        if !open.is_empty() {
            self.follow_and_announce(run);
        }
    }

    /// Runs a finished run again. Returns false while it goes on.
    pub fn rerun(&mut self, run: RunId) -> bool {
        let Some(row) = self.runs.get_mut(&run).filter(|run| run.status.is_final()) else {
            return false;
        };
        row.attempt += 1;
        row.started_s = 0;
        row.stopped_s = 0;
        row.status = Status::Waiting;
        let specs = row.workflow.jobs.clone();
        let jobs: Vec<JobId> = if self.flavour.rerun_makes_new_jobs() {
            specs.into_iter().map(|spec| self.insert_job(run, spec)).collect()
        } else {
            self.reset_jobs(run)
        };
        self.bump_versions(run);
        self.follow_jobs(run);
        self.announce_run(run);
        for job in jobs {
            self.announce_job(job);
        }
        true
    }

    /// Older servers keep the rows and their ids; Forgejo counts the attempt and changes the handle.
    fn reset_jobs(&mut self, run: RunId) -> Vec<JobId> {
        let ids: Vec<JobId> = self.jobs_of(run).map(|job| job.id).collect();
        let counts = i64::from(self.flavour.counts_attempts_at_insertion());
        for id in &ids {
            let handle = self.next_uuid("handle");
            if let Some(job) = self.jobs.get_mut(id) {
                job.status = if job.spec.needs.is_empty() { Status::Waiting } else { Status::Blocked };
                job.task = None;
                job.attempt += counts;
                job.handle = handle;
                job.started_s = 0;
                job.stopped_s = 0;
                job.updated_s = self.now_s;
            }
        }
        ids
    }

    /// Lets the run of an outsider's fork start.
    pub fn approve_run(&mut self, run: RunId) {
        if let Some(row) = self.runs.get_mut(&run) {
            row.needs_approval = false;
        }
        let free: Vec<JobId> = self
            .jobs_of(run)
            .filter(|job| job.status == Status::Blocked && job.spec.needs.is_empty() && !self.is_caller(job))
            .map(|job| job.id)
            .collect();
        for job in free {
            self.set_job_status(job, Status::Waiting);
            self.bump_versions(run);
            self.announce_job(job);
        }
        self.follow_and_announce(run);
    }

    /// The server's timer: fails every task whose runner has been silent for ten minutes. Nothing is queued again.
    pub fn reap_zombies(&mut self) {
        let oldest_s = self.now_s - ZOMBIE_AFTER_S;
        let silent: Vec<TaskId> =
            self.tasks.values().filter(|task| !task.status.is_final() && task.updated_s < oldest_s).map(|task| task.id).collect();
        for task in silent {
            self.end_task(task, Status::Failure);
        }
    }

    /// Ends a running job as its runner would.
    pub fn finish(&mut self, job: JobId, status: Status) {
        if let Some(task) = self.jobs.get(&job).and_then(|job| job.task) {
            self.end_task(task, status);
        }
    }

    /// Deletes a finished run and its jobs.
    pub(crate) fn delete_run(&mut self, run: RunId) {
        self.runs.remove(&run);
        self.jobs.retain(|_, job| job.run != run);
    }
}
