//! What people did on the tour, told through the world's methods. Ids of commits come from the recording.

use std::collections::BTreeMap;

use fake_forge::World;
use fake_forge::world::{Commit, JobSpec, NewPullRequest, Push, Workflow, ZERO_ID};
use serde_json::Value;

use crate::compare::moment;
use crate::recording::Delivery;

pub(crate) const ROOT1: i64 = 1;
pub(crate) const ALICE: i64 = 2;
const MALLORY: i64 = 3;
pub(crate) const TOUR: i64 = 1;
const FORK: i64 = 2;

/// People's steps, by the stage of the calls that follow them.
pub(crate) const STEPS: [(&str, &[&str]); 4] = [
    ("queued", &["first-push"]),
    ("dispatched", &["dispatch-four"]),
    (
        "fork-pr",
        &[
            "push-branch",
            "push-seven",
            "push-rename",
            "push-force",
            "push-skip",
            "tag",
            "tag-annotated",
            "push-unicode",
            "two-refs",
            "delete-branch",
            "delete-tag",
            "pr-open",
            "pr-sync",
            "pr-edit",
            "pr-close",
            "pr-reopen",
            "pr-merge",
            "issue",
            "issue-full",
            "release",
            "fork",
            "fork-push",
            "fork-pr",
        ],
    ),
    ("dispatch", &["dispatch"]),
];

/// Steps that came as requests to the API, so that the `Host` header shows in their deliveries.
pub(crate) const OVER_THE_API: [&str; 8] =
    ["pr-open", "pr-close", "pr-reopen", "pr-merge", "release", "fork-pr", "dispatch", "dispatch-four"];

fn ci() -> Workflow {
    Workflow { name: "CI".to_owned(), on: " [push, pull_request]".to_owned(), ..Workflow::new("ci.yml") }
        .job(JobSpec::new("build", &["go"]))
        .job(JobSpec::new("test", &["linux"]).named("test linux").needs(&["build"]).cell("os", "linux"))
        .job(JobSpec::new("test", &["windows"]).named("test windows").needs(&["build"]).cell("os", "windows"))
        .job(JobSpec::new("off", &["self-hosted", "big"]).condition(false))
}

fn slow() -> Workflow {
    let on = "\n    workflow_dispatch:\n        inputs:\n            size: {type: string, default: small}";
    Workflow { on: on.to_owned(), ..Workflow::new("slow.yml") }.job(JobSpec::new("one", &["slow"]))
}

/// The files of the first commit; later ones are only names.
fn content(path: &str) -> &'static str {
    match path {
        ".gitea/workflows/ci.yml" => include_str!("files/ci.yml"),
        ".gitea/workflows/slow.yml" => include_str!("files/slow.yml"),
        "README.md" => "# tour\n",
        "src/a.go" => "a\n",
        _ => "more\n",
    }
}

/// The push that a delivery tells of.
pub(crate) fn push_of(body: &Value) -> Push {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let listed = body["commits"].as_array().cloned().unwrap_or_default();
    let mut commits: Vec<Commit> = listed.iter().rev().map(commit_of).collect();
    // Gitea lists five of seven.
    let total = usize::try_from(body["total_commits"].as_u64().unwrap_or(0)).expect("a count");
    let hidden = total.saturating_sub(commits.len());
    for number in (0..hidden).rev() {
        let commit = Commit::new(&format!("Commit {number}"))
            .write(&format!("docs/d{number}.md"), "d")
            .write(&format!("src/f{number}.go"), "f");
        commits.insert(0, commit);
    }
    let reference = text(&body["ref"]);
    let pusher = if body["pusher"]["login"] == "mallory" { MALLORY } else { ROOT1 };
    let head = text(&body["head_commit"]["id"]);
    let after = text(&body["after"]);
    let nothing_new = commits.is_empty();
    let new_branch = body["before"] == ZERO_ID && !nothing_new;
    Push {
        onto: if nothing_new { Some(head.clone()) } else { new_branch.then(|| "main".to_owned()) },
        tag_object: (after != head).then_some(after),
        reference,
        pusher,
        commits,
        workflows: Vec::new(),
    }
}

