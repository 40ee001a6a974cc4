//! The forge as tables: jobs, registrations, and the rules by which they meet.
//!
//! Read from the releases and from live servers; what none of our code can notice is left out.

mod announce;
mod jobs;
mod pick;
mod seam;

use std::collections::BTreeMap;

use dispatch::identifier::{RepositoryName, Scope};
use dispatch::label::LabelSet;

use super::agenda::Millis;

pub(super) use pick::Fetched;
pub(super) use seam::ForgeSeam;

/// What the installation calls its forge.
pub(super) const FORGE: &str = "home";
/// What signs its deliveries.
pub(super) const SECRET: &str = "a secret of the simulated forge";
/// Milliseconds since its last word after which a runner counts as offline.
pub(super) const OFFLINE_AFTER_MS: Millis = 60_000;

/// All rows.
#[derive(Debug, Default)]
pub struct ForgeTables {
    /// By id.
    pub jobs: BTreeMap<u64, Job>,
    /// By id; a removed one is no longer there.
    pub registrations: BTreeMap<u64, Row>,
    ids: u64,
    deliveries: u64,
}

/// One job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number in the script.
    pub plan: usize,
    /// Where.
    pub repository: RepositoryName,
    /// `runs-on`.
    pub labels: LabelSet,
    /// Now.
    pub status: Status,
    /// Since when; the oldest is picked first.
    pub updated: Millis,
    /// Who took it.
    pub registration: Option<u64>,
    /// Rises when it is run again.
    pub attempt: u32,
    /// Binds a runner to this attempt (Forgejo).
    pub handle: Option<String>,
}

/// Where a job stands, in the forge's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not yet.
    Blocked,
    /// A runner can take it.
    Waiting,
    /// A runner has it.
    Running,
    /// With its conclusion.
    Over(&'static str),
}

/// One registration.
#[derive(Clone, Debug)]
pub struct Row {
    /// As it was registered.
    pub name: String,
    /// Whose jobs it may take.
    pub scope: Scope,
    /// What it offers.
    pub labels: LabelSet,
    /// Whether it gets nothing more.
    pub disabled: bool,
    /// The one job that it was given.
    pub job: Option<u64>,
    /// When its runner last spoke; `None` before the first time.
    pub last_contact: Option<Millis>,
    /// Whether its runner speaks all the time.
    pub connected: bool,
}

impl ForgeTables {
    pub(super) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }
}

impl Row {
    /// Whether the forge shows it as online.
    pub fn online(&self, now: Millis) -> bool {
        self.connected || self.last_contact.is_some_and(|at| now.saturating_sub(at) < OFFLINE_AFTER_MS)
    }

    /// Whether a job is within its reach.
    pub fn covers(&self, job: &Job) -> bool {
        self.scope.covers(&job.repository) && job.labels.is_subset(&self.labels)
    }
}
