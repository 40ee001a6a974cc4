//! An EC2 and a table in memory, for the stories of this module.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use secrecy::SecretString;

use super::api::{ApiError, Ec2Api, Filter, Image, Launch, Machine};
use super::items::Items;
use super::ladder::Rung;
use super::{Attempt, Ec2Cloud, Site};
use crate::clock::{Clock, HandClock};
use crate::cloud::{Cloud, CloudError, HandOver, IdentityState, Instance, LaunchOrder, Withdrawal};
use crate::config::AwsConfig;
use crate::forge::ForgeKind;
use crate::forge::client::ForgeClient;
use crate::identifier::{BatchId, InstanceId, JobKey};
use crate::pool::{Market, Pool, defaults};
use crate::record::Batch;
use crate::scene::{self, NOW};

pub(super) fn aws() -> AwsConfig {
    AwsConfig {
        region: "eu-west-1".to_owned(),
        table: "runs".to_owned(),
        image: Some("ami-1".to_owned()),
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        security_groups: vec!["sg-1".to_owned()],
        instance_profile: "machine".to_owned(),
        role_id: None,
    }
}

/// Two types in two subnets, on spot.
pub(super) fn pool() -> Pool {
    let mut pool = defaults(&"ec2".into(), &[]).remove(0);
    pool.instance_types.push("t3a.small".to_owned());
    pool
}

pub(super) fn batch(members: u64) -> Batch {
    Batch {
        id: BatchId::new("0123456789abcdef"),
        pool: "go".into(),
        backend: "ec2".into(),
        forge: "home".into(),
        scope: scene::scope(),
        labels: scene::labels(&["go"]),
        members: (0..members).map(|job| JobKey::first("home".into(), job)).collect(),
        made_at: NOW,
    }
}

/// EC2 as it behaves: tokens are zonal and carried out once, lists lag if told so.
#[derive(Default)]
pub(super) struct FakeEc2(Mutex<Account>);

#[derive(Default)]
pub(super) struct Account {
    pub(super) launches: Vec<Launch>,
    pub(super) terminations: Vec<Vec<InstanceId>>,
    pub(super) descriptions: usize,
    pub(super) machines: Vec<Machine>,
    /// Refusals by rung, in the order in which they happen there.
    refusals: BTreeMap<String, Vec<ApiError>>,
    /// Whether the next answer is lost after the effect.
    pub(super) lose_answer: bool,
    /// Fewer machines than asked for.
    pub(super) at_most: Option<usize>,
    /// Whether lists show what was launched.
    pub(super) shows: Option<usize>,
    /// What the SSM parameter names.
    pub(super) parameter: String,
    done: BTreeMap<(String, String), (Launch, BTreeSet<String>)>,
}

pub(super) fn refused(code: &str, status: u16) -> ApiError {
    ApiError::Refused { code: code.to_owned(), message: format!("{code} in EC2's words"), status }
}

impl FakeEc2 {
    pub(super) fn account<T>(&self, use_it: impl FnOnce(&mut Account) -> T) -> T {
        use_it(&mut self.0.lock().unwrap())
    }

    /// Refuses the next launch at a rung such as `t3.small spot in subnet-a`.
    pub(super) fn refuse(&self, rung: &str, error: ApiError) {
        self.account(|account| account.refusals.entry(rung.to_owned()).or_default().push(error));
    }

    /// The rungs that were asked, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.account(|account| account.launches.iter().map(|launch| rung(launch).to_string()).collect())
    }
}

fn rung(launch: &Launch) -> Rung {
    Rung { instance_type: launch.instance_type.clone(), subnet: launch.subnet.clone(), spot: launch.spot }
}