fn commit_of(value: &Value) -> Commit {
    let names = |field: &str| -> Vec<String> {
        value[field].as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let changed = if names("modified").is_empty() { "" } else { "// changed\n" };
    let mut commit = Commit {
        id: value["id"].as_str().map(ToOwned::to_owned),
        message: value["message"].as_str().unwrap_or_default().to_owned(),
        remove: names("removed"),
        time_s: value["timestamp"].as_str().and_then(moment),
        ..Commit::default()
    };
    for path in names("added").into_iter().chain(names("modified")) {
        commit = commit.write(&path, &format!("{}{changed}", content(&path)));
    }
    commit
}

pub(crate) fn do_step(world: &mut World, step: &str, mut pushes: Vec<Push>, deliveries: &[&Delivery]) {
    match step {
        "first-push" | "push-branch" | "push-seven" | "push-rename" | "push-force" | "release" => {
            let push = pushes.remove(0).starts(ci());
            world.push(TOUR, push);
        }
        "push-skip" | "tag" | "tag-annotated" | "push-unicode" | "two-refs" => {
            for push in pushes {
                world.push(TOUR, push);
            }
        }
        "fork-push" => {
            world.push(FORK, pushes.remove(0));
        }
        "delete-branch" | "delete-tag" => {
            let short = deliveries.iter().find(|row| row.event_type == "delete").expect("a delivery");
            let name = short.body["ref"].as_str().expect("a name").rsplit('/').next().expect("a name");
            let kind = if step == "delete-tag" { "tags" } else { "heads" };
            world.delete_reference(TOUR, &format!("refs/{kind}/{name}"), ROOT1);
        }
        "pr-open" => {
            world.open_pull_request(TOUR, request("Topic", "text", ALICE, TOUR, "topic", Vec::new()));
        }
        "pr-sync" => {
            let push = pushes.remove(0).starts(ci());
            world.push(TOUR, push);
            world.synchronise_pull_request(TOUR, 1, ROOT1, vec![ci()]);
        }
        "pr-edit" => world.retitle_pull_request(TOUR, 1, "Topic 2"),
        "pr-close" => world.close_pull_request(TOUR, 1, ROOT1),
        "pr-reopen" => {
            world.reopen_pull_request(TOUR, 1, ROOT1, vec![ci()]);
        }
        "pr-merge" => {
            let push = deliveries.iter().find(|row| row.event_type == "push").expect("a push");
            let head = commit_of(&push.body["head_commit"]);
            let commit = Commit { write: BTreeMap::new(), ..head };
            world.merge_pull_request(TOUR, 1, ROOT1, commit, vec![ci()]);
        }
        "issue" | "issue-full" => {
            world.open_issue(TOUR);
        }
        "fork" => {
            world.fork(TOUR, MALLORY, "tour-fork");
        }
        "fork-pr" => {
            world.open_pull_request(TOUR, request("Fork", "", MALLORY, FORK, "evil", vec![ci()]));
        }
        "dispatch" => {
            world.dispatch(TOUR, slow(), "main", ROOT1, &[("size", "large")]);
        }
        "dispatch-four" => {
            world.dispatch(TOUR, slow(), "main", ROOT1, &[("size", "small")]);
        }
        other => panic!("no such step: {other}"),
    }
}

fn request(title: &str, body: &str, poster: i64, head: i64, branch: &str, workflows: Vec<Workflow>) -> NewPullRequest {
    NewPullRequest {
        title: title.to_owned(),
        body: body.to_owned(),
        poster,
        head_repository: head,
        head_branch: branch.to_owned(),
        base_branch: "main".to_owned(),
        workflows,
    }
}
