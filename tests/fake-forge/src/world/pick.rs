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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flavour::Flavour;
    use crate::world::fixture::{NOON_S, Stage};
    use crate::world::workflow::JobSpec;
    use crate::world::{Scope, Status};

    fn job(name: &str, labels: &[&str]) -> JobSpec {
        JobSpec::new(name, labels)
    }

    #[test]
    fn the_oldest_job_whose_labels_fit_is_handed_out() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(vec![job("big", &["big"]), job("one", &["go"])]);
        stage.world.set_now(NOON_S + 1);
        stage.push(vec![job("two", &["go"])]);
        let runner = stage.runner(&["go", "spare"], false);
        assert_eq!(stage.take(&runner), Some(2));
        assert_eq!(stage.take(&runner), Some(3));
        assert_eq!(stage.take(&runner), None);
        assert_eq!(stage.status(1), Status::Waiting);
    }

    #[test]
    fn other_repositories_and_owners_get_nothing() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(vec![job("one", &["go"])]);
        for scope in [Scope::repository(99), Scope::owner(99)] {
            let stranger = stage.runner_of(scope, &["go"], true);
            assert_eq!(stage.take(&stranger), None, "{scope:?}");
        }
        let own = stage.runner_of(Scope::owner(stage.alice), &["go"], true);
        assert_eq!(stage.take(&own), Some(1));
    }

    #[test]
    fn a_runner_that_remembers_the_newest_version_is_not_given_anything() {
        let mut stage = Stage::new(Flavour::Gitea1_26);
        stage.push(vec![job("one", &["go"]), job("two", &["go"])]);
        let runner = stage.runner(&["go"], false);
        assert!(stage.ask(&runner, 1).unwrap().task.is_none());
        assert!(stage.ask(&runner, 0).unwrap().task.is_some());
    }

    #[test]
    fn the_loser_of_a_race_starves_until_something_new_waits() {
        let mut stage = Stage::new(Flavour::Gitea1_26);
        stage.push(vec![job("one", &["go"])]);
        let runner = stage.runner(&["go"], true);
        stage.world.lose_races(1);
        let version = stage.ask(&runner, 0).unwrap().version;
        assert!(stage.ask(&runner, version).unwrap().task.is_none());
        stage.push(vec![job("two", &["go"])]);
        assert!(stage.ask(&runner, version).unwrap().task.is_some());
    }

    #[test]
    fn gitea_1_27_gives_the_loser_the_next_job() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(vec![job("one", &["go"])]);
        let runner = stage.runner(&["go"], true);
        stage.world.lose_races(1);
        assert_eq!(stage.take(&runner), Some(1));
    }

    /// The defect of a row with owner and repository: the first question is answered, later ones never.
    #[test]
    fn a_runner_with_owner_and_repository_sees_no_new_job() {
        let mut stage = Stage::new(Flavour::Forgejo11);
        let scope = Scope { owner: stage.alice, repository: stage.app };
        let stuck = stage.runner_of(scope, &["go"], false);
        let version = stage.ask(&stuck, 0).unwrap().version;
        stage.push(vec![job("one", &["go"])]);
        assert!(stage.ask(&stuck, version).unwrap().task.is_none());
        assert!(stage.ask(&stuck, 0).unwrap().task.is_some());
    }

    #[test]
    fn a_disabled_runner_gets_nothing() {
        let mut stage = Stage::new(Flavour::Gitea1_26);
        stage.push(vec![job("one", &["go"])]);
        let runner = stage.runner(&["go"], true);
        stage.world.set_runner_disabled(runner.id, true);
        assert_eq!(stage.take(&runner), None);
    }

    #[test]
    fn an_ephemeral_runner_gets_one_job() {
        let mut stage = Stage::new(Flavour::Gitea1_27);
        stage.push(vec![job("one", &["go"]), job("two", &["go"])]);
        let runner = stage.runner(&["go"], true);
        assert_eq!(stage.take(&runner), Some(1));
        assert_eq!(stage.take(&runner), None);
    }

    #[test]
    fn a_handle_binds_to_its_job_and_is_good_once() {
        let mut stage = Stage::new(Flavour::Forgejo15);
        stage.push(vec![job("one", &["go"]), job("two", &["go"])]);
        let handle = stage.world.job(2).unwrap().handle.clone();
        let (first, second) = (stage.runner(&["go"], true), stage.runner(&["go"], true));
        assert_eq!(stage.take_handle(&first, &handle), Some(2));
        assert_eq!(stage.take_handle(&second, &handle), None);
        assert_eq!(stage.take_handle(&second, "no such handle"), None);
    }

    #[test]
    fn a_lost_answer_can_be_had_again_with_the_same_key() {
        let mut stage = Stage::new(Flavour::Forgejo15);
        stage.push(vec![job("one", &["go"])]);
        let runner = stage.runner(&["go"], true);
        let ask = Ask { request_key: Some("key".to_owned()), ..Ask::default() };
        let first = stage.world.fetch(&runner.who, &ask).unwrap().task;
        assert!(first.is_some());
        assert_eq!(stage.world.fetch(&runner.who, &ask).unwrap().task, first);
        assert_eq!(stage.take(&runner), None);
    }

    #[test]
    fn a_job_without_labels_is_for_everybody_on_gitea_and_for_nobody_on_forgejo() {
        for (flavour, expected) in [(Flavour::Gitea1_27, Some(1)), (Flavour::Forgejo15, None)] {
            let mut stage = Stage::new(flavour);
            stage.push(vec![job("one", &[])]);
            let runner = stage.runner(&["go"], true);
            assert_eq!(stage.take(&runner), expected, "{flavour:?}");
        }
    }

    #[test]
    fn a_caller_is_a_job_on_gitea_1_26_and_nobodys_on_1_27() {
        for (flavour, expected) in [(Flavour::Gitea1_26, Some(1)), (Flavour::Gitea1_27, None)] {
            let mut stage = Stage::new(flavour);
            stage.push(vec![job("call", &[]).caller()]);
            let runner = stage.runner(&["go"], true);
            assert_eq!(stage.take(&runner), expected, "{flavour:?}");
        }
    }
}
