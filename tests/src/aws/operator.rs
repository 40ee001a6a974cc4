//! What an operator's own tools ask of the account, beside the clients that are tested.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "what cannot be set up fails the test"
)]

use dispatch::store::dynamodb::table_properties;
use serde_json::{Value, json};

use super::lab::{Lab, REGION};

/// A service with the version of its query protocol.
pub type Service = (&'static str, &'static str);
/// Machines, images, networks.
pub const EC2: Service = ("ec2", "2016-11-15");
/// Roles.
pub const IAM: Service = ("iam", "2010-05-08");

impl Lab {
    /// One call in AWS's query protocol: the texts of all elements `wanted` of the answer, in their order.
    pub fn query(&self, (service, version): Service, action: &str, parameters: &[(&str, &str)], wanted: &str) -> Vec<String> {
        let form = [("Action", action), ("Version", version)].into_iter().chain(parameters.iter().copied());
        let pairs: Vec<String> = form.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        texts(&self.call(service, &headers, &pairs.join("&")), wanted)
    }

    /// Makes the table that `dispatch` describes, as its template does.
    pub fn create_table(&self, name: &str) {
        let mut table = table_properties();
        let expiry = table.as_object_mut().expect("properties").remove("TimeToLiveSpecification");
        table["TableName"] = json!(name);
        table["StreamSpecification"]["StreamEnabled"] = json!(true);
        self.call_table("CreateTable", &table);
        self.call_table("UpdateTimeToLive", &json!({ "TableName": name, "TimeToLiveSpecification": expiry }));
    }

    fn call_table(&self, action: &str, document: &Value) {
        let target = format!("DynamoDB_20120810.{action}");
        let headers = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target.as_str())];
        self.call("dynamodb", &headers, &document.to_string());
    }

    /// The emulator looks at the service in the signature and at nothing else of it.
    fn call(&self, service: &str, headers: &[(&str, &str)], body: &str) -> String {
        let scope = format!("Credential=lab/20260101/{REGION}/{service}/aws4_request");
        let signature = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
        self.send("POST /", &[headers, &[("Authorization", signature.as_str())]].concat(), body)
    }
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

fn texts(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let text = |rest: &str| rest.split_once(&close).map(|(text, _)| text.to_owned());
    xml.split(&open).skip(1).filter_map(text).collect()
}
