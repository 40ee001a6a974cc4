//! The answers, each as few requests as DynamoDB allows.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::{Client, config};

use super::attribute::{CLOSED, LIST, LIST_INDEX, OPEN};
use super::batch::read_items;
use super::cancelled::{Cancelled, judge};
use super::expression::Substitutes;
use super::failure::{failure, place};
use super::item::{decode, text};
use super::retry;
use super::write::{self, Decrease};
use crate::record::Record;
use crate::store::{CommitError, Key, Store, StoreError, Stored, Transaction, Write};
use crate::time::Timestamp;

/// Keeps records in a table of DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoDbStore {
    client: Client,
    table: String,
    /// The table and its region, for people.
    place: String,
}

/// How often a transaction that lowers counts is written anew because they have changed between two tries.
const MOST_REWRITES: usize = 8;

impl DynamoDbStore {
    /// The records in `table`; nothing is asked of AWS yet. Time-outs are those of `settings`.
    pub fn new(settings: &SdkConfig, table: &str) -> Self {
        let config = config::Builder::from(settings)
            .retry_config(retry::policy())
            .retry_partition(retry::partition(table))
            .retry_classifier(retry::Disturbed)
            .build();
        let place = place(table, settings.region());
        Self { client: Client::from_conf(config), table: table.to_owned(), place }
    }

    /// None when it was carried out.
    async fn transact(&self, writes: &[Write], decreases: &[Decrease]) -> Result<Option<Cancelled>, StoreError> {
        let items = writes.iter().zip(decreases).map(|(write, decrease)| write::item(&self.table, write, *decrease));
        let items: Vec<TransactWriteItem> = items.collect::<Result<_, _>>()?;
        match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(None),
            Err(error) => match cancelled(&error) {
                Some(reasons) => Ok(Some(judge(writes, decreases, reasons))),
                None => Err(failure(&self.place, &error)),
            },
        }
    }

    fn disturbed(&self, codes: &str) -> StoreError {
        StoreError::Unavailable(format!(
            "{}: others were in the way each time it tried ({codes}); the next pass tries again",
            self.place
        ))
    }

    /// One of the two lists, in the order of rank.
    fn list(&self, list: &str) -> QueryFluentBuilder {
        let mut with = Substitutes::default();
        let condition = format!("{} = {}", with.name(LIST), with.value(LIST, text(list)));
        let query = self.client.query().table_name(&self.table).index_name(LIST_INDEX).key_condition_expression(condition);
        query.set_expression_attribute_names(with.names()).set_expression_attribute_values(with.values())
    }

    /// At most `most` of a list, however many pages of 1 MB that takes.
    async fn listed(&self, query: QueryFluentBuilder, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let mut records = Vec::new();
        let mut items = query.into_paginator().items().send();
        while records.len() < most
            && let Some(item) = items.next().await
        {
            records.push(decode(&item.map_err(|error| failure(&self.place, &error))?)?);
        }
        Ok(records)
    }
}

#[async_trait]
impl Store for DynamoDbStore {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(write::primary_key(key)));
        let answer = get.consistent_read(true).send().await.map_err(|error| failure(&self.place, &error))?;
        answer.item().map(decode).transpose().map(|found| found.map(|(_, stored)| stored))
    }

    async fn read_many(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Stored<Record>>, StoreError> {
        let keys = keys.iter().map(write::primary_key).collect();
        let items = read_items(&self.client, &self.table, keys, None).await;
        items.map_err(|failure| failure.into_store_error(&self.place))?.iter().map(decode).collect()
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.listed(self.list(OPEN), usize::MAX).await
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        // DynamoDB refuses a limit of 0, and nothing is asked where nothing is wanted.
        let limit = i32::try_from(most.max(1)).unwrap_or(i32::MAX);
        self.listed(self.list(CLOSED).scan_index_forward(false).limit(limit), most).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let writes = transaction.into_writes()?;
        if writes.is_empty() {
            return Ok(());
        }
        let mut decreases = vec![Decrease::default(); writes.len()];
        for _ in 0..MOST_REWRITES {
            match self.transact(&writes, &decreases).await? {
                None => return Ok(()),
                Some(Cancelled::Conflict(conflict)) => return Err(CommitError::Conflict(conflict)),
                Some(Cancelled::Disturbed(codes)) => return Err(self.disturbed(&codes).into()),
                Some(Cancelled::Otherwise(needed)) => decreases = needed,
            }
        }
        Err(self.disturbed("counts changed meanwhile").into())
    }

    async fn expire(&self, _now: Timestamp) -> Result<usize, StoreError> {
        Ok(0)
    }
}

/// The reasons why a transaction was cancelled, in the order of its writes.
fn cancelled(error: &SdkError<TransactWriteItemsError>) -> Option<&[aws_sdk_dynamodb::types::CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => Some(cancelled.cancellation_reasons()),
        _ => None,
    }
}
