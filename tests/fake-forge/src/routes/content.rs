//! Workflow files and folders, as of a branch, tag or commit.

use serde_json::Value;

use super::call::{Answer, Call};
use super::shared::{Page, repository};
use crate::json::listed_tree;
use crate::world::World;

/// The reference asked for; the default branch unless told otherwise.
fn reference(call: &Call) -> &str {
    call.query("ref").filter(|name| !name.is_empty()).unwrap_or("main")
}

/// A file with its content, or a folder's entries.
pub(super) fn contents(world: &mut World, call: &Call) -> Answer {
    let path = call.parameter(2).trim_end_matches('/');
    let found = repository(world, call).and_then(|row| {
        let files = &row.resolve(reference(call))?.files;
        if let Some(file) = files.get(path) {
            return Some(world.file_json(row, reference(call), path, file, true));
        }
        let folder = format!("{path}/");
        let inside: Vec<Value> = files
            .iter()
            .filter(|(name, _)| name.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/')))
            .map(|(name, file)| world.file_json(row, reference(call), name, file, false))
            .collect();
        (!inside.is_empty()).then_some(Value::Array(inside))
    });
    found.map_or_else(|| Answer::not_found(world), |value| Answer::json(200, value))
}

/// The history of a commit, newest first. Not recorded: written from the API's description, reduced to what tells commits apart.
pub(super) fn commits(world: &mut World, call: &Call) -> Answer {
    let revision = call.query("sha").filter(|name| !name.is_empty()).unwrap_or("main");
    let found = repository(world, call).and_then(|row| {
        let mut history = row.history(&row.resolve(revision)?.id, "");
        history.reverse();
        let page = Page::of(call);
        Some(page.cut(history.into_iter().map(|commit| world.listed_commit_json(row, commit))))
    });
    found.map_or_else(|| Answer::not_found(world), |commits| Answer::json(200, Value::Array(commits)))
}

/// Everything below a commit. `recursive` is taken for granted.
pub(super) fn tree(world: &mut World, call: &Call) -> Answer {
    let page = call.number("page").unwrap_or(1).max(1);
    let per_page = call.number("per_page").unwrap_or(1000).clamp(1, 1000);
    let found = repository(world, call).and_then(|row| {
        let api = format!("{}/api/v1/repos/{}", world.root_url(), world.full_name(row));
        Some(listed_tree(&api, row.resolve(call.parameter(2))?, page, per_page))
    });
    match found {
        Some((value, total)) => Answer::json(200, value).with("X-Total-Count", &total),
        None => Answer::not_found(world),
    }
}

/// A file's bare text.
pub(super) fn raw(world: &mut World, call: &Call) -> Answer {
    let file = repository(world, call)
        .and_then(|row| row.resolve(reference(call)))
        .and_then(|commit| commit.files.get(call.parameter(2)));
    match file {
        Some(file) => Answer::text(200, &file.content),
        None => Answer::not_found(world),
    }
}
