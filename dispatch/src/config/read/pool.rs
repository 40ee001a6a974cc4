//! One pool.

use super::fields::Fields;
use crate::config::values::{AbsolutePath, Seconds, Variable};
use crate::identifier::{BackendName, PoolName};
use crate::pool::{self, ForkPullRequests, Pool};

/// The backend of the default pools.
const PROCESS: &str = "process";

/// Reads the pool of that name.
pub(super) fn pool(name: &str, mut fields: Fields<'_, '_, '_>) -> Pool {
    Pool {
        name: PoolName::new(name),
        labels: fields.list("labels"),
        backend: BackendName::new(fields.word("backend").unwrap_or(PROCESS)),
        instance_types: Vec::new(),
        runner: fields.list::<AbsolutePath>("runner").into_iter().map(|path| path.0.display().to_string()).collect(),
        pass_environment: fields.list::<Variable>("pass_environment").into_iter().map(|name| name.0).collect(),
        limit: fields.value("limit"),
        boot_limit_s: fields.value::<Seconds>("boot_limit").0,
        idle_limit_s: fields.value::<Seconds>("idle_limit").0,
        maximum_age_s: fields.value::<Seconds>("maximum_age").0,
        fork_pull_requests: match fields.word("fork_pull_requests") {
            Some("allow") => ForkPullRequests::Allow,
            _ => ForkPullRequests::Refuse,
        },
    }
}

/// The pools of the file, or the default ones if it has none.
pub(super) fn or_defaults(pools: Vec<Pool>) -> Vec<Pool> {
    if pools.is_empty() { pool::defaults(&BackendName::new(PROCESS), &pool::DEFAULT_RUNNERS.map(str::to_owned)) } else { pools }
}
