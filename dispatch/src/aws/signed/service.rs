//! The services that are asked, and how each is spoken to.

/// One service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// In the signature, in IAM's actions and, unless it is global, in the host name.
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    is_global: bool,
}

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// A form; the answer is XML.
    Query {
        /// Of the interface.
        version: &'static str,
    },
    /// JSON, with the action in a header.
    Json {
        /// What stands before the action.
        target: &'static str,
        /// In the media type.
        version: &'static str,
    },
    /// A path; the answer is JSON.
    Path,
}

/// Tables and their items.
pub const DYNAMODB: Service = Service::json("dynamodb", "DynamoDB_20120810", "1.0");
/// Machines, images, networks.
pub const EC2: Service = Service::query("ec2", "2016-11-15");
/// Rules that call functions.
pub const EVENTS: Service = Service::json("events", "AWSEvents", "1.1");
/// Roles and their policies.
pub const IAM: Service = Service { is_global: true, ..Service::query("iam", "2010-05-08") };
/// Functions.
pub const LAMBDA: Service = Service { name: "lambda", protocol: Protocol::Path, is_global: false };
/// How much of everything an account may have.
pub const SERVICE_QUOTAS: Service = Service::json("servicequotas", "ServiceQuotasV20190624", "1.1");
/// Parameters.
pub const SSM: Service = Service::json("ssm", "AmazonSSM", "1.1");
/// Who asks.
pub const STS: Service = Service::query("sts", "2011-06-15");

impl Service {
    const fn query(name: &'static str, version: &'static str) -> Self {
        Self { name, protocol: Protocol::Query { version }, is_global: false }
    }

    const fn json(name: &'static str, target: &'static str, version: &'static str) -> Self {
        Self { name, protocol: Protocol::Json { target, version }, is_global: false }
    }

    /// Where it listens.
    pub(super) fn endpoint(self, region: &str) -> String {
        let name = self.name;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        match (self.is_global, region) {
            (false, _) => format!("https://{name}.{region}.{domain}"),
            (true, region) if region.starts_with("cn-") => format!("https://{name}.cn-north-1.{domain}"),
            (true, region) if region.starts_with("us-gov-") => format!("https://{name}.us-gov.{domain}"),
            (true, _) => format!("https://{name}.{domain}"),
        }
    }

    /// The region that the signature names.
    pub(super) fn signing_region(self, region: &str) -> &str {
        match (self.is_global, region) {
            (false, region) => region,
            (true, region) if region.starts_with("cn-") => "cn-north-1",
            (true, region) if region.starts_with("us-gov-") => "us-gov-west-1",
            (true, _) => "us-east-1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iam_is_one_for_all_regions_of_a_partition() {
        let place = |service: Service, region| (service.endpoint(region), service.signing_region(region).to_owned());
        let expect = |endpoint: &str, region: &str| (endpoint.to_owned(), region.to_owned());
        assert_eq!(place(EC2, "eu-west-1"), expect("https://ec2.eu-west-1.amazonaws.com", "eu-west-1"));
        assert_eq!(place(EC2, "cn-north-1"), expect("https://ec2.cn-north-1.amazonaws.com.cn", "cn-north-1"));
        assert_eq!(place(IAM, "eu-west-1"), expect("https://iam.amazonaws.com", "us-east-1"));
        assert_eq!(place(IAM, "us-gov-east-1"), expect("https://iam.us-gov.amazonaws.com", "us-gov-west-1"));
    }
}
