//! Pools: what a set of labels may launch, and which pool a job gets.

use serde::{Deserialize, Serialize};
use userdata::{Deadlines, Refusal};

use crate::identifier::{BackendName, PoolName};
use crate::label::{LabelSet, PoolLabel, listed};

/// One pool of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its name in the configuration.
    pub name: PoolName,
    /// The labels it serves, in runner syntax.
    pub labels: Vec<PoolLabel>,
    /// Where its machines come from.
    pub backend: BackendName,
    /// Machine types in order of preference, such as `t3.small`; without meaning for `process`.
    pub instance_types: Vec<String>,
    /// What only machines on EC2 have.
    #[serde(default)]
    pub ec2: Ec2Settings,
    /// Runner programs to try in order; the first that exists is started. On EC2 none means the usual places.
    pub runner: Vec<String>,
    /// Names of the dispatcher's own environment variables that the runner and its jobs see; nothing else is inherited.
    /// Only for `process`.
    pub pass_environment: Vec<String>,
    /// Most machines of this pool at one time.
    pub limit: u32,
    /// Seconds from launch until the runner must have come online.
    pub boot_limit_s: u64,
    /// Seconds that an online runner may wait for a job before its machine gives up.
    pub idle_limit_s: u64,
    /// Seconds after which the machine is ended whatever it does.
    pub maximum_age_s: u64,
    /// Whether jobs of pull requests from forks may run here.
    pub fork_pull_requests: ForkPullRequests,
}

impl Pool {
    /// Whether its machines are EC2 instances.
    pub fn is_on_ec2(&self) -> bool {
        self.backend.as_str() == EC2
    }

    /// The limits that a machine keeps by itself. What is longer than it can count is refused with the bound.
    ///
    /// # Errors
    /// A limit that no machine can keep.
    pub fn deadlines(&self) -> Result<Deadlines, Refusal> {
        let seconds = |limit_s: u64| u32::try_from(limit_s).unwrap_or(u32::MAX);
        Deadlines::new(seconds(self.boot_limit_s), seconds(self.idle_limit_s), seconds(self.maximum_age_s))
    }
}

/// What a pool says about its machines on EC2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ec2Settings {
    /// Its own image: `ami-…`, or the name of an SSM parameter, which begins with `/`.
    pub image: Option<String>,
    /// How instances are bought.
    pub market: Market,
    /// The size of the encrypted disk in gibibytes; never smaller than the image.
    pub volume_gib: u32,
    /// Whether a job may use the role of its machine.
    pub job_uses_instance_role: bool,
}

impl Default for Ec2Settings {
    fn default() -> Self {
        Self { image: None, market: Market::Spot, volume_gib: DEFAULT_VOLUME_GIB, job_uses_instance_role: false }
    }
}

/// How instances are bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Market {
    /// What is left over, which EC2 may take back.
    #[default]
    Spot,
    /// At the full price.
    OnDemand,
    /// Spot, and at the full price when no spot instance can be had.
    SpotThenOnDemand,
}

/// What a pool does with a job whose code comes from a fork.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForkPullRequests {
    /// They stay queued, with a reason.
    #[default]
    Refuse,
    /// They run like any other.
    Allow,
}

impl Pool {
    /// Whether every label of a job is one of this pool's.
    pub fn covers(&self, labels: &LabelSet) -> bool {
        labels.iter().all(|label| self.labels.iter().any(|own| own.name() == label))
    }

    /// The pool's own spelling of a job's labels, for the runner that will serve it.
    pub fn labels_for(&self, labels: &LabelSet) -> Vec<PoolLabel> {
        self.labels.iter().filter(|own| labels.contains(own.name())).cloned().collect()
    }
}

/// Why a job gets no pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoPool {
    /// `runs-on` is empty: any runner of the forge may take such a job, so launching for it would be a guess.
    #[error("the job has no `runs-on` label, so no machine is launched for it: give it the label of a pool")]
    NoLabels,
    /// A label carries a runner suffix, which no forge ever matches.
    #[error("the label `{label}` can never match: forges compare only the part before the colon, so write `runs-on: {name}`")]
    Suffix {
        /// As the job spells it.
        label: String,
        /// As it should be.
        name: String,
    },
    /// No pool has all of the labels.
    #[error("no pool covers the labels {wanted}; the pools serve {served}: correct `runs-on` or add a pool")]
    NotCovered {
        /// The job's labels, as listed.
        wanted: String,
        /// What is on offer, as listed.
        served: String,
    },
}

