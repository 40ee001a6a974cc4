//! Routes that only Forgejo has: waiting jobs for runners, runs, and its runner API.

use http::Method;
use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::runners;
use super::shared::repository;
use super::table::Route;
use crate::flavour::Flavour;
use crate::json::listed_for_runners;
use crate::world::{Job, World};

/// Where runners are found: the place of the list, and what hangs below it.
const PLACES: [(Access, [&str; 4]); 4] = [
    (
        Access::SiteAdmin,
        [
            "/api/v1/admin/actions/runners",
            "/api/v1/admin/actions/runners/registration-token",
            "/api/v1/admin/actions/runners/jobs",
            "/api/v1/admin/actions/runners/{}",
        ],
    ),
    (
        Access::OrganisationOwner,
        [
            "/api/v1/orgs/{}/actions/runners",
            "/api/v1/orgs/{}/actions/runners/registration-token",
            "/api/v1/orgs/{}/actions/runners/jobs",
            "/api/v1/orgs/{}/actions/runners/{}",
        ],
    ),
    (
        Access::User,
        [
            "/api/v1/user/actions/runners",
            "/api/v1/user/actions/runners/registration-token",
            "/api/v1/user/actions/runners/jobs",
            "/api/v1/user/actions/runners/{}",
        ],
    ),
    (
        Access::RepositoryOwner,
        [
            "/api/v1/repos/{}/{}/actions/runners",
            "/api/v1/repos/{}/{}/actions/runners/registration-token",
            "/api/v1/repos/{}/{}/actions/runners/jobs",
            "/api/v1/repos/{}/{}/actions/runners/{}",
        ],
    ),
];

/// The instance's older place: token and jobs only, still served by 15.
const OLD_ADMIN: [&str; 2] = ["/api/v1/admin/runners/registration-token", "/api/v1/admin/runners/jobs"];

fn always(_: Flavour) -> bool {
    true
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let mut add = |method, pattern, access, exists, handler| {
        routes.push(Route { method, pattern, access, exists, handler });
    };
    let [old_token, old_jobs] = OLD_ADMIN;
    add(Method::GET, old_token, Access::SiteAdmin, always, runners::registration_token);
    add(Method::GET, old_jobs, Access::SiteAdmin, Flavour::has_waiting_jobs, waiting_jobs);
    for (access, [list, token, jobs, runner]) in PLACES {
        let below: fn(Flavour) -> bool = match access {
            Access::SiteAdmin => Flavour::has_runner_api,
            _ => always,
        };
        add(Method::GET, token, access, below, runners::registration_token);
        let listed = if access == Access::SiteAdmin { below } else { Flavour::has_waiting_jobs };
        add(Method::GET, jobs, access, listed, waiting_jobs);
        add(Method::GET, list, access, Flavour::has_runner_api, runners::list);
        add(Method::POST, list, access, Flavour::has_runner_api, runners::create);
        add(Method::GET, runner, access, Flavour::has_runner_api, runners::show);
        add(Method::DELETE, runner, access, Flavour::has_runner_api, runners::delete);
    }
    let reader = Access::Reader;
    add(Method::GET, "/api/v1/repos/{}/{}/actions/runs", reader, Flavour::has_run_deliveries, runs);
    add(Method::GET, "/api/v1/repos/{}/{}/actions/runs/{}", reader, Flavour::has_run_deliveries, run);
    routes
}

/// Waiting and running jobs, newest first; `null` when there are none.
/// `?labels=a,b` keeps those that a runner with these labels could take. Forgejo 11 shows nothing without it.
fn waiting_jobs(world: &mut World, call: &Call) -> Answer {
    let scope = runners::scope_of(world, call);
    let labels = call
        .query("labels")
        .map(|text| text.split(',').filter(|label| !label.is_empty()).map(ToOwned::to_owned).collect::<Vec<String>>());
    let wanted = |job: &Job| match &labels {
        Some(labels) if labels.is_empty() => job.spec.labels.is_empty(),
        Some(labels) => world.fits(labels, &job.spec.labels),
        None => world.flavour() != Flavour::Forgejo11,
    };
    let found: Vec<Value> = world
        .jobs
        .values()
        .rev()
        .filter(|job| listed_for_runners(job) && wanted(job))
        .filter(|job| world.home_of(job).is_some_and(|(_, row)| scope.includes(row.owner, row.id)))
        .map(|job| world.forgejo_job_json(job))
        .collect();
    let body = if found.is_empty() { Value::Null } else { json!(found) };
    Answer::json(200, body)
}

/// Every run, newest first: `limit` is not looked at.
fn runs(world: &mut World, call: &Call) -> Answer {
    let id = repository(world, call).map(|row| row.id);
    let found: Vec<Value> = world
        .runs
        .values()
        .rev()
        .filter(|run| Some(run.repository) == id)
        .map(|run| world.forgejo_run_json(run, call.user))
        .collect();
    let total = found.len();
    Answer::json(200, json!({ "workflow_runs": found, "total_count": total }))
}

fn run(world: &mut World, call: &Call) -> Answer {
    let id = repository(world, call).map(|row| row.id);
    match world.runs.get(&call.id(2)).filter(|run| Some(run.repository) == id) {
        Some(run) => Answer::json(200, world.forgejo_run_json(run, call.user)),
        None => Answer::not_found(world),
    }
}
