//! A job's whole life over the socket: pushed, taken by the stand-in, gone. And what the stand-in says when it gets none.

#![expect(clippy::unwrap_used, reason = "what cannot happen must stop the test")]

use std::time::Duration;

use fake_forge::stand_in::{self, Habits, Identity, Outcome, StandInError};
use fake_forge::world::{JobSpec, Leftovers, Push, Scope, Status, Workflow};
use fake_forge::{FakeForge, Flavour, World};

const NOON_S: i64 = 1_795_262_400;
const AT_ONCE: Habits = Habits { poll_interval: Duration::ZERO, polls: 2, succeeds: true };

/// A repository with two queued jobs and an ephemeral runner for them.
async fn forge(flavour: Flavour) -> (FakeForge, Identity) {
    let mut world = World::new(flavour, "", NOON_S);
    let alice = world.add_user("alice");
    let app = world.create_repository(alice, "app");
    let workflow = Workflow::new("ci.yml").job(JobSpec::new("build", &["go"])).job(JobSpec::new("test", &["go"]));
    world.push(app, Push::branch("main", alice, "Start").starts(workflow));
    let id = world.add_runner(Scope::repository(app), "i-1", true);
    let runner = world.runner(id).unwrap().clone();
    let forge = FakeForge::start(world).await.unwrap();
    let identity = Identity {
        forge_url: forge.base_url().to_owned(),
        uuid: runner.uuid,
        token: runner.token,
        labels: vec!["go".to_owned()],
        handle: None,
    };
    (forge, identity)
}

fn ran(result: &str) -> Outcome {
    Outcome::Ran { task: 1, result: result.to_owned() }
}

#[tokio::test]
async fn a_pushed_job_is_taken_and_ends() {
    for flavour in Flavour::ALL {
        let (forge, identity) = forge(flavour).await;
        let outcome = stand_in::run(&identity, AT_ONCE).await.unwrap();
        assert_eq!(outcome, ran("RESULT_SUCCESS"), "{flavour:?}");
        let job = forge.with(|world| world.job(1).unwrap().clone());
        assert_eq!(job.status, Status::Success);
        let lines = forge.with(|world| world.task(1).unwrap().log_lines.clone());
        assert_eq!(lines, ["a stand-in ran this job"]);
        // 1.24 keeps the used-up registration until it asks again, older ones know no ephemeral runners.
        let kept = matches!(flavour, Flavour::Gitea1_23 | Flavour::Gitea1_24 | Flavour::Forgejo10 | Flavour::Forgejo11);
        let expected = Leftovers {
            registrations: if kept { vec!["i-1".to_owned()] } else { Vec::new() },
            queued_jobs: vec![2],
            running_jobs: Vec::new(),
        };
        assert_eq!(forge.with(|world| world.leftovers()), expected, "{flavour:?}");
    }
}

#[tokio::test]
async fn a_stand_in_can_be_told_to_fail() {
    let (forge, identity) = forge(Flavour::Gitea1_27).await;
    let habits = Habits { succeeds: false, ..AT_ONCE };
    let outcome = stand_in::run(&identity, habits).await.unwrap();
    assert_eq!(outcome, ran("RESULT_FAILURE"));
    assert_eq!(forge.with(|world| world.job(1).unwrap().status), Status::Failure);
}

#[tokio::test]
async fn a_handle_takes_the_second_job_before_the_first() {
    let (forge, identity) = forge(Flavour::Forgejo15).await;
    let handle = forge.with(|world| world.job(2).unwrap().handle.clone());
    let identity = Identity { handle: Some(handle), ..identity };
    stand_in::run(&identity, AT_ONCE).await.unwrap();
    assert_eq!(forge.with(|world| world.job(2).unwrap().status), Status::Success);
    assert_eq!(forge.with(|world| world.queued_jobs()), [1]);
}

#[tokio::test]
async fn without_work_it_gives_up_and_used_up_it_is_refused() {
    let (forge, identity) = forge(Flavour::Forgejo15).await;
    let idle = Identity { labels: vec!["none".to_owned()], ..identity.clone() };
    assert_eq!(stand_in::run(&idle, AT_ONCE).await.unwrap(), Outcome::NoTask);
    assert_eq!(forge.count("POST /api/actions/runner.v1.RunnerService/FetchTask"), 2);
    stand_in::run(&identity, AT_ONCE).await.unwrap();
    match stand_in::run(&identity, AT_ONCE).await.unwrap_err() {
        StandInError::Refused { status, message, .. } => {
            assert_eq!((status, message.as_str()), (401, "unregistered runner"));
        }
        StandInError::Unreachable(error) => unreachable!("{error}"),
    }
}

#[tokio::test]
async fn a_given_clock_is_the_worlds_time() {
    let world = World::new(Flavour::Gitea1_27, "", NOON_S);
    let forge = FakeForge::start_with_clock(world, || NOON_S + 60).await.unwrap();
    assert_eq!(forge.with(|world| world.now_s()), NOON_S + 60);
    assert_eq!(forge.with(|world| world.root_url().to_owned()), forge.base_url());
}
