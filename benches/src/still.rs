//! An installation whose forge and cloud answer at once and never change, so that only our own work is measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::clock::HandClock;
use dispatch::cloud::{Cloud, CloudError, HandOver, Instance, LaunchOrder, Withdrawal};
use dispatch::config::{Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
use dispatch::forge::{
    Capabilities, Credential, Forge, ForgeError, ForgeErrorKind, ForgeJob, ForgeKind, JobState, NewRunner, Registration, Trust,
    Version,
};
use dispatch::identifier::{InstanceId, RepositoryName, Scope};
use dispatch::journal::Silence;
use dispatch::pool::defaults;
use dispatch::service::Service;
use dispatch::store::MemoryStore;
use dispatch::time::Timestamp;
use secrecy::SecretString;
use userdata::Identity;

pub(crate) const SECRET: &str = "bench";

/// `jobs` jobs wait, and the pool has no room for any of them.
pub(crate) fn installation(jobs: u64) -> Service {
    let forge: Arc<dyn Forge> = Arc::new(StillForge { jobs });
    let cloud: Arc<dyn Cloud> = Arc::new(StillCloud);
    Service {
        config: config(),
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(HandClock::at(Timestamp::from_seconds(1_000_000))),
        forges: BTreeMap::from([("home".into(), forge)]),
        clouds: BTreeMap::from([("process".into(), cloud)]),
        journal: Arc::new(Silence),
        holder: "bench".to_owned(),
    }
}

fn config() -> Config {
    let forge = ForgeConfig {
        kind: None,
        url: "http://127.0.0.1:3000".to_owned(),
        hostnames: Vec::new(),
        token: SecretString::from("token"),
        webhook_secrets: vec![SecretString::from(SECRET)],
        watch: Watch::Instance,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    let mut pools = defaults(&"process".into(), &[]);
    for pool in &mut pools {
        pool.limit = 0;
    }
    Config {
        stack: "bench".to_owned(),
        forges: BTreeMap::from([("home".into(), forge)]),
        pools,
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

struct StillForge {
    jobs: u64,
}

#[async_trait]
impl Forge for StillForge {
    async fn capabilities(&self, _afresh: bool) -> Result<Capabilities, ForgeError> {
        Ok(Capabilities::of(ForgeKind::Gitea, Version { major: 1, minor: 27 }))
    }

    async fn queue(&self) -> Result<Vec<ForgeJob>, ForgeError> {
        let repository: RepositoryName = "acme/tour".parse().map_err(|_| no("the name"))?;
        let job = |id| ForgeJob {
            id,
            repository: repository.clone(),
            name: "build".to_owned(),
            labels: ["go".to_owned()].into(),
            state: JobState::Queued,
            run: Some(1),
            handle: None,
        };
        Ok((1..=self.jobs).map(job).collect())
    }

    async fn job(&self, _repository: &RepositoryName, _job: u64) -> Result<JobState, ForgeError> {
        Ok(JobState::Queued)
    }

    async fn trust(&self, _job: &ForgeJob) -> Result<Trust, ForgeError> {
        Ok(Trust::Own)
    }

    async fn registrations(&self, _scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
        Ok(Vec::new())
    }

    async fn register(&self, _scope: &Scope, _runner: &NewRunner) -> Result<Credential, ForgeError> {
        Err(no("registering"))
    }

    async fn disable(&self, _scope: &Scope, _registration: u64) -> Result<(), ForgeError> {
        Err(no("disabling"))
    }

    async fn deregister(&self, _scope: &Scope, _registration: u64) -> Result<(), ForgeError> {
        Err(no("removing"))
    }
}

fn no(what: &str) -> ForgeError {
    ForgeError { what: what.to_owned(), cause: "the bench does not need it".to_owned(), kind: ForgeErrorKind::NotSupported }
}

struct StillCloud;

#[async_trait]
impl Cloud for StillCloud {
    async fn launch(&self, _order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        Ok(Vec::new())
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        Ok(Vec::new())
    }

    async fn terminate(&self, _instances: &[InstanceId]) -> Result<(), CloudError> {
        Ok(())
    }

    async fn hand_over(&self, _instance: &InstanceId, _identity: &Identity) -> Result<HandOver, CloudError> {
        Ok(HandOver::NoMachine)
    }

    async fn withdraw(&self, _instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        Ok(Withdrawal::Withdrawn)
    }
}
