//! The tables themselves: rows by id, deterministic new ids, and look-ups.

use std::collections::{BTreeMap, VecDeque};

use sha2::{Digest as _, Sha256};

use super::account::{Account, AccountId, Token};
use super::hook::{Delivery, HookId, Webhook};
use super::repository::{Repository, RepositoryId};
use super::run::{Job, JobId, Run, RunId, Task, TaskId};
use super::runner::{Runner, RunnerId, Scope};
use super::versions::TaskVersions;
use crate::flavour::Flavour;

/// A forge.
#[derive(Clone)]
pub struct World {
    pub(crate) flavour: Flavour,
    pub(crate) root_url: String,
    /// `Host` header of the request being served; `None` when people act.
    pub(crate) acting_host: Option<String>,
    pub(crate) now_s: i64,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) repositories: BTreeMap<RepositoryId, Repository>,
    pub(crate) runs: BTreeMap<RunId, Run>,
    pub(crate) jobs: BTreeMap<JobId, Job>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    pub(crate) runners: BTreeMap<RunnerId, Runner>,
    pub(crate) registration_tokens: BTreeMap<String, Scope>,
    pub(crate) versions: TaskVersions,
    pub(crate) hooks: BTreeMap<HookId, Webhook>,
    pub(crate) outbox: VecDeque<Delivery>,
    pub(crate) races_to_lose: u32,
    last_ids: BTreeMap<&'static str, i64>,
}

/// What a test expects to be empty when it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Registrations that still exist, by name.
    pub registrations: Vec<String>,
    /// Jobs that wait for a runner.
    pub queued_jobs: Vec<JobId>,
    /// Jobs that a runner has.
    pub running_jobs: Vec<JobId>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("World")
            .field("flavour", &self.flavour)
            .field("root_url", &self.root_url)
            .field("now_s", &self.now_s)
            .finish_non_exhaustive()
    }
}

impl World {
    /// An empty forge at `root_url` (without a slash at its end), at the moment `now_s` (seconds since 1970).
    pub fn new(flavour: Flavour, root_url: &str, now_s: i64) -> Self {
        Self {
            flavour,
            root_url: root_url.to_owned(),
            acting_host: None,
            now_s,
            accounts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            repositories: BTreeMap::new(),
            runs: BTreeMap::new(),
            jobs: BTreeMap::new(),
            tasks: BTreeMap::new(),
            runners: BTreeMap::new(),
            registration_tokens: BTreeMap::new(),
            versions: TaskVersions::default(),
            hooks: BTreeMap::new(),
            outbox: VecDeque::new(),
            races_to_lose: 0,
            last_ids: BTreeMap::new(),
        }
    }

    /// Which forge it is.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// The URL under which the forge believes to be reached.
    pub fn root_url(&self) -> &str {
        &self.root_url
    }

    /// Seconds since 1970.
    pub fn now_s(&self) -> i64 {
        self.now_s
    }

    /// Turns the clock; it never goes back.
    pub fn set_now(&mut self, now_s: i64) {
        self.now_s = self.now_s.max(now_s);
    }

    /// Turns the clock forward.
    pub fn advance(&mut self, seconds: i64) {
        self.now_s += seconds;
    }

    /// Acts from now on as through a request with this `Host` header (`None`: as the forge itself):
    /// Gitea 1.26 and later build URLs in deliveries from it. Serving a request sets and clears it too.
    pub fn act_through(&mut self, host: Option<&str>) {
        self.acting_host = host.map(ToOwned::to_owned);
    }

    /// Does something in the background, where no request's `Host` header shows.
    pub(crate) fn as_itself<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        let host = self.acting_host.take();
        let result = act(self);
        self.acting_host = host;
        result
    }

    /// A repository by row id.
    pub fn repository(&self, id: RepositoryId) -> Option<&Repository> {
        self.repositories.get(&id)
    }

    /// A run.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.runs.get(&id)
    }

    /// A job.
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    /// A task.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// A runner, deleted ones included.
    pub fn runner(&self, id: RunnerId) -> Option<&Runner> {
        self.runners.get(&id)
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.values()
    }

    /// Every job, oldest first.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values()
    }

    /// The registrations that exist, oldest first.
    pub fn runners(&self) -> impl Iterator<Item = &Runner> {
        self.runners.values().filter(|runner| !runner.deleted)
    }

    /// The jobs that a runner could take now, oldest first.
    pub fn queued_jobs(&self) -> Vec<JobId> {
        self.jobs_that(|job| job.status == super::Status::Waiting && !self.is_caller(job))
    }

    /// What is left when everything should be over.
    pub fn leftovers(&self) -> Leftovers {
        Leftovers {
            registrations: self.runners().map(|runner| runner.name.clone()).collect(),
            queued_jobs: self.queued_jobs(),
            running_jobs: self.jobs_that(|job| job.status == super::Status::Running),
        }
    }

    fn jobs_that(&self, wanted: impl Fn(&Job) -> bool) -> Vec<JobId> {
        self.jobs().filter(|job| wanted(job)).map(|job| job.id).collect()
    }

    /// A row that stands for another workflow and that no runner gets.
    pub(crate) fn is_caller(&self, job: &Job) -> bool {
        job.spec.caller && self.flavour.expands_callers()
    }

    pub(crate) fn account_named(&self, name: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.name == name)
    }

    pub(crate) fn repository_named(&self, owner: &str, name: &str) -> Option<&Repository> {
        let owner = self.account_named(owner)?.id;
        self.repositories.values().find(|row| row.owner == owner && row.name == name)
    }

    /// `owner/name`.
    pub(crate) fn full_name(&self, repository: &Repository) -> String {
        let owner = self.accounts.get(&repository.owner);
        format!("{}/{}", owner.map_or("", |row| row.name.as_str()), repository.name)
    }

    /// The run and the repository of a job.
    pub(crate) fn home_of(&self, job: &Job) -> Option<(&Run, &Repository)> {
        let run = self.runs.get(&job.run)?;
        Some((run, self.repositories.get(&run.repository)?))
    }

    /// Jobs of a run's newest attempt.
    pub(crate) fn jobs_of(&self, run: RunId) -> impl Iterator<Item = &Job> {
        let attempt = self.runs.get(&run).map_or(1, |run| run.attempt);
        let by_attempt = self.flavour.rerun_makes_new_jobs();
        self.jobs.values().filter(move |job| job.run == run && (!by_attempt || job.attempt == attempt))
    }

    /// The next id of a table.
    pub(crate) fn next_id(&mut self, table: &'static str) -> i64 {
        let last = self.last_ids.entry(table).or_default();
        *last += 1;
        *last
    }

    /// A made-up secret of 40 hexadecimal digits, the same in every run of a test.
    pub(crate) fn next_secret(&mut self, kind: &'static str) -> String {
        let number = self.next_id(kind);
        let digest = Sha256::digest(format!("{kind} {number}"));
        hex::encode(digest).chars().take(40).collect()
    }

    /// A made-up UUID, the same in every run of a test.
    pub(crate) fn next_uuid(&mut self, kind: &'static str) -> String {
        let text = self.next_secret(kind);
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }
}
