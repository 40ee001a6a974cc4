//! Rows of a list, read one by one: a strange one costs itself, not the list.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ForgeJob;
use super::error::{ForgeError, ForgeErrorKind};
use super::http::Answer;

/// The jobs among `values` with their ids. What cannot be read is logged; a list of which nothing can be read is an error.
pub(super) fn jobs<T: DeserializeOwned>(
    answer: &Answer,
    values: Vec<Value>,
    read: impl Fn(T) -> Result<ForgeJob, String>,
) -> Result<Vec<(u64, ForgeJob)>, ForgeError> {
    let mut jobs = Vec::with_capacity(values.len());
    let mut unread = None;
    for value in values {
        match serde_json::from_value(value).map_err(|error| error.to_string()).and_then(&read) {
            Ok(job) => jobs.push((job.id, job)),
            Err(reason) => {
                tracing::warn!(%reason, "a row of the queue is not understood and left out");
                unread = Some(reason);
            }
        }
    }
    match unread {
        Some(reason) if jobs.is_empty() => {
            Err(answer.error(ForgeErrorKind::Malformed, format!("no job of the list is understood: {reason}")))
        }
        _ => Ok(jobs),
    }
}
