//! The stage on which the stories play.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dispatch::clock::{Clock, HandClock, SystemClock};
use dispatch::cloud::process::{AgentProgram, STAND_IN};
use dispatch::config::{Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
use dispatch::edge::Reply;
use dispatch::identifier::JobKey;
use dispatch::journal::{Journal, Subject};
use dispatch::pool::{Pool, defaults};
use dispatch::reason::Reason;
use dispatch::record::{JobRecord, Record};
use dispatch::serve::{PROCESS, connect};
use dispatch::service::Service;
use dispatch::store::{Expect, Key, RedbStore, Store, Transaction, Write};
use dispatch::time::Timestamp;
use dispatch::worker::Pass;
use fake_forge::world::{JobSpec, Leftovers, NewPullRequest, Push, RepositoryId, RunId, Scope, Workflow};
use fake_forge::{FakeForge, Flavour, Steering, World};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::Notify;

/// Webhook secret of every story.
pub(crate) const SECRET: &str = "a-secret-for-stories";

/// A forge, an installation, and a person who pushes.
pub(crate) struct Lab {
    pub(crate) forge: FakeForge,
    pub(crate) service: Arc<Service>,
    pub(crate) journal: Arc<Heard>,
    pub(crate) repository: RepositoryId,
    pub(crate) admin: i64,
    bell: Arc<Notify>,
    clock: Arc<LabClock>,
    data: TempDir,
    token: String,
}

/// The system's clock, which a story may turn forward: for the forge and for us.
struct LabClock {
    system: SystemClock,
    ahead: HandClock,
}

impl Clock for LabClock {
    fn now(&self) -> Timestamp {
        self.system.now().plus_s(self.ahead.now().seconds())
    }

    fn id(&self) -> u64 {
        0
    }
}

/// Remembers what the service told.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<(Subject, Reason)>>);

impl Journal for Heard {
    fn tell(&self, _at: Timestamp, subject: &Subject, reason: &Reason) {
        self.0.lock().unwrap().push((subject.clone(), reason.clone()));
    }
}

impl Heard {
    pub(crate) fn count(&self, code: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|(_, reason)| reason.code() == code).count()
    }

    pub(crate) fn sentences(&self, code: &str) -> Vec<String> {
        self.0.lock().unwrap().iter().filter(|(_, reason)| reason.code() == code).map(|(_, reason)| reason.to_string()).collect()
    }
}

impl Lab {
    /// Gitea 1.27 and the five default pools.
    pub(crate) async fn new() -> Self {
        Self::with(Flavour::Gitea1_27, |_| ()).await
    }

    /// Another forge, another configuration.
    pub(crate) async fn with(flavour: Flavour, change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(LabClock { system: SystemClock::start(), ahead: HandClock::default() });
        let mut world = World::new(flavour, "", i64::try_from(clock.now().seconds()).unwrap());
        let admin = world.add_admin("root1");
        let acme = world.add_organisation("acme", &[admin]);
        let repository = world.create_repository(acme, "tour");
        let token = world.add_token(admin, &["all"]);
        // Nobody listens there: the stories take the deliveries out of the forge's hands themselves.
        world.add_webhook(
            Scope::default(),
            "http://127.0.0.1:9/",
            SECRET,
            &["push", "pull_request", "workflow_job", "workflow_run"],
        );
        let of_forge = clock.clone();
        let seconds = move || i64::try_from(of_forge.now().seconds()).unwrap();
        let forge = FakeForge::start_with_clock(world, seconds).await.unwrap();
        forge.steer(Steering::ByHand);
        let data = tempfile::tempdir().unwrap();
        let mut config = config(forge.base_url(), &token, data.path());
        change(&mut config);
        let (service, journal, bell) = install(config, clock.clone(), data.path());
        Self { forge, service, journal, repository, admin, bell, clock, data, token }
    }

    /// Ends the process, as it were, and starts it again on the same folder.
    pub(crate) fn restart(self) -> Self {
        let Self { forge, service, repository, admin, clock, data, token, .. } = self;
        let config = service.config.clone();
        drop(service);
        let (service, journal, bell) = install(config, clock.clone(), data.path());
        Self { forge, service, journal, repository, admin, bell, clock, data, token }
    }

    /// Turns the clock forward, for everyone.
    pub(crate) fn later_s(&self, seconds: u64) {
        self.clock.ahead.advance_s(seconds);
    }

