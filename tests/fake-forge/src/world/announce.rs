//! What the forge tells its webhooks: each event becomes one delivery per hook that wants it.

use serde_json::{Value, json};

use crate::json::{Fields as _, Viewer};

use super::hook::{Delivery, HookId, Webhook};
use super::repository::RepositoryId;
use super::run::{JobId, RunId};
use super::runner::Scope;
use super::status::Status;
use super::table::World;

impl World {
    /// Adds a webhook for the events of `scope`.
    pub fn add_webhook(&mut self, scope: Scope, url: &str, secret: &str, events: &[&str]) -> HookId {
        let id = self.next_id("webhook");
        let hook = Webhook {
            id,
            url: url.to_owned(),
            secret: Some(secret.to_owned()),
            events: events.iter().map(ToString::to_string).collect(),
            scope,
            form: false,
        };
        self.hooks.insert(id, hook);
        id
    }

    /// Changes a webhook: another URL, no secret, form-encoded.
    pub fn change_webhook(&mut self, id: HookId, change: impl FnOnce(&mut Webhook)) {
        if let Some(hook) = self.hooks.get_mut(&id) {
            change(hook);
        }
    }

    /// The deliveries that wait to be sent, oldest first.
    pub fn outbox(&self) -> impl Iterator<Item = &Delivery> {
        self.outbox.iter()
    }

    /// Puts a delivery into the outbox of every hook that wants it.
    pub(crate) fn announce(&mut self, repository: RepositoryId, event: &str, event_type: &str, payload: &Value) {
        let Some(row) = self.repositories.get(&repository) else {
            return;
        };
        let owner = row.owner;
        let by_organisation = self.accounts.get(&owner).is_some_and(super::Account::is_organisation);
        let listening: Vec<Webhook> = self
            .hooks
            .values()
            .filter(|hook| hook.scope.includes(owner, repository) && hook.wants(event, event_type))
            .cloned()
            .collect();
        for hook in listening {
            let delivery = Delivery {
                id: self.next_id("delivery"),
                uuid: self.next_uuid("delivery uuid"),
                target_type: hook.target_type(by_organisation),
                url: hook.url,
                event: event.to_owned(),
                event_type: event_type.to_owned(),
                body: format!("{payload:#}"),
                secret: hook.secret,
                form: hook.form,
            };
            self.outbox.push_back(delivery);
        }
    }

    /// `workflow_job`, with the job's state as the action.
    pub(crate) fn announce_job(&mut self, job: JobId) {
        if !self.flavour.has_job_deliveries() {
            return;
        }
        let Some(row) = self.jobs.get(&job) else {
            return;
        };
        let Some((run, repository)) = self.home_of(row) else {
            return;
        };
        let repository = repository.id;
        let mut payload = json!({
            "action": row.status.github_words().0,
            "workflow_job": self.hook_job_json(row),
            "repository": self.repository_json(repository, Viewer::Owner),
            "sender": self.account_json(run.actor),
        });
        self.name_organisation(repository, &mut payload);
        self.announce(repository, "workflow_job", "workflow_job", &payload);
    }

    /// `workflow_run` on Gitea.
    pub(crate) fn announce_run(&mut self, run: RunId) {
        let Some(row) = self.runs.get(&run) else {
            return;
        };
        let action = match row.status {
            Status::Waiting | Status::Blocked => "requested",
            Status::Running if self.flavour.announces_running_runs() => "in_progress",
            Status::Running => return,
            _ => "completed",
        };
        if !self.flavour.has_workflow_run_deliveries() {
            return;
        }
        let repository = row.repository;
        let mut payload = json!({
            "action": action,
            "workflow": self.workflow_json(row),
            "workflow_run": self.run_json(row),
            "repository": self.repository_json(repository, Viewer::Owner),
            "sender": self.account_json(row.actor),
        });
        self.name_organisation(repository, &mut payload);
        self.announce(repository, "workflow_run", "workflow_run", &payload);
    }

    /// `action_run_success` and `action_run_failure` on Forgejo 12 and later.
    pub(crate) fn announce_end_of_run(&mut self, run: RunId, prior: Status) {
        if !self.flavour.has_run_deliveries() {
            return;
        }
        let Some(row) = self.runs.get(&run) else {
            return;
        };
        let action = match row.status {
            Status::Success => "success",
            _ => "failure",
        };
        let payload = json!({
            "action": action,
            "run": self.forgejo_run_json(row, None),
            "prior_status": prior.word(),
        });
        let event = format!("action_run_{action}");
        self.announce(row.repository, &event, &event, &payload);
    }

    fn name_organisation(&self, repository: RepositoryId, payload: &mut Value) {
        let owner = self.repositories.get(&repository).map(|row| row.owner);
        let owner = owner.and_then(|owner| self.accounts.get(&owner));
        if let Some(owner) = owner.filter(|owner| owner.is_organisation()) {
            payload.set("organization", self.organisation_json(owner.id));
        }
    }
}
