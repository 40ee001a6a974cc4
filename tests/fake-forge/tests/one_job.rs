//! A job's whole life over the socket, on every flavour: pushed, announced, taken by the stand-in, gone.

use std::time::Duration;

use fake_forge::stand_in::{self, Habits, Identity, Outcome};
use fake_forge::world::{JobSpec, Leftovers, Push, Scope, Status, Workflow};
use fake_forge::{FakeForge, Flavour, World};

const NOON_S: i64 = 1_795_262_400;
const AT_ONCE: Habits = Habits { poll_interval: Duration::ZERO, polls: 2, succeeds: true };

#[tokio::test]
async fn a_pushed_job_is_taken_and_ends() {
    for flavour in Flavour::ALL {
        let mut world = World::new(flavour, "", NOON_S);
        let alice = world.add_user("alice");
        let app = world.create_repository(alice, "app");
        let workflow = Workflow::new("ci.yml").job(JobSpec::new("build", &["go"]));
        world.push(app, Push::branch("main", alice, "Start").starts(workflow));
        let runner = world.add_runner(Scope::repository(app), "i-1", true);
        let runner = world.runner(runner).expect("just made").clone();
        let job = world.queued_jobs()[0];
        let forge = FakeForge::start(world).await.expect("a free port");
        let identity = Identity {
            forge_url: forge.base_url().to_owned(),
            uuid: runner.uuid,
            token: runner.token,
            labels: vec!["go".to_owned()],
            handle: None,
        };

        let outcome = stand_in::run(&identity, AT_ONCE).await.expect("a forge that answers");

        let result = "RESULT_SUCCESS".to_owned();
        assert_eq!(outcome, Outcome::Ran { task: 1, result }, "{flavour:?}");
        assert_eq!(forge.with(|world| world.job(job).map(|job| job.status)), Some(Status::Success));
        // 1.24 keeps the used-up registration until it asks again, Forgejo 11 knows no ephemeral runners.
        let kept = matches!(flavour, Flavour::Gitea1_24 | Flavour::Forgejo11);
        let registrations = if kept { vec!["i-1".to_owned()] } else { Vec::new() };
        let expected = Leftovers { registrations, ..Leftovers::default() };
        assert_eq!(forge.with(|world| world.leftovers()), expected, "{flavour:?}");
    }
}
