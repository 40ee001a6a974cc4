//! The backend with its clients of AWS. Nothing is asked before it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::role::MachineRole;
use super::sdk::SdkEc2;
use super::signed::Signed;
use super::table::TableItems;
use super::{Ec2Cloud, Site};
use crate::aws::SdkConfig;
use crate::clock::Clock;
use crate::config::{AwsConfig, Config};
use crate::forge::Forge;
use crate::identifier::ForgeName;

impl Ec2Cloud {
    /// The instances of an installation: `forges` are those of the configuration, `settings` say as whom and where AWS is called.
    pub fn connect(
        config: &Config,
        aws: &AwsConfig,
        settings: &SdkConfig,
        forges: &BTreeMap<ForgeName, Arc<dyn Forge>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let signed = Signed::new(settings.clone());
        let role = MachineRole::new(aws.role_id.clone(), &aws.instance_profile, signed.clone());
        let items = TableItems::new(aws_sdk_dynamodb::Client::new(settings), &aws.table, role, clock.clone());
        let api = SdkEc2::new(aws_sdk_ec2::Client::new(settings), signed);
        let site = |(name, forge): (&ForgeName, &Arc<dyn Forge>)| {
            let config = config.forges.get(name)?.clone();
            Some((name.clone(), Site { config, forge: forge.clone() }))
        };
        let sites = forges.iter().filter_map(site).collect();
        Self::new(&config.stack, aws.clone(), sites, Arc::new(api), Arc::new(items), clock)
    }
}
