//! Pull requests and what happens to them.

use serde::Deserialize;

use super::{Repository, User, wire};

/// Something happened to a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequestActivity {
    /// The forge's own word, such as `opened`, `synchronized`, `label_updated`, `reviewed`: `on:` filters translate it.
    pub action: String,
    /// The pull request after it happened.
    pub pull_request: PullRequest,
    /// The commit that a review is about, if the forge tells.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub commit_id: Option<String>,
    /// The base repository, the one whose workflows may start.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// The title, where `[skip ci]` counts.
    #[serde(default)]
    pub title: String,
    /// Who opened it.
    #[serde(rename = "user")]
    pub author: Option<User>,
    /// Names of its labels after the event.
    #[serde(default, deserialize_with = "wire::label_names")]
    pub labels: Vec<String>,
    /// Whether it is a draft. Forges start workflows all the same.
    #[serde(default)]
    pub draft: bool,
    /// Whether it is merged.
    #[serde(default)]
    pub merged: bool,
    /// The commit that merged it.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub merge_commit_sha: Option<String>,
    /// Where it shall go.
    pub base: PullRequestSide,
    /// What it brings.
    pub head: PullRequestSide,
    /// The commit that both sides share; the changed files are those since then. `None` if they share none.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub merge_base: Option<String>,
    /// 0: branch to branch; 1: pushed to `refs/for/…` (`AGit`). Gitea (1.24–1.27) does not tell.
    pub flow: Option<u8>,
}

impl PullRequest {
    /// Whether the head is another repository than the base, or gone, or was pushed without write access (`AGit`).
    /// Gitea does not tell an `AGit` pull request from a branch of the same repository here.
    pub fn is_from_fork(&self) -> bool {
        self.flow == Some(1) || self.head.repository_id.is_none() || self.head.repository_id != self.base.repository_id
    }
}

/// One side of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequestSide {
    /// The branch's short name, or `refs/pull/N/head` when there is no branch.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit.
    pub sha: String,
    /// The repository's id; `None` when it is gone (the forge sends -1).
    #[serde(rename = "repo_id", default, deserialize_with = "wire::positive")]
    pub repository_id: Option<u64>,
    /// The repository; `None` when it is gone.
    #[serde(rename = "repo")]
    pub repository: Option<Repository>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pull_request(head_id: i64, flow: Option<u8>) -> PullRequest {
        between(1, head_id, flow)
    }

    fn between(base_id: i64, head_id: i64, flow: Option<u8>) -> PullRequest {
        let side = |id: i64| json!({"ref": "topic", "sha": "abc", "repo_id": id, "repo": null});
        serde_json::from_value(json!({
            "number": 7, "user": null, "labels": null, "flow": flow, "merge_base": "",
            "base": side(base_id), "head": side(head_id),
        }))
        .unwrap()
    }

    #[test]
    fn what_comes_from_outside_is_a_fork() {
        assert!(!pull_request(1, None).is_from_fork());
        assert!(!pull_request(1, Some(0)).is_from_fork());
        assert!(pull_request(2, Some(0)).is_from_fork(), "another repository");
        assert!(pull_request(-1, Some(0)).is_from_fork(), "deleted repository");
        assert!(between(0, 0, None).is_from_fork(), "nothing is known");
        assert!(pull_request(1, Some(1)).is_from_fork(), "AGit");
    }
}
