//! Pools: each of one sort, each reachable, each with bounds that leave room for a job.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::label::{Execution, LabelSet};
use crate::pool::Pool;

pub(super) fn check(pools: &[Pool], secret_variables: &BTreeSet<String>) -> Vec<Finding> {
    let each = pools.iter().enumerate().flat_map(|(index, pool)| {
        let earlier = pools.get(..index).unwrap_or_default();
        [mixed(pool), repeated_label(pool), unreachable(pool, earlier), too_short(pool)]
            .into_iter()
            .flatten()
            .chain(exposed(pool, secret_variables))
    });
    each.collect()
}

fn key(pool: &Pool, name: &str) -> String {
    format!("pools.{}.{name}", pool.name)
}

/// A machine either has what containers need or has the tools of its host.
fn mixed(pool: &Pool) -> Option<Finding> {
    let is_host = |host: bool| pool.labels.iter().find(|label| (*label.execution() == Execution::Host) == host);
    let (host, container) = (is_host(true)?, is_host(false)?);
    let message = format!(
        "`{host}` runs on the machine and `{}` in a container, but the machines of a pool are all of one sort",
        container.name()
    );
    Some(Finding::error(key(pool, "labels"), message).help("make two pools of it, one for each sort"))
}

fn repeated_label(pool: &Pool) -> Option<Finding> {
    let mut seen = BTreeSet::new();
    let (index, again) = pool.labels.iter().enumerate().find(|(_, label)| !seen.insert(label.name()))?;
    let message = format!("the label `{}` is given twice; a forge compares only the part before the colon", again.name());
    Some(Finding::error(key(pool, &format!("labels[{index}]")), message).help("keep one of them"))
}

fn unreachable(pool: &Pool, earlier: &[Pool]) -> Option<Finding> {
    let labels: LabelSet = pool.labels.iter().map(|label| label.name().to_owned()).collect();
    let first = earlier.iter().find(|other| !labels.is_empty() && other.covers(&labels))?;
    let message =
        format!("no job ever gets the pool `{}`: `{}` comes before it and has all of its labels", pool.name, first.name);
    Some(
        Finding::warning(key(pool, "labels"), message)
            .help(format!("move it before `{}`, give it a label of its own, or remove it", first.name)),
    )
}

fn too_short(pool: &Pool) -> Option<Finding> {
    let message = "a machine would be ended for its age before its time to boot is over, so that a slow one never runs its job";
    (pool.maximum_age_s <= pool.boot_limit_s).then(|| {
        Finding::error(key(pool, "maximum_age"), message).help("make it longer than `boot_limit` and the longest job together")
    })
}

fn exposed(pool: &Pool, secret_variables: &BTreeSet<String>) -> impl Iterator<Item = Finding> {
    let passed = pool.pass_environment.iter().enumerate().filter(|(_, name)| secret_variables.contains(*name));
    let finding = |(index, name): (usize, &String)| {
        let message = format!("`{name}` holds a secret of the dispatcher, and every job of this pool could read it");
        Finding::error(key(pool, &format!("pass_environment[{index}]")), message)
            .help("remove it; a job gets its own secrets from the forge")
    };
    passed.map(finding).collect::<Vec<_>>().into_iter()
}
