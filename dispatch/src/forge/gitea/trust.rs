//! Whose code a run of Gitea executes, from the reference that its `path` ends with.
//!
//! | reference | whose |
//! |---|---|
//! | `refs/heads/…`, `refs/tags/…` | the repository's: only its own people push there |
//! | `refs/pull/4/head` | that of the pull request's head |
//! | a bare commit, event `pull_request` | the repository's: a merged pull request runs its merge commit |
//! | a bare commit, event `pull_request_review…` | unknown: the reviewed commit may be a stranger's, and no approval was asked |
//!
//! `pull_request_target` records the head's reference but runs the base's code, so the event is looked at first.

use super::wire::{Branch, PullRequest, Run};
use crate::forge::capabilities::ForgeKind::Gitea;
use crate::forge::error::ForgeError;
use crate::forge::http::{Http, Missing};
use crate::forge::{Trust, route};
use crate::identifier::RepositoryName;

/// Whose code this run executes.
pub(in crate::forge) async fn trust(http: &Http, repository: &RepositoryName, run: u64) -> Result<Trust, ForgeError> {
    let id = run.to_string();
    let answer = http.ask(&route::repository(Gitea, repository, &["actions", "runs", &id])).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(Trust::Unknown { cause: format!("the forge no longer knows run {run}") });
    }
    match origin(&answer.read()?) {
        Origin::Own => Ok(Trust::Own),
        Origin::Unclear(cause) => Ok(Trust::Unknown { cause }),
        Origin::PullRequest(number) => pull_request(http, repository, &number).await,
    }
}

async fn pull_request(http: &Http, repository: &RepositoryName, number: &str) -> Result<Trust, ForgeError> {
    let answer = http.ask(&route::repository(Gitea, repository, &["pulls", number])).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(Trust::Unknown { cause: format!("the forge no longer knows pull request {number}") });
    }
    let PullRequest { head, base, .. } = answer.read()?;
    Ok(side(number, &head, &base))
}

/// What a run's event and path tell.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Own,
    PullRequest(String),
    Unclear(String),
}

fn origin(run: &Run) -> Origin {
    if run.event == "pull_request_target" {
        return Origin::Own;
    }
    // The file's name is the author's choice and may look like a reference; the real one is what the path ends with.
    if let Some(number) =
        run.path.strip_suffix("/head").and_then(|path| path.rsplit_once("@refs/pull/")).map(|(_, number)| number)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Origin::PullRequest(number.to_owned());
    }
    let reference = run.path.rsplit_once('@').map(|(_, reference)| reference).unwrap_or_default();
    let commit = matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = ["@refs/heads/", "@refs/tags/"].iter().any(|kind| run.path.contains(kind));
    match run.event.as_str() {
        "pull_request" if commit => Origin::Own,
        _ if named && !commit => Origin::Own,
        event => Origin::Unclear(format!("event `{event}` at `{reference}` does not tell where the code comes from")),
    }
}

/// Whether the head of a pull request is the repository's own.
pub(in crate::forge) fn side(number: &str, head: &Branch, base: &Branch) -> Trust {
    if head.repo_id != base.repo_id {
        return Trust::Fork;
    }
    if head.reference.starts_with("refs/pull/") {
        // AGit: a stranger's push to `refs/for/…` is a pull request without a fork. A deleted branch looks the same.
        let cause =
            format!("pull request {number} has no branch: it was deleted, or pushed to `refs/for/` by somebody without one");
        return Trust::Unknown { cause };
    }
    Trust::Own
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "53cccdfe519cd0be5c5b7ebb0d6a0966b1054c9a";

    fn of(event: &str, path: &str) -> Origin {
        origin(&Run { event: event.to_owned(), path: path.to_owned() })
    }

    #[test]
    fn branches_and_tags_are_the_repositorys_own() {
        assert_eq!(of("push", "ci.yml@refs/heads/main"), Origin::Own);
        assert_eq!(of("push", "ci.yml@refs/heads/odd@name"), Origin::Own);
        assert_eq!(of("release", "ci.yml@refs/tags/v1"), Origin::Own);
    }

    #[test]
    fn a_pull_request_is_asked_for() {
        assert_eq!(of("pull_request", "ci.yml@refs/pull/4/head"), Origin::PullRequest("4".to_owned()));
    }

    #[test]
    fn a_strangers_file_name_does_not_pass_for_a_reference() {
        let disguised = "x@refs/heads/main@refs/pull/4/head";
        assert_eq!(of("pull_request", disguised), Origin::PullRequest("4".to_owned()));
        let review = format!("x@refs/heads/main.yml@{COMMIT}");
        assert!(matches!(of("pull_request_review", &review), Origin::Unclear(_)));
    }

    #[test]
    fn a_target_event_runs_the_bases_code_at_the_heads_reference() {
        assert_eq!(of("pull_request_target", "ci.yml@refs/pull/4/head"), Origin::Own);
    }

    #[test]
    fn a_bare_commit_is_a_merge_or_a_review() {
        assert_eq!(of("pull_request", &format!("ci.yml@{COMMIT}")), Origin::Own);
        assert!(matches!(of("pull_request_review", &format!("ci.yml@{COMMIT}")), Origin::Unclear(_)));
    }

    #[test]
    fn what_is_not_understood_is_not_trusted() {
        for path in ["", "ci.yml", "ci.yml@refs/pull/4/merge", "ci.yml@refs/pull//head", "ci.yml@refs/pull/x/head"] {
            assert!(matches!(of("pull_request", path), Origin::Unclear(_)), "{path}");
        }
    }

    #[test]
    fn a_pull_request_without_fork_or_branch_is_unclear() {
        let branch = |reference: &str, repo_id| Branch { reference: reference.to_owned(), repo_id, commit: String::new() };
        let base = branch("main", 1);
        assert_eq!(side("4", &branch("topic", 1), &base), Trust::Own);
        assert_eq!(side("4", &branch("topic", 2), &base), Trust::Fork);
        assert_eq!(side("4", &branch("topic", -1), &base), Trust::Fork);
        assert!(matches!(side("4", &branch("refs/pull/4/head", 1), &base), Trust::Unknown { .. }));
    }
}
