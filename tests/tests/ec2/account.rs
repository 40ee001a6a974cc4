//! What an operator has in the account before `dispatch` comes: a network, an image, a role for machines, a table.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::Deref;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use dispatch::aws::SdkConfig;
use dispatch::config::AwsConfig;
use dispatch::store::dynamodb::create_table;
use tests::aws::{Lab, REGION};

/// An emulator: of this test, or of all that have their own names for everything in it.
pub(crate) enum Emulator {
    Own(Lab),
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
pub(crate) struct Account {
    pub(crate) lab: Emulator,
    pub(crate) aws: AwsConfig,
    pub(crate) role_id: String,
    pub(crate) table: Client,
}

impl Account {
    /// Two subnets, an image, a profile with a role, and an empty table, the last two of this name.
    pub(crate) async fn new(lab: Emulator, name: &str) -> Self {
        let role_id = role(&lab, name);
        let table = Client::new(&patient(lab.settings().await));
        create_table(&table, name).await.unwrap();
        let subnets = all(&query(&lab, "ec2", &[("Action", "DescribeSubnets"), ("Version", VERSION)]), "subnetId");
        let groups = all(&query(&lab, "ec2", &[("Action", "DescribeSecurityGroups"), ("Version", VERSION)]), "groupId");
        let images = all(&query(&lab, "ec2", &[("Action", "DescribeImages"), ("Version", VERSION)]), "imageId");
        let aws = AwsConfig {
            region: REGION.to_owned(),
            table: name.to_owned(),
            image: images.into_iter().next(),
            subnets: subnets.into_iter().take(2).collect(),
            security_groups: groups.into_iter().take(1).collect(),
            instance_profile: name.to_owned(),
            role_id: None,
        };
        if let Emulator::Own(lab) = &lab {
            lab.forget_calls();
        }
        Self { lab, aws, role_id, table }
    }

    /// What EC2 says about all instances, in its XML.
    pub(crate) fn instances(&self) -> String {
        query(&self.lab, "ec2", &[("Action", "DescribeInstances"), ("Version", VERSION)])
    }

    /// Ends an instance as its own shutdown does.
    pub(crate) fn power_off(&self, instance: &str) {
        query(&self.lab, "ec2", &[("Action", "TerminateInstances"), ("Version", VERSION), ("InstanceId.1", instance)]);
    }
}

const VERSION: &str = "2016-11-15";
const IAM: (&str, &str) = ("Version", "2010-05-08");

/// The computer that runs the tests may be slower than AWS.
pub(crate) fn patient(settings: SdkConfig) -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_mins(1)).build();
    settings.into_builder().timeout_config(limits).build()
}

fn role(lab: &Lab, name: &str) -> String {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}"#;
    let made = query(lab, "iam", &[("Action", "CreateRole"), IAM, ("RoleName", name), ("AssumeRolePolicyDocument", trust)]);
    query(lab, "iam", &[("Action", "CreateInstanceProfile"), IAM, ("InstanceProfileName", name)]);
    let join = [("Action", "AddRoleToInstanceProfile"), IAM, ("InstanceProfileName", name), ("RoleName", name)];
    query(lab, "iam", &join);
    all(&made, "RoleId").remove(0)
}

/// The texts of all elements of that name, in order.
pub(crate) fn all(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = |rest: &str| rest.split_once(&close).map(|(text, _)| text.to_owned());
    xml.split(&open).skip(1).filter_map(text).collect()
}

/// One call in AWS's query protocol; the emulator looks at the service in the signature and nothing else of it.
pub(crate) fn query(lab: &Lab, service: &str, form: &[(&str, &str)]) -> String {
    let escaped = |text: &str| {
        let byte = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(byte).collect::<String>()
    };
    let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    post(lab, service, &pairs.join("&")).unwrap()
}

fn post(lab: &Lab, service: &str, body: &str) -> io::Result<String> {
    let endpoint = lab.endpoint();
    let address = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    let signature =
        format!("AWS4-HMAC-SHA256 Credential=lab/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0");
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: {signature}\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") { Ok(answer) } else { Err(io::Error::other(answer)) }
}
