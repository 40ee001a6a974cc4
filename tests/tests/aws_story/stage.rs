//! The stage: a forge, an emulated account with a table and a network, and functions that come and go.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use aws_sdk_dynamodb::config::Region;
use dispatch::aws::SdkConfig;
use dispatch::clock::{Clock, HandClock};
use dispatch::cloud::Cloud;
use dispatch::cloud::ec2::Ec2Cloud;
use dispatch::config::{Config, Environment, from_environment};
use dispatch::forge;
use dispatch::journal::LogJournal;
use dispatch::lambda::{Deadline, Failure, Function, Role};
use dispatch::pool::EC2;
use dispatch::record::Record;
use dispatch::service::Service;
use dispatch::store::dynamodb::stream_filter;
use dispatch::store::{DynamoDbStore, Store};
use dispatch::time::Timestamp;
use fake_forge::world::{Delivery, JobSpec, Leftovers, Push, RepositoryId, RunId, Scope, Workflow};
use fake_forge::{FakeForge, Flavour, Steering, World};
use serde_json::{Value, json};
use tests::aws::{self, Account, Call, Emulator, Lab, REGION};
use tests::lambda::event::{self, schedule, written};

use crate::gateway::Gateway;

/// Webhook secret of every story.
const SECRET: &str = "a-secret-for-stories";
/// 2026-11-21, noon.
const NOON: Timestamp = Timestamp::from_seconds(1_795_262_400);
/// Leaves time for one look and no more.
const ONE_LOOK_S: u64 = 20;
/// Far more passes than any story takes.
const MOST_PASSES: usize = 40;

/// One installation, and everything around it.
pub(crate) struct Stage {
    pub(crate) forge: FakeForge,
    pub(crate) gateway: Gateway,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) account: Account,
    variables: Vec<(&'static str, String)>,
    config: Config,
    settings: SdkConfig,
    store: DynamoDbStore,
    pub(crate) repository: RepositoryId,
    pub(crate) admin: i64,
    /// Keys that the stream has shown.
    shown: tokio::sync::Mutex<Vec<String>>,
}

