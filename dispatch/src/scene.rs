//! Worlds made up for tests: one Gitea 1.27, one cloud, and whatever a story puts into them.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use crate::clock::HandClock;
use crate::cloud::{IdentityState, Instance, InstanceState};
use crate::config::{Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
use crate::forge::{Capabilities, ForgeJob, ForgeKind, JobState, Registration, Trust, Version};
use crate::identifier::{BatchId, InstanceId, JobKey, RepositoryName, RunnerKey, Scope};
use crate::journal::Silence;
use crate::label::LabelSet;
use crate::plan::{Action, Plan};
use crate::pool::defaults;
use crate::reason::Reason;
use crate::reconcile::reconcile;
use crate::record::{Batch, JobRecord, RunnerRecord, RunnerState, Story};
use crate::service::Service;
use crate::store::{Key, MemoryStore};
use crate::time::Timestamp;
use crate::world::{ForgeView, View, World};

/// The moment at which scenes begin.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// A world and the configuration that it is judged by.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) config: Config,
}

pub(crate) fn repository() -> RepositoryName {
    "acme/tour".parse().unwrap()
}

pub(crate) fn scope() -> Scope {
    Scope::Repository(repository())
}

pub(crate) fn labels(names: &[&str]) -> LabelSet {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn job_key(job: u64) -> JobKey {
    JobKey::first("home".into(), job)
}

pub(crate) fn runner_key(index: u16) -> RunnerKey {
    RunnerKey { batch: BatchId::new("b"), index }
}

impl Scene {
    /// A quiet Gitea 1.27.
    pub(crate) fn new() -> Self {
        Self::on(ForgeKind::Gitea, 1, 27)
    }

    /// A quiet forge of another kind or version.
    pub(crate) fn on(kind: ForgeKind, major: u32, minor: u32) -> Self {
        let view = ForgeView {
            capabilities: Capabilities::of(kind, Version { major, minor }),
            jobs: BTreeMap::new(),
            registrations: BTreeMap::from([(scope(), Vec::new())]),
            trust: BTreeMap::new(),
        };
        let world = World {
            now: NOW,
            stack: "test".to_owned(),
            forges: BTreeMap::from([("home".into(), View::Seen(view))]),
            clouds: BTreeMap::from([("process".into(), View::Seen(Vec::new()))]),
            ..World::default()
        };
        Self { world, config: config() }
    }

    pub(crate) fn plan(&self) -> Plan {
        reconcile(&self.world, &self.config)
    }

    /// What is planned, each action in words with its reason.
    pub(crate) fn planned(&self) -> Vec<String> {
        self.plan().actions.iter().map(|planned| format!("{}: {}", planned.action.name(), planned.reason)).collect()
    }

    /// An installation with this configuration, whose forges and clouds nobody asks.
    pub(crate) fn service(self) -> Service {
        Service {
            config: self.config,
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(HandClock::at(NOW)),
            forges: BTreeMap::new(),
            clouds: BTreeMap::new(),
            journal: Arc::new(Silence),
            holder: "test".to_owned(),
        }
    }

    /// How many machines the plan launches.
    pub(crate) fn launches(&self) -> usize {
        let members = |action: &Action| if let Action::Claim(claim) = action { claim.members.len() } else { 0 };
        self.plan().actions.iter().map(|planned| members(&planned.action)).sum()
    }

    pub(crate) fn forge(&mut self) -> &mut ForgeView {
        match self.world.forges.get_mut(&"home".into()) {
            Some(View::Seen(view)) => view,
            _ => panic!("the forge is out of sight"),
        }
    }

    fn machines(&mut self) -> &mut Vec<Instance> {
        match self.world.clouds.get_mut(&"process".into()) {
            Some(View::Seen(instances)) => instances,
            _ => panic!("the cloud is out of sight"),
        }
    }

    pub(crate) fn forge_is_down(mut self) -> Self {
        self.world.forges.insert("home".into(), View::Unreachable("no answer within 10 s".to_owned()));
        self
    }

    pub(crate) fn cloud_is_down(mut self) -> Self {
        self.world.clouds.insert("process".into(), View::Unreachable("out of order".to_owned()));
        self
    }

    /// A job at the forge, without a record of ours.
    pub(crate) fn job(mut self, id: u64, names: &[&str], state: JobState) -> Self {
        let job = ForgeJob {
            id,
            repository: repository(),
            name: format!("job {id}"),
            labels: labels(names),
            state,
            run: Some(1),
            handle: None,
        };
        self.forge().jobs.insert(id, job);
        self.forge().trust.insert(id, Trust::Own);
        self
    }

    pub(crate) fn queued(self, id: u64) -> Self {
        self.job(id, &["go"], JobState::Queued)
    }

    /// The same with an open record of ours.
    pub(crate) fn known(mut self, id: u64, state: JobState) -> Self {
        self = self.job(id, &["go"], state);
        self.record(id)
    }

    /// The same at a second forge, `away`, which is like the first.
    pub(crate) fn known_away(mut self, id: u64, state: JobState) -> Self {
        let mut other = Self::new().known(id, state);
        let view = other.world.forges.remove(&"home".into()).unwrap();
        self.world.forges.insert("away".into(), view);
        let key = JobKey::first("away".into(), id);
        let mut record = other.world.jobs.remove(&job_key(id)).unwrap();
        Arc::make_mut(&mut record).key = key.clone();
        self.world.jobs.insert(key, record);
        self
    }

    /// An open record of a job, whatever the forge shows.
    pub(crate) fn record(mut self, id: u64) -> Self {
        let story = Story::beginning(NOW, &Reason::Announced { delivery: "d".to_owned() });
        let record = JobRecord::new(job_key(id), repository(), format!("job {id}"), labels(&["go"]), NOW, story);
        self.world.jobs.insert(job_key(id), record.into());
        self
    }

    pub(crate) fn change_job(mut self, id: u64, change: impl FnOnce(&mut JobRecord)) -> Self {
        change(Arc::make_mut(self.world.jobs.get_mut(&job_key(id)).unwrap()));
        self
    }

    /// A claimed runner of batch `b`, launched for the job with the next number.
    pub(crate) fn claimed(mut self, index: u16) -> Self {
        let mut batch = Batch {
            id: BatchId::new("b"),
            pool: "go".into(),
            backend: "process".into(),
            forge: "home".into(),
            scope: scope(),
            labels: labels(&["go"]),
            members: Vec::new(),
            made_at: NOW,
        };
        let record = RunnerRecord::claimed(&batch, runner_key(index), job_key(u64::from(index) + 1), None, NOW);
        self.world.runners.insert(record.key.clone(), record.into());
        for counter in Key::counters(&"home".into(), &scope(), &"go".into()) {
            self.world.counters.entry(counter).or_default().value += 1;
        }
        batch.members = self.world.runners.values().map(|runner| runner.launched_for.clone()).collect();
        self.world.batches.insert(batch.id.clone(), batch);
        self
    }

    /// A launched runner whose machine lives and waits for its identity.
    pub(crate) fn launched(self, index: u16) -> Self {
        let instance = InstanceId::new(format!("m-{index}"));
        let mut scene = self.claimed(index).machine(index);
        scene.runner(index).state = RunnerState::Launched { instance, at: NOW };
        scene
    }

    /// A runner that has its identity and is registered, but has not yet reported.
    pub(crate) fn booting(self, index: u16) -> Self {
        let mut scene = self.launched(index);
        let runner = scene.runner(index);
        (runner.registration, runner.handed_over_at) = (Some(100 + u64::from(index)), Some(NOW));
        scene.instance(index).identity = IdentityState::Taken;
        let registration =
            Registration { id: 100 + u64::from(index), name: format!("test-m-{index}"), online: false, disabled: false };
        scene.forge().registrations.entry(scope()).or_default().push(registration);
        scene
    }

    /// A runner that waits for a job.
    pub(crate) fn idle(self, index: u16) -> Self {
        let mut scene = self.booting(index);
        scene.runner(index).online_at = Some(NOW);
        scene.registration(index).online = true;
        scene
    }

    /// A runner that works on the job with this number.
    pub(crate) fn busy(self, index: u16, job: u64) -> Self {
        let registration = Some(100 + u64::from(index));
        let mut scene = self.idle(index).known(job, JobState::Running { registration });
        scene.runner(index).job = Some(job_key(job));
        scene.change_job(job, |record| record.taken_by = Some(runner_key(index)))
    }

    /// A machine, whether or not a record knows it.
    pub(crate) fn machine(mut self, index: u16) -> Self {
        let instance = Instance {
            id: InstanceId::new(format!("m-{index}")),
            runner: Some(runner_key(index)),
            pool: Some("go".into()),
            serves: Some(("home".into(), scope())),
            launched_at: NOW,
            state: InstanceState::Alive,
            identity: IdentityState::NeverGiven,
        };
        self.machines().push(instance);
        self
    }

    pub(crate) fn runner(&mut self, index: u16) -> &mut RunnerRecord {
        Arc::make_mut(self.world.runners.get_mut(&runner_key(index)).unwrap())
    }

    pub(crate) fn with_runner(mut self, index: u16, change: impl FnOnce(&mut RunnerRecord)) -> Self {
        change(self.runner(index));
        self
    }

    pub(crate) fn instance(&mut self, index: u16) -> &mut Instance {
        let id = InstanceId::new(format!("m-{index}"));
        self.machines().iter_mut().find(|instance| instance.id == id).unwrap()
    }

    pub(crate) fn machine_ended(mut self, index: u16) -> Self {
        self.instance(index).state = InstanceState::Ended { how: Some("spot interruption".to_owned()) };
        self
    }

    pub(crate) fn machine_gone(mut self, index: u16) -> Self {
        let id = InstanceId::new(format!("m-{index}"));
        self.machines().retain(|instance| instance.id != id);
        self
    }

    pub(crate) fn registration(&mut self, index: u16) -> &mut Registration {
        let id = 100 + u64::from(index);
        self.forge().registrations.get_mut(&scope()).unwrap().iter_mut().find(|registration| registration.id == id).unwrap()
    }

    pub(crate) fn registration_gone(mut self, index: u16) -> Self {
        let id = 100 + u64::from(index);
        self.forge().registrations.get_mut(&scope()).unwrap().retain(|registration| registration.id != id);
        self
    }

    /// Lets time pass without anything happening.
    pub(crate) fn after_s(mut self, seconds: u64) -> Self {
        self.world.now = self.world.now.plus_s(seconds);
        self
    }
}

fn config() -> Config {
    let forge = ForgeConfig {
        kind: None,
        url: "http://127.0.0.1:3000".to_owned(),
        hostnames: Vec::new(),
        token: SecretString::from("token"),
        webhook_secrets: vec![SecretString::from("secret")],
        watch: Watch::Instance,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    Config {
        stack: "test".to_owned(),
        forges: BTreeMap::from([("home".into(), forge)]),
        pools: defaults(&"process".into(), &[]),
        limits: Limits::default(),
        aws: None,
        serve: ServeConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            data: "/nowhere".into(),
            sweep_interval_s: 60,
            body_limit: 1 << 20,
            keep_closed_s: 3_600,
        },
    }
}
