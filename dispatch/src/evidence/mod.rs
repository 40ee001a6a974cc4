//! Where jobs stand on a forge that cannot be asked for them: what we know, corrected by what they left behind. Pure.
//!
//! Two kinds: jobs that deliveries told of ([`told`]), and jobs that were predicted ([`predicted`]).

mod predicted;
mod shown;
mod told;

use crate::forge::{JobState, Status, Task};
use crate::record::{JobRecord, Predicted};

pub(crate) use predicted::{MOST_IN_VAIN, PATIENCE_S};

/// Seconds after which a job of which nothing more was heard is given up: 24 hours that the forge lets a job wait, 6 until
/// it notices, and 3 that a job may run, with room.
pub(crate) const UNHEARD_S: u64 = 36 * 3_600;

/// What can be known of one job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence<'a> {
    /// Its record.
    pub(crate) record: &'a JobRecord,
    /// Seconds since we first heard of it.
    pub(crate) age_s: u64,
    /// Jobs of its run that were announced with the same name, itself included.
    pub(crate) namesakes: usize,
    /// The jobs that were predicted for its commit, itself included.
    pub(crate) peers: &'a [Peer<'a>],
    /// The newest tasks of its repository.
    pub(crate) tasks: &'a [Task],
    /// The statuses of its commit.
    pub(crate) statuses: &'a [Status],
}

/// A predicted job of a commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer<'a> {
    /// Its record.
    pub(crate) record: &'a JobRecord,
    /// How it shows itself.
    pub(crate) predicted: &'a Predicted,
    /// Seconds since its event was delivered.
    pub(crate) age_s: u64,
}

impl Evidence<'_> {
    /// Where it stands, and the number of the run that shows it if it was predicted. [`JobState::Unknown`] if it is given up:
    /// never confirmed, or unheard of for too long.
    pub(crate) fn stands(&self) -> (JobState, Option<u64>) {
        match (&self.record.told, &self.record.predicted) {
            (Some(told), _) => (self.told(told), None),
            (None, Some(predicted)) => self.predicted(predicted),
            (None, None) => (self.unless_unheard(JobState::Queued), None),
        }
    }

    fn unless_unheard(&self, state: JobState) -> JobState {
        if self.age_s >= UNHEARD_S { JobState::Unknown } else { state }
    }
}
