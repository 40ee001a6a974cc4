//! Pull requests of outsiders: whether a maintainer must approve, and whose files run.

use super::super::Forge;
use super::super::event::{Kind, PullRequest};
use super::Scene;

/// Whether the run that the entry `on` starts waits for approval.
pub(super) fn is_needed(scene: Scene<'_>, on: &str) -> bool {
    let Some(request) = fork(scene).filter(|_| on != "pull_request_target") else {
        return false;
    };
    if scene.dialect.is_forgejo_from(14) {
        return scene.event.kind.is_pull_request() && !author_is_trusted(scene, request) && !actor_is_trusted(scene);
    }
    let concerned = scene.event.kind.is_pull_request() || scene.event.kind == Kind::PullRequestComment;
    concerned && (scene.event.sender.is_restricted || !actor_is_trusted(scene))
}

/// Forgejo ≥ 14: if a trusted user acts on the pull request of one who is not, the base branch's files run, except after a push.
pub(super) fn takes_base_files(scene: Scene<'_>) -> bool {
    let trusts_by_author = scene.dialect.forge == Forge::Forgejo && scene.dialect.is_forgejo_from(14);
    let stranger = fork(scene).is_some_and(|request| !author_is_trusted(scene, request));
    trusts_by_author
        && stranger
        && scene.event.kind.is_pull_request()
        && scene.event.kind != Kind::PullRequestSync
        && actor_is_trusted(scene)
}

fn fork(scene: Scene<'_>) -> Option<&PullRequest> {
    scene.event.pull_request.as_ref().filter(|request| request.is_fork)
}

fn actor_is_trusted(scene: Scene<'_>) -> bool {
    let sender = &scene.event.sender;
    sender.can_write || scene.snapshot.trusted.contains(&sender.login)
}

fn author_is_trusted(scene: Scene<'_>, request: &PullRequest) -> bool {
    let acts = scene.event.sender.login == request.author;
    scene.snapshot.trusted.contains(&request.author) || (acts && scene.event.sender.can_write)
}
