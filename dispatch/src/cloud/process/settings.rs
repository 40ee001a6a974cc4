//! What a machine's agent is told: written once into the machine's folder, without any secret.

use serde::{Deserialize, Serialize};

use crate::cloud::LaunchOrder;
use crate::identifier::{ForgeName, PoolName, RunnerKey, Scope};
use crate::time::Timestamp;

/// The content of `machine.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) runner: RunnerKey,
    pub(super) pool: PoolName,
    pub(super) forge: ForgeName,
    pub(super) scope: Scope,
    pub(super) launched_at: Timestamp,
    pub(super) programs: Vec<String>,
    pub(super) environment: Vec<String>,
    pub(super) boot_limit_s: u64,
    pub(super) idle_limit_s: u64,
    pub(super) maximum_age_s: u64,
}

impl Settings {
    /// The settings of one member of an order.
    pub(super) fn of(order: &LaunchOrder<'_>, runner: RunnerKey, launched_at: Timestamp) -> Self {
        Self {
            runner,
            pool: order.pool.name.clone(),
            forge: order.batch.forge.clone(),
            scope: order.batch.scope.clone(),
            launched_at,
            programs: order.pool.runner.clone(),
            environment: order.pool.pass_environment.clone(),
            boot_limit_s: order.pool.boot_limit_s,
            idle_limit_s: order.pool.idle_limit_s,
            maximum_age_s: order.pool.maximum_age_s,
        }
    }
}
