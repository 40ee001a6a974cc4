//! An installation whose forge and cloud answer at once and never change, so that only our own work is measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::clock::HandClock;
use dispatch::cloud::{Cloud, CloudError, HandOver, Instance, LaunchOrder, Withdrawal};
use dispatch::config::{Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
use dispatch::forge::{Forge, ForgeJob, JobState, MemoryForge};
use dispatch::identifier::InstanceId;
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
    let forge = Arc::new(MemoryForge::default());
    (1..=jobs).filter_map(waiting).for_each(|job| forge.add_job(job));
    let cloud: Arc<dyn Cloud> = Arc::new(StillCloud);
    Service {
        config: config(),
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(HandClock::at(Timestamp::from_seconds(1_000_000))),
        forges: BTreeMap::from([("home".into(), forge as Arc<dyn Forge>)]),
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

fn waiting(id: u64) -> Option<ForgeJob> {
    Some(ForgeJob {
        id,
        repository: "acme/tour".parse().ok()?,
        name: "build".to_owned(),
        labels: ["go".to_owned()].into(),
        state: JobState::Queued,
        run: Some(1),
        handle: None,
    })
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
