//! Batches of the table's stream: which of the items are new jobs and bells, and the answer that makes Lambda send them again.

use serde::Serialize;
use serde_json::Value;

use crate::edge::Ring;

/// How the keys of jobs begin.
const JOB: &str = "job#";
/// How the keys of bells begin.
const BELL: &str = "bell#";

/// The new jobs and bells of a batch, by the stream's sequence numbers in their order.
///
/// The template filters the stream, so that there is nothing else in it. A stream without its filter would also bring
/// what a pass writes; if that made another pass, the function would keep itself busy for ever. So the filter is
/// repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    wakes: Vec<String>,
    ring: Ring,
}

/// What Lambda is told: from the first of these on, the batch comes again, as often as the event source mapping allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failures {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

impl Batch {
    /// Reads what it can; a record in an unknown shape is none of ours.
    pub(super) fn read(event: &Value) -> Self {
        let records = event.get("Records").and_then(Value::as_array).into_iter().flatten();
        let wakes: Vec<(String, &str)> = records.filter_map(wake).collect();
        let is_bell = |(_, key): &(String, &str)| key.starts_with(BELL);
        let ring = if wakes.iter().any(is_bell) { Ring::NowAndLater } else { Ring::Now };
        let ring = if wakes.is_empty() { Ring::No } else { ring };
        Self { wakes: wakes.into_iter().map(|(number, _)| number).collect(), ring }
    }

    /// When to look. Who rings may know of jobs that come into the queue only after this.
    pub(super) fn ring(&self) -> Ring {
        self.ring
    }

    /// One pass serves all of them, or leaves none of them behind.
    pub(super) fn answer(&self, served: bool) -> Failures {
        let first = self.wakes.first().filter(|_| !served).cloned();
        Failures { batch_item_failures: first.map(|item_identifier| ItemFailure { item_identifier }).into_iter().collect() }
    }
}

/// The sequence number and the key of an item that wakes the worker.
fn wake(record: &Value) -> Option<(String, &str)> {
    let change = record.get("dynamodb")?;
    let inserted = record.get("eventName")? == "INSERT";
    let keys = change.get("Keys")?.as_object()?.values().filter_map(|key| key.get("S")?.as_str());
    let mut wakes = keys.filter(|key| key.starts_with(JOB) || key.starts_with(BELL));
    let number = change.get("SequenceNumber")?.as_str()?;
    wakes.next().filter(|_| inserted).map(|key| (number.to_owned(), key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(name: &str, key: &str, number: &str) -> Value {
        json!({
            "eventID": "1", "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
            "dynamodb": { "Keys": { "pk": { "S": key } }, "SequenceNumber": number, "SizeBytes": 26, "StreamViewType": "KEYS_ONLY" },
            "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/runs/stream/2026-01-01T00:00:00.000"
        })
    }

    fn batch(records: &[Value]) -> Batch {
        Batch::read(&json!({ "Records": records }))
    }

    #[test]
    fn only_new_jobs_and_bells_count() {
        let lease = record("MODIFY", "lease#worker", "1");
        let changed = record("MODIFY", "job#home/7/1", "2");
        let runner = record("INSERT", "runner#b/0", "3");
        let forgotten = record("REMOVE", "bell#1000", "4");
        assert!(batch(&[lease.clone(), changed, runner, forgotten, json!({}), json!(7)]).ring() == Ring::No);
        let new = batch(&[lease.clone(), record("INSERT", "job#home/7/1", "5")]);
        assert_eq!((new.wakes.as_slice(), new.ring()), (&["5".to_owned()][..], Ring::Now));
        for bell in ["bell#1000", "bell#event/home/0123456789abcdef"] {
            let rung = batch(&[lease.clone(), record("INSERT", bell, "6")]);
            assert_eq!((rung.wakes.as_slice(), rung.ring()), (&["6".to_owned()][..], Ring::NowAndLater));
        }
    }

    #[test]
    fn what_was_not_served_comes_again_from_the_first_new_job_on() {
        let batch = batch(&[
            record("INSERT", "runner#b/0", "1"),
            record("INSERT", "job#home/7/1", "2"),
            record("INSERT", "job#home/8/1", "3"),
        ]);
        let answer = |served| serde_json::to_string(&batch.answer(served)).unwrap();
        assert_eq!(answer(true), r#"{"batchItemFailures":[]}"#);
        assert_eq!(answer(false), r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#);
    }
}
