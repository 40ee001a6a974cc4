//! What a push of a commit, or a pull request, starts at a forge: asked for through its API.

use serde_json::{Value, json};

use super::question::{Question, Unanswerable, short};
use crate::forge::client::ForgeClient;
use crate::identifier::RepositoryName;
use crate::repository::{AtForge, Repository};
use crate::workflow::event::NO_COMMIT;

/// A push that moves `branch` (the default branch unless named) to `commit` (its last unless named), from `since` or else
/// from the commit's first parent.
pub async fn push(
    at: &AtForge<'_>,
    commit: Option<&str>,
    since: Option<&str>,
    branch: Option<&str>,
) -> Result<Question, Unanswerable> {
    let repository = at.client.repository(at.name).await?;
    let default_branch = repository.get("default_branch").and_then(Value::as_str).unwrap_or_default();
    let branch = branch.unwrap_or(default_branch).to_owned();
    let reference = format!("refs/heads/{branch}");
    let after = found(at, commit.unwrap_or(&reference)).await?;
    let before = match since {
        Some(since) => Some(found(at, since).await?.id),
        None => after.parents.first().cloned(),
    };
    // What a first commit changes is what it holds.
    let files = match before {
        Some(_) => Vec::new(),
        None => at.listing(&after.id).await?.unwrap_or_default().into_keys().collect(),
    };
    let before = before.unwrap_or_else(|| NO_COMMIT.to_owned());
    let payload = json!({
        "ref": reference,
        "before": before,
        "after": after.id,
        "head_commit": { "id": after.id, "message": after.message, "added": files },
        "repository": repository,
    });
    let about = format!("a push of `{branch}` from {} to {} in {}", short(&before), short(&after.id), at.name);
    Question::new("push", payload, about)
}

/// The opening of a pull request as it stands now.
pub async fn pull_request(client: &ForgeClient, name: &RepositoryName, number: u64) -> Result<Question, Unanswerable> {
    let repository = client.repository(name).await?;
    let mut request = client.pull_request(name, number).await?;
    let author = request.pointer("/user/login").and_then(Value::as_str).unwrap_or_default().to_owned();
    let repository_id = |side: &str| request.pointer(&format!("/{side}/repo_id")).and_then(Value::as_i64);
    let is_fork = repository_id("base") != repository_id("head");
    // The permissions that the API shows are those of the token, not those of the author.
    if let Some(push) = request.pointer_mut("/base/repo/permissions/push") {
        *push = Value::Bool(!is_fork);
    }
    let payload = json!({
        "action": "opened",
        "number": number,
        "pull_request": request,
        "repository": repository,
        "sender": { "login": author },
    });
    let question = Question::new("pull_request", payload, format!("the opening of pull request {number} of {name}"))?;
    let stranger = "the pull request comes from a fork: its author is taken for somebody who may not write to the repository";
    Ok(question.note(is_fork.then(|| stranger.to_owned())))
}

async fn found(at: &AtForge<'_>, revision: &str) -> Result<crate::repository::Commit, Unanswerable> {
    let commit = at.commit(revision).await?;
    commit.ok_or_else(|| Unanswerable::question(format!("{} has no commit `{revision}`", at.name)))
}
