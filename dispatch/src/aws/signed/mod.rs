//! Calls of AWS's HTTP interfaces, signed with the credentials that AWS's own tools would take.

mod call;
mod client;
mod refused;
mod service;
mod xml;

pub use call::Call;
pub use client::Client;
pub use refused::Refused;
pub use service::{DYNAMODB, EC2, EVENTS, IAM, LAMBDA, SERVICE_QUOTAS, SSM, STS, Service};
