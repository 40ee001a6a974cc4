//! Which commit and which folder the workflow files come from.

use super::super::changed::base_tip;
use super::super::event::{Event, Kind};
use super::super::{Folder, Snapshot, Why};
use super::Scene;
use super::gate::not_evaluated;

/// The files of one commit's workflow folder.
pub(super) struct Source<'a> {
    pub(super) commit: &'a str,
    pub(super) folder: &'a str,
    /// Paths below the folder, and contents.
    pub(super) files: Vec<(&'a str, &'a [u8])>,
}

/// The commit that the event is about.
pub(super) fn of_event(scene: Scene<'_>) -> Result<Source<'_>, Why> {
    let commit = commit(scene)?;
    read(scene, commit)
}

/// The tip of a pull request's base branch, where `pull_request_target` is looked for.
pub(super) fn of_base(scene: Scene<'_>) -> Option<Result<Source<'_>, Why>> {
    let request = scene.event.pull_request.as_ref().filter(|_| scene.event.kind.is_pull_request())?;
    Some(read(scene, base_tip(request, scene.snapshot)))
}

fn commit(scene: Scene<'_>) -> Result<&str, Why> {
    let event = scene.event;
    let snapshot = scene.snapshot;
    if event.kind.is_review() {
        let request = event.pull_request.as_ref().map(|request| &*request.head_commit);
        return request.ok_or_else(|| unknown("the commit that was reviewed"));
    }
    if let Some(request) = event.pull_request.as_ref().filter(|_| event.kind.is_pull_request()) {
        if let (Some(commit), "closed") = (&request.merge_commit, &*event.action) {
            return Ok(commit);
        }
        let reference = format!("refs/pull/{}/head", request.number);
        return Ok(snapshot.refs.get(&reference).unwrap_or(&request.head_commit));
    }
    let reference = reference(event);
    match snapshot.refs.get(&reference) {
        Some(commit) => Ok(commit),
        None => Err(not_evaluated(&format!("`{reference}` does not exist any more"))),
    }
}

/// Many events are about the default branch, whatever ref they mention.
fn reference(event: &Event) -> String {
    let own = matches!(event.kind, Kind::Push | Kind::Create | Kind::Release);
    match &event.reference {
        Some(reference) if own => reference.clone(),
        _ => format!("refs/heads/{}", event.default_branch),
    }
}

fn read<'a>(scene: Scene<'a>, commit: &'a str) -> Result<Source<'a>, Why> {
    let Snapshot { trees, .. } = scene.snapshot;
    let Some(tree) = trees.get(commit) else {
        return Err(unknown(&format!("the workflow files of commit {}", commit.get(..10).unwrap_or(commit))));
    };
    for folder in &scene.settings.workflow_folders {
        if let Some(Folder::Files(files) | Folder::Submodule(files)) = tree.folders.get(folder) {
            let wanted = files.iter().filter(|(path, _)| is_workflow(path));
            let files = wanted.map(|(path, content)| (&**path, &**content)).collect();
            return Ok(Source { commit, folder, files });
        }
    }
    Err(not_evaluated("the commit has no workflow folder"))
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "the forge compares bytes")]
fn is_workflow(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn unknown(what: &str) -> Why {
    Why::Unknown { what: what.to_owned() }
}
