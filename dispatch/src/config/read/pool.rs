//! One pool.

use super::fields::Fields;
use crate::config::values::aws::{Image, InstanceType};
use crate::config::values::{AbsolutePath, Gibibytes, Seconds, Variable};
use crate::diagnostic::Finding;
use crate::identifier::{BackendName, PoolName};
use crate::pool::{self, EC2, Ec2Settings, ForkPullRequests, Market, PROCESS, Pool};

/// Keys that mean nothing to the other backends.
const ONLY_FOR: [(&str, &[&str]); 2] =
    [(EC2, &["instance_types", "image", "market", "volume", "job_uses_instance_role"]), (PROCESS, &["pass_environment"])];

/// Reads the pool of that name.
pub(super) fn pool(name: &str, mut fields: Fields<'_, '_, '_>) -> Pool {
    let backend = fields.word("backend").unwrap_or(PROCESS);
    warn_of_other_backends(&mut fields, backend);
    Pool {
        name: PoolName::new(name),
        labels: fields.list("labels"),
        backend: BackendName::new(backend),
        instance_types: fields.list::<InstanceType>("instance_types").into_iter().map(|one| one.0).collect(),
        ec2: ec2(&mut fields),
        runner: runner(&mut fields, backend),
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

fn ec2(fields: &mut Fields<'_, '_, '_>) -> Ec2Settings {
    Ec2Settings {
        image: fields.optional::<Image>("image").map(|image| image.0),
        market: match fields.word("market") {
            Some("on_demand") => Market::OnDemand,
            Some("spot_then_on_demand") => Market::SpotThenOnDemand,
            _ => Market::Spot,
        },
        volume_gib: fields.value::<Gibibytes>("volume").0,
        job_uses_instance_role: fields.value("job_uses_instance_role"),
    }
}

/// The default of the table is for this computer; an image has the forge's runner at its usual places.
fn runner(fields: &mut Fields<'_, '_, '_>, backend: &str) -> Vec<String> {
    if backend == EC2 && !fields.has("runner") {
        return Vec::new();
    }
    fields.list::<AbsolutePath>("runner").into_iter().map(|path| path.0.display().to_string()).collect()
}

fn warn_of_other_backends(fields: &mut Fields<'_, '_, '_>, backend: &str) {
    let others = ONLY_FOR.iter().filter(|(owner, _)| *owner != backend);
    for (owner, key) in others.flat_map(|(owner, keys)| keys.iter().map(move |key| (owner, *key))) {
        if fields.has(key) {
            let message = format!("`{key}` means nothing to the backend `{backend}`");
            let finding = Finding::warning(fields.below(key), message).help(format!("remove it, or write `backend: {owner}`"));
            fields.reader.push(finding);
        }
    }
}

/// The pools of the file, or the default ones if it has none.
pub(super) fn or_defaults(pools: Vec<Pool>, on_aws: bool) -> Vec<Pool> {
    match (pools.is_empty(), on_aws) {
        (false, _) => pools,
        (true, true) => pool::defaults(&BackendName::new(EC2), &[]),
        (true, false) => pool::defaults(&BackendName::new(PROCESS), &pool::DEFAULT_RUNNERS.map(str::to_owned)),
    }
}
