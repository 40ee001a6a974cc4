//! Runners in the REST API and in the runner protocol.

use serde_json::{Value, json};

use super::Fields as _;
use crate::world::{Runner, World};

impl World {
    /// A runner in the REST API.
    pub(crate) fn runner_json(&self, runner: &Runner) -> Value {
        if self.flavour().is_forgejo() {
            return json!({
                "id": runner.id,
                "uuid": runner.uuid,
                "owner_id": runner.scope.owner,
                "repo_id": runner.scope.repository,
                "name": runner.name,
                "status": runner.status_word(self.now_s()),
                "version": runner.version,
                "labels": runner.labels,
                "description": runner.description,
                "ephemeral": runner.ephemeral,
            });
        }
        let labels = runner.labels.iter().enumerate();
        let mut value = json!({
            "id": runner.id,
            "name": runner.name,
            "status": if runner.is_online(self.now_s()) { "online" } else { "offline" },
            "busy": runner.is_busy(self.now_s()),
            "ephemeral": runner.ephemeral,
            "labels": labels
                .map(|(id, name)| json!({ "id": id, "name": name, "type": "custom" }))
                .collect::<Value>(),
        });
        if self.flavour().can_disable_runners() {
            value.set("disabled", json!(runner.disabled));
        }
        value
    }

    /// The answer to `Register` (with the token, this once) or `Declare`. Protobuf leaves out what is false.
    pub(crate) fn registered_json(&self, runner: &Runner, with_token: bool) -> Value {
        let mut value = json!({
            "id": runner.id.to_string(),
            "uuid": runner.uuid,
            "name": runner.name,
            "version": runner.version,
            "labels": runner.labels,
        });
        if with_token {
            value.set("token", json!(runner.token));
        }
        // Gitea's Declare does not say it.
        if runner.ephemeral && (with_token || self.flavour().is_forgejo()) {
            value.set("ephemeral", json!(true));
        }
        json!({ "runner": value })
    }
}
