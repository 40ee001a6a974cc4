//! Why something was decided or done: one type for replies, plans, logs, tests and `why`.

use serde::Serialize;

use crate::identifier::{ForgeName, InstanceId, JobKey, PoolName, RunnerKey};
use crate::pool::NoPool;
use crate::time::Timestamp;

/// One decision or event in the life of a job or a runner, as a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// A signed delivery announced the job.
    #[error("the forge announced the job in delivery {delivery}")]
    Announced {
        /// The forge's id of the delivery.
        delivery: String,
    },
    /// No delivery told of the job; the forge's queue did.
    #[error("found in the queue of `{forge}`; no delivery had announced it")]
    FoundInQueue {
        /// Whose queue.
        forge: ForgeName,
    },
    /// The same job id waits again after its record was closed.
    #[error("queued again under the same job id (generation {generation}): a re-run")]
    QueuedAgain {
        /// Of the new record.
        generation: u32,
    },
    /// The job cannot be served by this installation.
    #[error("{0}")]
    NoPool(NoPool),
    /// The job has to wait.
    #[error("held: {0}")]
    Held(Held),
    /// A machine is launched because of this job.
    #[error("pool `{pool}`: launching machine {runner}")]
    Launching {
        /// The pool that covers its labels.
        pool: PoolName,
        /// The runner that will wait for it.
        runner: RunnerKey,
    },
    /// The machine of a runner exists.
    #[error("machine {instance} launched")]
    Launched {
        /// The cloud's name for it.
        instance: InstanceId,
    },
    /// A machine exists for a claim whose launch was never recorded.
    #[error("machine {instance} found: an earlier pass launched it and ended before it could say so")]
    Found {
        /// The cloud's name for it.
        instance: InstanceId,
    },
    /// The launch was not confirmed; the same order is sent again.
    #[error("sending the launch order again: an earlier pass ended before it knew the outcome")]
    LaunchAgain,
    /// The forge knows the runner.
    #[error("registered at the forge as runner {registration} for {scope}")]
    Registered {
        /// The forge's id of the registration.
        registration: u64,
        /// Whose jobs it may take.
        scope: String,
    },
    /// The machine can take its identity.
    #[error("identity handed over")]
    HandedOver,
    /// A registration was made but its credential got lost on the way; it is replaced.
    #[error("registration {registration} is replaced: its credential was lost before the machine could take it")]
    Replaced {
        /// The lost one.
        registration: u64,
    },
    /// The runner has reported to the forge.
    #[error("runner online")]
    Online,
    /// The runner works on a job.
    #[error("runner took job {job}")]
    Took {
        /// Perhaps not the one that it was launched for: forges bind no job to a runner.
        job: JobKey,
    },
    /// The job is being worked on.
    #[error("taken by runner {runner}")]
    TakenBy {
        /// One of ours.
        runner: RunnerKey,
    },
    /// The job is being worked on by a runner that is not ours.
    #[error("taken by a runner that is not ours")]
    TakenElsewhere,
    /// The forge says that the job is over.
    #[error("over: the forge says {conclusion}")]
    Over {
        /// In the forge's word.
        conclusion: String,
    },
    /// The forge lists the job no longer and cannot be asked for it.
    #[error("over: the forge lists the job no longer")]
    Gone,
    /// The forge announces jobs and lists none, and announced nothing more.
    #[error("given up: nothing was heard of it for {hours} h, and the forge cannot be asked for it")]
    Unheard {
        /// Since its first delivery.
        hours: u64,
    },
    /// The forge's own rules say that an event has started this job.
    #[error("predicted: `{workflow}` starts it for this `{event}`; the forge itself neither lists nor announces jobs")]
    Predicted {
        /// The workflow's path below its folder.
        workflow: String,
        /// The event.
        event: String,
    },
    /// Something that only the forge knows decides.
    #[error("not started: {why}")]
    Unpredictable {
        /// What, as a clause.
        why: String,
    },
    /// The forge showed nothing of a job that was predicted.
    #[error("withdrawn: the forge showed no status for it within {patience_s} s, so the prediction was wrong")]
    Unconfirmed {
        /// How long it was waited for.
        patience_s: u64,
    },
    /// The forge could not show a predicted job by itself, and nobody found it.
    #[error(
        "withdrawn: it shares its commit status with another job, so the forge could not show it, and {failures} machines in a row found nothing to do: the prediction was wrong"
    )]
    InVain {
        /// In a row.
        failures: u32,
    },
    /// A predicted job is over, and its record is still what tells another from it.
    #[error("over; it is remembered until the job of another run that shares its commit status has shown itself")]
    OverBeside,
    /// An event could not be read for so long that its jobs are gone.
    #[error("the `{event}` of {repository} was given up after a day: {cause}")]
    NeverRead {
        /// The event.
        event: String,
        /// Where it happened.
        repository: String,
        /// Why the forge could not be asked.
        cause: String,
    },
    /// The runner did its one job.
    #[error("served its job; the machine ends")]
    Served,
    /// More runners wait than jobs.
    #[error("not needed: {waiting} runners wait for {queued} jobs with these labels")]
    Surplus {
        /// Runners that wait, this one included.
        waiting: usize,
        /// Jobs that wait.
        queued: usize,
    },
    /// The runner never came online.
    #[error("not online {age_s} s after launch, which is the boot limit: ending the machine")]
    Hung {
        /// Seconds since launch.
        age_s: u64,
    },
    /// The runner is online and its job waits, yet it does not take it.
    #[error("online for {age_s} s without taking a job, which is the idle limit: ending the machine")]
    Starved {
        /// Seconds since it came online.
        age_s: u64,
    },
    /// The runner was told to take nothing more, and took nothing.
    #[error("took nothing more: ending the machine")]
    Quiet,
    /// An earlier pass decided its end and could not complete it.
    #[error("what an earlier pass could not end of it is ended now")]
    Ending,
    /// The operator drains the installation.
    #[error("not needed: the installation is draining")]
    Drained,
    /// The machine reached its maximum age.
    #[error("{age_s} s old, which is the maximum age: ending the machine whatever it does")]
    Overtime {
        /// Seconds since launch.
        age_s: u64,
    },
    /// The machine disappeared before it served a job.
    #[error("the machine disappeared before its runner took a job{}", detail(.how.as_deref()))]
    Lost {
        /// What the cloud says about it, if anything.
        how: Option<String>,
    },
    /// The machine disappeared while its runner worked.
    #[error("the machine disappeared in the middle of its job{}: the forge fails the job after 10 to 15 minutes; re-run it then", detail(.how.as_deref()))]
    Interrupted {
        /// What the cloud says about it, if anything.
        how: Option<String>,
    },
    /// The launch order brought fewer machines than asked for.
    #[error("the launch order brought no machine for this runner")]
    NotFulfilled,
    /// A machine with our tag that no record knows.
    #[error("machine {instance} carries our tag but no record knows it after {age_s} s: ending it")]
    Orphan {
        /// The cloud's name for it.
        instance: InstanceId,
        /// Seconds since launch.
        age_s: u64,
    },
    /// A registration of ours without a machine.
    #[error("registration {registration} has no machine: removing it")]
    Ghost {
        /// The forge's id of the registration.
        registration: u64,
    },
    /// The operator stopped everything.
    #[error("emergency stop: ending the machine")]
    Stopped,
    /// A counter looks wrong, perhaps because the list of open records is late.
    #[error("counter {counter} says {said} while {counted} are open: it is corrected if that is still so in a minute")]
    Miscount {
        /// The counter's key.
        counter: String,
        /// Its value.
        said: u64,
        /// What was counted.
        counted: u64,
    },
    /// A counter disagreed with the open records.
    #[error("counter {counter} said {said} while {counted} are open: corrected")]
    Drift {
        /// The counter's key.
        counter: String,
        /// Its value.
        said: u64,
        /// The truth.
        counted: u64,
    },
    /// A call to a forge or a cloud failed.
    #[error("{what} failed: {cause}; {next}")]
    CallFailed {
        /// The step, such as `launch`.
        what: String,
        /// The error as a sentence.
        cause: String,
        /// What happens now.
        next: String,
    },
}