impl Account {
    fn run(&mut self, launch: &Launch) -> Result<Vec<Machine>, ApiError> {
        self.launches.push(launch.clone());
        let zonal = (launch.subnet.clone(), launch.token.clone());
        if let Some((earlier, ids)) = self.done.get(&zonal) {
            if earlier != launch {
                return Err(refused("IdempotentParameterMismatch", 400));
            }
            return Ok(self.machines.iter().filter(|machine| ids.contains(&machine.id)).cloned().collect());
        }
        if let Some(errors) = self.refusals.get_mut(&rung(launch).to_string()).filter(|errors| !errors.is_empty()) {
            return Err(errors.remove(0));
        }
        let count = usize::from(launch.count).min(self.at_most.unwrap_or(usize::MAX));
        let made: Vec<Machine> = (0..count).map(|index| self.make(launch, index)).collect();
        self.done.insert(zonal, (launch.clone(), made.iter().map(|machine| machine.id.clone()).collect()));
        if std::mem::take(&mut self.lose_answer) {
            return Err(ApiError::NoAnswer { cause: "connection reset".to_owned() });
        }
        Ok(made)
    }

    fn make(&mut self, launch: &Launch, index: usize) -> Machine {
        let machine = Machine {
            id: format!("i-{}", self.machines.len() + 1),
            launch_index: i32::try_from(index).ok(),
            state: "pending".to_owned(),
            launched_at: NOW,
            tags: launch.tags.iter().cloned().collect(),
            ..Machine::default()
        };
        self.machines.push(machine.clone());
        machine
    }

    fn fits(machine: &Machine, filter: &Filter) -> bool {
        let value = match filter.name.strip_prefix("tag:") {
            Some(tag) => machine.tags.get(tag).cloned().unwrap_or_default(),
            None => machine.id.clone(),
        };
        filter.values.contains(&value)
    }
}

#[async_trait]
impl Ec2Api for FakeEc2 {
    async fn run(&self, launch: &Launch) -> Result<Vec<Machine>, ApiError> {
        self.account(|account| account.run(launch))
    }

    async fn machines(&self, filters: &[Filter]) -> Result<Vec<Machine>, ApiError> {
        let shown = |account: &Account| {
            let all = account.machines.iter().filter(|machine| filters.iter().all(|filter| Account::fits(machine, filter)));
            all.take(account.shows.unwrap_or(usize::MAX)).cloned().collect::<Vec<_>>()
        };
        self.account(|account| {
            account.descriptions += 1;
            Ok(shown(account))
        })
    }

    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), ApiError> {
        self.account(|account| {
            account.terminations.push(instances.to_vec());
            let known = |id: &InstanceId| account.machines.iter().any(|machine| machine.id == id.as_str());
            if let Some(strange) = instances.iter().find(|id| !known(id)) {
                let message = format!("The instance ID '{strange}' does not exist");
                return Err(ApiError::Refused { code: "InvalidInstanceID.NotFound".to_owned(), message, status: 400 });
            }
            for machine in &mut account.machines {
                if instances.iter().any(|id| id.as_str() == machine.id) {
                    machine.state = "terminated".to_owned();
                }
            }
            Ok(())
        })
    }

    async fn image(&self, _: &str) -> Result<Image, ApiError> {
        Ok(Image { root_device: "/dev/xvda".to_owned(), least_gib: 8 })
    }

    async fn parameter(&self, _: &str) -> Result<String, ApiError> {
        Ok(self.account(|account| account.parameter.clone()))
    }
}

/// The table in memory.
#[derive(Default)]
pub(super) struct FakeItems {
    attempts: Mutex<BTreeMap<BatchId, Attempt>>,
    given: Mutex<BTreeMap<InstanceId, IdentityState>>,
}

impl FakeItems {
    /// What the machine does.
    pub(super) fn take(&self, instance: &InstanceId) {
        self.given.lock().unwrap().insert(instance.clone(), IdentityState::Taken);
    }
}

#[async_trait]
impl Items for FakeItems {
    async fn begin(&self, batch: &BatchId, first: &Attempt) -> Result<Attempt, CloudError> {
        Ok(self.attempts.lock().unwrap().entry(batch.clone()).or_insert_with(|| first.clone()).clone())
    }

