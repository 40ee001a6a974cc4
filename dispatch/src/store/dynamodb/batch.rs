//! Many items in few requests.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::failure::Failure;
use super::item::Item;

/// The bound of `BatchGetItem`.
const MOST_KEYS: usize = 100;

/// DynamoDB may leave keys for later, when it is busy or the answer would be larger than 16 MB. The waits add up to 2.5 s.
const MOST_ROUNDS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(10);

/// Whichever items of these keys there are, each as it was last written: whole, or only the `attributes` of this expression.
pub(crate) async fn read_items(
    client: &Client,
    table: &str,
    keys: Vec<Item>,
    attributes: Option<&str>,
) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::with_capacity(keys.len());
    let mut left = keys;
    let mut round = 0;
    while !left.is_empty() {
        let later = left.split_off(left.len().min(MOST_KEYS));
        let request = request(left, attributes).map_err(|error| Failure::unmade(&error))?;
        let answer = client.batch_get_item().request_items(table, request).send().await;
        let answer = answer.map_err(|error| Failure::of(&error))?;
        items.extend(answer.responses.unwrap_or_default().into_values().flatten());
        left = unprocessed(answer.unprocessed_keys);
        if !left.is_empty() {
            wait(round).await?;
            round += 1;
        }
        left.extend(later);
    }
    Ok(items)
}

fn request(keys: Vec<Item>, attributes: Option<&str>) -> Result<KeysAndAttributes, BuildError> {
    let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
    request.set_projection_expression(attributes.map(str::to_owned)).build()
}

fn unprocessed(left: Option<HashMap<String, KeysAndAttributes>>) -> Vec<Item> {
    left.into_iter().flatten().flat_map(|(_, left)| left.keys).collect()
}

async fn wait(round: u32) -> Result<(), Failure> {
    if round >= MOST_ROUNDS {
        return Err(Failure::throttled(": it leaves keys unread"));
    }
    tokio::time::sleep(FIRST_WAIT * 2_u32.pow(round)).await;
    Ok(())
}
