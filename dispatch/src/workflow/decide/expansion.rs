//! What the jobs of a run may refer to: the event, the variables, and files of the same commit.

use super::super::event::Kind;
use super::super::jobs::{self, Callee, Callees, Exclusion, ExpandContext, ExpandedJob, Occasion, github_context};
use super::super::model::{Fault, Workflow};
use super::super::{Folder, Snapshot};
use super::{Decision, Scene};
use crate::expression::Value;

/// A run that is to be created.
pub(super) struct Plan {
    pub(super) jobs: Vec<ExpandedJob>,
    pub(super) exclusion: Option<Exclusion>,
}

/// The run that `decision` starts.
pub(super) fn plan(scene: Scene<'_>, workflow: &Workflow, decision: &Decision, needs_approval: bool) -> Result<Plan, Fault> {
    let github = if workflow.may_need_contexts { github(scene, decision) } else { Value::empty() };
    let vars = vars(scene.snapshot);
    let callees = Commit { snapshot: scene.snapshot, commit: &decision.commit };
    let context = ExpandContext {
        dialect: scene.dialect,
        github: &github,
        vars: &vars,
        inputs: &Value::empty(),
        needs_approval,
        callees: &callees,
    };
    let is_push = matches!(scene.event.kind, Kind::Push | Kind::PullRequestSync);
    Ok(Plan {
        exclusion: jobs::exclusion(workflow, &context, &decision.event, is_push)?,
        jobs: jobs::expand(workflow, &context)?,
    })
}

fn github(scene: Scene<'_>, decision: &Decision) -> Value {
    github_context(&Occasion {
        event: &decision.event,
        payload: &scene.event.payload,
        git_ref: &git_ref(scene),
        sha: &decision.commit,
        workflow_id: &decision.workflow,
    })
}

/// The `vars` context. A variable is never empty; where the forge's interface shows it so, it keeps the value to itself
/// (seen with Forgejo 11).
fn vars(snapshot: &Snapshot) -> Value {
    let value = |name: &str, text: &str| match text {
        "" => Value::Unknown { name: format!("vars.{name}") },
        text => Value::text(text),
    };
    match &snapshot.variables {
        Some(variables) => Value::Map(variables.iter().map(|(name, text)| (name.clone(), value(name, text))).collect()),
        None => Value::Unknown { name: "vars".to_owned() },
    }
}

/// The ref that the run is recorded with.
fn git_ref(scene: Scene<'_>) -> String {
    let event = scene.event;
    let request = event.pull_request.as_ref().filter(|_| event.kind.is_pull_request());
    match (request, &event.reference) {
        (Some(request), _) => match &request.merge_commit {
            Some(commit) if event.action == "closed" => commit.clone(),
            _ => format!("refs/pull/{}/head", request.number),
        },
        (None, Some(reference)) if matches!(event.kind, Kind::Push | Kind::Create | Kind::Release) => reference.clone(),
        _ => format!("refs/heads/{}", event.default_branch),
    }
}

/// The files of one commit, as far as they are known.
struct Commit<'a> {
    snapshot: &'a Snapshot,
    commit: &'a str,
}

impl Callees for Commit<'_> {
    fn local(&self, path: &str) -> Callee {
        let folders = self.snapshot.trees.get(self.commit).map(|tree| &tree.folders);
        let Some(folders) = folders else {
            return Callee::NotLooked;
        };
        for (folder, content) in folders {
            let below = path.strip_prefix(folder.as_str()).and_then(|rest| rest.strip_prefix('/'));
            if let (Some(below), Folder::Files(files)) = (below, content) {
                return files.get(below).map_or(Callee::Missing, |content| Callee::Found(content.to_vec()));
            }
        }
        Callee::Missing
    }

    fn remote(&self, _: &str, _: &str, _: &str, _: &str) -> Callee {
        if self.snapshot.is_alone { Callee::Missing } else { Callee::NotLooked }
    }
}
