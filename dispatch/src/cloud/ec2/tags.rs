//! What a machine carries to tell whose it is: enough to find and judge it without our records.
//!
//! All instances of one `RunInstances` get the same tags, so a member's index is not among them. It is the instance's
//! *launch index*, its place among the instances of its launch, which EC2 keeps and shows (`AmiLaunchIndex`). That a launch that
//! was fulfilled in part counts from 0 without gaps is not verified on AWS; if it did not, the members in the gaps would be
//! launched for again.

use std::collections::BTreeMap;

use crate::cloud::LaunchOrder;
use crate::identifier::{BatchId, ForgeName, PoolName, RunnerKey, Scope};

/// Whose machine it is; policies allow to end only machines that carry it with our stack's name.
pub const STACK: &str = "dispatch:stack";
/// By which order it was launched.
pub const BATCH: &str = "dispatch:batch";
const POOL: &str = "dispatch:pool";
const FORGE: &str = "dispatch:forge";
const SCOPE: &str = "dispatch:scope";
const VERSION: &str = "dispatch:version";
/// What the AWS console shows.
const NAME: &str = "Name";

/// The tags of an order's instances and volumes.
pub fn written(stack: &str, order: &LaunchOrder<'_>) -> Vec<(String, String)> {
    let batch = order.batch;
    [
        (NAME, format!("{stack} {}", batch.pool)),
        (STACK, stack.to_owned()),
        (BATCH, batch.id.to_string()),
        (POOL, batch.pool.to_string()),
        (FORGE, batch.forge.to_string()),
        (SCOPE, scope_written(&batch.scope)),
        (VERSION, env!("CARGO_PKG_VERSION").to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// For which member of which order a machine was launched.
pub fn runner(tags: &BTreeMap<String, String>, launch_index: Option<i32>) -> Option<RunnerKey> {
    let index = u16::try_from(launch_index?).ok()?;
    Some(RunnerKey { batch: BatchId::new(tags.get(BATCH)?), index })
}

/// Which pool it belongs to.
pub fn pool(tags: &BTreeMap<String, String>) -> Option<PoolName> {
    tags.get(POOL).map(PoolName::new)
}

/// What it was launched to serve.
pub fn serves(tags: &BTreeMap<String, String>) -> Option<(ForgeName, Scope)> {
    Some((ForgeName::new(tags.get(FORGE)?), scope_read(tags.get(SCOPE)?)?))
}

fn scope_written(scope: &Scope) -> String {
    match scope {
        Scope::Repository(repository) => format!("repository:{repository}"),
        Scope::Organisation(owner) => format!("organisation:{owner}"),
        Scope::Instance => "instance".to_owned(),
    }
}

fn scope_read(text: &str) -> Option<Scope> {
    match text.split_once(':') {
        Some(("repository", repository)) => Some(Scope::Repository(repository.parse().ok()?)),
        Some(("organisation", owner)) => Some(Scope::Organisation(owner.to_owned())),
        None if text == "instance" => Some(Scope::Instance),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{batch, pool as a_pool};
    use super::*;

    #[test]
    fn a_machine_tells_whose_it_is() {
        let (batch, pool_) = (batch(2), a_pool());
        let order = LaunchOrder { batch: &batch, pool: &pool_, labels: &pool_.labels };
        let tags: BTreeMap<_, _> = written("acme", &order).into_iter().collect();
        assert_eq!(runner(&tags, Some(1)), Some(RunnerKey { batch: batch.id.clone(), index: 1 }));
        assert_eq!(pool(&tags), Some(batch.pool.clone()));
        assert_eq!(serves(&tags), Some((batch.forge.clone(), batch.scope.clone())));
        assert_eq!(tags[STACK], "acme");
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in [Scope::Repository("acme/tour".parse().unwrap()), Scope::Organisation("acme".to_owned()), Scope::Instance] {
            assert_eq!(scope_read(&scope_written(&scope)), Some(scope));
        }
    }

    #[test]
    fn what_somebody_wrote_over_a_tag_is_nobodys_runner() {
        let tags = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(runner(&tags(BATCH, "b"), None), None);
        assert_eq!(runner(&tags(BATCH, "b"), Some(-1)), None);
        assert_eq!(runner(&BTreeMap::new(), Some(0)), None);
        for scope in ["", "repository:acme", "repository:../x", "else:acme", "instance:"] {
            assert_eq!(scope_read(scope), None, "{scope}");
        }
        assert_eq!(serves(&tags(SCOPE, "instance")), None);
    }
}
