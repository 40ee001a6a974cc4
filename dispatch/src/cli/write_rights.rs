//! Whether the token may register and remove runners, found out without doing either: a runner that cannot exist is removed.

use std::collections::BTreeSet;

use crate::config::{Config, RegisterAt, Watch};
use crate::forge::{Forge, ForgeError, ForgeJob};
use crate::identifier::{ForgeName, RepositoryName, Scope};

/// Both forges number their runners from 1; removing this one is refused with 403 or answered with 404.
const NO_RUNNER: u64 = 0;

/// Asks at each place where runners will be registered, as far as they are known.
pub(super) async fn ask(forge: &dyn Forge, places: BTreeSet<Scope>) -> Result<(), ForgeError> {
    for place in places {
        forge.deregister(&place, NO_RUNNER).await?;
    }
    Ok(())
}

/// The places known before any job has come: the whole forge, or those of watched repositories; else that of a job in the
/// queue, since the rights of whoever sees the whole queue are everywhere the same.
pub(super) fn places(config: &Config, forge: &ForgeName, queue: &[ForgeJob]) -> BTreeSet<Scope> {
    let place = |repository: &RepositoryName| config.scope_for(forge, repository);
    match config.forges.get(forge).map(|forge| (forge.register_at, &forge.watch)) {
        Some((RegisterAt::Instance, _)) => BTreeSet::from([Scope::Instance]),
        Some((_, Watch::Only { repositories, .. })) if !repositories.is_empty() => repositories.iter().map(place).collect(),
        _ => queue.first().map(|job| place(&job.repository)).into_iter().collect(),
    }
}
