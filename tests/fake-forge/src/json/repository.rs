//! The repository object, the same wherever it appears but for what its viewer may do.

use serde_json::{Value, json};

use super::{Fields as _, Viewer};
use crate::flavour::Flavour;
use crate::world::{Repository, RepositoryId, World, clock::rfc3339};

impl World {
    /// A repository as `viewer` sees it.
    pub(crate) fn repository_json(&self, id: RepositoryId, viewer: Viewer) -> Value {
        let Some(row) = self.repositories.get(&id) else {
            return Value::Null;
        };
        let mut repository = self.common_fields(row, viewer);
        merge(&mut repository, settings());
        let own = match self.flavour() {
            Flavour::Gitea1_27 => since_gitea_1_27(row),
            Flavour::Gitea1_26 | Flavour::Gitea1_25 => since_gitea_1_25(row),
            Flavour::Gitea1_23 | Flavour::Gitea1_24 => until_gitea_1_24(&self.parent_json(row, viewer)),
            Flavour::Forgejo10 | Flavour::Forgejo11 | Flavour::Forgejo15 => self.forgejo_fields(row, viewer),
        };
        merge(&mut repository, own);
        if row.parent.is_some() {
            repository.set("parent", self.parent_json(row, viewer));
            leave_out_units_of_forks(&mut repository);
        }
        repository
    }

    /// The repository it was forked from, with the permissions on the fork.
    fn parent_json(&self, row: &Repository, viewer: Viewer) -> Value {
        let Some(parent) = row.parent else {
            return Value::Null;
        };
        let mut value = self.repository_json(parent, viewer);
        value.set("permissions", self.permissions_json(row, viewer));
        value
    }

    fn common_fields(&self, row: &Repository, viewer: Viewer) -> Value {
        let (root, acting, full) = (self.root_url(), self.acting_url(), self.full_name(row));
        let forks = self.repositories.values().filter(|other| other.parent == Some(row.id)).count();
        let open = row.pull_requests.iter().filter(|request| request.closed_s.is_none()).count();
        json!({
            "id": row.id,
            "owner": self.owner_json(row.owner, viewer),
            "name": row.name,
            "full_name": full,
            "description": "",
            "empty": row.references.is_empty(),
            "private": row.private,
            "fork": row.parent.is_some(),
            "template": false,
            "mirror": false,
            "size": 25,
            "language": "",
            "languages_url": format!("{root}/api/v1/repos/{full}/languages"),
            "html_url": format!("{acting}/{full}"),
            "url": format!("{root}/api/v1/repos/{full}"),
            "link": "",
            "ssh_url": self.ssh_url(&full),
            "clone_url": format!("{acting}/{full}.git"),
            "original_url": "",
            "website": "",
            "stars_count": 0,
            "forks_count": forks,
            "watchers_count": 1,
            "open_issues_count": 0,
            "open_pr_counter": open,
            "release_counter": 0,
            "default_branch": "main",
            "archived": false,
            "created_at": rfc3339(row.created_s),
            "updated_at": rfc3339(row.updated_s),
            "archived_at": "1970-01-01T00:00:00Z",
            "permissions": self.permissions_json(row, viewer),
            "topics": [],
        })
    }

    fn permissions_json(&self, row: &Repository, viewer: Viewer) -> Value {
        let (admin, push, pull) = match viewer {
            Viewer::Nobody => (false, false, false),
            Viewer::Visitor => (false, false, !row.private),
            Viewer::Owner => (true, true, true),
            Viewer::Account(id) => {
                let push = self.may_write(row.id, id);
                (self.administers(row.id, id), push, push || !row.private)
            }
        };
        json!({ "admin": admin, "push": push, "pull": pull })
    }

    fn ssh_url(&self, full_name: &str) -> String {
        let host = self.host_name();
        if self.flavour().is_forgejo() {
            format!("ssh://root@{host}/{full_name}.git")
        } else {
            format!("root@{host}:{full_name}.git")
        }
    }

    fn forgejo_fields(&self, row: &Repository, viewer: Viewer) -> Value {
        let mut fields = json!({
            "parent": self.parent_json(row, viewer),
            "wiki_branch": "main",
            "globally_editable_wiki": false,
            "default_update_style": "merge",
            "repo_transfer": null,
        });
        if matches!(self.flavour(), Flavour::Forgejo10 | Flavour::Forgejo11) {
            fields.set("topics", Value::Null);
            return fields;
        }
        let full = self.full_name(row);
        merge(
            &mut fields,
            json!({
                "has_wiki_contents": false,
                "wiki_ssh_url": self.ssh_url(&format!("{full}.wiki")),
                "wiki_clone_url": format!("{}/{full}.wiki.git", self.root_url()),
            }),
        );
        fields
    }
}

/// What nobody ever changes in a story.
fn settings() -> Value {
    json!({
        "has_issues": true,
        "internal_tracker": {
            "enable_time_tracker": true,
            "allow_only_contributors_to_track_time": true,
            "enable_issue_dependencies": true,
        },
        "has_wiki": true,
        "has_pull_requests": true,
        "has_projects": true,
        "has_releases": true,
        "has_packages": true,
        "has_actions": true,
        "ignore_whitespace_conflicts": false,
        "allow_merge_commits": true,
        "allow_rebase": true,
        "allow_rebase_explicit": true,
        "allow_squash_merge": true,
        "allow_fast_forward_only_merge": true,
        "allow_rebase_update": true,
        "default_delete_branch_after_merge": false,
        "default_merge_style": "merge",
        "default_allow_maintainer_edit": false,
        "avatar_url": "",
        "internal": false,
        "mirror_interval": "",
        "object_format_name": "sha1",
        "mirror_updated": "0001-01-01T00:00:00Z",
    })
}

fn since_gitea_1_25(row: &Repository) -> Value {
    json!({
        "branch_count": row.branches().count(),
        "has_code": true,
        "projects_mode": "all",
        "allow_manual_merge": false,
        "autodetect_manual_merge": false,
        "default_allow_maintainer_edit": true,
        "licenses": [],
    })
}

fn since_gitea_1_27(row: &Repository) -> Value {
    let mut fields = since_gitea_1_25(row);
    merge(
        &mut fields,
        json!({
            "allow_merge_update": true,
            "default_update_style": "merge",
            "mirror_last_sync_at": "0001-01-01T00:00:00Z",
        }),
    );
    fields
}

fn until_gitea_1_24(parent: &Value) -> Value {
    json!({
        "parent": parent,
        "projects_mode": "all",
        "repo_transfer": null,
        "licenses": null,
    })
}

/// A fork begins with code and pull requests only.
fn leave_out_units_of_forks(repository: &mut Value) {
    for unit in ["actions", "issues", "packages", "projects", "releases", "wiki"] {
        repository.set(&format!("has_{unit}"), json!(false));
    }
    for field in ["internal_tracker", "wiki_branch"] {
        repository.leave_out(field);
    }
}

/// Adds the fields of `more` to `object`.
fn merge(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
}
