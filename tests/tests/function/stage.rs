//! The stage: one job at a forge, machines that only count, and time that nobody waits for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dispatch::clock::Clock;
use dispatch::cloud::{
    Cloud, CloudError, CloudErrorKind, HandOver, IdentityState, Instance, InstanceState, LaunchOrder, Withdrawal,
};
use dispatch::config::{Config, Environment, load_text};
use dispatch::forge::{Forge, ForgeJob, JobState, MemoryForge};
use dispatch::identifier::{InstanceId, RunnerKey};
use dispatch::journal::Silence;
use dispatch::lambda::{Deadline, Failure, Function, Role};
use dispatch::record::Record;
use dispatch::service::Service;
use dispatch::store::{Key, MemoryStore, Store, Stored};
use dispatch::time::Timestamp;
use serde_json::{Value, json};
use tests::lambda::event;
use tokio::time::Instant;
use userdata::Identity;

/// Webhook secret of every story.
pub(crate) const SECRET: &str = "a-secret-for-stories";

/// When stories begin.
const BEGIN: Timestamp = Timestamp::from_seconds(1_000_000);

/// A function, and everything that it touches.
pub(crate) struct Stage {
    pub(crate) function: Function,
    pub(crate) forge: Arc<MemoryForge>,
    pub(crate) cloud: Arc<CountingCloud>,
    pub(crate) store: Arc<MemoryStore>,
    clock: Arc<Pretended>,
}

impl Stage {
    pub(crate) fn new(role: Role) -> Self {
        let (forge, cloud) = (Arc::new(MemoryForge::default()), Arc::new(CountingCloud::default()));
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(Pretended(Instant::now())));
        let edge = service(&forge, &cloud, &store, &clock, "edge");
        let edge = Service { forges: BTreeMap::new(), clouds: BTreeMap::new(), ..edge };
        let connect = {
            let (forge, cloud, store, clock) = (forge.clone(), cloud.clone(), store.clone(), clock.clone());
            move || Ok(service(&forge, &cloud, &store, &clock, "worker"))
        };
        Self { function: Function::new(role, edge, connect), forge, cloud, store, clock }
    }

    /// The forge has one more job.
    pub(crate) fn queue_job(&self, id: u64) {
        self.forge.add_job(waiting(id));
    }

    /// Another worker of the same installation.
    pub(crate) fn another_worker(&self, name: &str) -> Service {
        service(&self.forge, &self.cloud, &self.store, &self.clock, name)
    }

    /// Handles an event for which Lambda gives a minute.
    pub(crate) async fn handle(&self, event: Value) -> Result<Value, Failure> {
        self.handle_within(event, 60).await
    }

    pub(crate) async fn handle_within(&self, event: Value, seconds: u64) -> Result<Value, Failure> {
        let deadline = Deadline::from_millis(self.clock.now().plus_s(seconds).millis());
        self.function.handle(event, deadline).await
    }

    /// How many passes were begun: each takes the lease anew.
    pub(crate) async fn passes(&self) -> u64 {
        match self.store.read(&Key::lease()).await.unwrap() {
            Some(Stored { record: Record::Lease(lease), .. }) => lease.fence,
            _ => 0,
        }
    }

    /// The bells that may have been rung since the story began.
    pub(crate) async fn bells(&self) -> Vec<String> {
        let mut rung = Vec::new();
        for after_s in (0..60).step_by(2) {
            let bell = Key::bell(BEGIN.plus_s(after_s), 2);
            if self.store.read(&bell).await.unwrap().is_some() {
                rung.push(bell.to_string());
            }
        }
        rung
    }

    pub(crate) async fn open_jobs(&self) -> usize {
        let open = self.store.open_records().await.unwrap();
        open.iter().filter(|(_, stored)| matches!(stored.record, Record::Job(_))).count()
    }
}

fn service(
    forge: &Arc<MemoryForge>,
    cloud: &Arc<CountingCloud>,
    store: &Arc<MemoryStore>,
    clock: &Arc<Pretended>,
    holder: &str,
) -> Service {
    let (forge, cloud): (Arc<dyn Forge>, Arc<dyn Cloud>) = (forge.clone(), cloud.clone());
    Service {
        config: config(),
        store: store.clone(),
        clock: clock.clone(),
        forges: BTreeMap::from([("home".into(), forge)]),
        clouds: BTreeMap::from([("process".into(), cloud)]),
        journal: Arc::new(Silence),
        holder: holder.to_owned(),
    }
}

