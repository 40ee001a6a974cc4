//! The EC2 backend as it is shipped, through AWS's own crates, on the emulator.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot be set up fails the test")]

mod calls;
mod faults;
mod shape;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use dispatch::clock::{Clock, SystemClock};
use dispatch::cloud::ec2::{Ec2Cloud, identity};
use dispatch::cloud::{Cloud, CloudError, Instance, LaunchOrder};
use dispatch::config::{Config, Environment, load_text};
use dispatch::forge::client::ForgeClient;
use dispatch::forge::{Forge, ForgeKind};
use dispatch::identifier::{BatchId, ForgeName, InstanceId, JobKey, Scope};
use dispatch::label::LabelSet;
use dispatch::pool::Pool;
use dispatch::record::Batch;
use tests::aws::{Account, Emulator, Lab};
use tests::conformance::cloud::{Inside, Subject};

/// An installation in an account.
struct Stage {
    account: Arc<Account>,
    config: Config,
    clock: Arc<dyn Clock>,
}

impl Stage {
    /// Alone in an account, so that faults and calls are its own.
    async fn new() -> Self {
        Self::named(Emulator::Own(Lab::start()), "acme").await
    }

    /// Beside others.
    async fn beside() -> Self {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let name = format!("acme-{}", STAGES.fetch_add(1, Ordering::Relaxed));
        Self::named(Emulator::Shared(Lab::shared()), &name).await
    }

    async fn named(lab: Emulator, name: &str) -> Self {
        let account = Account::new(lab, name).await;
        let text =
            "forges: { home: { kind: gitea, url: https://git.example.com, token: { env: T }, webhook_secrets: [{ env: S }] } }\n";
        let mut config =
            load_text("dispatch.yaml", text, &Environment::from_iter([("T", "a"), ("S", "b")])).unwrap().config().clone();
        name.clone_into(&mut config.stack);
        config.pools = dispatch::pool::defaults(&"ec2".into(), &[]);
        config.pools[0].instance_types.push("t3a.small".to_owned());
        config.aws = Some(account.aws.clone());
        if matches!(account.lab, Emulator::Shared(_)) {
            config.aws.as_mut().unwrap().role_id = Some(account.role_id.clone());
        }
        Self { account: Arc::new(account), config, clock: Arc::new(SystemClock::start()) }
    }

    /// A dispatcher that has just been started.
    async fn cloud(&self) -> Ec2Cloud {
        let settings = self.account.lab.settings().await;
        let aws = self.config.aws.as_ref().unwrap();
        Ec2Cloud::connect(&self.config, aws, &settings, &self.forges(), self.clock.clone())
    }

    fn forges(&self) -> BTreeMap<ForgeName, Arc<dyn Forge>> {
        let home = &self.config.forges[&"home".into()];
        assert_eq!(home.kind, Some(ForgeKind::Gitea), "so that nobody asks it");
        let client = ForgeClient::new(&"home".into(), home, &LabelSet::from(["go".to_owned()])).unwrap();
        BTreeMap::from([("home".into(), Arc::new(client) as Arc<dyn Forge>)])
    }

    fn pool(&self) -> &Pool {
        &self.config.pools[0]
    }

    fn batch(&self, name: &str, members: u64) -> Batch {
        Batch {
            id: BatchId::new(name),
            pool: self.pool().name.clone(),
            backend: "ec2".into(),
            forge: "home".into(),
            scope: Scope::Repository("acme/tour".parse().unwrap()),
            labels: LabelSet::from(["go".to_owned()]),
            members: (1..=members).map(|job| JobKey::first("home".into(), job)).collect(),
            made_at: self.clock.now(),
        }
    }

    /// Sends an order for so many machines, as a process that has just been started.
    async fn launch(&self, members: u64) -> Result<Vec<Instance>, CloudError> {
        let batch = self.batch("order", members);
        self.cloud().await.launch(&LaunchOrder { batch: &batch, pool: self.pool(), labels: &self.pool().labels }).await
    }
}

/// What machines do with their role.
struct Machines(Arc<Account>);

#[async_trait]
impl Inside for Machines {
    async fn take(&self, instance: &InstanceId) -> Option<String> {
        let key = AttributeValue::S(identity::key(&self.0.role_id, instance));
        let delete = self.0.table.delete_item().table_name(&self.0.aws.table).key("pk", key);
        let old = delete.return_values(ReturnValue::AllOld).send().await.unwrap().attributes?;
        old["identity"].as_s().ok().cloned()
    }

    async fn power_off(&self, instance: &InstanceId) {
        self.0.power_off(instance.as_str());
    }
}

async fn fresh() -> Result<Subject, Box<dyn Error>> {
    let stage = Stage::beside().await;
    let cloud = Arc::new(stage.cloud().await);
    let (pool, made_at) = (stage.pool().clone(), stage.clock.now());
    Ok(Subject::new(cloud, Machines(stage.account.clone()), pool, made_at, stage.account))
}

mod contract {
    tests::cloud_conformance!(crate::fresh);
}
