//! Tells Lambda that a function cannot start, and why; whoever calls it sees the sentence.

use std::time::Duration;

use serde_json::json;

use super::Failure;
use crate::config::Environment;
use crate::forge::http::install_ring;

/// Lambda's own service on this computer answers at once.
const WITHIN: Duration = Duration::from_secs(2);

/// Says it once; if nobody hears it, the log has it.
pub(super) async fn report(environment: &Environment, failure: &Failure) {
    let Some(runtime) = environment.text("AWS_LAMBDA_RUNTIME_API") else { return };
    install_ring();
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(WITHIN).build() else { return };
    let body = json!({ "errorType": failure.code(), "errorMessage": failure.to_string(), "stackTrace": [] });
    let call = client.post(format!("http://{runtime}/2018-06-01/runtime/init/error"));
    let _the_log_has_it = call.header("lambda-runtime-function-error-type", failure.code()).json(&body).send().await;
}
