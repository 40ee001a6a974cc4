//! Gitea: jobs and runners as its API shows them from 1.25, registration through the runner protocol.

mod queue;
mod runners;
mod trust;
mod wire;

pub(super) use queue::{job, queue};
pub(super) use runners::{deregister, disable, register, registrations};
pub(super) use trust::{side, trust};
pub(super) use wire::PullRequest;
