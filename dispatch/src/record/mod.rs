//! What we remember: one record for each job, runner and batch, what is still to be read, and small ones that steer.
//!
//! A record holds facts that were true when it was written. What a runner is doing *now* is its [phase](crate::phase),
//! derived anew at each pass.

mod batch;
mod control;
mod drift;
mod job;
mod notice;
mod predicted;
mod runner;
mod story;
mod told;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use batch::Batch;
pub use control::{Control, Lease, Mode};
pub use drift::Drift;
pub use job::JobRecord;
pub use notice::Notice;
pub use predicted::{Need, Predicted};
pub use runner::{Ending, RunnerRecord, RunnerState};
pub use story::{Note, Story};
pub use told::Told;

/// The version of everything in this module, stored with each record.
///
/// A reader takes older ones; a newer one is refused with its key, because acting on half-understood facts could launch twice.
pub const SCHEMA: u32 = 1;

/// Anything that the store keeps. Copies share jobs and runners: every pass reads all that are open, and changes few.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// One demand.
    Job(#[serde(with = "crate::shared::value")] Arc<JobRecord>),
    /// One ephemeral runner.
    Runner(#[serde(with = "crate::shared::value")] Arc<RunnerRecord>),
    /// One immutable launch order.
    Batch(Batch),
    /// A delivery that the worker has to read.
    Notice(Notice),
    /// The operator's switch.
    Control(Control),
    /// Who may run the worker.
    Lease(Lease),
    /// Somebody asks the worker to look: told by the record's being there, and soon forgotten.
    Bell,
    /// How many machines count against a limit.
    Counter {
        /// Never below zero.
        value: u64,
    },
    /// A counter that may be wrong.
    Drift(Drift),
}

impl From<JobRecord> for Record {
    fn from(job: JobRecord) -> Self {
        Self::Job(Arc::new(job))
    }
}

impl From<RunnerRecord> for Record {
    fn from(runner: RunnerRecord) -> Self {
        Self::Runner(Arc::new(runner))
    }
}
