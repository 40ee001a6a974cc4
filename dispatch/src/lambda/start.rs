//! The process: reads the configuration, then takes one event after the other until Lambda ends it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::tower::util::AndThenLayer;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, Runtime, service_fn};
use serde_json::Value;
use tracing::Instrument;

use super::{Deadline, Failure, Function, aws, init_error, log};
use crate::config::Environment;

/// Runs the function; returns only if it cannot start or Lambda's own service is gone.
pub fn main() -> ExitCode {
    let environment = Environment::of_process();
    log::begin(&environment);
    // One event at a time on a fraction of a processor: more threads would only have to be started.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(run(&environment))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the function ends: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(environment: &Environment) -> Result<(), Error> {
    let function = match aws::function(environment, &archive()).await {
        Ok(function) => Arc::new(function),
        Err(failure) => {
            init_error::report(environment, &failure).await;
            return Err(failure.into());
        }
    };
    let after = {
        let function = function.clone();
        move |()| async move {
            function.after_answer().await;
            Ok::<(), Error>(())
        }
    };
    let handler = service_fn(move |event| handle(function.clone(), event));
    Runtime::new(handler).layer(AndThenLayer::new(after)).run().await
}

async fn handle(function: Arc<Function>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    let span = tracing::info_span!("event", request = context.request_id);
    let handled = function.handle(payload, Deadline::from_millis(context.deadline)).instrument(span).await;
    handled.map_err(Diagnostic::from)
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.code().to_owned(), error_message: failure.to_string() }
    }
}

/// Where Lambda unpacked the archive: beside this very program.
fn archive() -> PathBuf {
    let program = std::env::current_exe().ok();
    program.and_then(|program| program.parent().map(PathBuf::from)).unwrap_or_default()
}
