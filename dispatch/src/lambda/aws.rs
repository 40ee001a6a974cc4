//! The function with its clients of AWS.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use super::{Failure, Function, Role, configuration};
use crate::aws::{SdkConfig, settings};
use crate::clock::TimeOfDay;
use crate::cloud::Cloud;
use crate::cloud::ec2::Ec2Cloud;
use crate::config::{AwsConfig, Config, Environment};
use crate::forge;
use crate::identifier::BackendName;
use crate::journal::LogJournal;
use crate::pool::EC2;
use crate::service::Service;
use crate::store::DynamoDbStore;

/// Reads the configuration and makes what the first delivery needs. Nothing is asked of AWS or of a forge.
pub(super) async fn function(environment: &Environment, archive: &Path) -> Result<Function, Failure> {
    let role = Role::of(environment)?;
    let config = configuration(environment, archive)?;
    let aws = on_aws(&config)?;
    let settings = settings(Some(&aws.region)).await;
    let store = DynamoDbStore::new(&settings, &aws.table);
    let edge = Service {
        store: Arc::new(store),
        clock: Arc::new(TimeOfDay::default()),
        forges: BTreeMap::new(),
        clouds: BTreeMap::new(),
        journal: Arc::new(LogJournal),
        holder: holder(environment),
        config,
    };
    let parts = Parts { config: edge.config.clone(), aws, settings, holder: edge.holder.clone() };
    Ok(Function::new(role, edge, move || parts.worker()))
}

/// What the worker's side is made of, when it is needed.
struct Parts {
    config: Config,
    aws: AwsConfig,
    settings: SdkConfig,
    holder: String,
}

impl Parts {
    fn worker(&self) -> Result<Service, Failure> {
        let forges = forge::connect(&self.config).map_err(|error| Failure::Connect(error.to_string()))?;
        let clock = Arc::new(TimeOfDay::default());
        let cloud: Arc<dyn Cloud> = Arc::new(Ec2Cloud::connect(&self.config, &self.aws, &self.settings, &forges, clock.clone()));
        Ok(Service {
            config: self.config.clone(),
            store: Arc::new(DynamoDbStore::new(&self.settings, &self.aws.table)),
            clock,
            forges,
            clouds: BTreeMap::from([(BackendName::new(EC2), cloud)]),
            journal: Arc::new(LogJournal),
            holder: self.holder.clone(),
        })
    }
}

/// A function has no disk that lasts and starts no processes.
fn on_aws(config: &Config) -> Result<AwsConfig, Failure> {
    if let Some(pool) = config.pools.iter().find(|pool| !pool.is_on_ec2()) {
        return Err(Failure::Configuration(format!(
            "the pool `{}` has the backend `{}`, which a Lambda function cannot use: write `backend: {EC2}`, or run `dispatch serve` for this pool",
            pool.name, pool.backend
        )));
    }
    config.aws.clone().ok_or_else(|| {
        Failure::Configuration(
            "nothing says where on AWS records and machines are: set the variables of docs/deploy-aws.md, or write `aws` into the configuration"
                .to_owned(),
        )
    })
}

/// Two environments of one function may run at once, so each has a name of its own: that of its log, where one may read
/// what it does.
fn holder(environment: &Environment) -> String {
    let log = environment.text("AWS_LAMBDA_LOG_STREAM_NAME").filter(|name| !name.is_empty());
    log.map_or_else(|| format!("function-{:016x}", RandomState::new().hash_one("holder")), str::to_owned)
}
