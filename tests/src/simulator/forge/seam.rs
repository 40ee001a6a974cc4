//! The forge as the product reaches it.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::forge::{
    Capabilities, Credential, Forge, ForgeError, ForgeErrorKind, ForgeJob, ForgeKind, JobState, NewRunner, Registration, Trust,
};
use dispatch::identifier::{RepositoryName, Scope};

use super::super::fault::Fault;
use super::super::line::{Fate, ask};
use super::super::looks::Looks;
use super::super::safety::Safety;
use super::super::world::{Shared, World, lock};
use super::{Job, Row, Status};

/// One process's connection.
pub(crate) struct ForgeSeam {
    world: Shared,
    looks: Arc<Looks>,
}

impl ForgeSeam {
    /// A connection.
    pub(crate) fn new(world: Shared, looks: Arc<Looks>) -> Self {
        Self { world, looks }
    }

    async fn ask<T: Send + 'static>(
        &self,
        what: &'static str,
        effect: impl FnOnce(&mut World) -> T + Send + 'static,
    ) -> Result<T, ForgeError> {
        let error = || failed(what, "the connection timed out", ForgeErrorKind::Unreachable);
        ask(&self.world, fate, effect).await.ok_or_else(error)
    }
}

fn fate(world: &mut World) -> Fate {
    if world.suffers(Fault::ForgeDown) {
        return Fate::fails(3_000);
    }
    let slow = world.strikes(Fault::ForgeSlow);
    let delay = if slow { world.random.between(500..=8_000) } else { world.random.between(20..=120) };
    Fate::among(world, delay, Fault::ForgeError, Fault::ForgeAnswerLost)
}

#[async_trait]
impl Forge for ForgeSeam {
    async fn capabilities(&self, _afresh: bool) -> Result<Capabilities, ForgeError> {
        Ok(lock(&self.world).script.flavour.capabilities())
    }

    async fn queue(&self) -> Result<Vec<ForgeJob>, ForgeError> {
        let believes = lock(&self.world).without(Safety::FreshLookBeforeKill);
        if let Some(seen) = self.looks.last().filter(|_| believes) {
            return Ok(seen);
        }
        let early = self.looks.instead_of_last();
        let look = |world: &mut World| {
            world.note_shortage();
            world.queue()
        };
        let jobs = self.ask("GET the queue", look).await?;
        let jobs = early.unwrap_or(jobs);
        if believes {
            self.looks.note_last(&jobs);
        }
        Ok(jobs)
    }

    async fn job(&self, _repository: &RepositoryName, job: u64) -> Result<JobState, ForgeError> {
        let look = move |world: &mut World| {
            world.note_shortage();
            world.job_state(job)
        };
        self.ask("GET a job", look).await
    }

    async fn trust(&self, _job: &ForgeJob) -> Result<Trust, ForgeError> {
        Ok(Trust::Own)
    }

    async fn registrations(&self, scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
        let scope = scope.clone();
        self.ask("GET the runners", move |world| world.shown_registrations(&scope)).await
    }

    async fn register(&self, scope: &Scope, runner: &NewRunner) -> Result<Credential, ForgeError> {
        let (scope, runner) = (scope.clone(), runner.clone());
        self.ask("register a runner", move |world| world.register(scope, runner)).await
    }

    async fn disable(&self, _scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        if !lock(&self.world).script.flavour.capabilities().disable {
            return Err(failed("disable a runner", "this forge cannot", ForgeErrorKind::NotSupported));
        }
        self.ask("disable a runner", move |world| world.disable(registration)).await
    }

    async fn deregister(&self, _scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        self.ask("remove a runner", move |world| world.deregister(registration)).await
    }
}

fn failed(what: &str, cause: &str, kind: ForgeErrorKind) -> ForgeError {
    ForgeError { what: what.to_owned(), cause: cause.to_owned(), kind }
}

impl World {
    /// Jobs that wait or run.
    pub fn queue(&self) -> Vec<ForgeJob> {
        let listed = |job: &Job| matches!(job.status, Status::Waiting | Status::Running);
        let jobs = self.forge.jobs.iter().filter(|(_, job)| listed(job));
        jobs.map(|(id, job)| ForgeJob {
            id: *id,
            repository: job.repository.clone(),
            name: format!("job {id}"),
            labels: job.labels.clone(),
            state: self.state(job),
            run: None,
            handle: job.handle.clone(),
        })
        .collect()
    }

    fn state(&self, job: &Job) -> JobState {
        let told = job.registration.filter(|_| !self.script.flavour.is_forgejo());
        match job.status {
            Status::Blocked => JobState::Blocked,
            Status::Waiting => JobState::Queued,
            Status::Running => JobState::Running { registration: told },
            Status::Over(conclusion) => JobState::Over { conclusion: conclusion.to_owned(), registration: told },
        }
    }

    /// Forgejo can only be asked for its list, which holds neither blocked jobs nor those that are over.
    pub fn job_state(&self, job: u64) -> JobState {
        let state = self.forge.jobs.get(&job).map_or(JobState::Unknown, |job| self.state(job));
        match (self.script.flavour.capabilities().kind, &state) {
            (ForgeKind::Forgejo, JobState::Blocked | JobState::Over { .. }) => JobState::Unknown,
            _ => state,
        }
    }

    /// The registrations of a scope.
    pub fn shown_registrations(&self, scope: &Scope) -> Vec<Registration> {
        let now = self.now();
        let rows = self.forge.registrations.iter().filter(|(_, row)| row.scope == *scope);
        rows.map(|(id, row)| Registration { id: *id, name: row.name.clone(), online: row.online(now), disabled: row.disabled })
            .collect()
    }

    fn register(&mut self, scope: Scope, runner: NewRunner) -> Credential {
        let registration = self.forge.next_id();
        self.tell(|| format!("forge: registers {} as runner {registration}", runner.name));
        let row = Row {
            name: runner.name,
            scope,
            labels: runner.labels,
            disabled: false,
            job: None,
            last_contact: None,
            connected: false,
        };
        self.forge.registrations.insert(registration, row);
        Credential { registration, uuid: format!("uuid-{registration}"), token: format!("token-{registration}").into() }
    }

    fn disable(&mut self, registration: u64) {
        self.check_disabling(registration);
        self.tell(|| format!("forge: disables runner {registration}"));
        if let Some(row) = self.forge.registrations.get_mut(&registration) {
            row.disabled = true;
        }
    }

    fn deregister(&mut self, registration: u64) {
        self.check_deregistration(registration);
        if self.without(Safety::GhostRemoval) && self.forge.registrations.get(&registration).is_some_and(|row| !row.connected) {
            return;
        }
        if let Some(row) = self.forge.registrations.remove(&registration) {
            self.tell(|| format!("forge: removes runner {registration}"));
            if let Some(job) = row.job {
                self.miss_task(job);
            }
        }
    }
}