impl Stage {
    /// An installation of this name in the shared account.
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(Emulator::Shared(Lab::shared()), name, Flavour::Gitea1_27, |_| ()).await
    }

    /// An installation of this name in an account that nobody else uses, so that whatever is called is called by it.
    pub(crate) async fn alone(name: &str) -> Self {
        Self::alone_at(Flavour::Gitea1_27, name).await
    }

    /// The same for another forge.
    pub(crate) async fn alone_at(flavour: Flavour, name: &str) -> Self {
        Self::with(Emulator::Own(Lab::start()), name, flavour, |_| ()).await
    }

    /// An installation of this name in the shared account, for another forge.
    pub(crate) async fn at(flavour: Flavour, name: &str) -> Self {
        Self::with(Emulator::Shared(Lab::shared()), name, flavour, |_| ()).await
    }

    /// Any account, any forge, and a configuration that says something else.
    pub(crate) async fn with(lab: Emulator, name: &str, flavour: Flavour, change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(HandClock::at(NOON));
        let (forge, token, repository, admin) = forge(flavour, &clock).await;
        let gateway = Gateway::to(&lab.endpoint()).await;
        let settings = lab.settings().await.into_builder().endpoint_url(gateway.endpoint()).build();
        let store = DynamoDbStore::new(&lab.settings().await, name);
        let account = Account::new(lab, name).await;
        let variables = variables(&account, forge.base_url(), token);
        let environment = variables.iter().map(|(name, value)| (*name, value.as_str())).collect::<Environment>();
        let mut config = from_environment(&environment).unwrap().into_config().unwrap();
        change(&mut config);
        let shown = tokio::sync::Mutex::default();
        Self { forge, gateway, clock, account, variables, config, settings, store, repository, admin, shown }
    }

    /// A function in an execution environment of its own.
    pub(crate) fn function(&self, role: Role, environment: &str) -> Function {
        self.function_with(role, environment, |_| ())
    }

    /// The same with a configuration that says something else.
    pub(crate) fn function_with(&self, role: Role, environment: &str, change: impl FnOnce(&mut Config)) -> Function {
        let mut config = self.config.clone();
        change(&mut config);
        let aws = config.aws.clone().unwrap();
        let settings = self.settings.clone().into_builder().region(Region::new(aws.region.clone())).build();
        let (clock, holder) = (self.clock.clone(), environment.to_owned());
        let service = move |with_all: bool| {
            let forges = if with_all { forge::connect(&config).unwrap() } else { BTreeMap::new() };
            let ec2: Arc<dyn Cloud> = Arc::new(Ec2Cloud::connect(&config, &aws, &settings, &forges, clock.clone()));
            Service {
                store: Arc::new(DynamoDbStore::new(&settings, &aws.table)),
                clock: clock.clone(),
                forges,
                clouds: if with_all { BTreeMap::from([(EC2.into(), ec2)]) } else { BTreeMap::new() },
                journal: Arc::new(LogJournal),
                holder: holder.clone(),
                config: config.clone(),
            }
        };
        let edge = service(false);
        Function::new(role, edge, move || Ok(service(true)))
    }

    /// The environment of a function without a file, in the emulated account.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Pushes a commit that starts one workflow with these jobs.
    pub(crate) fn push(&self, jobs: &[&str]) -> RunId {
        let workflow = jobs.iter().fold(Workflow::new("ci.yml"), |workflow, name| workflow.job(JobSpec::new(name, &["go"])));
        let push = Push::branch("main", self.admin, "Work").starts(workflow);
        self.forge.with(|world| world.push(self.repository, push))[0]
    }

    /// Somebody thinks better of it.
    pub(crate) fn cancel(&self, run: RunId) {
        self.forge.with(|world| world.cancel_run(run));
    }

    /// Hands every announced job that the forge has to deliver to the edge, as its function URL does.
    pub(crate) async fn deliver(&self, edge: &Function) -> Vec<String> {
        self.deliver_only(edge, "workflow_job").await
    }

    /// The same for another event.
    pub(crate) async fn deliver_only(&self, edge: &Function, event: &str) -> Vec<String> {
        let mut said = Vec::new();
        for delivery in self.forge.pending().iter().filter(|delivery| delivery.event == event) {
            let (status, text) = self.send(edge, delivery).await;
            assert_eq!(status, 200, "{text}");
            said.push(text);
        }
        said
    }

    /// Hands over one delivery as the forge words and signs it; the answer's status and text.
    pub(crate) async fn send(&self, edge: &Function, delivery: &Delivery) -> (u64, String) {
        let headers: BTreeMap<String, String> =
            self.forge.headers(delivery).into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        let event = event::request("POST", "/", &json!(headers), &delivery.body, false);
        let answer = edge.handle(event, self.deadline()).await.unwrap();
        (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().to_owned())
    }

    /// What the stream shows through its filter: items that were not there before.
    pub(crate) async fn stream(&self) -> Option<Value> {
        let filter = stream_filter();
        let prefixes: Vec<&str> =
            filter["dynamodb"]["Keys"]["pk"]["S"].as_array().unwrap().iter().map(|key| key["prefix"].as_str().unwrap()).collect();
        assert_eq!(filter["eventName"], json!(["INSERT"]));
        let mut shown = self.shown.lock().await;
        let keys = self.keys().await.into_iter();
        let new: Vec<String> =
            keys.filter(|key| prefixes.iter().any(|prefix| key.starts_with(prefix)) && !shown.contains(key)).collect();
        shown.extend(new.iter().cloned());
        (!new.is_empty()).then(|| written(&new))
    }

    /// Does something, and returns what was called on AWS meanwhile.
    pub(crate) async fn calls_of<T>(&self, something: impl Future<Output = T>) -> (T, Vec<Call>) {
        let before = self.account.lab.calls().len();
        let outcome = something.await;
        (outcome, self.account.lab.calls().split_off(before))
    }

    /// One look and no more, whatever woke the worker.
    pub(crate) async fn wake_for_a_moment(&self, worker: &Function, event: Value) -> Result<Value, Failure> {
        worker.handle(event, Deadline::from_millis(self.clock.now().plus_s(12).millis())).await
    }

    pub(crate) async fn wake(&self, worker: &Function, event: Value) -> Result<Value, Failure> {
        worker.handle(event, self.deadline()).await
    }

    /// As the stream wakes it for new jobs: one pass, however long the emulator takes for it.
    pub(crate) async fn wake_for_jobs(&self, worker: &Function) {
        let deadline = Deadline::from_millis(self.clock.now().plus_s(900).millis());
        let answer = worker.handle(written(&["job#gitea/1/1"]), deadline).await;
        assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    }

    fn deadline(&self) -> Deadline {
        Deadline::from_millis(self.clock.now().plus_s(ONE_LOOK_S).millis())
    }

    /// Until nothing is open, and nothing at all is left.
    pub(crate) async fn until_quiet(&self, worker: &Function) {
        self.until_closed(worker).await;
        assert_eq!(self.forge.with(|world| world.leftovers()), Leftovers::default());
    }

    /// The schedule wakes the worker, machines do what they do, and time goes on, until nothing is open, and nothing is left
    /// on AWS.
    pub(crate) async fn until_closed(&self, worker: &Function) {
        for _ in 0..MOST_PASSES {
            // On a busy computer a pass may be cut off, as by Lambda's time-out; then the next one makes up for it.
            let woken = self.wake(worker, schedule()).await;
            assert!(matches!(woken, Ok(_) | Err(Failure::CutOff)), "{woken:?}");
            if self.open().await.is_empty() {
                return self.nothing_is_left().await;
            }
            self.machines_act().await;
            self.clock.advance_s(30);
        }
        panic!("never quiet: {:#?}", self.open().await);
    }

    pub(crate) async fn open(&self) -> Vec<Record> {
        self.store.open_records().await.unwrap().into_iter().map(|(_, stored)| stored.record).collect()
    }

    /// No machine, no identity.
    async fn nothing_is_left(&self) {
        assert_eq!(self.machines(&["pending", "running", "stopping", "stopped"]), Vec::<String>::new());
        let identities: Vec<String> = self.keys().await.into_iter().filter(|key| key.starts_with("identity#")).collect();
        assert_eq!(identities, Vec::<String>::new());
    }

    /// Every machine that this installation ever had.
    pub(crate) fn machines_ever(&self) -> usize {
        self.machines(&["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]).len()
    }

    /// Its machines in these states.
    pub(crate) fn machines(&self, states: &[&str]) -> Vec<String> {
        let names: Vec<String> = (1..=states.len()).map(|number| format!("Filter.2.Value.{number}")).collect();
        let mut filters = vec![
            ("Filter.1.Name", "tag:dispatch:stack"),
            ("Filter.1.Value.1", self.config.stack.as_str()),
            ("Filter.2.Name", "instance-state-name"),
        ];
        filters.extend(names.iter().map(String::as_str).zip(states.iter().copied()));
        self.account.lab.query(aws::EC2, "DescribeInstances", &filters, "instanceId")
    }

    async fn keys(&self) -> Vec<String> {
        let items = self.account.table.scan().table_name(&self.account.aws.table).into_paginator().items().send();
        let items: Vec<_> = items.collect::<Result<_, _>>().await.unwrap();
        items.iter().map(|item| item["pk"].as_s().unwrap().clone()).collect()
    }
}

async fn forge(flavour: Flavour, clock: &Arc<HandClock>) -> (FakeForge, String, RepositoryId, i64) {
    let mut world = World::new(flavour, "", i64::try_from(NOON.seconds()).unwrap());
    let admin = world.add_admin("root1");
    let acme = world.add_organisation("acme", &[admin]);
    let repository = world.create_repository(acme, "tour");
    let token = world.add_token(admin, &["all"]);
    // Nobody listens there: the stories take the deliveries out of the forge's hands themselves.
    world.add_webhook(Scope::default(), "http://127.0.0.1:9/", SECRET, &["workflow_job", "push"]);
    let clock = clock.clone();
    let forge = FakeForge::start_with_clock(world, move || i64::try_from(clock.now().seconds()).unwrap()).await.unwrap();
    forge.steer(Steering::ByHand);
    (forge, token, repository, admin)
}

fn variables(account: &Account, forge: &str, token: String) -> Vec<(&'static str, String)> {
    let aws = account.aws.clone();
    vec![
        ("GITEA_URL", forge.to_owned()),
        ("GITEA_TOKEN", token),
        ("WEBHOOK_SECRET", SECRET.to_owned()),
        ("RUNNER_AMI", aws.image.unwrap()),
        ("SUBNET", aws.subnets.join(",")),
        ("SECURITY_GROUP", aws.security_groups[0].clone()),
        ("INSTANCE_PROFILE", aws.instance_profile),
        ("INSTANCE_ROLE_ID", account.role_id.clone()),
        ("DDB_TABLE", aws.table),
        ("AWS_REGION", REGION.to_owned()),
    ]
}