/// What keeps a job waiting, and what would let it go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Held {
    /// `dispatch pause`.
    #[error("the installation is paused; `dispatch resume` lets it go on")]
    Paused,
    /// `dispatch drain`.
    #[error("the installation is draining; `dispatch resume` lets it go on")]
    Draining,
    /// `dispatch stop`.
    #[error("the installation is stopped; `dispatch resume` lets it go on")]
    Stopped,
    /// As many machines run as may.
    #[error("{what} limit {limit} reached; it is served when a machine ends")]
    Limit {
        /// Such as ``pool `go` ``.
        what: String,
        /// The bound.
        limit: u32,
    },
    /// Code of a stranger, and the pool does not take it.
    #[error(
        "the job runs code of a fork, which pool `{pool}` refuses; set `fork_pull_requests: allow` there if its machines may run a stranger's code"
    )]
    ForkPullRequest {
        /// The pool that covers its labels.
        pool: PoolName,
    },
    /// A stranger's code waits beside it, and a runner takes whatever waits.
    #[error(
        "a job of a fork waits in the same queue, and a runner launched now could take it; it is served when that job is gone"
    )]
    BesideFork,
    /// It cannot be told whose code it is.
    #[error("it cannot be told whether the job runs code of a fork ({cause}), and pool `{pool}` refuses forks")]
    TrustUnknown {
        /// The pool that covers its labels.
        pool: PoolName,
        /// What is missing.
        cause: String,
    },
    /// The forge does not answer.
    #[error("forge `{forge}` cannot be asked: {cause}")]
    ForgeUnreachable {
        /// Which.
        forge: ForgeName,
        /// As a sentence.
        cause: String,
    },
    /// The cloud does not answer.
    #[error("backend `{backend}` cannot be asked: {cause}")]
    CloudUnreachable {
        /// Which.
        backend: String,
        /// As a sentence.
        cause: String,
    },
    /// The job is not yet queued at the forge.
    #[error("the forge does not list it as queued yet")]
    NotQueued,
    /// The last machine failed; a new one follows later.
    #[error("{failures} machines in a row did not take it; the next follows at {until}")]
    Backoff {
        /// In a row.
        failures: u32,
        /// When.
        until: Timestamp,
    },
    /// The last order brought no machine.
    #[error("no machine was to be had, as told above; the next try follows at {until}")]
    NoMachine {
        /// When.
        until: Timestamp,
    },
    /// Too many machines failed.
    #[error(
        "{failures} machines in a row did not take it, so no more are launched: look at their stories above, then re-run the job"
    )]
    GaveUp {
        /// In a row.
        failures: u32,
    },
}

