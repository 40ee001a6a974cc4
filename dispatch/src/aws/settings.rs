//! The settings that every client is made from.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// A service of AWS that takes longer to connect to is not reachable from here.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// One attempt. A lost answer must be found out before the forge gives up waiting for ours, which it does after 5 s.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(3);

/// All attempts together: a pass must end before the next one is due.
const OPERATION_LIMIT: Duration = Duration::from_secs(20);

/// Settings for clients in `region`, or else wherever AWS's own tools would look for one.
///
/// Throttling and lost connections are met with the SDK's standard retries: 3 attempts, exponential and jittered. A client
/// that knows better (capacity errors of EC2, transactions of DynamoDB) says so when it is made.
pub async fn settings(region: Option<&str>) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .connect_timeout(CONNECT_LIMIT)
        .operation_attempt_timeout(ATTEMPT_LIMIT)
        .operation_timeout(OPERATION_LIMIT)
        .build();
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client)
        .timeout_config(limits)
        .retry_config(RetryConfig::standard());
    match region {
        Some(name) => loader.region(Region::new(name.to_owned())).load().await,
        None => loader.load().await,
    }
}
