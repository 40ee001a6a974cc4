//! What is needed on AWS.

use super::fields::Fields;
use crate::config::keys::AWS;
use crate::config::values::Scalar;
use crate::config::values::aws::{Image, InstanceProfile, Region, RoleId, SecurityGroup, Subnet, Table};
use crate::config::{AwsConfig, Environment};

/// What nothing on AWS can do without. If one of them is set, something is on AWS.
pub(in crate::config) const AWS_VARIABLES: [&str; 5] =
    ["RUNNER_AMI", "SUBNET", "SECURITY_GROUP", "DDB_TABLE", "INSTANCE_PROFILE"];

/// Reads the section. What it leaves out the environment says, as in a function that the template has installed.
pub(super) fn aws(fields: &mut Fields<'_, '_, '_>) -> Option<AwsConfig> {
    let environment = fields.reader.environment;
    let is_set = |name: &str| environment.text(name).is_some_and(|text| !text.is_empty());
    let given = fields.mapping("aws").is_some();
    // A section that cannot be read has been told.
    let unreadable = !given && fields.given("aws").is_some_and(|aws| !aws.node.is_null());
    if unreadable || !given && !AWS_VARIABLES.iter().any(|name| is_set(name)) {
        return None;
    }
    let mut fields = fields.section("aws", &AWS);
    let region = fields.optional::<Region>("region").map(|region| region.0);
    let image = fields.has("image") || is_set("RUNNER_AMI");
    Some(AwsConfig {
        region: region.unwrap_or_else(|| region_of(environment)),
        table: fields.or_variable::<Table>("table", "DDB_TABLE").unwrap_or_default().0,
        // One that cannot be read has been told, and must not look like one that nobody names.
        image: image.then(|| fields.or_variable::<Image>("image", "RUNNER_AMI").unwrap_or_default().0),
        subnets: fields.list_or_variable::<Subnet>("subnets", "SUBNET").into_iter().map(|subnet| subnet.0).collect(),
        security_groups: fields
            .list_or_variable::<SecurityGroup>("security_groups", "SECURITY_GROUP")
            .into_iter()
            .map(|group| group.0)
            .collect(),
        instance_profile: fields.or_variable::<InstanceProfile>("instance_profile", "INSTANCE_PROFILE").unwrap_or_default().0,
        role_id: fields.or_variable::<RoleId>("role_id", "INSTANCE_ROLE_ID").map(|id| id.0),
    })
}

/// The region that AWS's own tools would take from the environment; empty if it says none.
pub(in crate::config) fn region_of(environment: &Environment) -> String {
    let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().filter_map(|name| environment.text(name));
    named.filter_map(|text| Region::parse(text).ok()).map(|region| region.0).next().unwrap_or_default()
}
