//! Forgejo: waiting and running jobs from 11, runners over the API from 15, registration through the runner protocol
//! before.

mod names;
mod queue;
mod runners;
mod trust;
mod wire;

pub(super) use names::RepositoryNames;
pub(super) use queue::{job, queue};
pub(super) use runners::{create, deregister, registrations};
pub(super) use trust::Verdicts;