fn config() -> Config {
    let text = "
stack: story
forges: { home: { url: https://git.example.com, token: { env: T }, webhook_secrets: [{ env: S }] } }
serve: { body_limit: 64KiB }
";
    load_text("dispatch.yaml", text, &Environment::from_iter([("T", "token"), ("S", SECRET)])).unwrap().into_config().unwrap()
}

/// Goes with tokio's time, which tests turn.
pub(crate) struct Pretended(Instant);

impl Clock for Pretended {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(BEGIN.millis() + u64::try_from(self.0.elapsed().as_millis()).unwrap())
    }

    fn id(&self) -> u64 {
        0
    }
}

/// A job that waits.
fn waiting(id: u64) -> ForgeJob {
    ForgeJob {
        id,
        repository: "acme/tour".parse().unwrap(),
        name: "build".to_owned(),
        labels: ["go".to_owned()].into(),
        state: JobState::Queued,
        run: Some(1),
        handle: None,
    }
}

/// Machines that boot for ever.
#[derive(Default)]
pub(crate) struct CountingCloud {
    machines: Mutex<Vec<Instance>>,
    broken: Mutex<bool>,
    silent: Mutex<bool>,
}

impl CountingCloud {
    pub(crate) fn launched(&self) -> usize {
        self.machines.lock().unwrap().len()
    }

    fn carry_out(&self, order: &LaunchOrder<'_>) {
        let mut machines = self.machines.lock().unwrap();
        for (index, _) in (0_u16..).zip(&order.batch.members) {
            let runner = RunnerKey { batch: order.batch.id.clone(), index };
            machines.push(Instance {
                id: InstanceId::new(format!("m-{runner}")),
                runner: Some(runner),
                pool: Some(order.pool.name.clone()),
                serves: Some((order.batch.forge.clone(), order.batch.scope.clone())),
                launched_at: order.batch.made_at,
                state: InstanceState::Alive,
                identity: IdentityState::Waiting,
            });
        }
    }

    /// The next order is carried out, and never answered.
    pub(crate) fn keep_silent(&self) {
        *self.silent.lock().unwrap() = true;
    }

    /// From now on no order comes through.
    pub(crate) fn break_down(&self) {
        *self.broken.lock().unwrap() = true;
    }
}

#[async_trait]
impl Cloud for CountingCloud {
    async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        if *self.broken.lock().unwrap() {
            return Err(CloudError {
                what: "launch".to_owned(),
                cause: "out of order".to_owned(),
                kind: CloudErrorKind::Transient,
            });
        }
        self.carry_out(order);
        if std::mem::take(&mut *self.silent.lock().unwrap()) {
            std::future::pending::<()>().await;
        }
        self.instances().await
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        Ok(self.machines.lock().unwrap().clone())
    }

    async fn terminate(&self, _instances: &[InstanceId]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn hand_over(&self, _instance: &InstanceId, _identity: &Identity) -> Result<HandOver, CloudError> {
        Ok(HandOver::Done)
    }

    async fn withdraw(&self, _instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        Ok(Withdrawal::Withdrawn)
    }
}

/// A delivery as a forge signs it.
fn delivery(event: &str, body: &Value) -> Value {
    event::delivery(SECRET, "/hook/home", event, &body.to_string())
}

/// A push, which may start jobs.
pub(crate) fn pushed() -> Value {
    let push = json!({ "ref": "refs/heads/main", "before": "0".repeat(40), "after": "1".repeat(40), "commits": [],
        "repository": repository(), "pusher": ada(), "sender": ada() });
    delivery("push", &push)
}

/// A job that a forge has just queued.
pub(crate) fn queued(id: u64) -> Value {
    let job = json!({ "id": id, "run_id": 1, "name": "build", "labels": ["go"], "status": "queued", "head_sha": "1" });
    delivery("workflow_job", &json!({ "action": "queued", "workflow_job": job, "repository": repository(), "sender": ada() }))
}

fn repository() -> Value {
    json!({ "id": 1, "owner": { "id": 2, "login": "acme" }, "name": "tour", "full_name": "acme/tour" })
}

fn ada() -> Value {
    json!({ "id": 1, "login": "ada" })
}
