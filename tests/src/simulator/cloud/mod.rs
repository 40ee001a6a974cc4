//! The cloud as tables: machines, orders by their tokens, and identities laid out for machines to take.

mod end;
mod launch;
mod life;
mod seam;

use std::collections::BTreeMap;

use dispatch::cloud::Instance;
use dispatch::identifier::{BatchId, ForgeName, InstanceId, PoolName, Scope};
use dispatch::label::LabelSet;
use dispatch::pool::Pool;

use super::agenda::Millis;

pub(super) use launch::Order;
pub(super) use seam::CloudSeam;

/// What the configuration calls the cloud.
pub(super) const CLOUD: &str = "ec2";
/// Milliseconds for which an ended machine stays in the list.
pub(super) const SHOWN_AFTER_END_MS: Millis = 600_000;

/// All rows.
#[derive(Debug, Default)]
pub struct CloudTables {
    /// By number. Those that were forgotten by the cloud stay here for the checks.
    pub machines: BTreeMap<u64, Machine>,
    /// Orders by token: what was asked for and what came.
    tokens: BTreeMap<String, (Parameters, Vec<u64>)>,
    numbers: u64,
    /// Machines of others in the same account.
    pub others: Vec<Instance>,
}

/// What must be the same when a token is used again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameters {
    pool: Pool,
    scope: Scope,
    labels: LabelSet,
    count: usize,
}

/// One machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The cloud's name for it.
    pub id: InstanceId,
    /// Of which order.
    pub batch: BatchId,
    /// Which member of it.
    pub index: u16,
    /// Which pool pays.
    pub pool: PoolName,
    /// At which forge.
    pub forge: ForgeName,
    /// Whom it serves there.
    pub scope: Scope,
    /// What its runner offers.
    pub labels: LabelSet,
    /// The one job attempt that it is for, where the forge can bind.
    pub handle: Option<String>,
    /// When it was launched.
    pub launched: Millis,
    /// From when the cloud's list shows it.
    pub listed: Millis,
    /// Where it stands.
    pub stage: Stage,
    /// What is wrong with it.
    pub doom: Option<Doom>,
    /// Its own limits.
    pub limits: Limits,
    /// What lies out for it.
    pub identity: Identity,
    /// How often it took an identity.
    pub takes: u32,
    /// The registration of its identity.
    pub registration: Option<u64>,
    /// When it began to ask for work.
    pub online: Option<Millis>,
    /// Whether a request for work is under way.
    pub asks: bool,
    /// The job that it works on or has worked on.
    pub job: Option<(u64, u32)>,
    /// When its runner was told to take nothing more because the operator drained.
    pub drained: Option<Millis>,
    /// Whether it should have ended itself and did not.
    pub stays_on: bool,
    /// When its work was over, or nobody wanted it any more.
    pub done: Option<Millis>,
    /// Whether somebody asked the cloud to end it.
    pub terminated: Option<Millis>,
    /// When it stopped, and how.
    pub ended: Option<(Millis, &'static str)>,
    /// From when the cloud's list shows that it ended.
    pub end_listed: Millis,
    /// Whether the checks know that it counts no longer.
    pub settled: bool,
}

/// Where a machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its script does not run yet.
    Boots,
    /// It looks for its identity each second.
    Waits,
    /// It has its identity and starts the runner.
    Starts,
    /// Its runner asks for work.
    Idles,
    /// Its runner works.
    Works,
    /// Its runner is through; it powers off.
    Leaves,
}

/// What is wrong with a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doom {
    /// Its script hangs before it looks for the identity.
    Hangs,
    /// Its script never starts, and so no deadline of its own.
    NeverRuns,
    /// Its runner asks for nothing.
    Deaf,
    /// Its clock is wrong, so that nobody accepts its signatures.
    ClockWrong,
}

/// A machine's own limits in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of the script until the runner has started.
    pub boot: Millis,
    /// From then until its first job.
    pub idle: Millis,
    /// From the start of the script, whatever it does.
    pub age: Millis,
}

/// What lies out for a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nothing so far.
    NeverGiven,
    /// The identity of a registration.
    Lies(u64),
    /// It was taken.
    Taken,
    /// It was withdrawn, or barred before it came.
    Withdrawn,
}

impl Machine {
    /// Whether it runs, and nobody has asked the cloud to end it.
    pub fn counts(&self) -> bool {
        self.ended.is_none() && self.terminated.is_none()
    }

    /// Whether its runner would take a job.
    pub fn is_idle(&self) -> bool {
        self.ended.is_none() && self.stage == Stage::Idles && self.doom != Some(Doom::Deaf)
    }

    /// Whether a job runs on it.
    pub fn works(&self) -> bool {
        self.ended.is_none() && self.stage == Stage::Works
    }
}

/// The cloud's name for a machine.
pub(super) fn instance(number: u64) -> InstanceId {
    InstanceId::new(format!("i-{number:05}"))
}

/// The number of a machine of that name.
pub(super) fn number(instance: &InstanceId) -> Option<u64> {
    instance.as_str().strip_prefix("i-")?.parse().ok()
}
