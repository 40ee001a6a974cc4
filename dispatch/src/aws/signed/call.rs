//! One call, as it is sent.

use serde_json::Value;

use super::service::{Protocol, Service};

/// A question to one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(super) service: Service,
    pub(super) action: &'static str,
    pub(super) method: &'static str,
    /// With the query.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Call {
    /// An action with flat parameters.
    pub fn query(service: Service, action: &'static str, parameters: &[(&str, &str)]) -> Self {
        let Protocol::Query { version } = service.protocol else { return Self::get(service, action, "/".to_owned()) };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", version)
            .extend_pairs(parameters)
            .finish();
        // As the signature counts it, a space is `%20`; any plus sign of a value is written `%2B` already.
        let body = form.replace('+', "%20");
        let headers = vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
        Self { service, action, method: "POST", path: "/".to_owned(), headers, body }
    }

    /// An action with a document.
    pub fn json(service: Service, action: &'static str, document: &Value) -> Self {
        let Protocol::Json { target, version } = service.protocol else { return Self::get(service, action, "/".to_owned()) };
        let headers =
            vec![("content-type", format!("application/x-amz-json-{version}")), ("x-amz-target", format!("{target}.{action}"))];
        Self { service, action, method: "POST", path: "/".to_owned(), headers, body: document.to_string() }
    }

    /// A path with its query.
    pub fn get(service: Service, action: &'static str, path: String) -> Self {
        Self { service, action, method: "GET", path, headers: Vec::new(), body: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::service::{DYNAMODB, EC2};
    use super::*;

    #[test]
    fn parameters_are_a_form() {
        let call = Call::query(EC2, "DescribeSubnets", &[("SubnetId.1", "subnet-1"), ("Odd", "a+b c")]);
        assert_eq!(call.body, "Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-1&Odd=a%2Bb%20c");
    }

    #[test]
    fn a_document_names_its_action_in_a_header() {
        let call = Call::json(DYNAMODB, "DescribeTable", &json!({ "TableName": "runs" }));
        assert_eq!(call.headers[1], ("x-amz-target", "DynamoDB_20120810.DescribeTable".to_owned()));
        assert_eq!(call.body, r#"{"TableName":"runs"}"#);
    }
}
