//! What a runner is told about its task.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Fields as _;
use crate::flavour::Flavour;
use crate::world::{Job, Run, TaskId, World};

impl World {
    /// The `task` of `FetchTask`.
    pub(crate) fn task_json(&self, id: TaskId) -> Value {
        let task = self.tasks.get(&id);
        let job = task.and_then(|task| self.jobs.get(&task.job));
        let Some((job, (run, _))) = job.and_then(|job| Some((job, self.home_of(job)?))) else {
            return Value::Null;
        };
        let token = format!("{id:040}");
        let mut secrets = json!({ "GITEA_TOKEN": token, "GITHUB_TOKEN": token });
        if self.flavour().is_forgejo() {
            secrets.set("FORGEJO_TOKEN", json!(token));
        }
        let mut value = json!({
            "id": id.to_string(),
            "workflowPayload": STANDARD.encode(job.spec.payload(&run.workflow)),
            "context": self.context_json(job, run, &token),
            "secrets": secrets,
        });
        if !job.spec.needs.is_empty() {
            value.set("needs", self.needs_json(job));
        }
        value
    }

    /// Results of the jobs that had to end first, by key.
    fn needs_json(&self, job: &Job) -> Value {
        let needed = self.jobs_of(job.run).filter(|other| job.spec.needs.contains(&other.spec.key));
        let results: Map<String, Value> = needed
            .map(|other| {
                let result = other.status.result_word().unwrap_or("RESULT_UNSPECIFIED");
                (other.spec.key.clone(), json!({ "result": result }))
            })
            .collect();
        Value::Object(results)
    }

    /// The `github` context.
    fn context_json(&self, job: &Job, run: &Run, token: &str) -> Value {
        let root = self.root_url();
        let full = self.repositories.get(&run.repository).map(|row| self.full_name(row)).unwrap_or_default();
        let owner = full.split('/').next().unwrap_or_default();
        let actor = self.accounts.get(&run.actor).map_or("", |account| account.name.as_str());
        let kind = if run.reference.starts_with("refs/tags/") { "tag" } else { "branch" };
        let newest = self.flavour() == Flavour::Gitea1_27;
        let mut context = json!({
            "action": "",
            "action_path": "",
            "action_ref": "",
            "action_repository": "",
            "action_status": "",
            "actor": actor,
            "api_url": format!("{root}/api/v1"),
            "base_ref": "",
            "env": "",
            "event": run.event_payload,
            "event_name": run.event,
            "event_path": "",
            "gitea_default_actions_url": "https://github.com",
            "gitea_runtime_token": format!("runtime-{token}"),
            "graphql_url": "",
            "head_ref": "",
            "job": job.spec.key,
            "path": "",
            "ref": run.reference,
            "ref_name": run.pretty_reference(),
            "ref_protected": false,
            "ref_type": kind,
            "repository": full,
            "repositoryUrl": format!("{root}/{full}"),
            "repository_owner": owner,
            "retention_days": "",
            "run_attempt": job.attempt.to_string(),
            "run_id": run.id.to_string(),
            "run_number": run.number.to_string(),
            "secret_source": "Actions",
            "server_url": format!("{root}/"),
            "sha": run.head_id,
            "token": token,
            "triggering_actor": if newest { actor } else { "" },
            "workflow": run.workflow.file,
            "workspace": "",
        });
        if self.flavour().is_forgejo() {
            context.set("gitea_default_actions_url", json!("https://data.forgejo.org"));
        }
        if self.flavour() == Flavour::Forgejo15 {
            let file = &run.workflow.file;
            context.set("forgejo_server_version", json!(self.flavour().version()));
            context.set("job_name", json!(""));
            context.set("runner_perflog", json!(""));
            context.set("runner_tracking_id", json!(""));
            context.set("workflow_ref", json!(format!("{full}/.gitea/workflows/{file}@{}", run.reference)));
        }
        context
    }
}
