//! What a pass decided to do: actions in order, each with its reason.

use crate::identifier::{BackendName, BatchId, ForgeName, InstanceId, JobKey, RunnerKey, Scope};
use crate::predict::Prediction;
use crate::reason::Reason;
use crate::record::{Batch, Drift, JobRecord};
use crate::store::Key;
use crate::time::Timestamp;

/// The output of [`reconcile`](crate::reconcile::reconcile).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they are carried out: what ends comes before what begins.
    pub actions: Vec<Planned>,
}

/// One action and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What to do.
    pub action: Action,
    /// Why; it becomes a line of the story of the job or runner.
    pub reason: Reason,
}

/// One thing to do. Each is idempotent, and each reads the record that it changes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Begin the record of a job that the queue shows.
    Open(Box<JobRecord>),
    /// Begin the records of what an event starts, and forget the event.
    Read {
        /// The event's notice.
        notice: Key,
        /// What it starts.
        prediction: Box<Prediction>,
    },
    /// Add the reason to a job's story.
    Note(JobKey),
    /// Close a job's record.
    Close(JobKey),
    /// Claim runners and launch them.
    Claim(Box<Claim>),
    /// Send a launch order once more.
    Relaunch(BatchId),
    /// Record the machine of a claimed runner.
    Find {
        /// The runner.
        runner: RunnerKey,
        /// Its machine.
        instance: InstanceId,
        /// When the cloud began it.
        launched_at: Timestamp,
    },
    /// Register a runner and give its machine the identity.
    Introduce {
        /// The runner.
        runner: RunnerKey,
        /// A registration to remove first, because nobody has its credential.
        lost: Option<u64>,
    },
    /// Record that the identity was given.
    RecordHandOver(RunnerKey),
    /// Record that the runner is online.
    RecordOnline(RunnerKey),
    /// Record which job the runner took.
    RecordTake {
        /// The runner.
        runner: RunnerKey,
        /// Its job.
        job: JobKey,
    },
    /// Record that the runner's job is over, which starts the grace for its machine to end by itself.
    RecordOver(RunnerKey),
    /// Tell the forge to give the runner nothing more.
    Disable(RunnerKey),
    /// End the machine, remove the registration, close the record.
    End {
        /// The runner.
        runner: RunnerKey,
        /// What must be made sure of first.
        unless: Unless,
    },
    /// End a machine that no record knows.
    EndOrphan {
        /// Where.
        backend: BackendName,
        /// Which.
        instance: InstanceId,
        /// What must be made sure of first.
        unless: Unless,
    },
    /// Remove a registration of ours that has no machine.
    RemoveGhost {
        /// Where.
        forge: ForgeName,
        /// At which scope.
        scope: Scope,
        /// Which.
        registration: u64,
    },
    /// Close the record of a batch whose runners are all closed.
    CloseBatch(BatchId),
    /// Remember that a counter looks wrong.
    Suspect {
        /// Which.
        counter: Key,
        /// In what way.
        drift: Drift,
    },
    /// Set a counter right, unless it has changed since it was suspected.
    Repair {
        /// Which.
        counter: Key,
        /// What it should be, and which version of it is wrong.
        drift: Drift,
    },
}

/// What must be made sure of before a runner is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unless {
    /// Nothing: its bound is reached, or it is over.
    Never,
    /// It may have come online or taken a job meanwhile: withdraw its identity, or look again.
    Busy,
}

/// A batch to claim, and the bounds that must hold for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The order.
    pub batch: Batch,
    /// For each member: the handle that binds its runner, and how many launches its job has had.
    pub members: Vec<Member>,
    /// Counters that rise by the number of members, each with its bound.
    pub counters: Vec<(Key, Option<u32>)>,
}

/// One member of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// For which job.
    pub job: JobKey,
    /// What binds its runner, where the forge can bind.
    pub handle: Option<String>,
    /// Launches that the job has had when this was decided; the claim fails if it is no longer so.
    pub launches: u32,
}

impl Action {
    /// The records that it changes, if it does nothing else.
    pub fn records(&self) -> Vec<Key> {
        match self {
            Self::Open(job) => vec![Key::job(&job.key)],
            Self::Note(job) | Self::Close(job) => vec![Key::job(job)],
            Self::RecordHandOver(runner) | Self::RecordOnline(runner) | Self::RecordOver(runner) | Self::Find { runner, .. } => {
                vec![Key::runner(runner)]
            }
            Self::RecordTake { runner, job } => vec![Key::runner(runner), Key::job(job)],
            Self::CloseBatch(batch) => vec![Key::batch(batch)],
            Self::Suspect { counter, .. } => vec![Key::drift(counter)],
            Self::Claim(_)
            | Self::Read { .. }
            | Self::Relaunch(_)
            | Self::Introduce { .. }
            | Self::Disable(_)
            | Self::End { .. }
            | Self::EndOrphan { .. }
            | Self::RemoveGhost { .. }
            | Self::Repair { .. } => Vec::new(),
        }
    }

    /// What it does, in two or three words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open a job's record",
            Self::Read { .. } => "read an event",
            Self::Note(_) => "note",
            Self::Close(_) => "close a job's record",
            Self::Claim(_) => "launch machines",
            Self::Relaunch(_) => "repeat a launch",
            Self::Find { .. } => "record a machine",
            Self::Introduce { .. } => "register a runner",
            Self::RecordHandOver(_) => "record a hand-over",
            Self::RecordOnline(_) => "record a runner as online",
            Self::RecordTake { .. } => "record who took a job",
            Self::RecordOver(_) => "record that a job is over",
            Self::Disable(_) => "disable a runner",
            Self::End { .. } => "end a machine",
            Self::EndOrphan { .. } => "end an orphan",
            Self::RemoveGhost { .. } => "remove a ghost",
            Self::CloseBatch(_) => "close a batch",
            Self::Suspect { .. } => "suspect a counter",
            Self::Repair { .. } => "correct a counter",
        }
    }
}
