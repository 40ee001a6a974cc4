//! Runners come and go: tokens, `Register`, Forgejo's `POST …/runners`, `Declare`, deletion.

use super::run::TaskId;
use super::runner::{Runner, RunnerId, Scope};
use super::status::Status;
use super::table::World;

/// Why the forge turned a runner away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No runner with this uuid and token: never existed, deleted, or used up.
    #[error("unregistered runner")]
    Unregistered,
    /// Gitea 1.24's way of saying that the one job of an ephemeral runner is over.
    #[error("pick task: runner has been removed")]
    RunnerRemoved,
    /// The registration token is unknown.
    #[error("runner registration token not found")]
    UnknownRegistrationToken,
    /// `Register` without a name or token.
    #[error("missing runner token, name")]
    IncompleteRegistration,
    /// There is no such task, or another runner has it.
    #[error("invalid runner for task")]
    NotYourTask,
}

/// The credentials in the headers of a runner's call.
#[derive(Clone, Default)]
pub(crate) struct RunnerIdentity {
    pub(crate) uuid: String,
    pub(crate) token: String,
}

impl World {
    /// The registration token of a scope: always the same one.
    pub fn registration_token(&mut self, scope: Scope) -> String {
        if let Some((token, _)) = self.registration_tokens.iter().find(|(_, of)| **of == scope) {
            return token.clone();
        }
        let token = self.next_secret("registration token");
        self.registration_tokens.insert(token.clone(), scope);
        token
    }

    /// Somebody resets the registration token of a scope in the forge's settings: the old one is refused from now on.
    pub fn reset_registration_token(&mut self, scope: Scope) {
        self.registration_tokens.retain(|_, of| *of != scope);
    }

    /// `Register`: makes a runner with the scope of the token.
    pub(crate) fn register(
        &mut self,
        registration_token: &str,
        name: &str,
        version: &str,
        labels: Vec<String>,
        ephemeral: bool,
    ) -> Result<RunnerId, Refusal> {
        if name.is_empty() || registration_token.is_empty() {
            return Err(Refusal::IncompleteRegistration);
        }
        let scope = *self.registration_tokens.get(registration_token).ok_or(Refusal::UnknownRegistrationToken)?;
        let id = self.add_runner(scope, name, ephemeral);
        if let Some(runner) = self.runners.get_mut(&id) {
            runner.labels = labels;
            version.clone_into(&mut runner.version);
        }
        Ok(id)
    }

    /// Makes a runner directly: Forgejo's API, an offline registration, or a row as an old release left it.
    pub fn add_runner(&mut self, scope: Scope, name: &str, ephemeral: bool) -> RunnerId {
        let id = self.next_id("runner");
        let runner = Runner {
            id,
            uuid: self.next_uuid("runner uuid"),
            token: self.next_secret("runner token"),
            name: name.chars().take(255).collect(),
            scope,
            labels: Vec::new(),
            ephemeral: ephemeral && self.flavour.has_ephemeral_runners(),
            disabled: false,
            deleted: false,
            version: String::new(),
            description: String::new(),
            last_online_s: 0,
            last_active_s: 0,
        };
        self.runners.insert(id, runner);
        id
    }

    /// The runner behind a call; notes that it was heard of.
    pub(crate) fn authenticate(&mut self, who: &RunnerIdentity) -> Result<RunnerId, Refusal> {
        let now_s = self.now_s;
        let runner = self
            .runners
            .values_mut()
            .find(|runner| !runner.deleted && runner.uuid == who.uuid && runner.token == who.token)
            .ok_or(Refusal::Unregistered)?;
        runner.last_online_s = now_s;
        Ok(runner.id)
    }

    /// `Declare`: labels and version replace the former ones.
    pub(crate) fn declare(&mut self, who: &RunnerIdentity, version: &str, labels: Vec<String>) -> Result<RunnerId, Refusal> {
        let id = self.authenticate(who)?;
        if let Some(runner) = self.runners.get_mut(&id) {
            runner.labels = labels;
            version.clone_into(&mut runner.version);
        }
        Ok(id)
    }

    /// Removes a registration; a task it has goes on without it.
    pub fn delete_runner(&mut self, id: RunnerId) -> bool {
        match self.runners.get_mut(&id).filter(|runner| !runner.deleted) {
            Some(runner) => {
                runner.deleted = true;
                true
            }
            None => false,
        }
    }

    /// Switches a runner off or on (Gitea 1.26); runners of its scope look again.
    pub(crate) fn set_runner_disabled(&mut self, id: RunnerId, disabled: bool) {
        if let Some(runner) = self.runners.get_mut(&id) {
            runner.disabled = disabled;
            let scope = runner.scope;
            self.versions.bump(scope);
        }
    }

    /// Has this runner ever been given a task, and is that one over?
    pub(crate) fn spent(&self, runner: RunnerId) -> Option<bool> {
        let last: Option<TaskId> = self.tasks.values().rfind(|task| task.runner == runner).map(|task| task.id);
        let status = self.tasks.get(&last?).map(|task| task.status);
        Some(status.is_none_or(Status::is_final))
    }
}
