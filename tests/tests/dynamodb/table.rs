//! What is in the table, and what its schema promises.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, StreamViewType};
use dispatch::store::dynamodb::table_properties;
use dispatch::store::{Expect, Key, Life, Store, StoreError, Transaction};
use tests::conformance::store::samples::{add, batch, closed, control, job, job_key, lease, runner, runner_key};

use super::{Table, table};

impl Table {
    async fn item(&self, key: &Key) -> HashMap<String, AttributeValue> {
        let key = AttributeValue::S(key.as_str().to_owned());
        self.client.get_item().table_name(&self.name).key("pk", key).send().await.unwrap().item.unwrap()
    }

    async fn attributes(&self, key: &Key) -> Vec<String> {
        let mut names: Vec<_> = self.item(key).await.into_keys().collect();
        names.sort();
        names
    }

    async fn put_raw(&self, attributes: &[(&str, AttributeValue)]) {
        let item = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await.unwrap();
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[tokio::test]
async fn a_record_has_the_attributes_of_its_kind_and_life() {
    let table = table().await;
    let common = ["kind", "pk", "record", "schema", "version"];
    let cases = [
        (job_key(1), job(1), Life::Open, &["list", "rank"][..]),
        (job_key(2), job(2), closed(1, 2), &["expires_at", "list", "rank"]),
        (runner_key(1), runner(1), closed(1, 2), &["expires_at", "list", "rank"]),
        (Key::from_stored("batch#1"), batch(), closed(1, 2), &["expires_at"]),
        (Key::control(), control(1), Life::Standing, &[]),
        (Key::lease(), lease(7), Life::Standing, &["fence"]),
    ];
    for (key, record, life, further) in cases {
        add(&table.store, &key, record, life).await;
        let mut expected = [&common[..], further].concat();
        expected.sort_unstable();
        assert_eq!(table.attributes(&key).await, expected, "{key}");
    }
    table.store.commit(Transaction::new().add(Key::total(), 1, None)).await.unwrap();
    assert_eq!(table.attributes(&Key::total()).await, ["kind", "pk", "schema", "value", "version"]);
}

/// DynamoDB deletes by whole seconds, and must not be early.
#[tokio::test]
async fn a_closed_record_is_given_to_dynamodb_to_delete_and_taken_back() {
    let table = table().await;
    let put = |version, life| Transaction::new().put(job_key(1), Expect::Version(version), job(1), life);
    add(&table.store, &job_key(1), job(1), closed(1, 1_000)).await;
    assert_eq!(table.item(&job_key(1)).await["expires_at"], number(1));
    table.store.commit(put(1, closed(1, 1_001))).await.unwrap();
    assert_eq!(table.item(&job_key(1)).await["expires_at"], number(2));
    table.store.commit(put(2, Life::Open)).await.unwrap();
    assert!(!table.item(&job_key(1)).await.contains_key("expires_at"));
}

/// What one machine may take is in the same table, and in no list.
#[tokio::test]
async fn an_identity_is_no_record() {
    let table = table().await;
    table.put_raw(&[("pk", text("identity#AROA:i-1")), ("identity", text("secret"))]).await;
    assert!(table.store.open_records().await.unwrap().is_empty());
    assert!(table.store.closed_records(9).await.unwrap().is_empty());
    let error = table.store.read(&Key::from_stored("identity#AROA:i-1")).await.unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_refused_by_name_and_never_overwritten() {
    let table = table().await;
    let (newer, older) = (job_key(7), job_key(8));
    let listed = [("list", text("open")), ("rank", text("x")), ("version", number(1))];
    table.put_raw(&[&[("pk", text(newer.as_str())), ("schema", number(2)), ("jobs", text("?"))], &listed[..]].concat()).await;
    add(&table.store, &older, job(8), Life::Open).await;

    let refused = |error: &StoreError| matches!(error, StoreError::Unreadable { key, .. } if key == newer.as_str());
    let error = table.store.read(&newer).await.unwrap_err();
    assert!(refused(&error) && error.to_string().contains("a newer dispatch wrote it (schema 2"), "{error}");
    assert!(refused(&table.store.open_records().await.unwrap_err()));
    assert!(table.store.read_many(&[newer.clone(), older.clone()].into()).await.is_err());
    table.store.commit(Transaction::new().put(newer, Expect::Absent, job(7), Life::Open)).await.unwrap_err();
    assert!(table.store.read(&older).await.unwrap().is_some(), "the others are well");
}

#[tokio::test]
async fn the_table_is_as_its_description_says() {
    let table = table().await;
    let made = table.client.describe_table().table_name(&table.name).send().await.unwrap().table.unwrap();
    let said = table_properties();
    let names = |keys: &serde_json::Value| {
        let names = keys.as_array().unwrap().iter().map(|key| key["AttributeName"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let made_names: Vec<_> = made.key_schema().iter().map(|key| key.attribute_name().to_owned()).collect();
    assert_eq!(made_names, names(&said["KeySchema"]));
    let [index] = made.global_secondary_indexes() else { panic!("one index") };
    let said_index = &said["GlobalSecondaryIndexes"][0];
    assert_eq!(index.index_name(), said_index["IndexName"].as_str());
    let made_names: Vec<_> = index.key_schema().iter().map(|key| key.attribute_name().to_owned()).collect();
    assert_eq!(made_names, names(&said_index["KeySchema"]));
    assert_eq!(made.stream_specification().unwrap().stream_view_type(), Some(&StreamViewType::KeysOnly));
    let expiry = table.client.describe_time_to_live().table_name(&table.name).send().await.unwrap();
    let expiry = expiry.time_to_live_description().unwrap().attribute_name().unwrap().to_owned();
    assert_eq!(expiry, said["TimeToLiveSpecification"]["AttributeName"]);
}
