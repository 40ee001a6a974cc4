//! Whether the forge looks at workflow files at all.

use super::super::Why;
use super::super::event::Kind;
use super::Scene;
use super::detect::Files;

/// The forge's early exits.
pub(super) fn passes(scene: Scene<'_>) -> Result<(), Why> {
    let event = scene.event;
    let what = if event.sender.is_forge {
        "what jobs do starts no workflows"
    } else if event.is_deletion() {
        "a push that deletes a ref starts nothing; the forge sends a `delete` besides"
    } else if event.kind == Kind::Release && event.action == "deleted" {
        "deleting a release starts nothing"
    } else if event.is_archived {
        "the repository is archived"
    } else if !event.has_actions {
        "Actions are switched off in the repository"
    } else if is_repeated_sync(scene) {
        "the forge has a run of `pull_request` for this commit already"
    } else {
        return Ok(());
    };
    Err(not_evaluated(what))
}

pub(super) fn not_evaluated(what: &str) -> Why {
    Why::NotEvaluated { what: what.to_owned() }
}

/// Forgejo drops a push to a pull request whose commit was built already.
fn is_repeated_sync(scene: Scene<'_>) -> bool {
    let head = scene.event.pull_request.as_ref().map(|request| &request.head_commit);
    scene.dialect.is_forgejo_from(7)
        && scene.event.kind == Kind::PullRequestSync
        && head.is_some_and(|head| scene.snapshot.built.contains(head))
}

/// A word in the title or in the message of the one commit suppresses all files, if the event is one of three.
pub(super) fn skip_word(scene: Scene<'_>, files: &Files<'_>) -> Option<Why> {
    if !matches!(scene.event.kind, Kind::Push | Kind::PullRequest | Kind::PullRequestSync) {
        return None;
    }
    let commit = files.commit();
    let title = scene.event.pull_request.as_ref().map(|request| ("the title".to_owned(), &request.title));
    let message = scene.snapshot.messages.get(commit);
    let message = message.map(|text| (format!("the message of commit {}", commit.get(..10).unwrap_or(commit)), text));
    title.into_iter().chain(message).find_map(|(place, text)| {
        let word = scene.settings.skip_words.iter().find(|word| text.contains(&***word))?;
        Some(Why::SkipWord { word: word.clone(), place })
    })
}
