//! What an operator has in the account before `dispatch` comes: a network, an image, a role for machines, a table.

use std::ops::Deref;

use aws_sdk_dynamodb::Client;
use dispatch::config::AwsConfig;

use super::lab::{Lab, REGION};
use super::operator::{EC2, IAM};

/// An emulator: of this test, or of all that have their own names for everything in it.
#[derive(Debug)]
pub enum Emulator {
    /// So that faults and calls are its own.
    Own(Lab),
    /// So that nobody waits for another one.
    Shared(&'static Lab),
}

impl Deref for Emulator {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        match self {
            Self::Own(lab) => lab,
            Self::Shared(lab) => lab,
        }
    }
}

/// An account with what one installation needs.
#[derive(Debug)]
pub struct Account {
    /// Where it is.
    pub lab: Emulator,
    /// As the installation's configuration tells it, but for the role's id.
    pub aws: AwsConfig,
    /// Of the machines' role.
    pub role_id: String,
    /// A client for the table.
    pub table: Client,
}

impl Account {
    /// Two subnets, an image, a profile with a role, and an empty table, the last two of this name.
    pub async fn new(lab: Emulator, name: &str) -> Self {
        let role_id = role(&lab, name);
        let table = Client::new(&lab.settings().await);
        lab.create_table(name);
        let named = |action, wanted| lab.query(EC2, action, &[], wanted).into_iter();
        let aws = AwsConfig {
            region: REGION.to_owned(),
            table: name.to_owned(),
            image: named("DescribeImages", "imageId").next(),
            subnets: named("DescribeSubnets", "subnetId").take(2).collect(),
            security_groups: named("DescribeSecurityGroups", "groupId").take(1).collect(),
            instance_profile: name.to_owned(),
            role_id: None,
        };
        if let Emulator::Own(lab) = &lab {
            lab.forget_calls();
        }
        Self { lab, aws, role_id, table }
    }

    /// The ids of all instances, whoever knows of them.
    pub fn instances(&self) -> Vec<String> {
        self.lab.query(EC2, "DescribeInstances", &[], "instanceId")
    }

    /// Ends an instance as its own shutdown does.
    pub fn power_off(&self, instance: &str) {
        self.lab.query(EC2, "TerminateInstances", &[("InstanceId.1", instance)], "");
    }
}

fn role(lab: &Lab, name: &str) -> String {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}"#;
    let trusted = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
    let made = lab.query(IAM, "CreateRole", &trusted, "RoleId");
    let (role, profile) = (("RoleName", name), ("InstanceProfileName", name));
    lab.query(IAM, "CreateInstanceProfile", &[profile], "");
    lab.query(IAM, "AddRoleToInstanceProfile", &[profile, role], "");
    made.concat()
}
