//! Many records in few requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::failure::failure;
use super::item::{Item, decode};
use super::write::primary_key;
use crate::record::Record;
use crate::store::{Key, StoreError, Stored};

/// The bound of `BatchGetItem`.
const MOST_KEYS: usize = 100;

/// DynamoDB may leave keys for later, when it is busy or the answer would be larger than 16 MB. The waits add up to 2.5 s.
const MOST_ROUNDS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(10);

/// Whichever of `keys` there are, each as it was last committed.
pub(super) async fn read_batch(
    client: &Client,
    table: &str,
    place: &str,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Stored<Record>>, StoreError> {
    let mut records = BTreeMap::new();
    let mut left: Vec<Item> = keys.iter().map(primary_key).collect();
    let mut round = 0;
    while !left.is_empty() {
        let later = left.split_off(left.len().min(MOST_KEYS));
        let request = request(left).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let answer = client.batch_get_item().request_items(table, request).send().await;
        let answer = answer.map_err(|error| failure(place, &error))?;
        let found = answer.responses.unwrap_or_default().into_values().flatten();
        for item in found {
            records.extend([decode(&item)?]);
        }
        left = unprocessed(answer.unprocessed_keys);
        if !left.is_empty() {
            wait(place, round).await?;
            round += 1;
        }
        left.extend(later);
    }
    Ok(records)
}

fn request(keys: Vec<Item>) -> Result<KeysAndAttributes, BuildError> {
    KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()
}

fn unprocessed(left: Option<HashMap<String, KeysAndAttributes>>) -> Vec<Item> {
    left.into_iter().flatten().flat_map(|(_, left)| left.keys).collect()
}

async fn wait(place: &str, round: u32) -> Result<(), StoreError> {
    if round >= MOST_ROUNDS {
        return Err(StoreError::Unavailable(format!("{place} is throttled: it leaves keys unread; the next pass tries again")));
    }
    tokio::time::sleep(FIRST_WAIT * 2_u32.pow(round)).await;
    Ok(())
}
