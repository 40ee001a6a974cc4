//! The emulator keeps the promises that the stories rely on.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use tests::aws::{Fault, Lab};

use super::{Table, table};

impl Table {
    /// Adds to a number under a token, as the SDK does when it tries again; the code of a refusal.
    async fn add(&self, token: &str, by: u32) -> Result<(), String> {
        let key = AttributeValue::S("count".to_owned());
        let update = Update::builder().table_name(&self.name).key("pk", key).update_expression("ADD n :by");
        let update = update.expression_attribute_values(":by", AttributeValue::N(by.to_string())).build().unwrap();
        let item = TransactWriteItem::builder().update(update).build();
        let sent = self.client.transact_write_items().client_request_token(token).transact_items(item).send().await;
        sent.map(drop).map_err(|error| error.code().unwrap_or("none").to_owned())
    }

    async fn sum(&self) -> String {
        let key = AttributeValue::S("count".to_owned());
        let item = self.client.get_item().table_name(&self.name).key("pk", key).send().await.unwrap().item.unwrap();
        item["n"].as_n().unwrap().clone()
    }
}

#[tokio::test]
async fn a_transaction_happens_once_under_its_token() {
    let table = table().await;
    table.add("first", 1).await.unwrap();
    table.add("first", 1).await.unwrap();
    table.add("second", 1).await.unwrap();
    assert_eq!(table.add("first", 2).await, Err("IdempotentParameterMismatchException".to_owned()));
    assert_eq!(table.sum().await, "2");
}

#[tokio::test]
async fn a_lost_request_did_not_happen_and_a_lost_response_did() {
    let (lab, table) = (Lab::shared(), table().await);
    let exhausted = |fault: Fault| fault.containing(&table.name).times(3);
    table.add("a", 1).await.unwrap();
    lab.inject(exhausted(Fault::lose_request("TransactWriteItems")));
    table.add("b", 10).await.unwrap_err();
    assert_eq!(table.sum().await, "1");
    lab.inject(exhausted(Fault::lose_response("TransactWriteItems")));
    table.add("c", 100).await.unwrap_err();
    assert_eq!(table.sum().await, "101");
}

#[tokio::test]
async fn faults_wait_for_the_calls_that_they_are_about() {
    let (lab, table) = (Lab::start(), table().await);
    let settings = lab.settings().await;
    let client = aws_sdk_dynamodb::Client::new(&settings);
    lab.inject(Fault::error("ListTables", 400, "First").with("Limit", "7"));
    lab.inject(Fault::error("ListTables", 400, "Second").after(1));
    lab.inject(Fault::delay("ListTables", Duration::from_millis(1)).always());
    let list = |limit| {
        let list = client.list_tables().limit(limit);
        async move { list.send().await.map(drop).map_err(|error| error.code().unwrap_or("none").to_owned()) }
    };
    assert_eq!(list(1).await, Ok(()));
    assert_eq!(list(7).await, Err("First".to_owned()));
    assert_eq!(list(7).await, Err("Second".to_owned()));
    assert_eq!(list(7).await, Ok(()));

    let seen: Vec<_> = lab.calls().into_iter().map(|call| (call.status, call.fault)).collect();
    let told = |status, fault: &str| (Some(status), Some(fault.to_owned()));
    assert_eq!(seen, [told(200, "delay"), told(400, "error"), told(400, "error"), told(200, "delay")]);
    assert_eq!(lab.count("ListTables"), 4);
    lab.reset();
    assert_eq!((lab.calls(), list(7).await), (vec![], Ok(())));
    drop(table);
}
