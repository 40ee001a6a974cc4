//! Starting runs, and keeping a run's state in step with its jobs.

use serde_json::Value;

use super::account::AccountId;
use super::repository::RepositoryId;
use super::run::{Job, JobId, Run, RunId};
use super::runner::Scope;
use super::status::{self, Status};
use super::table::World;
use super::workflow::{JobSpec, Workflow};

/// Everything that decides a new run.
pub(super) struct NewRun {
    pub(super) repository: RepositoryId,
    pub(super) workflow: Workflow,
    pub(super) reference: String,
    pub(super) head_id: String,
    pub(super) event: &'static str,
    pub(super) title: String,
    pub(super) actor: AccountId,
    pub(super) pull_request: Option<i64>,
    pub(super) from_fork: bool,
    pub(super) needs_approval: bool,
    /// Cancels its unfinished predecessors, on forges that do.
    pub(super) supersedes: bool,
    pub(super) event_payload: Value,
}

impl World {
    /// Inserts a run with all its jobs and tells the webhooks.
    pub(super) fn start_run(&mut self, new: NewRun) -> RunId {
        if new.supersedes && self.flavour.cancels_superseded_runs() {
            self.cancel_predecessors(&new);
        }
        let run = self.insert_run(new);
        let specs = self.runs.get(&run).map(|run| run.workflow.jobs.clone());
        let jobs: Vec<JobId> = specs.unwrap_or_default().into_iter().map(|spec| self.insert_job(run, spec)).collect();
        if jobs.iter().any(|id| self.is_waiting(*id)) {
            self.bump_versions(run);
        }
        self.follow_jobs(run);
        self.announce_run(run);
        for job in jobs {
            self.announce_job(job);
        }
        run
    }

    fn insert_run(&mut self, new: NewRun) -> RunId {
        let id = self.next_id("run");
        let number = match self.repositories.get_mut(&new.repository) {
            Some(repository) => {
                repository.last_run_number += 1;
                repository.last_run_number
            }
            None => id,
        };
        let run = Run {
            id,
            number,
            repository: new.repository,
            reference: new.reference,
            head_id: new.head_id,
            event: new.event.to_owned(),
            status: Status::Waiting,
            attempt: 1,
            needs_approval: new.needs_approval,
            title: new.title,
            actor: new.actor,
            workflow: new.workflow,
            pull_request: new.pull_request,
            from_fork: new.from_fork,
            event_payload: new.event_payload,
            created_s: self.now_s,
            updated_s: self.now_s,
            started_s: 0,
            stopped_s: 0,
        };
        self.runs.insert(id, run);
        id
    }

    /// A job of the run's current attempt.
    pub(super) fn insert_job(&mut self, run: RunId, spec: JobSpec) -> JobId {
        let (attempt, approved) = self.runs.get(&run).map_or((1, true), |run| (run.attempt, !run.needs_approval));
        let id = self.next_id("job");
        let handle = self.next_uuid("handle");
        let mut job = Job {
            id,
            run,
            spec,
            status: Status::Blocked,
            attempt: if self.flavour.counts_attempts_at_insertion() { attempt } else { 0 },
            handle,
            task: None,
            created_s: self.now_s,
            updated_s: self.now_s,
            started_s: 0,
            stopped_s: 0,
        };
        if approved && job.spec.needs.is_empty() && !self.is_caller(&job) {
            job.status = Status::Waiting;
        }
        self.jobs.insert(id, job);
        id
    }

    fn is_waiting(&self, job: JobId) -> bool {
        self.jobs.get(&job).is_some_and(|job| job.status == Status::Waiting)
    }

    /// Something of this run became waiting: runners in its scopes may look again.
    pub(super) fn bump_versions(&mut self, run: RunId) {
        let repository = self.runs.get(&run).map(|run| run.repository);
        let Some(row) = repository.and_then(|id| self.repositories.get(&id)) else {
            return;
        };
        let place = Scope { owner: row.owner, repository: row.id };
        self.versions.bump(place);
    }

    fn cancel_predecessors(&mut self, new: &NewRun) {
        // Forgejo looks at jobs; Gitea looks at runs, so a run that already failed keeps its waiting jobs.
        let by_job = self.flavour.is_forgejo();
        let older: Vec<RunId> = self
            .runs
            .values()
            .filter(|run| {
                run.repository == new.repository
                    && run.reference == new.reference
                    && run.workflow.file == new.workflow.file
                    && run.event == new.event
                    && (by_job || !run.status.is_final())
            })
            .map(|run| run.id)
            .collect();
        for run in older {
            self.cancel_jobs_of(run);
        }
    }

    /// Sets a job's state and its times.
    pub(super) fn set_job_status(&mut self, job: JobId, status: Status) {
        let now_s = self.now_s;
        if let Some(row) = self.jobs.get_mut(&job) {
            row.status = status;
            row.updated_s = now_s;
            if status.is_final() {
                row.stopped_s = now_s;
            }
        }
    }

    /// Recomputes a run's state; returns the former one if it changed.
    pub(super) fn follow_jobs(&mut self, run: RunId) -> Option<Status> {
        self.follow_callees(run);
        let statuses: Vec<Status> = self.jobs_of(run).map(|job| job.status).collect();
        let status = status::of_run(self.flavour, &statuses);
        let now_s = self.now_s;
        let row = self.runs.get_mut(&run)?;
        row.updated_s = now_s;
        let before = row.status;
        row.status = status;
        if status == Status::Running && row.started_s == 0 {
            row.started_s = now_s;
        }
        if status.is_final() && !before.is_final() {
            row.stopped_s = now_s;
        }
        (before != status).then_some(before)
    }

    /// `follow_jobs`, telling the webhooks when the run started to run or ended.
    pub(super) fn follow_and_announce(&mut self, run: RunId) {
        let fresh = self.runs.get(&run).is_some_and(|run| run.started_s == 0);
        let Some(before) = self.follow_jobs(run) else {
            return;
        };
        match self.runs.get(&run).map(|run| run.status) {
            Some(Status::Running) if fresh => self.announce_run(run),
            Some(status) if status.is_final() && !before.is_final() => {
                self.announce_run(run);
                self.announce_end_of_run(run, before);
            }
            _ => {}
        }
    }

    /// A caller's row takes its state from the jobs named `caller.inner`, silently.
    fn follow_callees(&mut self, run: RunId) {
        let callers: Vec<(JobId, String)> = self
            .jobs_of(run)
            .filter(|job| self.is_caller(job) && !job.status.is_final())
            .map(|job| (job.id, format!("{}.", job.spec.key)))
            .collect();
        for (caller, prefix) in callers {
            let inner: Vec<Status> =
                self.jobs_of(run).filter(|job| job.spec.key.starts_with(&prefix)).map(|job| job.status).collect();
            let status = status::of_run(self.flavour, &inner);
            // Forgejo keeps the row blocked until everything inside has ended.
            let shown = !self.flavour.is_forgejo() || inner.iter().all(|job| job.is_final());
            if shown && !inner.is_empty() {
                self.set_job_status(caller, status);
            }
        }
    }
}
