//! Runs and workflows.

use serde_json::{Value, json};

use super::{Fields as _, Viewer};
use crate::flavour::Flavour;
use crate::world::{AccountId, Run, World, clock::rfc3339};

impl World {
    /// Gitea's run object, always as nobody in particular sees it.
    pub(crate) fn run_json(&self, run: &Run) -> Value {
        let full = self.full_name_of(run);
        let base = self.job_base_url();
        let api = format!("{base}/api/v1/repos/{full}/actions/runs/{}", run.id);
        let (status, conclusion) = run.status.github_words();
        let actor = self.account_json(run.actor);
        let mut value = json!({
            "id": run.id,
            "url": api,
            "html_url": format!("{base}/{full}/actions/runs/{}", self.run_in_html(run)),
            "display_title": run.title,
            "path": format!("{}@{}", run.workflow.file, run.reference),
            "event": run.event,
            "run_attempt": 0,
            "run_number": run.number,
            "repository_id": 0,
            "head_sha": run.head_id,
            "status": status,
            "actor": actor,
            "trigger_actor": actor,
            "repository": self.repository_json(run.repository, Viewer::Nobody),
            "started_at": rfc3339(run.started_s),
            "completed_at": rfc3339(run.stopped_s),
        });
        if let Some(branch) = run.branch() {
            value.set("head_branch", json!(branch));
        }
        if let Some(conclusion) = conclusion {
            value.set("conclusion", json!(conclusion));
        }
        if self.flavour() == Flavour::Gitea1_27 {
            let before = (run.attempt > 1).then(|| format!("{api}/attempts/{}", run.attempt - 1));
            value.set("run_attempt", json!(run.attempt));
            value.set("previous_attempt_url", json!(before));
            value.set("pull_requests", self.pull_requests_of(run));
        }
        value
    }

    /// The pull request that started it; for a push, the open ones from its branch.
    fn pull_requests_of(&self, run: &Run) -> Value {
        let row = self.repositories.get(&run.repository);
        let requests = row.into_iter().flat_map(|row| &row.pull_requests);
        requests
            .filter(|request| match run.branch() {
                Some(branch) => {
                    request.head_branch == branch && request.head_repository == run.repository && request.closed_s.is_none()
                }
                None => run.pull_request == Some(request.number),
            })
            .map(|request| self.pull_request_summary_json(run.repository, request.number))
            .collect()
    }

    /// The `workflow` of a `workflow_run` delivery.
    pub(crate) fn workflow_json(&self, run: &Run) -> Value {
        let full = self.full_name_of(run);
        let file = &run.workflow.file;
        let (root, acting) = (self.root_url(), self.acting_url());
        let place = match (run.branch(), run.reference.strip_prefix("refs/tags/")) {
            (Some(branch), _) => format!("branch/{branch}"),
            (None, Some(tag)) => format!("tag/{tag}"),
            (None, None) => format!("commit/{}", run.head_id),
        };
        let time = rfc3339(run.created_s);
        json!({
            "id": file,
            "name": run.workflow.name,
            "path": format!(".gitea/workflows/{file}"),
            "state": "active",
            "created_at": time,
            "updated_at": time,
            "url": format!("{root}/api/v1/repos/{full}/actions/workflows/{file}"),
            "html_url": format!("{acting}/{full}/src/{place}/.gitea/workflows/{file}"),
            "badge_url": format!("{acting}/{full}/actions/workflows/{file}/badge.svg?branch=main"),
            "deleted_at": "0001-01-01T00:00:00Z",
        })
    }

    /// Forgejo's run object: in the API as the caller sees it, in deliveries (`None`) as the run's own actor.
    pub(crate) fn forgejo_run_json(&self, run: &Run, caller: Option<AccountId>) -> Value {
        let viewer = Viewer::Account(caller.unwrap_or(run.actor));
        let actor = match caller {
            Some(_) => self.account_seen_json(run.actor, viewer),
            None => self.owner_json(run.actor, viewer),
        };
        let mut value = json!({
            "id": run.id,
            "title": run.title,
            "repository": self.repository_json(run.repository, viewer),
            "workflow_id": run.workflow.file,
            "index_in_repo": run.number,
            "trigger_user": actor,
            "ScheduleID": 0,
            "prettyref": run.pretty_reference(),
            "is_ref_deleted": false,
            "commit_sha": run.head_id,
            "is_fork_pull_request": run.from_fork,
            "need_approval": run.needs_approval,
            "approved_by": 0,
            "event": if run.event == "workflow_dispatch" { "" } else { &run.event },
            "event_payload": run.event_payload.to_string(),
            "trigger_event": run.event,
            "status": run.status.word(),
            "started": rfc3339(run.started_s),
            "stopped": rfc3339(run.stopped_s),
            "created": rfc3339(run.created_s),
            "updated": rfc3339(run.updated_s),
            "html_url": format!("{}/{}/actions/runs/{}", self.root_url(), self.full_name_of(run), run.number),
        });
        if run.started_s != 0 {
            let until_s = if run.stopped_s == 0 { self.now_s() } else { run.stopped_s };
            value.set("duration", json!((until_s - run.started_s) * 1_000_000_000));
        }
        value
    }

    /// How the run is named in the address of its page: by id since Gitea 1.26, else by number.
    pub(crate) fn run_in_html(&self, run: &Run) -> i64 {
        match self.flavour() {
            Flavour::Gitea1_26 | Flavour::Gitea1_27 => run.id,
            _ => run.number,
        }
    }

    fn full_name_of(&self, run: &Run) -> String {
        let row = self.repositories.get(&run.repository);
        row.map(|row| self.full_name(row)).unwrap_or_default()
    }
}
