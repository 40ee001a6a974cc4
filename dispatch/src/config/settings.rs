//! The settings as the program uses them: complete, typed, checked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::forge::ForgeKind;
use crate::identifier::{ForgeName, InstanceId, PoolName, RepositoryName, Scope};
use crate::pool::Pool;

/// Everything that an installation is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Tells this installation's machines and registrations from those of every other.
    pub stack: String,
    /// The forges that it serves.
    pub forges: BTreeMap<ForgeName, ForgeConfig>,
    /// In the order in which they are tried.
    pub pools: Vec<Pool>,
    /// Bounds beyond those of the pools.
    pub limits: Limits,
    /// Where records and machines are on AWS, if anything is there.
    pub aws: Option<AwsConfig>,
    /// How the long-running form works.
    pub serve: ServeConfig,
}

/// One forge.
#[derive(Clone, Debug)]
pub struct ForgeConfig {
    /// What it is, where the configuration says so; otherwise the forge itself is asked.
    pub kind: Option<ForgeKind>,
    /// Its root, such as `https://git.example.com/`; it ends with a slash.
    pub url: String,
    /// Other host names under which people clone from it.
    pub hostnames: Vec<String>,
    /// The API token that lists jobs and registers runners.
    pub token: SecretString,
    /// Webhook secrets that are live; two while one replaces the other.
    pub webhook_secrets: Vec<SecretString>,
    /// Which jobs to look for.
    pub watch: Watch,
    /// Where runners are registered.
    pub register_at: RegisterAt,
    /// A file with further certificate authorities in PEM, for private forges.
    pub certificate_authority: Option<PathBuf>,
}

/// Which part of a forge's queue is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// All of it; needs a site administrator's token.
    Instance,
    /// The queues of these organisations and repositories.
    Only {
        /// Organisations.
        organisations: Vec<String>,
        /// Repositories.
        repositories: Vec<RepositoryName>,
    },
}

/// At which scope runners are registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegisterAt {
    /// At the job's repository.
    #[default]
    Repository,
    /// At its owner, which must be an organisation.
    Organisation,
    /// At the whole forge.
    Instance,
}

/// Where records and machines are on AWS. Nothing in it is secret: credentials come from where the AWS SDK looks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsConfig {
    /// Of everything below.
    pub region: String,
    /// The DynamoDB table of records and identities.
    pub table: String,
    /// The image of pools that name none: `ami-…`, or the name of an SSM parameter, which begins with `/`.
    pub image: Option<String>,
    /// In order of preference; at least one.
    pub subnets: Vec<String>,
    /// At least one.
    pub security_groups: Vec<String>,
    /// Name or ARN.
    pub instance_profile: String,
    /// `AROA…` of the role in that profile; IAM is asked if it is not given.
    pub role_id: Option<String>,
}

impl AwsConfig {
    /// The image of a pool as it is configured, if either names one.
    pub fn image_for<'a>(&'a self, pool: &'a Pool) -> Option<&'a str> {
        pool.ec2.image.as_deref().or(self.image.as_deref())
    }
}

/// Bounds on machines at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Over everything.
    pub total: Option<u32>,
    /// For the repositories of one owner.
    pub per_owner: Option<u32>,
    /// For one repository.
    pub per_repository: Option<u32>,
}

/// The long-running form.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// Where webhooks arrive.
    pub listen: SocketAddr,
    /// The folder of records and machines.
    pub data: PathBuf,
    /// Seconds between looks at the queue when nothing happens.
    pub sweep_interval_s: u64,
    /// Largest webhook body in bytes.
    pub body_limit: usize,
    /// Seconds that closed records are kept for `runs` and `why`.
    pub keep_closed_s: u64,
}

impl Config {
    /// The name under which a machine's runner is registered; by it a lost registration is found again.
    pub fn runner_name(&self, instance: &InstanceId) -> String {
        instance.runner_name(&self.stack)
    }

    /// The pool of this name; a record may outlive its pool.
    pub fn pool(&self, name: &PoolName) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.name == *name)
    }

    /// The scope at which the runner for a job is registered.
    pub fn scope_for(&self, forge: &ForgeName, repository: &RepositoryName) -> Scope {
        match self.forges.get(forge).map(|forge| forge.register_at).unwrap_or_default() {
            RegisterAt::Repository => Scope::Repository(repository.clone()),
            RegisterAt::Organisation => Scope::Organisation(repository.owner().to_owned()),
            RegisterAt::Instance => Scope::Instance,
        }
    }
}
