//! When the SDK tries again: what it does by itself, and when others were in a transaction's way.

use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use super::cancelled::UNMET;

/// DynamoDB answers in milliseconds, so the waits begin small; they double, are cut at random, and add up to 4 s at most.
///
/// All attempts of one operation carry the same token, so a transaction whose answer was lost is not repeated.
pub(super) fn policy() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(10)
        .with_initial_backoff(Duration::from_millis(20))
        .with_max_backoff(Duration::from_secs(1))
}

/// How many retries may be under way: fifty deliveries of one matrix add to one counter at the same time.
pub(super) fn partition(table: &str) -> RetryPartition {
    let bucket = TokenBucket::builder().capacity(5_000).build();
    RetryPartition::custom(format!("dispatch/{table}")).token_bucket(bucket).build()
}

/// Tries again a transaction that was cancelled for no fault of its content.
///
/// The SDK knows throttling of whole requests only; in a transaction it hides among the reasons.
#[derive(Debug)]
pub(super) struct Disturbed;

impl ClassifyRetry for Disturbed {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(|error| error.as_operation_error());
        match error.and_then(|error| error.downcast_ref()) {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                if is_passing(codes) { RetryAction::throttling_error() } else { RetryAction::NoActionIndicated }
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "disturbed transactions"
    }
}

/// An unmet expectation stays unmet, whatever else was in the way.
fn is_passing<'a>(codes: impl Iterator<Item = &'a str>) -> bool {
    let codes: Vec<_> = codes.collect();
    !codes.contains(&UNMET) && codes.iter().any(|code| PASSING.contains(code))
}

const PASSING: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_by_itself_is_tried_again() {
        assert!(is_passing(["None", "TransactionConflict"].into_iter()));
        assert!(is_passing(["ThrottlingError"].into_iter()));
        assert!(!is_passing(["TransactionConflict", UNMET].into_iter()), "the other transaction would have to undo itself");
        assert!(!is_passing(["None", "ValidationError"].into_iter()));
        assert!(!is_passing([].into_iter()));
    }
}
