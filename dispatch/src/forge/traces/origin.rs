//! Whose a commit is, where a run names no branch: it is a pull request's or a tag's.
//!
//! Gitea 1.24 leaves the branch out of the deliveries of both. A commit that heads a pull request is that one's; what no
//! pull request heads is the repository's own if a tag of it points there, since only its own people make tags.

use serde::Deserialize;

use crate::forge::capabilities::ForgeKind::Gitea;
use crate::forge::error::ForgeError;
use crate::forge::gitea::{PullRequest, side};
use crate::forge::http::{Http, Missing};
use crate::forge::{Trust, route};
use crate::identifier::RepositoryName;

/// Rows of one answer, and answers read; the newest come first.
const LIMIT: usize = 50;
const MOST_PAGES: usize = 4;

#[derive(Deserialize)]
struct Tag {
    commit: TagCommit,
}

#[derive(Deserialize)]
struct TagCommit {
    sha: String,
}

/// Whether `commit` is the repository's own.
pub(in crate::forge) async fn origin(http: &Http, repository: &RepositoryName, commit: &str) -> Result<Trust, ForgeError> {
    let mut heads = false;
    for request in pull_requests(http, repository).await? {
        if request.head.commit == commit {
            let number = request.number.to_string();
            match side(&number, &request.head, &request.base) {
                Trust::Own => heads = true,
                other => return Ok(other),
            }
        }
    }
    if heads || tags(http, repository).await?.iter().any(|tag| tag.commit.sha == commit) {
        return Ok(Trust::Own);
    }
    let cause = "its commit is at the head of no pull request and no tag that the forge lists";
    Ok(Trust::Unknown { cause: cause.to_owned() })
}

async fn pull_requests(http: &Http, repository: &RepositoryName) -> Result<Vec<PullRequest>, ForgeError> {
    let call = route::repository(Gitea, repository, &["pulls"]).query("state", "all").query("sort", "recentupdate");
    let mut requests = Vec::new();
    for page in 1..=MOST_PAGES {
        let answer = http.ask(&call.clone().query("page", &page).query("limit", &LIMIT)).await?;
        if answer.missing() == Some(Missing::Object) {
            break;
        }
        let rows: Vec<PullRequest> = answer.read::<Option<_>>()?.unwrap_or_default();
        let is_last = rows.len() < LIMIT;
        requests.extend(rows);
        if is_last {
            break;
        }
    }
    Ok(requests)
}

async fn tags(http: &Http, repository: &RepositoryName) -> Result<Vec<Tag>, ForgeError> {
    let answer = http.ask(&route::repository(Gitea, repository, &["tags"]).query("page", &1).query("limit", &LIMIT)).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(Vec::new());
    }
    Ok(answer.read::<Option<_>>()?.unwrap_or_default())
}
