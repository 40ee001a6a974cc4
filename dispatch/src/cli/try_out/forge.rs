//! The stand-in for a forge, and the push that it saw.

use std::io;

use fake_forge::world::{JobSpec, Push, Scope, Workflow};
use fake_forge::{FakeForge, Flavour, World};

/// Key of the recorded signature.
pub(super) const SECRET: &str = "it-is-only-a-test";
/// What Gitea 1.27 sent when the first job of a first push was queued, byte for byte.
pub(super) const DELIVERY: &[u8] = include_bytes!("delivery.json");
/// How it named and signed it.
pub(super) const HEADERS: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("x-gitea-delivery", "31aae0ed-209f-4c19-a7c0-f12b1aebc2a5"),
    ("x-gitea-event", "workflow_job"),
    ("x-gitea-event-type", "workflow_job"),
    ("x-gitea-signature", "27ed944827b501cf913593044fe55b566d7b6a78ceb3457a160b1b74551b465d"),
];

/// A Gitea 1.27 with the organisation `acme` and its empty repository `tour`.
pub(super) struct Stage {
    pub(super) forge: FakeForge,
    pub(super) token: String,
    admin: i64,
    tour: i64,
}

impl Stage {
    pub(super) async fn set(clock: impl Fn() -> i64 + Send + Sync + 'static) -> io::Result<Self> {
        let mut world = World::new(Flavour::Gitea1_27, "", clock());
        let admin = world.add_admin("root1");
        let acme = world.add_organisation("acme", &[admin]);
        let tour = world.create_repository(acme, "tour");
        let token = world.add_token(admin, &["all"]);
        Ok(Self { forge: FakeForge::start_with_clock(world, clock).await?, token, admin, tour })
    }

    /// The first push, after which job 1 waits for a runner with the label `go`.
    pub(super) fn push(&self) {
        let build = Workflow::new("ci.yml").job(JobSpec::new("build", &["go"]));
        self.forge.with(|world| world.push(self.tour, Push::branch("main", self.admin, "Start").starts(build)));
    }

    /// Lets the forge tell `url` what becomes of its jobs.
    pub(super) fn add_webhook(&self, url: &str) {
        let everything = Scope::default();
        self.forge.with(|world| world.add_webhook(everything, url, SECRET, &["workflow_job", "workflow_run"]));
    }

    /// The procedures of the runner protocol that were called, in order.
    pub(super) fn runner_calls(&self) -> Vec<String> {
        let procedure = |path: &str| path.rsplit_once("RunnerService/").map(|(_, procedure)| procedure.to_owned());
        self.forge.requests().iter().filter_map(|served| procedure(&served.path)).collect()
    }
}
