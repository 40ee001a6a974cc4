//! EC2 as far as we use it: a few calls, in our own words.
//!
//! Everything else here is written against [`Ec2Api`], so that it is compiled and tested without the EC2 crate.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::identifier::InstanceId;
use crate::time::Timestamp;

/// EC2 in one region.
#[async_trait]
pub trait Ec2Api: Send + Sync {
    /// `RunInstances`, asked once: who repeats it, and with what, is decided by the [ladder](super::ladder).
    async fn run(&self, launch: &Launch) -> Result<Vec<Machine>, ApiError>;

    /// `DescribeInstances`, all pages: the instances that meet all of these filters.
    async fn machines(&self, filters: &[Filter]) -> Result<Vec<Machine>, ApiError>;

    /// `TerminateInstances`; EC2 ends none of them if it refuses one.
    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), ApiError>;

    /// `DescribeImages` of one image.
    async fn image(&self, id: &str) -> Result<Image, ApiError>;

    /// The value of an SSM parameter that names an image.
    async fn parameter(&self, name: &str) -> Result<String, ApiError>;
}

/// Everything that a launch says. Two launches under one token must not differ in anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Under which EC2 carries it out once.
    pub token: String,
    /// Most machines; at least one must come.
    pub count: u16,
    /// `ami-…`.
    pub image: String,
    /// Such as `t3.small`.
    pub instance_type: String,
    /// Where.
    pub subnet: String,
    /// One-time spot instances, to be terminated when they are interrupted.
    pub spot: bool,
    /// Who may reach it: nobody.
    pub security_groups: Vec<String>,
    /// Name or ARN.
    pub instance_profile: String,
    /// The first-boot script. It holds no credential.
    pub user_data: String,
    /// What the image calls its root disk.
    pub root_device: String,
    /// Of the encrypted root disk, in gibibytes.
    pub volume_gib: u32,
    /// On instances and volumes.
    pub tags: Vec<(String, String)>,
}

/// One condition on instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// As EC2 calls it, such as `tag:dispatch:stack` or `instance-id`.
    pub name: String,
    /// Any of these.
    pub values: Vec<String>,
}

impl Filter {
    /// A filter for one value.
    pub fn of(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), values: vec![value.into()] }
    }
}

/// One instance as EC2 shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// `i-…`.
    pub id: String,
    /// Its place among the machines of one `RunInstances`, from 0.
    pub launch_index: Option<i32>,
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
    pub state: String,
    /// Such as `Server.SpotInstanceTermination`.
    pub reason_code: Option<String>,
    /// The same in EC2's words.
    pub reason: Option<String>,
    /// When it was launched.
    pub launched_at: Timestamp,
    /// Whatever it carries.
    pub tags: BTreeMap<String, String>,
}

/// What must be known of an image to launch from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What it calls its root disk, such as `/dev/xvda`.
    pub root_device: String,
    /// The size that the root disk must have at least, in gibibytes.
    pub least_gib: u32,
}

/// A call without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// EC2 has answered that it does not do it.
    Refused {
        /// Its code, such as `InsufficientInstanceCapacity`.
        code: String,
        /// Its words.
        message: String,
        /// 500 and above: EC2 itself is at fault, unless the code says otherwise.
        status: u16,
    },
    /// Nobody knows whether it was done: no answer came, or none that can be read.
    NoAnswer {
        /// What the network said.
        cause: String,
    },
}
