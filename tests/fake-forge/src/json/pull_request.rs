//! Pull requests: the API object, the delivery, and the short form inside a run.

use serde_json::{Value, json};

use super::{Fields as _, Viewer};
use crate::flavour::Flavour;
use crate::world::{AccountId, PullRequest, RepositoryId, World, clock::rfc3339};

impl World {
    /// The `pull_request` delivery.
    pub(crate) fn pull_request_event_json(
        &self,
        repository: RepositoryId,
        request: &PullRequest,
        action: &str,
        who: AccountId,
    ) -> Value {
        // Opening, closing and reopening show the repository as the poster sees it.
        let by_poster = ["opened", "reopened"].contains(&action) || (action == "closed" && request.merged.is_none());
        let seen_by = if by_poster { request.poster } else { who };
        let mut event = json!({
            "action": action,
            "number": request.number,
            "pull_request": self.pull_request_json(repository, request, Viewer::Account(who)),
            "requested_reviewer": null,
            "repository": self.repository_json(repository, Viewer::Account(seen_by)),
            "sender": self.account_json(who),
            "commit_id": "",
            "review": null,
        });
        if action == "synchronized" && self.flavour() == Flavour::Gitea1_27 {
            event.set("before", json!(request.former_head_id));
            event.set("after", json!(request.head_id));
        }
        event
    }

    /// The same as a run keeps it: made without a signed-in user.
    pub(crate) fn pull_request_kept_json(
        &self,
        repository: RepositoryId,
        request: &PullRequest,
        action: &str,
        who: AccountId,
    ) -> Value {
        let viewer = match action {
            "synchronized" => Viewer::Nobody,
            _ => Viewer::Account(request.poster),
        };
        let mut event = self.pull_request_event_json(repository, request, action, who);
        event.set("pull_request", self.pull_request_json(repository, request, Viewer::Visitor));
        event.set("repository", self.repository_json(repository, viewer));
        event
    }

    /// The pull request itself.
    pub(crate) fn pull_request_json(&self, repository: RepositoryId, request: &PullRequest, viewer: Viewer) -> Value {
        let full = self.repositories.get(&repository).map(|row| self.full_name(row)).unwrap_or_default();
        let path = format!("{full}/pulls/{}", request.number);
        let (root, acting) = (self.root_url(), self.acting_url());
        let (merge_id, merged_by, merged_s) = match &request.merged {
            Some((id, who, when)) => (json!(id), self.account_json(*who), json!(rfc3339(*when))),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let base_id = request.merged.as_ref().map_or(&request.merge_base, |(id, ..)| id);
        let mut value = json!({
            "id": request.id,
            "url": format!("{acting}/{path}"),
            "number": request.number,
            "user": self.account_seen_json(request.poster, viewer),
            "title": request.title,
            "body": request.body,
            "labels": [],
            "milestone": null,
            "assignee": null,
            "assignees": [],
            "requested_reviewers": [],
            "requested_reviewers_teams": [],
            "state": if request.closed_s.is_some() { "closed" } else { "open" },
            "draft": false,
            "is_locked": false,
            "comments": 0,
            "review_comments": 0,
            "additions": 1,
            "deletions": 0,
            "changed_files": 1,
            "html_url": format!("{acting}/{path}"),
            "diff_url": format!("{root}/{path}.diff"),
            "patch_url": format!("{root}/{path}.patch"),
            "mergeable": true,
            "merged": request.merged.is_some(),
            "merged_at": merged_s,
            "merge_commit_sha": merge_id,
            "merged_by": merged_by,
            "allow_maintainer_edit": !self.flavour().is_forgejo() && self.flavour() > Flavour::Gitea1_24,
            "base": {
                "label": request.base_branch,
                "ref": request.base_branch,
                "sha": base_id,
                "repo_id": repository,
                "repo": self.repository_json(repository, viewer),
            },
            "head": {
                "label": request.head_branch,
                "ref": request.head_branch,
                "sha": request.head_id,
                "repo_id": request.head_repository,
                "repo": self.repository_json(request.head_repository, viewer),
            },
            "merge_base": request.merge_base,
            "due_date": null,
            "created_at": rfc3339(request.created_s),
            "updated_at": rfc3339(request.updated_s),
            "closed_at": request.closed_s.map(rfc3339),
            "pin_order": 0,
        });
        self.version_fields(&mut value);
        value
    }

    fn version_fields(&self, value: &mut Value) {
        match self.flavour() {
            Flavour::Forgejo10 | Flavour::Forgejo11 | Flavour::Forgejo15 => {
                value.set("flow", json!(0));
                value.set("assignees", Value::Null);
            }
            Flavour::Gitea1_23 | Flavour::Gitea1_24 => {
                // Left out while it is zero.
                value.leave_out("review_comments");
            }
            _ => value.set("content_version", json!(0)),
        }
    }

    /// The short form in `workflow_run.pull_requests` (Gitea 1.27).
    pub(crate) fn pull_request_summary_json(&self, repository: RepositoryId, number: i64) -> Value {
        let Some(request) = self.pull_request(repository, number) else {
            return Value::Null;
        };
        let api = format!("{}/api/v1/repos", self.acting_url());
        let summary = |id: RepositoryId| {
            self.repositories
                .get(&id)
                .map(|row| json!({ "id": id, "url": format!("{api}/{}", self.full_name(row)), "name": row.name }))
        };
        let full = self.repositories.get(&repository).map(|row| self.full_name(row));
        // The branch as it is now, which may be ahead of the pull request.
        let tip = self
            .repositories
            .get(&request.head_repository)
            .and_then(|row| row.resolve(&request.head_branch))
            .map_or(&request.head_id, |commit| &commit.id);
        json!({
            "id": request.id,
            "number": number,
            "url": format!("{api}/{}/pulls/{number}", full.unwrap_or_default()),
            "head": { "ref": request.head_branch, "sha": tip, "repo": summary(request.head_repository) },
            "base": { "ref": request.base_branch, "sha": request.merge_base, "repo": summary(repository) },
        })
    }
}
