//! A forge in memory, for tests and benches: it has the jobs and registrations that it was given.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use super::{
    Capabilities, Credential, Forge, ForgeError, ForgeJob, ForgeKind, JobState, NewRunner, Registration, Trust, Version,
};
use crate::identifier::{RepositoryName, Scope};

/// The first registration that it makes itself; lower numbers are for those that it is given.
const FIRST_OWN: u64 = 900;

type Meanwhile = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Answers at once, and starts nothing by itself.
pub struct MemoryForge {
    capabilities: Capabilities,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    jobs: Vec<ForgeJob>,
    registrations: Vec<Registration>,
    made: u64,
    looks: usize,
    meanwhile: Option<Meanwhile>,
}

/// A Gitea 1.27.
impl Default for MemoryForge {
    fn default() -> Self {
        Self::of(ForgeKind::Gitea, Version { major: 1, minor: 27 })
    }
}

impl MemoryForge {
    /// An empty one of this release.
    pub fn of(kind: ForgeKind, version: Version) -> Self {
        Self { capabilities: Capabilities::of(kind, version), state: Mutex::default() }
    }

    /// One more job.
    pub fn add_job(&self, job: ForgeJob) {
        self.state().jobs.push(job);
    }

    /// A registration that was there before.
    pub fn add_registration(&self, registration: Registration) {
        self.state().registrations.push(registration);
    }

    /// The registrations of every scope.
    pub fn registered(&self) -> Vec<Registration> {
        self.state().registrations.clone()
    }

    /// How often the queue was looked at.
    pub fn looks(&self) -> usize {
        self.state().looks
    }

    /// Lets something happen once, after the queue was looked at and before the look has its answer.
    pub fn meanwhile(&self, happens: impl FnOnce() -> BoxFuture<'static, ()> + Send + 'static) {
        self.state().meanwhile = Some(Box::new(happens));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> (Vec<ForgeJob>, Option<Meanwhile>) {
        let mut state = self.state();
        state.looks += 1;
        (state.jobs.clone(), state.meanwhile.take())
    }
}

#[async_trait]
impl Forge for MemoryForge {
    async fn capabilities(&self, _afresh: bool) -> Result<Capabilities, ForgeError> {
        Ok(self.capabilities)
    }

    async fn queue(&self) -> Result<Vec<ForgeJob>, ForgeError> {
        let (seen, meanwhile) = self.look();
        if let Some(happens) = meanwhile {
            happens().await;
        }
        Ok(seen)
    }

    async fn job(&self, _repository: &RepositoryName, job: u64) -> Result<JobState, ForgeError> {
        let known = self.state().jobs.iter().find(|known| known.id == job).map(|known| known.state.clone());
        Ok(known.unwrap_or(JobState::Unknown))
    }

    async fn trust(&self, _job: &ForgeJob) -> Result<Trust, ForgeError> {
        Ok(Trust::Own)
    }

    async fn registrations(&self, _scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
        Ok(self.registered())
    }

    async fn register(&self, _scope: &Scope, runner: &NewRunner) -> Result<Credential, ForgeError> {
        let mut state = self.state();
        let id = FIRST_OWN + state.made;
        state.made += 1;
        state.registrations.push(Registration { id, name: runner.name.clone(), online: false, disabled: false });
        Ok(Credential { registration: id, uuid: "uuid".to_owned(), token: "token".into() })
    }

    async fn disable(&self, _scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        for known in self.state().registrations.iter_mut().filter(|known| known.id == registration) {
            known.disabled = true;
        }
        Ok(())
    }

    async fn deregister(&self, _scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        self.state().registrations.retain(|known| known.id != registration);
        Ok(())
    }
}
