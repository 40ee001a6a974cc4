//! Why a call has no answer.

use serde_json::Value;

use super::call::Call;
use crate::text::printable;

/// Longest message that is shown; AWS adds encoded ones of thousands of characters.
const LONGEST: usize = 300;

/// A call that AWS refused, or that never got there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service}:{action} was refused: {code}: {message}")]
pub struct Refused {
    service: &'static str,
    action: &'static str,
    /// AWS's own word for it, or `NoAnswer`, `NoCredentials`, `Unreadable`.
    pub code: String,
    /// AWS's own sentence.
    pub message: String,
    /// Of the answer; none if there was none that says anything.
    pub status: Option<u16>,
}

impl Refused {
    /// A refusal of our own.
    pub fn new(call: &Call, code: &str, message: &str) -> Self {
        let Call { service, action, .. } = call;
        let (code, message) = (printable(code, LONGEST), printable(message, LONGEST));
        Self { service: service.name, action, code, message, status: None }
    }

    /// What AWS says, in XML turned into a tree, or in JSON.
    pub(super) fn read(call: &Call, status: u16, header: Option<&str>, answer: &Value) -> Self {
        let places = ["/ErrorResponse/Error", "/Response/Errors/0", ""];
        let error = places.iter().find_map(|place| answer.pointer(place).filter(|error| error.is_object()));
        let text = |names: &[&str]| names.iter().find_map(|name| error?.get(name)?.as_str());
        let code = text(&["Code", "__type"]).or(header).map_or_else(|| format!("status {status}"), bare);
        let message = text(&["Message", "message"]).unwrap_or("no reason was given");
        Self { status: Some(status), ..Self::new(call, &code, message) }
    }

    /// Whether the right to ask is missing.
    pub fn is_denied(&self) -> bool {
        ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"].contains(&self.code.as_str())
    }

    /// The right that the call needs.
    pub fn right(&self) -> String {
        format!("{}:{}", self.service, self.action)
    }
}

/// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` and `X:http://…` without what is around the name.
fn bare(code: &str) -> String {
    let name = code.rsplit('#').next().unwrap_or(code);
    name.split(':').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::service::{DYNAMODB, EC2};
    use super::*;

    #[test]
    fn every_service_words_it_in_its_own_way() {
        let call = Call::query(EC2, "DescribeSubnets", &[]);
        let ec2 = json!({ "Response": { "Errors": [{ "Code": "InvalidSubnetID.NotFound", "Message": "no such subnet" }] } });
        let refused = Refused::read(&call, 400, None, &ec2);
        assert_eq!(refused.to_string(), "ec2:DescribeSubnets was refused: InvalidSubnetID.NotFound: no such subnet");
        let iam = json!({ "ErrorResponse": { "Error": { "Code": "NoSuchEntity", "Message": "none" } } });
        assert_eq!(Refused::read(&call, 404, None, &iam).code, "NoSuchEntity");
        let call = Call::json(DYNAMODB, "DescribeTable", &json!({}));
        let table = json!({ "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "none" });
        assert_eq!(Refused::read(&call, 400, None, &table).code, "ResourceNotFoundException");
        let lambda = Refused::read(&call, 403, Some("AccessDeniedException:http://x/"), &json!({ "Message": "no" }));
        assert!(lambda.is_denied() && lambda.right() == "dynamodb:DescribeTable");
        assert_eq!(Refused::read(&call, 502, None, &Value::Null).code, "status 502");
    }
}
