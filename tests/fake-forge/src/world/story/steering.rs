//! What people and the server's own timers do to runs: dispatch, cancel, re-run, approve, give up on dead runners.

use serde_json::{Value, json};

use crate::json::Viewer;
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
            "workflow": format!("{}{}", self.flavour.dispatched_folder(), workflow.file),
            "repository": self.repository_json(repository, Viewer::Nobody),
            "sender": self.account_json(who),
        });
        let title = if forgejo { workflow.name.clone() } else { self.title_of(repository, &head_id) };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flavour::Flavour;
    use crate::world::fixture::Stage;
    use crate::world::{JobSpec, NewPullRequest, Push};

    /// A run of one job, cancelled.
    fn cancelled(flavour: Flavour) -> Stage {
        let mut stage = Stage::new(flavour);
        stage.push(vec![JobSpec::new("build", &["go"])]);
        stage.world.cancel_run(1);
        stage
    }

    #[test]
    fn a_rerun_makes_a_new_job_on_gitea_1_27_and_resets_the_old_one_before() {
        let mut new = cancelled(Flavour::Gitea1_27);
        assert!(new.world.rerun(1));
        assert_eq!(new.world.queued_jobs(), [2]);
        assert_eq!(new.world.job(2).map(|job| job.attempt), Some(2));
        let mut old = cancelled(Flavour::Gitea1_26);
        assert!(old.world.rerun(1));
        assert_eq!(old.world.queued_jobs(), [1]);
    }

    #[test]
    fn a_rerun_on_forgejo_changes_the_handle() {
        let mut stage = cancelled(Flavour::Forgejo15);
        let before = stage.world.job(1).unwrap().handle.clone();
        assert!(stage.world.rerun(1));
        let after = stage.world.job(1).unwrap();
        assert_ne!(after.handle, before);
        assert_eq!(after.attempt, 2);
    }

    #[test]
    fn a_run_that_goes_on_cannot_be_run_again() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(vec![JobSpec::new("build", &["go"])]);
        assert!(!stage.world.rerun(1));
    }

    #[test]
    fn a_newer_push_cancels_the_older_run_until_gitea_1_25() {
        for (flavour, status) in [
            (Flavour::Gitea1_25, Status::Cancelled),
            (Flavour::Gitea1_26, Status::Waiting),
            (Flavour::Forgejo15, Status::Cancelled),
        ] {
            let mut stage = Stage::new(flavour);
            stage.push(vec![JobSpec::new("build", &["go"])]);
            stage.push(vec![JobSpec::new("build", &["go"])]);
            assert_eq!(stage.status(1), status, "{flavour:?}");
        }
    }

    #[test]
    fn an_outsiders_fork_waits_for_approval() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(Vec::new());
        let mallory = stage.world.add_user("mallory");
        let fork = stage.world.fork(stage.app, mallory, "app");
        let push = Push { onto: Some("main".to_owned()), ..Push::branch("evil", mallory, "Evil") };
        stage.world.push(fork, push);
        stage.heard();
        let request = NewPullRequest {
            title: "Evil".to_owned(),
            body: String::new(),
            poster: mallory,
            head_repository: fork,
            head_branch: "evil".to_owned(),
            base_branch: "main".to_owned(),
            workflows: vec![Workflow::new("ci.yml").job(JobSpec::new("build", &["go"]))],
        };
        let (_, runs) = stage.world.open_pull_request(stage.app, request).unwrap();
        assert_eq!(stage.heard(), ["waiting build"]);
        assert!(stage.world.queued_jobs().is_empty());
        stage.world.approve_run(runs[0]);
        assert_eq!(stage.heard(), ["queued build"]);
        assert_eq!(stage.world.queued_jobs().len(), 1);
    }
}
