//! Who calls what on AWS: the committed list, and what a call log comes to.

use std::collections::BTreeSet;

/// `tests/aws/actions.txt`.
pub const ACTIONS: &str = include_str!("../../aws/actions.txt");

/// The IAM actions that the list gives a role: `edge`, `worker` or `machine`.
pub fn actions_of(role: &str) -> BTreeSet<String> {
    let lines = ACTIONS.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(caller, _)| *caller == role).map(|(_, action)| action.to_owned()).collect()
}

/// The IAM actions that an emulated run needed, for comparison with [`actions_of`] the role that ran.
#[cfg(feature = "dynamodb")]
pub fn actions_needed(calls: &[crate::aws::Call]) -> BTreeSet<String> {
    calls.iter().flat_map(|call| super::rights_for(&call.service, &call.operation, &call.parameters)).collect()
}
