//! Everything that may go wrong, by name.

use std::fmt;

/// Declares the faults, their names and what they mean.
macro_rules! faults {
    ($($fault:ident $name:literal $meaning:literal,)*) => {
        /// One kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(
                #[doc = $meaning]
                $fault,
            )*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$fault),*];

            /// As in reports and scenarios.
            pub fn name(self) -> &'static str {
                match self { $(Self::$fault => $name),* }
            }

            /// What happens, for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$fault => $meaning),* }
            }
        }
    };
}

faults! {
    DeliveryLost "delivery-lost" "a webhook never arrives",
    DeliveryDoubled "delivery-doubled" "a webhook arrives twice",
    DeliveryDelayed "delivery-delayed" "a webhook arrives late, behind younger ones",
    EdgeKilled "edge-killed" "the edge dies while it answers a webhook",
    WorkerKilled "worker-killed" "a worker dies between two effects, or while one is under way",
    WorkerFrozen "worker-frozen" "a worker stands still, perhaps for longer than its lease, and goes on",
    FrozenBeforeLaunch "frozen-before-launch" "a worker stands still between the claim and the order of machines, for longer than its lease",
    ScheduleStopped "schedule-stopped" "no pass begins",
    WorkersOverlap "workers-overlap" "a second worker runs beside the first",
    ClockWrong "clock-wrong" "a worker starts with a clock that is wrong by minutes",
    Upgrade "upgrade" "every process is replaced, with another configuration",
    Paused "paused" "the operator pauses the installation",
    Draining "draining" "the operator drains the installation",
    ForgeDown "forge-down" "the forge answers nothing",
    ForgeError "forge-error" "a call to the forge fails without effect",
    ForgeAnswerLost "forge-answer-lost" "a call to the forge takes effect, but its answer is lost",
    ForgeSlow "forge-slow" "the forge takes seconds to answer",
    RaceLost "race-lost" "a runner loses the race for a job and then idles (Gitea up to 1.26)",
    FetchSlow "fetch-slow" "the forge takes seconds to answer a runner that asks for work",
    FetchAnswerLost "fetch-answer-lost" "the forge gives a job to a runner that never hears of it",
    ForeignRunner "foreign-runner" "a runner that is not ours takes the job",
    CloudDown "cloud-down" "the cloud answers nothing",
    CloudThrottled "cloud-throttled" "a call exceeds the cloud's rate limit",
    CloudError "cloud-error" "a call to the cloud fails without effect",
    CloudAnswerLost "cloud-answer-lost" "a call to the cloud takes effect, but its answer is lost",
    CapacityGone "capacity-gone" "no machine is to be had",
    CapacityFlickers "capacity-flickers" "no machine is to be had at one call, and at the next there is",
    QuotaReached "quota-reached" "the account may have no more machines",
    PartialLaunch "partial-launch" "an order brings fewer machines than it asks for",
    ListLags "list-lags" "the cloud's list does not yet show what happened",
    TerminateSlow "terminate-slow" "a machine takes minutes to end",
    StoreThrottled "store-throttled" "the store refuses a call",
    StoreAnswerLost "store-answer-lost" "a transaction is committed, but its answer is lost",
    IndexLags "index-lags" "the index of open records shows the past",
    StoreDeleted "store-deleted" "all records are gone",
    BootSlow "boot-slow" "a machine boots for minutes, or its runner starts late",
    BootHangs "boot-hangs" "a machine's script starts and then hangs",
    ScriptNeverRuns "script-never-runs" "a machine boots without ever running its script",
    MachineDies "machine-dies" "a machine is interrupted or dies",
    MachineReboots "machine-reboots" "a machine restarts by itself",
    IdentityAskedAgain "identity-asked-again" "something on a machine, such as its job, asks for the identity once more",
    RunnerDeaf "runner-deaf" "a runner is online but asks for no job",
    PowerOffHangs "power-off-hangs" "a machine that was told to power off stays on",
    MachineClockWrong "machine-clock-wrong" "a machine's clock is wrong by years, so that no signature is accepted",
    JobEndless "job-endless" "a job runs beyond the maximum age of its machine",
}

