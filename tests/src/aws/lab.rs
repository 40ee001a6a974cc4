//! The emulator as a process of its own, gone with the test.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "without an emulator the test fails")]

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use dispatch::aws::SdkConfig;
use serde_json::Value;

use super::{Call, Fault, python, request};

/// Where the lab's clients are.
pub const REGION: &str = "eu-central-1";

/// The emulator needs a second for a large transaction, and more on a busy computer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running emulator. Its helpers block for a moment.
#[derive(Debug)]
pub struct Lab {
    server: Child,
    address: SocketAddrV4,
}

impl Lab {
    /// Starts one of its own for this test, and waits until it listens.
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("aws/moto_lab");
        let mut command = Command::new(python::with_moto());
        command.arg("-B").arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("the emulator starts");
        let mut port = String::new();
        let says = server.stdout.take().expect("its output is piped");
        BufReader::new(says).read_line(&mut port).expect("the emulator says where it listens");
        let port = port.trim().parse().expect("the emulator has said on standard error why it does not listen");
        Self { server, address: SocketAddrV4::new(Ipv4Addr::LOCALHOST, port) }
    }

    /// The one that all tests of this process share, for those that have their own names for everything in it.
    ///
    /// It ends with the process, because its standard input does.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Lab> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The URL that takes the place of AWS's endpoints.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment of a program that shall take the lab for AWS.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "lab".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "lab".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// Settings for clients in this process.
    pub async fn settings(&self) -> SdkConfig {
        let lab = Credentials::new("lab", "lab", None, None, "lab");
        let settings = dispatch::aws::settings(Some(REGION)).await.into_builder();
        let patience = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
        let settings = settings.endpoint_url(self.endpoint()).timeout_config(patience);
        settings.credentials_provider(SharedCredentialsProvider::new(lab)).build()
    }

    /// Lets something go wrong. Of several faults that are about one call the first happens.
    pub fn inject(&self, fault: Fault) {
        self.ask("POST /_faults", &serde_json::to_value(fault).expect("a fault is JSON"));
    }

    /// Takes back the faults that have not happened.
    pub fn clear_faults(&self) {
        self.ask("DELETE /_faults", &Value::Null);
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        serde_json::from_value(self.ask("GET /_calls", &Value::Null)).expect("the emulator lists calls")
    }

    /// How many calls there were of one operation.
    pub fn count(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| call.operation == operation).count()
    }

    /// Starts the list of calls again.
    pub fn forget_calls(&self) {
        self.ask("DELETE /_calls", &Value::Null);
    }

    /// Empties the emulated account, and forgets calls, faults and tokens.
    pub fn reset(&self) {
        self.ask("POST /_reset", &Value::Null);
    }

    /// What the emulator itself answers, beside AWS.
    fn ask(&self, target: &str, body: &Value) -> Value {
        serde_json::from_str(&self.send(target, &[], &body.to_string())).expect("the emulator answers with JSON")
    }

    pub(super) fn send(&self, target: &str, headers: &[(&str, &str)], body: &str) -> String {
        request::send(self.address, target, headers, body).expect("the emulator answers")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