    /// Pushes a commit that starts one workflow with these jobs: name and label.
    pub(crate) fn push(&self, jobs: &[(&str, &str)]) -> RunId {
        let workflow =
            jobs.iter().fold(Workflow::new("ci.yml"), |workflow, (name, label)| workflow.job(JobSpec::new(name, &[label])));
        self.push_workflow(workflow)
    }

    pub(crate) fn push_workflow(&self, workflow: Workflow) -> RunId {
        let push = Push::branch("main", self.admin, "Work").starts(workflow);
        self.forge.with(|world| world.push(self.repository, push))[0]
    }

    /// A stranger forks the repository and opens a pull request that starts this.
    pub(crate) fn request_from_fork(&self, workflow: Workflow) -> Vec<RunId> {
        self.forge.with(|world| {
            let mallory = world.add_user("mallory");
            let fork = world.fork(self.repository, mallory, "tour");
            world.push(fork, Push { onto: Some("main".to_owned()), ..Push::branch("evil", mallory, "Change") });
            let request = NewPullRequest {
                title: "Change".to_owned(),
                body: String::new(),
                poster: mallory,
                head_repository: fork,
                head_branch: "evil".to_owned(),
                base_branch: "main".to_owned(),
                workflows: vec![workflow],
            };
            world.open_pull_request(self.repository, request).unwrap().1
        })
    }

    /// The same with one job, which the owner approves.
    pub(crate) fn approved_request_from_fork(&self) -> RunId {
        self.forge.with(|world| world.push(self.repository, Push::branch("main", self.admin, "Start")));
        let run = self.request_from_fork(Workflow::new("ci.yml").job(JobSpec::new("build", &["go"])))[0];
        self.forge.with(|world| world.approve_run(run));
        run
    }

    /// The `workflow_job` deliveries that wait, newest state of the forge's outbox.
    pub(crate) fn deliveries(&self, action: &str) -> Vec<(HeaderMap, Bytes)> {
        let wanted = format!("\"action\": \"{action}\"");
        let pending = self.forge.pending();
        let jobs = pending.iter().filter(|delivery| delivery.event == "workflow_job");
        let signed = jobs.map(|delivery| {
            (headers(&delivery.uuid, &delivery.event, delivery.body.as_bytes()), Bytes::from(delivery.body.clone()))
        });
        signed.filter(|(_, body)| String::from_utf8_lossy(body).contains(&wanted)).collect()
    }

    /// Hands over every `workflow_job` delivery that waits, in order and once; those of `action` get lost on the way.
    pub(crate) async fn deliver_all_but(&self, action: &str) {
        let lost = format!("\"action\": \"{action}\"");
        for delivery in self.forge.pending() {
            self.forge.lose(delivery.id);
            if delivery.event == "workflow_job" && !delivery.body.contains(&lost) {
                self.deliver((headers(&delivery.uuid, &delivery.event, delivery.body.as_bytes()), Bytes::from(delivery.body)))
                    .await;
            }
        }
    }

    /// Hands over every delivery of events that may start jobs, in order and once; what the edge says to each.
    pub(crate) async fn deliver_events(&self) -> Vec<Reply> {
        let mut replies = Vec::new();
        for delivery in self.forge.pending() {
            self.forge.lose(delivery.id);
            let headers = headers(&delivery.uuid, &delivery.event_type, delivery.body.as_bytes());
            replies.push(self.deliver((headers, Bytes::from(delivery.body))).await);
        }
        replies
    }

    /// Hands one delivery to the edge.
    pub(crate) async fn deliver(&self, delivery: (HeaderMap, Bytes)) -> Reply {
        self.service.receive(&"home".into(), &delivery.0, delivery.1).await
    }

    pub(crate) async fn pass(&self) -> Pass {
        self.service.pass().await.unwrap()
    }

    /// Passes, one at each sign of life of a machine, until `shown`.
    pub(crate) async fn until(&self, what: &str, shown: impl AsyncFn(&Self) -> bool) {
        let look = async {
            loop {
                self.pass().await;
                if shown(self).await {
                    return;
                }
                let _looking_anyway = tokio::time::timeout(Duration::from_millis(50), self.bell.notified()).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_mins(1), look).await.is_ok(), "never came: {what}; {:?}", self.open().await);
    }