/// The first pool, in the order of the configuration, that covers all labels of a job.
pub fn choose<'a>(pools: &'a [Pool], labels: &LabelSet) -> Result<&'a Pool, NoPool> {
    if labels.is_empty() {
        return Err(NoPool::NoLabels);
    }
    if let Some(pool) = pools.iter().find(|pool| pool.covers(labels)) {
        return Ok(pool);
    }
    if let Some((label, name)) = labels.iter().find_map(|label| Some((label, label.split_once(':')?.0))) {
        return Err(NoPool::Suffix { label: label.clone(), name: name.to_owned() });
    }
    Err(NoPool::NotCovered { wanted: listed(labels), served: listed(&labels_served(pools)) })
}

/// What the pools have on offer together, as jobs spell it.
pub fn labels_served(pools: &[Pool]) -> LabelSet {
    pools.iter().flat_map(|pool| &pool.labels).map(|label| label.name().to_owned()).collect()
}

/// The pools of an installation that configures none: the labels that our users' workflows name today.
pub fn defaults(backend: &BackendName, runner: &[String]) -> Vec<Pool> {
    let machines =
        [("go", "t3.small"), ("docker", "t3.medium"), ("deploy", "t3.micro"), ("node", "t3.medium"), ("godot", "t3.medium")];
    machines.into_iter().filter_map(|(label, instance_type)| default_pool(label, instance_type, backend, runner)).collect()
}

fn default_pool(label: &str, instance_type: &str, backend: &BackendName, runner: &[String]) -> Option<Pool> {
    Some(Pool {
        name: PoolName::new(label),
        labels: vec![label.parse().ok()?],
        backend: backend.clone(),
        instance_types: vec![instance_type.to_owned()],
        ec2: Ec2Settings::default(),
        runner: runner.to_vec(),
        pass_environment: Vec::new(),
        limit: DEFAULT_LIMIT,
        boot_limit_s: DEFAULT_BOOT_LIMIT_S,
        idle_limit_s: DEFAULT_IDLE_LIMIT_S,
        maximum_age_s: DEFAULT_MAXIMUM_AGE_S,
        fork_pull_requests: ForkPullRequests::Refuse,
    })
}

/// The backend whose machines are processes of this computer.
pub const PROCESS: &str = "process";
/// The backend whose machines are EC2 instances.
pub const EC2: &str = "ec2";
/// The runner of Gitea under its present name and under that before version 1.0.
pub const DEFAULT_RUNNERS: [&str; 2] = ["/usr/local/bin/gitea-runner", "/usr/local/bin/act_runner"];
/// Most machines of one pool when the configuration does not say.
pub const DEFAULT_LIMIT: u32 = 20;
/// Ten minutes: the slowest boot measured with a stock image was just over one.
pub const DEFAULT_BOOT_LIMIT_S: u64 = 600;
/// Enough for a checkout and a build beside the image.
pub const DEFAULT_VOLUME_GIB: u32 = 30;
/// Five minutes.
pub const DEFAULT_IDLE_LIMIT_S: u64 = 300;
/// Three and a half hours: both runners end a job after three.
pub const DEFAULT_MAXIMUM_AGE_S: u64 = 12_600;

#[cfg(test)]
mod tests {
    use super::*;

    fn pools() -> Vec<Pool> {
        defaults(&"process".into(), &[])
    }

    fn labels(names: &[&str]) -> LabelSet {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_five_default_pools_serve_the_labels_in_use_today() {
        for (label, instance_type) in
            [("go", "t3.small"), ("docker", "t3.medium"), ("deploy", "t3.micro"), ("node", "t3.medium"), ("godot", "t3.medium")]
        {
            let pools = pools();
            let pool = choose(&pools, &labels(&[label])).unwrap();
            assert_eq!(pool.name.as_str(), label);
            assert_eq!(pool.instance_types, [instance_type]);
        }
    }

    #[test]
    fn the_first_pool_that_covers_all_labels_wins() {
        let mut pools = pools();
        let mut big = pools[0].clone();
        big.name = "big".into();
        big.labels.push("linux".parse().unwrap());
        pools.push(big);
        assert_eq!(choose(&pools, &labels(&["go"])).unwrap().name.as_str(), "go");
        assert_eq!(choose(&pools, &labels(&["linux", "go"])).unwrap().name.as_str(), "big");
    }

    #[test]
    fn a_job_without_a_pool_is_told_why() {
        let sentence = |names: &[&str]| choose(&pools(), &labels(names)).unwrap_err().to_string();
        assert_eq!(
            sentence(&["Go"]),
            "no pool covers the labels [Go]; the pools serve [deploy, docker, go, godot, node]: correct `runs-on` or add a pool"
        );
        assert_eq!(
            sentence(&["go:host"]),
            "the label `go:host` can never match: forges compare only the part before the colon, so write `runs-on: go`"
        );
        assert!(sentence(&[]).starts_with("the job has no `runs-on` label"));
    }
}
