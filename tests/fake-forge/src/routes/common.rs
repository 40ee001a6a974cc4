//! Routes that every version has: version, user, repositories, pull requests, webhooks, tasks.

use http::Method;
use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::shared::repository;
use super::table::Route;
use super::{content, traces};
use crate::json::{Fields as _, Viewer};
use crate::world::{Scope, World};

/// A route that reads and exists everywhere.
fn get(pattern: &'static str, access: Access, handler: fn(&mut World, &Call) -> Answer) -> Route {
    Route { method: Method::GET, pattern, access, exists: |_| true, handler }
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/version", Access::User, version),
        get("/api/v1/user", Access::User, user),
        get("/api/v1/repositories/{}", Access::User, repository_by_id),
        get("/api/v1/repos/{}/{}", Access::Reader, repository_by_name),
        get("/api/v1/repos/{}/{}/pulls/{}", Access::Reader, pull_request),
        get("/api/v1/repos/{}/{}/contents/{*}", Access::Reader, content::contents),
        get("/api/v1/repos/{}/{}/commits", Access::Reader, content::commits),
        get("/api/v1/repos/{}/{}/git/trees/{}", Access::Reader, content::tree),
        get("/api/v1/repos/{}/{}/raw/{*}", Access::Reader, content::raw),
        get("/api/v1/repos/{}/{}/hooks", Access::RepositoryOwner, hooks),
        Route {
            method: Method::POST,
            pattern: "/api/v1/repos/{}/{}/hooks",
            access: Access::RepositoryOwner,
            exists: |_| true,
            handler: add_hook,
        },
        get("/api/v1/repos/{}/{}/actions/tasks", Access::Reader, traces::tasks),
        get("/api/v1/repos/{}/{}/statuses/{}", Access::Reader, traces::statuses),
        get("/api/v1/repos/{}/{}/pulls", Access::Reader, traces::pull_requests),
        get("/api/v1/repos/{}/{}/tags", Access::Reader, traces::tags),
    ]
}

fn version(world: &mut World, _: &Call) -> Answer {
    Answer::json(200, json!({ "version": world.flavour().version() }))
}

fn viewer(call: &Call) -> Viewer {
    call.user.map_or(Viewer::Visitor, Viewer::Account)
}

fn user(world: &mut World, call: &Call) -> Answer {
    Answer::json(200, world.account_seen_json(call.user.unwrap_or(0), viewer(call)))
}

fn repository_by_id(world: &mut World, call: &Call) -> Answer {
    match world.repository_json(call.id(0), viewer(call)) {
        Value::Null => Answer::not_found(world),
        found => Answer::json(200, found),
    }
}

fn repository_by_name(world: &mut World, call: &Call) -> Answer {
    match repository(world, call) {
        Some(row) => Answer::json(200, world.repository_json(row.id, viewer(call))),
        None => Answer::not_found(world),
    }
}

fn pull_request(world: &mut World, call: &Call) -> Answer {
    let id = repository(world, call).map_or(0, |row| row.id);
    match world.pull_request(id, call.id(2)) {
        Some(request) => Answer::json(200, world.pull_request_json(id, request, viewer(call))),
        None => Answer::not_found(world),
    }
}

fn hook_json(hook: &crate::world::Webhook) -> Value {
    json!({
        "id": hook.id,
        "type": "gitea",
        "active": true,
        "config": { "url": hook.url, "content_type": if hook.form { "form" } else { "json" } },
        "events": hook.events,
    })
}

fn hooks(world: &mut World, call: &Call) -> Answer {
    let scope = Scope::repository(repository(world, call).map_or(0, |row| row.id));
    let found: Vec<Value> = world.hooks.values().filter(|hook| hook.scope == scope).map(hook_json).collect();
    let total = found.len();
    Answer::json(200, json!(found)).with("X-Total-Count", &total)
}

fn add_hook(world: &mut World, call: &Call) -> Answer {
    let scope = Scope::repository(repository(world, call).map_or(0, |row| row.id));
    let config = call.body.field("config");
    let text = |name: &str| config[name].as_str().unwrap_or_default().to_owned();
    let events: Vec<&str> = call.body.field("events").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let id = world.add_webhook(scope, &text("url"), &text("secret"), &events);
    world.change_webhook(id, |hook| {
        hook.form = config.field("content_type") == "form";
    });
    Answer::json(201, world.hooks.get(&id).map_or(Value::Null, hook_json))
}
