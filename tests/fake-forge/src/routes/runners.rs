//! Runners and registration tokens at the four scopes.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::shared::repository;
use crate::json::Fields as _;
use crate::world::{Runner, RunnerId, Scope, World};

/// The scope that a path speaks of.
pub(super) fn scope_of(world: &World, call: &Call) -> Scope {
    let mut segments = call.path.split('/').skip(3);
    match segments.next() {
        Some("repos") => Scope::repository(repository(world, call).map_or(0, |row| row.id)),
        Some("orgs") => Scope::owner(world.account_named(call.parameter(0)).map_or(0, |row| row.id)),
        Some("user") => Scope::owner(call.user.unwrap_or(0)),
        _ => Scope::INSTANCE,
    }
}

/// The registration token, made when first asked for.
pub(super) fn registration_token(world: &mut World, call: &Call) -> Answer {
    let scope = scope_of(world, call);
    Answer::json(200, json!({ "token": world.registration_token(scope) }))
}

/// The last parameter of the path: the runner's id.
fn wanted(call: &Call) -> RunnerId {
    call.id(call.parameters.len().saturating_sub(1))
}

/// The runner named by the path, if the caller's scope covers it. Administrators reach every one.
fn find<'a>(world: &'a World, call: &Call) -> Option<&'a Runner> {
    let scope = scope_of(world, call);
    let runner = world.runners.get(&wanted(call))?;
    let visible = scope == Scope::INSTANCE || runner.scope == scope;
    (visible && !runner.deleted).then_some(runner)
}

/// Gitea lists every scope's runners to administrators, Forgejo only the instance's own.
pub(super) fn list(world: &mut World, call: &Call) -> Answer {
    let scope = scope_of(world, call);
    let forgejo = world.flavour().is_forgejo();
    let everything = scope == Scope::INSTANCE && !forgejo;
    let mut found: Vec<Value> =
        world.runners().filter(|runner| everything || runner.scope == scope).map(|runner| world.runner_json(runner)).collect();
    let total = found.len();
    if forgejo {
        return Answer::json(200, json!(found)).with("X-Total-Count", &total);
    }
    // Those heard of last come first.
    let last =
        |value: &Value| world.runners.get(&value.field("id").as_i64().unwrap_or(0)).map_or(0, |runner| runner.last_online_s);
    found.sort_by_key(|value| -last(value));
    Answer::json(200, json!({ "runners": found, "total_count": total }))
}

/// One runner.
pub(super) fn show(world: &mut World, call: &Call) -> Answer {
    match find(world, call) {
        Some(runner) => Answer::json(200, world.runner_json(runner)),
        None => Answer::no_such_runner(world, wanted(call)),
    }
}

/// Removes the registration at once; a task it has becomes a zombie.
pub(super) fn delete(world: &mut World, call: &Call) -> Answer {
    match find(world, call).map(|runner| runner.id) {
        Some(id) => {
            world.delete_runner(id);
            Answer::empty(204)
        }
        None => Answer::no_such_runner(world, wanted(call)),
    }
}

/// Switches a runner off or on.
pub(super) fn change(world: &mut World, call: &Call) -> Answer {
    match find(world, call).map(|runner| runner.id) {
        Some(id) => {
            if let Some(disabled) = call.body.field("disabled").as_bool() {
                world.set_runner_disabled(id, disabled);
            }
            show(world, call)
        }
        None => Answer::no_such_runner(world, wanted(call)),
    }
}

/// Forgejo 15: a runner made over the API; its token is shown this once.
pub(super) fn create(world: &mut World, call: &Call) -> Answer {
    let scope = scope_of(world, call);
    let name = call.body.field("name").as_str().unwrap_or_default();
    if name.is_empty() {
        return Answer::refusal(world, 422, "[Name]: Required");
    }
    let id = world.add_runner(scope, name, call.body.field("ephemeral").as_bool().unwrap_or(false));
    let description = call.body.field("description").as_str().unwrap_or_default();
    let made = world.runners.get_mut(&id).map(|runner| {
        description.clone_into(&mut runner.description);
        json!({ "id": id, "uuid": runner.uuid, "token": runner.token })
    });
    Answer::json(201, made.unwrap_or_default())
}