    async fn advance(&self, batch: &BatchId, from: usize, to: &Attempt) -> Result<bool, CloudError> {
        let mut attempts = self.attempts.lock().unwrap();
        let is_there = attempts.get(batch).is_some_and(|attempt| attempt.position == from);
        if is_there {
            attempts.insert(batch.clone(), to.clone());
        }
        Ok(is_there)
    }

    async fn give(&self, identities: &[(InstanceId, SecretString)]) -> Vec<Result<HandOver, CloudError>> {
        let mut given = self.given.lock().unwrap();
        let mut give = |instance: &InstanceId| {
            if given.contains_key(instance) {
                return HandOver::AlreadyGiven;
            }
            given.insert(instance.clone(), IdentityState::Waiting);
            HandOver::Done
        };
        identities.iter().map(|(instance, _)| Ok(give(instance))).collect()
    }

    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        Ok(match self.given.lock().unwrap().insert(instance.clone(), IdentityState::Taken) {
            Some(IdentityState::Taken) => Withdrawal::AlreadyTaken,
            _ => Withdrawal::Withdrawn,
        })
    }

    async fn identities(&self, instances: &[InstanceId]) -> Result<BTreeMap<InstanceId, IdentityState>, CloudError> {
        let given = self.given.lock().unwrap();
        let state = |id: &InstanceId| given.get(id).copied().unwrap_or(IdentityState::NeverGiven);
        Ok(instances.iter().map(|id| (id.clone(), state(id))).collect())
    }

    async fn forget(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        for id in instances {
            self.take(id);
        }
        Ok(())
    }
}

/// A dispatcher's EC2 backend on an account and a table that outlive it.
pub(super) struct Stage {
    pub(super) ec2: Arc<FakeEc2>,
    pub(super) items: Arc<FakeItems>,
    pub(super) clock: Arc<HandClock>,
    pub(super) aws: AwsConfig,
    pub(super) pool: Pool,
    pub(super) batch: Batch,
}

impl Stage {
    /// An order for two machines.
    pub(super) fn new() -> Self {
        Self {
            ec2: Arc::default(),
            items: Arc::default(),
            clock: Arc::new(HandClock::at(NOW)),
            aws: aws(),
            pool: pool(),
            batch: batch(2),
        }
    }

    pub(super) fn with_market(mut self, market: Market) -> Self {
        self.pool.ec2.market = market;
        self
    }

    /// A dispatcher that has just been started.
    pub(super) fn cloud(&self) -> Ec2Cloud {
        let mut config = scene::Scene::new().config.forges.remove(&"home".into()).unwrap();
        config.kind = Some(ForgeKind::Gitea);
        let forge = Arc::new(ForgeClient::new(&"home".into(), &config, &scene::labels(&["go"])).unwrap());
        let sites = BTreeMap::from([("home".into(), Site { config, forge })]);
        let clock: Arc<dyn Clock> = self.clock.clone();
        Ec2Cloud::new("acme", self.aws.clone(), sites, self.ec2.clone(), self.items.clone(), clock)
    }

    /// Sends the order, as a process that knows nothing of earlier tries.
    pub(super) async fn launch(&self) -> Result<Vec<Instance>, CloudError> {
        self.launch_by(&self.cloud()).await
    }

    pub(super) async fn launch_by(&self, cloud: &Ec2Cloud) -> Result<Vec<Instance>, CloudError> {
        cloud.launch(&LaunchOrder { batch: &self.batch, pool: &self.pool, labels: &self.pool.labels }).await
    }

    /// How many machines there are.
    pub(super) fn machines(&self) -> usize {
        self.ec2.account(|account| account.machines.len())
    }
}

/// What a machine would be handed.
pub(super) fn identity(instance: &InstanceId) -> userdata::Identity {
    userdata::Identity {
        forge_url: userdata::ForgeUrl::parse("https://git.example.com/").unwrap(),
        runner_name: format!("acme-{instance}"),
        runner_id: 7,
        uuid: "0000".to_owned(),
        token: "token".into(),
        labels: userdata::Labels::parse(["go:host"]).unwrap(),
        ephemeral: true,
        handle: None,
        clone_credential: None,
    }
}