    /// Passes until no record is open, and makes sure that nothing at all is left.
    pub(crate) async fn until_quiet(&self) {
        self.until("quiet", async |lab| lab.open().await.is_empty()).await;
        let (world, plan) = self.service.look().await.unwrap();
        assert_eq!(plan.actions, [], "a plan carried out leaves nothing to plan");
        assert!(world.clouds.values().all(|view| view.seen().is_some_and(Vec::is_empty)), "{:?}", world.clouds);
        assert_eq!(self.forge.with(|world| world.leftovers()), Leftovers::default());
    }

    pub(crate) async fn open(&self) -> Vec<Record> {
        self.service.store.open_records().await.unwrap().into_iter().map(|(_, stored)| stored.record).collect()
    }

    /// Every job record, open or closed.
    pub(crate) async fn jobs(&self) -> Vec<Arc<JobRecord>> {
        let closed = self.service.store.closed_records(1_000).await.unwrap().into_iter().map(|(_, stored)| stored.record);
        let all = self.open().await.into_iter().chain(closed);
        all.filter_map(|record| if let Record::Job(job) = record { Some(job) } else { None }).collect()
    }

    /// Removes a job's record, as its expiry does.
    pub(crate) async fn forget(&self, job: &JobKey) {
        let key = Key::job(job);
        let stored = self.service.store.read(&key).await.unwrap().unwrap();
        assert!(matches!(stored.record, Record::Job(_)));
        let delete = Write::Delete { key, expect: Expect::Version(stored.version) };
        self.service.store.commit(Transaction::new().and(delete)).await.unwrap();
    }

    /// What the last line of a job's story says.
    pub(crate) async fn last_line(&self, job: u64) -> String {
        let jobs = self.jobs().await;
        jobs.iter()
            .find(|record| record.key.job == job)
            .and_then(|record| record.story.last())
            .map(|note| note.text.clone())
            .unwrap_or_default()
    }

    /// How many registrations were ever made at the forge.
    pub(crate) fn registrations(&self) -> usize {
        self.forge.count("POST /api/actions/runner.v1.RunnerService/Register")
            + self.forge.count("POST /api/v1/repos/acme/tour/actions/runners")
            - self.forge.count("POST /api/v1/repos/acme/tour/actions/runners/registration-token")
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }
}

fn install(config: Config, clock: Arc<LabClock>, data: &Path) -> (Arc<Service>, Arc<Heard>, Arc<Notify>) {
    let (journal, bell) = (Arc::new(Heard::default()), Arc::new(Notify::new()));
    let store: Arc<dyn Store> = Arc::new(RedbStore::open(&data.join("dispatch.redb")).unwrap());
    let agent = AgentProgram { program: env!("CARGO_BIN_EXE_dispatch").into(), arguments: vec!["machine".to_owned()] };
    let service = connect(config, store, clock, agent, bell.clone(), journal.clone(), "story".to_owned());
    (Arc::new(service.unwrap()), journal, bell)
}

fn config(url: &str, token: &str, data: &Path) -> Config {
    let forge = ForgeConfig {
        kind: None,
        url: url.to_owned(),
        hostnames: Vec::new(),
        token: SecretString::from(token),
        webhook_secrets: vec![SecretString::from(SECRET)],
        watch: Watch::Instance,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    Config {
        stack: "story".to_owned(),
        forges: BTreeMap::from([("home".into(), forge)]),
        pools: pools(),
        limits: Limits::default(),
        aws: None,
        serve: ServeConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            data: data.to_path_buf(),
            sweep_interval_s: 60,
            body_limit: 1 << 20,
            keep_closed_s: 3_600,
        },
    }
}

/// The five default pools, with the runner that runs nothing and room for a large matrix.
fn pools() -> Vec<Pool> {
    let mut pools = defaults(&PROCESS.into(), &[STAND_IN.to_owned()]);
    for pool in &mut pools {
        pool.limit = 100;
    }
    pools
}

/// The headers of a delivery, signed.
pub(crate) fn headers(id: &str, event: &str, body: &[u8]) -> HeaderMap {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("x-gitea-delivery", id),
        ("x-gitea-event", event),
        ("x-gitea-event-type", event),
        ("x-gitea-signature", &signature),
    ];
    headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}
