//! Routes that only Gitea has: jobs and runs in the manner of GitHub, and its runner API.

use http::Method;
use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::runners;
use super::shared::{Page, repository};
use super::table::Route;
use crate::flavour::Flavour;
use crate::world::{Job, Run, RunId, Scope, World};

/// The four places at which jobs, runs and runners are found.
const PLACES: [(Access, [&str; 5]); 4] = [
    (
        Access::SiteAdmin,
        [
            "/api/v1/admin/actions/jobs",
            "/api/v1/admin/actions/runs",
            "/api/v1/admin/actions/runners/registration-token",
            "/api/v1/admin/actions/runners",
            "/api/v1/admin/actions/runners/{}",
        ],
    ),
    (
        Access::OrganisationOwner,
        [
            "/api/v1/orgs/{}/actions/jobs",
            "/api/v1/orgs/{}/actions/runs",
            "/api/v1/orgs/{}/actions/runners/registration-token",
            "/api/v1/orgs/{}/actions/runners",
            "/api/v1/orgs/{}/actions/runners/{}",
        ],
    ),
    (
        Access::User,
        [
            "/api/v1/user/actions/jobs",
            "/api/v1/user/actions/runs",
            "/api/v1/user/actions/runners/registration-token",
            "/api/v1/user/actions/runners",
            "/api/v1/user/actions/runners/{}",
        ],
    ),
    (
        Access::RepositoryOwner,
        [
            "/api/v1/repos/{}/{}/actions/jobs",
            "/api/v1/repos/{}/{}/actions/runs",
            "/api/v1/repos/{}/{}/actions/runners/registration-token",
            "/api/v1/repos/{}/{}/actions/runners",
            "/api/v1/repos/{}/{}/actions/runners/{}",
        ],
    ),
];

/// 1.22 to 1.25.
fn reads_registration_tokens(flavour: Flavour) -> bool {
    flavour < Flavour::Gitea1_26
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let mut add = |method, pattern, access, exists, handler| {
        routes.push(Route { method, pattern, access, exists, handler });
    };
    for (access, [job_list, run_list, token, runner_list, runner]) in PLACES {
        // Lists need less than changes do.
        let reading = if access == Access::RepositoryOwner { Access::Reader } else { access };
        add(Method::GET, job_list, reading, Flavour::has_jobs_api, jobs);
        add(Method::GET, run_list, reading, Flavour::has_jobs_api, runs);
        add(Method::GET, token, access, reads_registration_tokens, runners::registration_token);
        add(Method::POST, token, access, Flavour::has_runner_api, runners::registration_token);
        add(Method::GET, runner_list, access, Flavour::has_runner_api, runners::list);
        add(Method::GET, runner, access, Flavour::has_runner_api, runners::show);
        add(Method::DELETE, runner, access, Flavour::has_runner_api, runners::delete);
        add(Method::PATCH, runner, access, Flavour::can_disable_runners, runners::change);
    }
    let own = "/api/v1/repos/{}/{}/actions/runs/{}";
    let reader = Access::Reader;
    add(Method::GET, "/api/v1/repos/{}/{}/actions/jobs/{}", reader, Flavour::has_jobs_api, job);
    add(Method::GET, own, reader, Flavour::has_jobs_api, run);
    add(Method::DELETE, own, Access::RepositoryOwner, Flavour::has_jobs_api, delete_run);
    add(Method::GET, "/api/v1/repos/{}/{}/actions/runs/{}/jobs", reader, Flavour::has_jobs_api, run_jobs);
    add(Method::POST, "/api/v1/repos/{}/{}/actions/runs/{}/rerun", Access::RepositoryOwner, Flavour::can_rerun, rerun);
    routes
}

fn included(world: &World, scope: Scope, run: &Run) -> bool {
    let owner = world.repositories.get(&run.repository).map_or(0, |row| row.owner);
    scope.includes(owner, run.repository)
}

/// Every job in the place, oldest id first; `?status=` may be repeated.
fn jobs(world: &mut World, call: &Call) -> Answer {
    let scope = runners::scope_of(world, call);
    let home = |job: &Job| world.home_of(job).is_some_and(|(run, _)| included(world, scope, run));
    list_of_jobs(world, call, world.jobs.values().filter(|job| home(job)).collect())
}

fn list_of_jobs(world: &World, call: &Call, jobs: Vec<&Job>) -> Answer {
    let words: Vec<&str> = call.query.iter().filter(|(key, _)| key == "status").map(|(_, word)| word.as_str()).collect();
    let found: Vec<&Job> =
        jobs.into_iter().filter(|job| words.is_empty() || words.iter().any(|word| job.status.passes_filter(word))).collect();
    let (page, total) = (Page::of(call), found.len());
    let shown: Vec<Value> = page.cut(found.into_iter()).into_iter().map(|job| world.job_json(job)).collect();
    page.headers(world, call, total, Answer::json(200, json!({ "jobs": shown, "total_count": total })))
}

/// Every run in the place, newest first.
fn runs(world: &mut World, call: &Call) -> Answer {
    let scope = runners::scope_of(world, call);
    let found: Vec<&Run> = world.runs.values().rev().filter(|run| included(world, scope, run)).collect();
    let (page, total) = (Page::of(call), found.len());
    let shown: Vec<Value> = page.cut(found.into_iter()).into_iter().map(|run| world.run_json(run)).collect();
    let body = json!({ "workflow_runs": shown, "total_count": total });
    page.headers(world, call, total, Answer::json(200, body))
}

/// The run of the third `{}`, if it is of this repository.
fn find_run<'a>(world: &'a World, call: &Call) -> Option<&'a Run> {
    let repository = repository(world, call)?.id;
    world.runs.get(&call.id(2)).filter(|run| run.repository == repository)
}

fn run(world: &mut World, call: &Call) -> Answer {
    match find_run(world, call) {
        Some(run) => Answer::json(200, world.run_json(run)),
        None => Answer::not_found(world),
    }
}

fn run_jobs(world: &mut World, call: &Call) -> Answer {
    match find_run(world, call).map(|run| run.id) {
        Some(run) => list_of_jobs(world, call, world.jobs_of(run).collect()),
        None => Answer::not_found(world),
    }
}

fn job(world: &mut World, call: &Call) -> Answer {
    let repository = repository(world, call).map(|row| row.id);
    let found = world.jobs.get(&call.id(2)).filter(|job| world.home_of(job).map(|(_, row)| row.id) == repository);
    match found {
        Some(job) => Answer::json(200, world.job_json(job)),
        None => Answer::not_found(world),
    }
}

/// Runs a finished run again.
fn rerun(world: &mut World, call: &Call) -> Answer {
    let id: Option<RunId> = find_run(world, call).map(|run| run.id);
    match id {
        Some(id) if world.rerun(id) => {
            let body = world.runs.get(&id).map_or(Value::Null, |run| world.run_json(run));
            Answer::json(201, body)
        }
        Some(_) => Answer::refusal(world, 400, "this workflow run is not done"),
        None => Answer::not_found(world),
    }
}

fn delete_run(world: &mut World, call: &Call) -> Answer {
    match find_run(world, call).map(|run| (run.id, run.status.is_final())) {
        Some((id, true)) => {
            world.delete_run(id);
            Answer::empty(204)
        }
        Some(_) => Answer::refusal(world, 400, "this workflow run is not done"),
        None => Answer::not_found(world),
    }
}
