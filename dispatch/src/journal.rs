//! Where the program tells what it does while it does it: the log of `serve`, the steps of `try`, nothing in tests.

use std::fmt;

use crate::identifier::{InstanceId, JobKey, RunnerKey};
use crate::reason::Reason;
use crate::time::Timestamp;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A job.
    Job(JobKey),
    /// A runner.
    Runner(RunnerKey),
    /// A machine that no record knows.
    Machine(InstanceId),
    /// The installation as a whole.
    Installation,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Job(job) => write!(f, "job {job}"),
            Self::Runner(runner) => write!(f, "runner {runner}"),
            Self::Machine(instance) => write!(f, "machine {instance}"),
            Self::Installation => f.write_str("installation"),
        }
    }
}

/// Hears of each thing that was done, once, after it was done.
pub trait Journal: Send + Sync {
    /// `reason` is now true of `subject`.
    fn tell(&self, at: Timestamp, subject: &Subject, reason: &Reason);
}

/// Tells the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogJournal;

impl Journal for LogJournal {
    fn tell(&self, _at: Timestamp, subject: &Subject, reason: &Reason) {
        if matches!(reason, Reason::CallFailed { .. }) {
            tracing::warn!(%subject, code = reason.code(), "{subject}: {reason}");
        } else {
            tracing::info!(%subject, code = reason.code(), "{subject}: {reason}");
        }
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Journal for Silence {
    fn tell(&self, _at: Timestamp, _subject: &Subject, _reason: &Reason) {}
}
