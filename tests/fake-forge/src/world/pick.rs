//! `FetchTask` and `FetchSingleTask`: which job a runner gets.

use super::registration::{Refusal, RunnerIdentity};
use super::run::{Job, JobId, Step, Task, TaskId};
use super::runner::{Runner, RunnerId};
use super::status::Status;
use super::table::World;

/// What a runner asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    /// The counter it remembers.
    pub(crate) known_version: i64,
    /// Only the job with this handle (Forgejo 15).
    pub(crate) handle: Option<String>,
    /// Names the request, so that a lost answer can be had again (Forgejo 15).
    pub(crate) request_key: Option<String>,
}

/// The answer: perhaps a task, and the counter to remember.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetched {
    pub(crate) task: Option<TaskId>,
    pub(crate) version: i64,
}

impl World {
    /// The next `count` runners that could take a job lose a race for it: no task, but the newest version.
    pub fn lose_races(&mut self, count: u32) {
        self.races_to_lose = count;
    }

    /// Gives a runner the oldest job it can take.
    pub(crate) fn fetch(&mut self, who: &RunnerIdentity, ask: &Ask) -> Result<Fetched, Refusal> {
        let id = self.authenticate(who)?;
        let Some(runner) = self.runners.get(&id).cloned() else {
            return Err(Refusal::Unregistered);
        };
        let version = self.versions.latest(runner.scope);
        let may_look = ask.handle.is_some() || ask.known_version != version;
        let task = if may_look { self.pick(&runner, ask)? } else { None };
        Ok(Fetched { task, version })
    }

    fn pick(&mut self, runner: &Runner, ask: &Ask) -> Result<Option<TaskId>, Refusal> {
        if let Some(task) = self.answered_before(runner.id, ask) {
            return Ok(Some(task));
        }
        match self.spent(runner.id).filter(|_| runner.ephemeral) {
            Some(true) if self.flavour.removes_ephemeral_at_next_fetch() => {
                self.delete_runner(runner.id);
                return Err(Refusal::RunnerRemoved);
            }
            Some(_) => return Ok(None),
            None => {}
        }
        let Some(job) = self.candidate(runner, ask) else {
            return Ok(None);
        };
        if self.races_to_lose > 0 && self.flavour.starves_losers() {
            self.races_to_lose -= 1;
            return Ok(None);
        }
        Ok(self.hand_over(job, runner.id, ask))
    }

    /// The same runner with the same request key gets the same task again.
    fn answered_before(&self, runner: RunnerId, ask: &Ask) -> Option<TaskId> {
        let key = ask.request_key.as_ref()?;
        self.tasks
            .values()
            .find(|task| task.runner == runner && task.request_key.as_ref() == Some(key))
            .filter(|task| !task.status.is_final() && self.flavour.has_handles())
            .map(|task| task.id)
    }

    /// Waiting, in scope, labels fit; longest unchanged first, then by id.
    fn candidate(&self, runner: &Runner, ask: &Ask) -> Option<JobId> {
        if runner.disabled {
            return None;
        }
        self.jobs
            .values()
            .filter(|job| job.status == Status::Waiting && job.task.is_none() && !self.is_caller(job))
            .filter(|job| ask.handle.as_ref().is_none_or(|handle| *handle == job.handle))
            .filter(|job| self.in_scope(runner, job) && self.fits(&runner.labels, &job.spec.labels))
            .min_by_key(|job| (job.updated_s, job.id))
            .map(|job| job.id)
    }

    fn in_scope(&self, runner: &Runner, job: &Job) -> bool {
        self.home_of(job).is_some_and(|(_, repository)| runner.scope.includes(repository.owner, repository.id))
    }

    /// Every label of the job is one of the runner's: exact, in any order.
    pub(crate) fn fits(&self, has: &[String], wanted: &[String]) -> bool {
        if wanted.is_empty() {
            return self.flavour.unlabelled_matches_all();
        }
        wanted.iter().all(|label| has.contains(label))
    }

    fn hand_over(&mut self, job: JobId, runner: RunnerId, ask: &Ask) -> Option<TaskId> {
        let (now_s, id) = (self.now_s, self.next_id("task"));
        let counted = self.flavour.counts_attempts_at_insertion();
        let row = self.jobs.get_mut(&job)?;
        row.task = Some(id);
        row.started_s = now_s;
        row.attempt += i64::from(!counted);
        let run = row.run;
        let steps = row.spec.steps.iter().map(|command| Step {
            command: command.clone(),
            status: Status::Waiting,
            started_s: 0,
            stopped_s: 0,
        });
        let task = Task {
            id,
            job,
            runner,
            status: Status::Running,
            log_lines: Vec::new(),
            steps: steps.collect(),
            request_key: ask.request_key.clone(),
            created_s: now_s,
            updated_s: now_s,
            stopped_s: 0,
        };
        self.tasks.insert(id, task);
        self.set_job_status(job, Status::Running);
        self.announce_job(job);
        self.follow_and_announce(run);
        Some(id)
    }
}
