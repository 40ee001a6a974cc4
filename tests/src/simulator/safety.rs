//! The mechanisms that keep the promises, by name, so that each can be switched off and be missed.

use std::collections::BTreeSet;
use std::fmt;

/// Declares the safeties, their names and what they are.
macro_rules! safeties {
    ($($safety:ident $name:literal $meaning:literal,)*) => {
        /// One mechanism.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Safety {
            $(
                #[doc = $meaning]
                $safety,
            )*
        }

        impl Safety {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$safety),*];

            /// As in `--without`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$safety => $name),* }
            }

            /// What it is, for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$safety => $meaning),* }
            }
        }
    };
}

safeties! {
    ClientToken "client-token" "an order repeated under its token brings no further machines",
    ClaimCondition "claim-condition" "a job or runner is written only if it is as it was read",
    BatchImmutability "batch-immutability" "a repeated order asks for exactly what it asked for first",
    Lease "lease" "a worker that has lost its lease writes nothing more, and begins nothing at a forge or in a cloud",
    Sweep "sweep" "a pass each minute, whether or not anything was announced",
    MachineDeadlines "machine-deadlines" "a machine ends itself at its own limits",
    IdentitySingleUse "identity-single-use" "an identity is taken once, and a rebooted machine powers off",
    FreshLookBeforeKill "fresh-look-before-kill" "a runner that may ask for work is told to take nothing more, left alone, and looked at again before it is removed",
    Withdrawal "withdrawal" "an identity that may have been taken is not believed to be back",
    Counters "counters" "places under the limits are counted in the transaction that claims",
    OrderOfLooks "order-of-looks" "runners are looked at before the queue",
    ConsistentReads "consistent-reads" "what the list does not show yet is read under its key, which is never late",
    GhostRemoval "ghost-removal" "registrations without a machine are removed",
    OwnTag "own-tag" "only what carries our tag is listed and ended",
    ControlSwitch "control-switch" "a paused installation launches nothing",
}

impl Safety {
    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|safety| safety.name() == name)
    }
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which of them are switched off. The lease is one, though two mechanisms keep it: the look at the clock before each call,
/// since no fence reaches a forge or a cloud, and the fence in each write, since a clock cannot see a stop between the look
/// and the write. What the fence alone would keep, the versions of the records keep too.
pub type Without = BTreeSet<Safety>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_safety_is_found_by_its_name() {
        for safety in Safety::ALL {
            assert_eq!(Safety::named(safety.name()), Some(*safety));
        }
        assert_eq!(Safety::named("luck"), None);
    }
}
