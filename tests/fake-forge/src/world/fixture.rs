//! A small forge for the tests of this module: alice's repository `app`, a hook that hears everything, runners as needed.

use serde_json::json;

use super::pick::{Ask, Fetched};
use super::registration::{Refusal, RunnerIdentity};
use super::status::Status;
use super::story::Push;
use super::table::World;
use super::workflow::{JobSpec, Workflow};
use super::{AccountId, JobId, RepositoryId, RunId, RunnerId, Scope, TaskId};
use crate::flavour::Flavour;

pub(crate) const NOON_S: i64 = 1_795_262_400;

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) alice: AccountId,
    pub(crate) app: RepositoryId,
}

/// A runner of the repository, with its credentials.
pub(crate) struct Actor {
    pub(crate) id: RunnerId,
    pub(crate) who: RunnerIdentity,
}

impl Stage {
    pub(crate) fn new(flavour: Flavour) -> Self {
        let mut world = World::new(flavour, "http://forge.test", NOON_S);
        let alice = world.add_user("alice");
        let app = world.create_repository(alice, "app");
        world.add_webhook(Scope::INSTANCE, "http://hook.test", "quiet", &["workflow_job"]);
        Self { world, alice, app }
    }

    /// Pushes a commit that starts these jobs.
    pub(crate) fn push(&mut self, jobs: Vec<JobSpec>) -> RunId {
        let workflow = Workflow { jobs, ..Workflow::new("ci.yml") };
        let push = Push::branch("main", self.alice, "Change").starts(workflow);
        self.world.push(self.app, push)[0]
    }

    /// Registers a runner of the repository.
    pub(crate) fn runner(&mut self, labels: &[&str], ephemeral: bool) -> Actor {
        self.runner_of(Scope::repository(self.app), labels, ephemeral)
    }

    pub(crate) fn runner_of(&mut self, scope: Scope, labels: &[&str], ephemeral: bool) -> Actor {
        let id = self.world.add_runner(scope, "i-1", ephemeral);
        let row = self.world.runner(id).unwrap();
        let who = RunnerIdentity { uuid: row.uuid.clone(), token: row.token.clone() };
        let labels = labels.iter().map(ToString::to_string).collect();
        self.world.declare(&who, "v1", labels).unwrap();
        Actor { id, who }
    }

    /// Asks as a runner that remembers `known_version`.
    pub(crate) fn ask(&mut self, actor: &Actor, known_version: i64) -> Result<Fetched, Refusal> {
        let ask = Ask { known_version, ..Ask::default() };
        self.world.fetch(&actor.who, &ask)
    }

    /// Asks afresh and returns the job that came.
    pub(crate) fn take(&mut self, actor: &Actor) -> Option<JobId> {
        let task = self.ask(actor, 0).unwrap().task?;
        self.world.task(task).map(|task| task.job)
    }

    /// Asks for the job with this handle.
    pub(crate) fn take_handle(&mut self, actor: &Actor, handle: &str) -> Option<JobId> {
        let ask = Ask { handle: Some(handle.to_owned()), ..Ask::default() };
        let task = self.world.fetch(&actor.who, &ask).unwrap().task?;
        self.world.task(task).map(|task| task.job)
    }

    /// Reports the end of a job.
    pub(crate) fn report(&mut self, actor: &Actor, job: JobId, result: &str) -> Result<Status, Refusal> {
        let task: TaskId = self.world.job(job).unwrap().task.unwrap();
        self.world.update_task(&actor.who, task, &json!({ "result": result }))
    }

    pub(crate) fn status(&self, job: JobId) -> Status {
        self.world.job(job).unwrap().status
    }

    /// `action name` of every `workflow_job` since the last look.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        let bodies = self.world.outbox.drain(..).map(|delivery| delivery.body);
        bodies
            .map(|body| {
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                format!("{} {}", word(&body["action"]), word(&body["workflow_job"]["name"]))
            })
            .collect()
    }
}
