//! What jobs leave behind: tasks, commit statuses; and what tells whose a commit is: pull requests and tags.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::shared::{Page, repository};
use crate::json::Viewer;
use crate::world::World;

/// The newest first. Only Gitea from 1.25 counts in a header too.
pub(super) fn tasks(world: &mut World, call: &Call) -> Answer {
    let id = repository(world, call).map_or(0, |row| row.id);
    let page = Page::of(call);
    let found: Vec<Value> = world
        .tasks
        .values()
        .rev()
        .filter(|task| world.jobs.get(&task.job).and_then(|job| world.home_of(job)).is_some_and(|(run, _)| run.repository == id))
        .map(|task| world.task_line_json(task))
        .collect();
    let total = found.len();
    let body = json!({ "workflow_runs": page.cut(found.into_iter()), "total_count": total });
    let answer = Answer::json(200, body);
    if world.flavour().has_jobs_api() { page.headers(world, call, total, answer) } else { answer }
}

/// The statuses of a commit, the newest first.
pub(super) fn statuses(world: &mut World, call: &Call) -> Answer {
    let id = repository(world, call).map_or(0, |row| row.id);
    let found = world.statuses_json(id, call.parameter(2));
    let total = found.len();
    let page = Page::of(call);
    let shown = page.cut(found.into_iter());
    page.headers(world, call, total, Answer::json(200, Value::Array(shown)))
}

/// Every pull request, the newest first. Not recorded as a list; each row is as the route for one gives it.
pub(super) fn pull_requests(world: &mut World, call: &Call) -> Answer {
    let viewer = call.user.map_or(Viewer::Visitor, Viewer::Account);
    let Some(row) = repository(world, call) else { return Answer::not_found(world) };
    let rows = row.pull_requests.iter().rev().map(|request| world.pull_request_json(row.id, request, viewer));
    let shown = Page::of(call).cut(rows);
    Answer::json(200, Value::Array(shown))
}

/// Every tag with its commit. Not recorded: reduced to what names the commit.
pub(super) fn tags(world: &mut World, call: &Call) -> Answer {
    let Some(row) = repository(world, call) else { return Answer::not_found(world) };
    let tags = row.references.iter().filter_map(|(name, commit)| Some((name.strip_prefix("refs/tags/")?, commit)));
    let rows = tags.map(|(name, commit)| json!({ "name": name, "id": commit, "commit": { "sha": commit } }));
    let shown = Page::of(call).cut(rows);
    Answer::json(200, Value::Array(shown))
}
