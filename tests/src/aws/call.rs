//! What was asked of AWS.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One call, in the order in which they were answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// As in the signature: `dynamodb`, `ec2`, `sts`.
    pub service: String,
    /// As in AWS's documentation; `GET /path` where the protocol has no names.
    pub operation: String,
    /// All parameters, flat: `Placement.AvailabilityZone`, `TransactItems.1.Put.TableName`; lists count from 1.
    pub parameters: BTreeMap<String, String>,
    /// Of the answer; none if the connection was closed instead.
    pub status: Option<u16>,
    /// The mode of the fault that it met.
    pub fault: Option<String>,
}
