//! A plan in steps: what can be done together is one step. Pure.

use std::collections::BTreeSet;

use crate::plan::{Action, Planned};
use crate::store::{Key, Transaction};

/// Records that one step changes; the lease is checked beside them.
const MOST_RECORDS: usize = Transaction::MOST_WRITES - 1;

/// One or more actions, in the order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// They only change records.
    Records(Vec<Planned>),
    /// They register runners of earlier passes.
    Introductions(Vec<Planned>),
    /// An effect of its own.
    Alone(Planned),
}

impl Step {
    /// How many actions it is.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Records(planned) | Self::Introductions(planned) => planned.len(),
            Self::Alone(_) => 1,
        }
    }
}

/// Actions that stand beside each other and can be done together become one step; the order stays.
pub(super) fn steps(actions: Vec<Planned>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut records = BTreeSet::new();
    for planned in actions {
        let changed = planned.action.records();
        match (steps.last_mut(), manner(&planned.action)) {
            (Some(Step::Records(together)), Manner::Record) if fits(&records, &changed) => {
                records.extend(changed);
                together.push(planned);
            }
            (Some(Step::Introductions(together)), Manner::Introduce) => together.push(planned),
            (_, Manner::Record) => {
                records = changed.into_iter().collect();
                steps.push(Step::Records(vec![planned]));
            }
            (_, Manner::Introduce) => steps.push(Step::Introductions(vec![planned])),
            (_, Manner::Alone) => steps.push(Step::Alone(planned)),
        }
    }
    steps
}

fn fits(records: &BTreeSet<Key>, more: &[Key]) -> bool {
    records.len() + more.iter().filter(|key| !records.contains(*key)).count() <= MOST_RECORDS
}

enum Manner {
    Record,
    Introduce,
    Alone,
}

fn manner(action: &Action) -> Manner {
    match action {
        // The forge is asked before a further generation is opened.
        Action::Open(job) if job.key.generation > 1 => Manner::Alone,
        Action::Introduce { .. } => Manner::Introduce,
        action if action.records().is_empty() => Manner::Alone,
        _ => Manner::Record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;
    use crate::scene::{job_key, runner_key};

    fn note(job: u64) -> Planned {
        Planned { action: Action::Note(job_key(job)), reason: Reason::LaunchAgain }
    }

    fn take(index: u16, job: u64) -> Planned {
        Planned { action: Action::RecordTake { runner: runner_key(index), job: job_key(job) }, reason: Reason::LaunchAgain }
    }

    fn disable() -> Planned {
        Planned { action: Action::Disable(runner_key(0)), reason: Reason::LaunchAgain }
    }

    #[test]
    fn what_stands_between_two_notes_stays_between_them() {
        let steps = steps(vec![note(1), note(2), disable(), note(3)]);
        assert_eq!(steps, [Step::Records(vec![note(1), note(2)]), Step::Alone(disable()), Step::Records(vec![note(3)])]);
    }

    #[test]
    fn a_step_never_outgrows_a_transaction() {
        let lengths = |actions| steps(actions).iter().map(Step::len).collect::<Vec<_>>();
        assert_eq!(lengths((0..250).map(note).collect()), [99, 99, 52]);
        assert_eq!(lengths((0..100).map(|n| take(n, u64::from(n))).collect()), [49, 49, 2], "each changes two records");
        assert_eq!(lengths((0..200).map(|_| note(1)).collect()), [200], "all of them change the same record");
    }
}
