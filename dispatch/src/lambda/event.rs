//! What woke the function, recognised by the shape of the event.

use serde_json::{Map, Value};

use super::Failure;
use super::request::Request;
use super::stream::Batch;
use crate::text::printable;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A request of a function URL, payload format 2.0.
    Request(Request),
    /// The schedule, by a rule of `EventBridge` or by its scheduler.
    Schedule,
    /// Items of the table that were written.
    Stream(Batch),
}

/// Names of an unknown event's fields that are repeated in the refusal.
const MOST_NAMES: usize = 8;

impl Event {
    /// Recognises an event.
    pub(super) fn recognise(event: Value) -> Result<Self, Failure> {
        let Value::Object(fields) = &event else { return Err(Failure::UnknownEvent("this one is no JSON object".to_owned())) };
        if fields.get("detail-type").is_some_and(|kind| kind == "Scheduled Event") {
            return Ok(Self::Schedule);
        }
        if fields.get("Records").is_some_and(of_a_table) {
            return Ok(Self::Stream(Batch::read(&event)));
        }
        if fields.get("requestContext").and_then(|context| context.get("http")).is_some() {
            return Request::read(event).map(Self::Request);
        }
        Err(Failure::UnknownEvent(looks(fields)))
    }
}

fn of_a_table(records: &Value) -> bool {
    let mut records = records.as_array().into_iter().flatten().peekable();
    records.peek().is_some() && records.all(|record| record.get("eventSource").is_some_and(|source| source == "aws:dynamodb"))
}

/// What an unknown event looks like, without its values.
fn looks(fields: &Map<String, Value>) -> String {
    if fields.contains_key("httpMethod") {
        return "this one looks like a request in payload format 1.0: choose a function URL, or format 2.0".to_owned();
    }
    if fields.is_empty() {
        return "this one is empty".to_owned();
    }
    let names: Vec<String> = fields.keys().take(MOST_NAMES).map(|name| format!("`{}`", printable(name, 40))).collect();
    format!("this one has {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_and_the_scheduler_are_the_schedule() {
        for source in ["aws.events", "aws.scheduler"] {
            let event = json!({ "version": "0", "detail-type": "Scheduled Event", "source": source, "detail": {} });
            assert_eq!(Event::recognise(event), Ok(Event::Schedule));
        }
    }

    #[test]
    fn other_events_are_told_what_is_handled() {
        let sentence = |event| Event::recognise(event).unwrap_err().to_string();
        let told = sentence(json!({ "key1": "hunter2", "key2": {} }));
        assert!(told.ends_with("batches of a DynamoDB stream; this one has `key1`, `key2`"), "{told}");
        for (event, end) in [
            (json!({}), "this one is empty"),
            (json!([1]), "this one is no JSON object"),
            (json!({ "Records": [] }), "this one has `Records`"),
            (json!({ "Records": [{ "eventSource": "aws:sqs" }] }), "this one has `Records`"),
            (json!({ "httpMethod": "POST", "path": "/" }), "choose a function URL, or format 2.0"),
            (json!({ "detail-type": "EC2 Instance State-change Notification" }), "this one has `detail-type`"),
        ] {
            let told = sentence(event);
            assert!(told.ends_with(end), "{told}");
        }
    }

    #[test]
    fn a_batch_of_two_sources_is_none() {
        let mixed = json!({ "Records": [{ "eventSource": "aws:dynamodb" }, { "eventSource": "aws:kinesis" }] });
        assert!(Event::recognise(mixed).is_err());
    }
}
