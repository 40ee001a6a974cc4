//! The seam's five calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use userdata::Identity;

use super::api::{ApiError, Ec2Api, Filter};
use super::items::Items;
use super::known::Known;
use super::{refusal, state, tags};
use crate::clock::Clock;
use crate::cloud::{Cloud, CloudError, CloudErrorKind, HandOver, IdentityState, Instance, LaunchOrder, Withdrawal};
use crate::config::{AwsConfig, ForgeConfig};
use crate::forge::Forge;
use crate::identifier::{ForgeName, InstanceId};

/// Instances of one stack in one region.
pub struct Ec2Cloud {
    pub(super) api: Arc<dyn Ec2Api>,
    pub(super) items: Arc<dyn Items>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) stack: String,
    pub(super) aws: AwsConfig,
    pub(super) sites: BTreeMap<ForgeName, Site>,
    pub(super) known: Known,
}

/// A forge that machines serve.
pub struct Site {
    /// What a machine is told of it.
    pub config: ForgeConfig,
    /// Asked what it is, if the configuration does not say.
    pub forge: Arc<dyn Forge>,
}

impl Ec2Cloud {
    /// Instances of the stack, launched as `aws` says, for these forges.
    pub fn new(
        stack: &str,
        aws: AwsConfig,
        sites: BTreeMap<ForgeName, Site>,
        api: Arc<dyn Ec2Api>,
        items: Arc<dyn Items>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { api, items, clock, stack: stack.to_owned(), aws, sites, known: Known::default() }
    }

    pub(super) fn stack_filter(&self) -> Filter {
        Filter::of(format!("tag:{}", tags::STACK), self.stack.as_str())
    }

    /// What is laid out for the machine, or the outcome if nothing is.
    fn wire(&self, instance: &InstanceId, identity: &Identity) -> Result<SecretString, Result<HandOver, CloudError>> {
        if self.known.has_ended(instance) {
            return Err(Ok(HandOver::NoMachine));
        }
        let refused = |refusal: userdata::Refusal| CloudError {
            what: "handing over the identity".to_owned(),
            cause: refusal.to_string(),
            kind: CloudErrorKind::Invalid,
        };
        identity.to_wire().map_err(|refusal| Err(refused(refusal)))
    }

    /// What became of identities; what is known for good is not asked for again. If the table cannot be asked, machines are
    /// still found, and their identities unknown.
    async fn identities(&self, instances: &[InstanceId]) -> BTreeMap<InstanceId, IdentityState> {
        let (taken, open): (Vec<_>, Vec<_>) = instances.iter().cloned().partition(|one| self.known.has_taken(one));
        let mut states = self.items.identities(&open).await.unwrap_or_else(|error| {
            tracing::warn!("{error}");
            BTreeMap::new()
        });
        states.extend(taken.into_iter().map(|one| (one, IdentityState::Taken)));
        states
    }
}

#[async_trait]
impl Cloud for Ec2Cloud {
    async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        let instances = self.climb(order).await?;
        self.known.ours(&instances);
        Ok(instances)
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        let machines = self.api.machines(&[self.stack_filter()]).await.map_err(|error| failed("listing instances", &error))?;
        let ids: Vec<InstanceId> = machines.iter().map(|machine| InstanceId::new(machine.id.as_str())).collect();
        let identities = self.identities(&ids).await;
        let identity = |id: &str| identities.get(&InstanceId::new(id)).copied().unwrap_or(IdentityState::Unknown);
        let instances: Vec<Instance> =
            machines.iter().map(|machine| state::instance(machine, identity(machine.id.as_str()))).collect();
        self.known.seen(&instances);
        Ok(instances)
    }

    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        self.end(instances).await
    }

    async fn hand_over(&self, instance: &InstanceId, identity: &Identity) -> Result<HandOver, CloudError> {
        let outcomes = self.hand_over_all(&[(instance.clone(), identity.clone())]).await;
        outcomes.into_iter().next().unwrap_or(Ok(HandOver::NoMachine))
    }

    async fn hand_over_all(&self, identities: &[(InstanceId, Identity)]) -> Vec<Result<HandOver, CloudError>> {
        let wires: Vec<Result<SecretString, Result<HandOver, CloudError>>> =
            identities.iter().map(|(instance, identity)| self.wire(instance, identity)).collect();
        let ready =
            identities.iter().zip(&wires).filter_map(|((instance, _), wire)| Some((instance.clone(), wire.clone().ok()?)));
        let mut given = self.items.give(&ready.collect::<Vec<_>>()).await.into_iter();
        let outcome = |wire| match wire {
            Ok(_) => given.next().unwrap_or(Ok(HandOver::NoMachine)),
            Err(settled) => settled,
        };
        wires.into_iter().map(outcome).collect()
    }

    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        self.items.withdraw(instance).await
    }
}

/// A failed call to EC2.
pub(super) fn failed(what: &str, error: &ApiError) -> CloudError {
    CloudError { what: what.to_owned(), cause: refusal::sentence(error), kind: refusal::kind(error) }
}