impl Fault {
    /// Faults of processes and of those who run them; some are dangerous only together.
    pub const OF_PROCESSES: &'static [Self] = &[
        Self::EdgeKilled,
        Self::WorkerKilled,
        Self::WorkerFrozen,
        Self::FrozenBeforeLaunch,
        Self::WorkersOverlap,
        Self::ClockWrong,
        Self::ForeignRunner,
        Self::Upgrade,
        Self::Paused,
        Self::Draining,
        Self::StoreThrottled,
        Self::StoreAnswerLost,
        Self::IndexLags,
    ];

    /// Faults between us and the cloud.
    pub const OF_THE_CLOUD: &'static [Self] = &[
        Self::CloudDown,
        Self::CloudThrottled,
        Self::CloudError,
        Self::CloudAnswerLost,
        Self::CapacityGone,
        Self::CapacityFlickers,
        Self::QuotaReached,
        Self::PartialLaunch,
        Self::ListLags,
        Self::TerminateSlow,
        Self::WorkerKilled,
        Self::FrozenBeforeLaunch,
    ];

    /// Faults of machines, and what keeps us from noticing.
    pub const OF_MACHINES: &'static [Self] = &[
        Self::BootSlow,
        Self::BootHangs,
        Self::ScriptNeverRuns,
        Self::MachineDies,
        Self::MachineReboots,
        Self::IdentityAskedAgain,
        Self::RunnerDeaf,
        Self::PowerOffHangs,
        Self::MachineClockWrong,
        Self::JobEndless,
        Self::RaceLost,
        Self::FetchSlow,
        Self::FetchAnswerLost,
        Self::ForgeDown,
        Self::ForgeSlow,
    ];

    /// What makes a decision old before it takes effect, and what changes under it meanwhile.
    pub const OF_OLD_DECISIONS: &'static [Self] = &[
        Self::WorkerFrozen,
        Self::FrozenBeforeLaunch,
        Self::WorkerKilled,
        Self::WorkersOverlap,
        Self::ClockWrong,
        Self::ForeignRunner,
        Self::CapacityGone,
        Self::CapacityFlickers,
        Self::CloudDown,
        Self::CloudThrottled,
        Self::CloudError,
        Self::CloudAnswerLost,
        Self::PartialLaunch,
        Self::FetchSlow,
        Self::ForgeSlow,
        Self::StoreDeleted,
        Self::Draining,
    ];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// Whether nothing can be expected of anybody while it lasts.
    pub fn excuses_waiting(self) -> bool {
        matches!(
            self,
            Self::ScheduleStopped
                | Self::Paused
                | Self::Draining
                | Self::ForgeDown
                | Self::CloudDown
                | Self::CapacityGone
                | Self::QuotaReached
        )
    }

    /// How often it strikes where it can, in a thousand, when nothing else is said.
    pub fn usual_odds(self) -> u64 {
        match self {
            Self::WorkerKilled => 4,
            Self::EdgeKilled => 40,
            Self::ForgeError | Self::ForgeAnswerLost | Self::CloudThrottled | Self::CloudAnswerLost => 60,
            Self::CloudError => 150,
            Self::StoreThrottled | Self::StoreAnswerLost => 10,
            Self::WorkerFrozen => 30,
            Self::FetchAnswerLost
            | Self::ScriptNeverRuns
            | Self::BootHangs
            | Self::MachineDies
            | Self::MachineReboots
            | Self::IdentityAskedAgain
            | Self::RunnerDeaf
            | Self::MachineClockWrong => 100,
            Self::DeliveryDoubled
            | Self::DeliveryDelayed
            | Self::ForgeSlow
            | Self::PowerOffHangs
            | Self::JobEndless
            | Self::CapacityFlickers
            | Self::BootSlow
            | Self::ForeignRunner
            | Self::PartialLaunch => 300,
            Self::FrozenBeforeLaunch
            | Self::RaceLost
            | Self::FetchSlow
            | Self::TerminateSlow
            | Self::ListLags
            | Self::IndexLags => 500,
            Self::DeliveryLost
            | Self::ScheduleStopped
            | Self::WorkersOverlap
            | Self::ClockWrong
            | Self::Upgrade
            | Self::Paused
            | Self::Draining
            | Self::ForgeDown
            | Self::CloudDown
            | Self::CapacityGone
            | Self::QuotaReached
            | Self::StoreDeleted => 1_000,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(*fault));
        }
        assert_eq!(Fault::named("meteor"), None);
    }
}
