//! The runner protocol: Connect unary calls with JSON bodies.

use http::Method;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::json::Fields as _;
use crate::world::report::int;
use crate::world::{Ask, Fetched, Refusal, RunnerId, World};

/// Answers `service/method`.
pub(super) fn answer(world: &mut World, procedure: &str, call: &Call) -> Answer {
    let handler = match procedure {
        "ping.v1.PingService/Ping" => ping,
        "runner.v1.RunnerService/Register" => register,
        "runner.v1.RunnerService/Declare" => declare,
        "runner.v1.RunnerService/FetchTask" => fetch_task,
        "runner.v1.RunnerService/FetchSingleTask" if world.flavour().has_handles() => fetch_single_task,
        "runner.v1.RunnerService/UpdateTask" => update_task,
        "runner.v1.RunnerService/UpdateLog" => update_log,
        _ => return Answer::text(404, "404 page not found\n"),
    };
    if call.method != Method::POST {
        return Answer::empty(405).with("Allow", "POST");
    }
    match handler(world, call) {
        Ok(value) => Answer::connect(200, value),
        Err(refusal) => refused(world, &refusal),
    }
}

/// Gitea wraps its refusals in a gRPC status that Connect does not know; Forgejo 15 uses Connect's own.
fn refused(world: &World, refusal: &Refusal) -> Answer {
    let code = match refusal {
        Refusal::Unregistered => "Unauthenticated",
        _ => "Internal",
    };
    if world.flavour().has_handles() && *refusal == Refusal::Unregistered {
        let body = json!({ "code": "unauthenticated", "message": refusal.to_string() });
        return Answer::connect(401, body);
    }
    let plain = matches!(refusal, Refusal::UnknownRegistrationToken | Refusal::IncompleteRegistration);
    let message = if plain { refusal.to_string() } else { format!("rpc error: code = {code} desc = {refusal}") };
    Answer::connect(500, json!({ "code": "unknown", "message": message }))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn labels(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn shown(world: &World, runner: RunnerId, with_token: bool) -> Value {
    let runner = world.runners.get(&runner);
    runner.map_or(Value::Null, |runner| world.registered_json(runner, with_token))
}

#[expect(clippy::unnecessary_wraps, reason = "one of a row of functions of one shape")]
fn ping(_: &mut World, call: &Call) -> Result<Value, Refusal> {
    Ok(json!({ "data": format!("Hello, {}!", text(call.body.field("data"))) }))
}

fn register(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let body = &call.body;
    let ephemeral = body.field("ephemeral").as_bool().unwrap_or(false);
    let (token, name, version) = (text(body.field("token")), text(body.field("name")), text(body.field("version")));
    let runner = world.register(token, name, version, labels(body.field("labels")), ephemeral)?;
    Ok(shown(world, runner, true))
}

fn declare(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let version = text(call.body.field("version"));
    let runner = world.declare(&call.runner, version, labels(call.body.field("labels")))?;
    Ok(shown(world, runner, false))
}

fn fetch_task(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let ask = Ask {
        known_version: int(call.body.field("tasksVersion")).unwrap_or(0),
        handle: None,
        request_key: call.request_key.clone(),
    };
    let Fetched { task, version } = world.fetch(&call.runner, &ask)?;
    let mut value = json!({ "tasksVersion": version.to_string() });
    if let Some(task) = task {
        value.set("task", world.task_json(task));
    }
    Ok(value)
}

/// The one job with this handle, or nothing: a wrong handle and one already taken look alike.
fn fetch_single_task(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let ask =
        Ask { known_version: 0, handle: Some(text(call.body.field("handle")).to_owned()), request_key: call.request_key.clone() };
    let task = world.fetch(&call.runner, &ask)?.task;
    Ok(task.map_or_else(|| json!({}), |task| json!({ "task": world.task_json(task) })))
}

fn update_task(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let state = call.body.field("state");
    let id = int(state.field("id")).unwrap_or(0);
    let status = world.update_task(&call.runner, id, state)?;
    let mut shown = json!({ "id": id.to_string() });
    if let Some(result) = status.result_word() {
        shown.set("result", json!(result));
    }
    Ok(json!({ "state": shown }))
}

fn update_log(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let body = &call.body;
    let index = int(body.field("index")).and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
    let rows = body.field("rows").as_array().into_iter().flatten();
    let lines = rows.map(|row| text(row.field("content")).to_owned()).collect();
    let known = world.update_log(&call.runner, int(body.field("taskId")).unwrap_or(0), index, lines)?;
    Ok(json!({ "ackIndex": known.to_string() }))
}
