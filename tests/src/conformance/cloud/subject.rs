//! A cloud under test, an order for it, and what machines do by themselves.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::cloud::{Cloud, CloudError, Instance, LaunchOrder};
use dispatch::identifier::{BatchId, InstanceId, JobKey, Scope};
use dispatch::pool::Pool;
use dispatch::record::Batch;
use dispatch::time::Timestamp;
use userdata::{ForgeUrl, Identity, Labels, Refusal};

/// What a rule returns: the first thing that went wrong outside of what it is about.
pub type Outcome = Result<(), Box<dyn Error>>;

/// What happens on machines, without the dispatcher.
#[async_trait]
pub trait Inside: Send + Sync {
    /// The machine takes its identity, as its first-boot script does: the wire text, if there was any.
    async fn take(&self, instance: &InstanceId) -> Option<String>;

    /// The machine powers off.
    async fn power_off(&self, instance: &InstanceId);
}

/// A cloud without machines.
pub struct Subject {
    /// Under test.
    pub cloud: Arc<dyn Cloud>,
    /// What its machines do.
    pub inside: Box<dyn Inside>,
    pool: Pool,
    made_at: Timestamp,
    _alive: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// `pool` is launched for the forge `home`; the cloud is gone with `alive`.
    pub fn new(
        cloud: Arc<dyn Cloud>,
        inside: impl Inside + 'static,
        pool: Pool,
        made_at: Timestamp,
        alive: impl Any + Send + Sync,
    ) -> Self {
        Self { cloud, inside: Box::new(inside), pool, made_at, _alive: Box::new(alive) }
    }

    /// The order of that name, for so many machines.
    ///
    /// # Errors
    /// None that is not a mistake here.
    pub fn batch(&self, name: &str, members: u64) -> Result<Batch, Box<dyn Error>> {
        Ok(Batch {
            id: BatchId::new(name),
            pool: self.pool.name.clone(),
            backend: self.pool.backend.clone(),
            forge: "home".into(),
            scope: Scope::Repository("acme/tour".parse()?),
            labels: self.pool.labels.iter().map(|label| label.name().to_owned()).collect(),
            members: (1..=members).map(|job| JobKey::first("home".into(), job)).collect(),
            made_at: self.made_at,
        })
    }

    /// Sends an order.
    ///
    /// # Errors
    /// The cloud's.
    pub async fn launch(&self, batch: &Batch) -> Result<Vec<Instance>, CloudError> {
        self.cloud.launch(&LaunchOrder { batch, pool: &self.pool, labels: &self.pool.labels }).await
    }

    /// The one machine of a new order.
    ///
    /// # Errors
    /// The cloud's.
    pub async fn machine(&self, name: &str) -> Result<InstanceId, Box<dyn Error>> {
        let launched = self.launch(&self.batch(name, 1)?).await?;
        launched.first().map(|machine| machine.id.clone()).ok_or_else(|| "no machine was launched".into())
    }

    /// The machine as it is listed now.
    ///
    /// # Errors
    /// The cloud's.
    pub async fn listed(&self, id: &InstanceId) -> Result<Option<Instance>, CloudError> {
        Ok(self.cloud.instances().await?.into_iter().find(|machine| machine.id == *id))
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("pool", &self.pool.name).finish_non_exhaustive()
    }
}

/// An identity whose token is `token`.
///
/// # Errors
/// None that is not a mistake here.
pub fn identity(token: &str) -> Result<Identity, Refusal> {
    Ok(Identity {
        forge_url: ForgeUrl::parse("https://git.example.com/")?,
        runner_name: "test-m".to_owned(),
        runner_id: 7,
        uuid: "00000000-0000-4000-8000-000000000007".to_owned(),
        token: token.into(),
        labels: Labels::parse(["go:host"])?,
        ephemeral: true,
        handle: None,
        clone_credential: None,
    })
}
