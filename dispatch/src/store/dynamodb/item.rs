//! A record as the attributes of an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attribute::{CLOSED, EXPIRES_AT, FENCE, KEY, KIND, LIST, OPEN, RANK, RECORD, SCHEMA, VALUE, VERSION};
use crate::record::{self, Record};
use crate::store::{Key, Life, StoreError, Stored};

/// Attributes by name.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The attributes of a record, without key and version, which come with the write.
pub(super) type Attributes = Vec<(&'static str, AttributeValue)>;

/// What a record says in its item.
pub(super) fn encode(key: &Key, record: &Record, life: Life) -> Result<Attributes, StoreError> {
    let mut attributes = vec![(KIND, text(kind(record))), (SCHEMA, number(record::SCHEMA))];
    match record {
        Record::Counter { value } => attributes.push((VALUE, number(*value))),
        other => attributes.push((RECORD, text(json(key, other)?))),
    }
    if let Record::Lease(lease) = record {
        attributes.push((FENCE, number(lease.fence)));
    }
    attributes.extend(listing(key, record, life));
    Ok(attributes)
}

/// What an item says.
pub(super) fn decode(item: &Item) -> Result<(Key, Stored<Record>), StoreError> {
    let key = item.get(KEY).and_then(|key| key.as_s().ok()).map_or("", String::as_str);
    let schema: u32 = numeral(item, SCHEMA).ok_or_else(|| lacks(key, SCHEMA))?;
    if schema > record::SCHEMA {
        return Err(StoreError::newer(key, schema));
    }
    let version = numeral(item, VERSION).ok_or_else(|| lacks(key, VERSION))?;
    let record = content(item).ok_or_else(|| lacks(key, RECORD))?.map_err(|error| StoreError::unreadable(key, &error))?;
    Ok((Key::from_stored(key), Stored { version, record }))
}

/// The count in an item that holds one.
pub(super) fn count(item: &Item) -> Option<u64> {
    let of_a_counter = item.get(KIND).is_some_and(|kind| *kind == text(COUNTER));
    of_a_counter.then(|| numeral::<u128>(item, VALUE)).flatten().map(|value| u64::try_from(value).unwrap_or(u64::MAX))
}

/// [`KIND`] of counters, the only one that a condition asks for.
pub(super) const COUNTER: &str = "counter";

fn kind(record: &Record) -> &'static str {
    match record {
        Record::Job(_) => "job",
        Record::Runner(_) => "runner",
        Record::Batch(_) => "batch",
        Record::Notice(_) => "notice",
        Record::Control(_) => "control",
        Record::Lease(_) => "lease",
        Record::Bell => "bell",
        Record::Counter { .. } => COUNTER,
        Record::Drift(_) => "drift",
    }
}

/// Where it is listed, and when it may be forgotten. Only jobs and runners are listed after they were closed.
fn listing(key: &Key, record: &Record, life: Life) -> Attributes {
    match life {
        Life::Open => vec![(LIST, text(OPEN)), (RANK, text(key.as_str()))],
        // Rounded up: never a second before.
        Life::Closed { at, expires_at } => {
            let expiry = (EXPIRES_AT, number(expires_at.millis().div_ceil(1000)));
            match record {
                Record::Job(_) | Record::Runner(_) => {
                    vec![(LIST, text(CLOSED)), (RANK, text(format!("{:020}#{key}", at.millis()))), expiry]
                }
                Record::Batch(_)
                | Record::Notice(_)
                | Record::Control(_)
                | Record::Lease(_)
                | Record::Bell
                | Record::Counter { .. }
                | Record::Drift(_) => {
                    vec![expiry]
                }
            }
        }
        Life::Standing => vec![],
    }
}

/// None if there is no record in it.
fn content(item: &Item) -> Option<Result<Record, serde_json::Error>> {
    match count(item) {
        Some(value) => Some(Ok(Record::Counter { value })),
        None => item.get(RECORD).and_then(|record| record.as_s().ok()).map(|record| serde_json::from_str(record)),
    }
}

fn json(key: &Key, record: &Record) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::unreadable(key.as_str(), &error))
}

fn lacks(key: &str, attribute: &str) -> StoreError {
    StoreError::unreadable(key, &format!("its attribute `{attribute}` is missing or of another form: it is no record of ours"))
}

fn numeral<T: std::str::FromStr>(item: &Item, attribute: &str) -> Option<T> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// A text.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number; DynamoDB takes them as text.
pub(super) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}