fn detail(how: Option<&str>) -> String {
    how.map(|how| format!(" ({how})")).unwrap_or_default()
}

impl Reason {
    /// The stable word for programs, as in JSON output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Announced { .. } => "announced",
            Self::FoundInQueue { .. } => "found_in_queue",
            Self::QueuedAgain { .. } => "queued_again",
            Self::NoPool(_) => "no_pool",
            Self::Held(_) => "held",
            Self::Launching { .. } => "launching",
            Self::Launched { .. } => "launched",
            Self::Found { .. } => "found",
            Self::LaunchAgain => "launch_again",
            Self::Registered { .. } => "registered",
            Self::HandedOver => "handed_over",
            Self::Replaced { .. } => "replaced",
            Self::Online => "online",
            Self::Took { .. } => "took",
            Self::TakenBy { .. } => "taken_by",
            Self::TakenElsewhere => "taken_elsewhere",
            Self::Over { .. } => "over",
            Self::Gone => "gone",
            Self::Unheard { .. } => "unheard",
            Self::Predicted { .. } => "predicted",
            Self::Unpredictable { .. } => "unpredictable",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::InVain { .. } => "in_vain",
            Self::OverBeside => "over_beside",
            Self::NeverRead { .. } => "never_read",
            Self::Served => "served",
            Self::Surplus { .. } => "surplus",
            Self::Hung { .. } => "hung",
            Self::Starved { .. } => "starved",
            Self::Quiet => "quiet",
            Self::Ending => "ending",
            Self::Drained => "drained",
            Self::Overtime { .. } => "overtime",
            Self::Lost { .. } => "lost",
            Self::Interrupted { .. } => "interrupted",
            Self::NotFulfilled => "not_fulfilled",
            Self::Orphan { .. } => "orphan",
            Self::Ghost { .. } => "ghost",
            Self::Stopped => "stopped",
            Self::Miscount { .. } => "miscount",
            Self::Drift { .. } => "drift",
            Self::CallFailed { .. } => "call_failed",
        }
    }
}
