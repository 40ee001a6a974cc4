//! What is needed on AWS.

use super::fields::Fields;
use crate::config::keys::AWS;
use crate::config::values::Scalar;
use crate::config::values::aws::{Image, InstanceProfile, Region, RoleId, SecurityGroup, Subnet, Table};
use crate::config::{AwsConfig, Environment};

/// Reads the section, if there is one.
pub(super) fn aws(fields: &mut Fields<'_, '_, '_>) -> Option<AwsConfig> {
    fields.mapping("aws")?;
    let mut fields = fields.section("aws", &AWS);
    let region = fields.optional::<Region>("region").map(|region| region.0);
    Some(AwsConfig {
        region: region.unwrap_or_else(|| region_of(fields.reader.environment)),
        table: fields.optional::<Table>("table").unwrap_or_default().0,
        // One that cannot be read has been told, and must not look like one that nobody names.
        image: fields.has("image").then(|| fields.optional::<Image>("image").unwrap_or_default().0),
        subnets: fields.list::<Subnet>("subnets").into_iter().map(|subnet| subnet.0).collect(),
        security_groups: fields.list::<SecurityGroup>("security_groups").into_iter().map(|group| group.0).collect(),
        instance_profile: fields.optional::<InstanceProfile>("instance_profile").unwrap_or_default().0,
        role_id: fields.optional::<RoleId>("role_id").map(|id| id.0),
    })
}

/// The region that AWS's own tools would take from the environment; empty if it says none.
pub(in crate::config) fn region_of(environment: &Environment) -> String {
    let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().filter_map(|name| environment.text(name));
    named.filter_map(|text| Region::parse(text).ok()).map(|region| region.0).next().unwrap_or_default()
}
