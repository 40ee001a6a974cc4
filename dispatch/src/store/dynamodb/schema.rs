//! The table as data: what is created for tests, and what the template that installs us has to say as well.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::{BoxError, BuildError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use serde_json::{Value, json};

use super::attribute::{EXPIRES_AT, KEY, LIST, LIST_INDEX, RANK};

/// Which entries of the table's stream wake the worker: new jobs and bells. In the form of a Lambda event source's filter.
pub fn stream_filter() -> Value {
    json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {KEY: {"S": [{"prefix": "job#"}, {"prefix": "bell#"}]}}}})
}

/// The properties of the table as `CloudFormation` spells them, except for its name.
///
/// The stream shows keys only, because the table also holds what one machine may take once.
pub fn table_properties() -> Value {
    let text = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let key = |name, role| json!({"AttributeName": name, "KeyType": role});
    json!({
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [text(KEY), text(LIST), text(RANK)],
        "KeySchema": [key(KEY, "HASH")],
        "GlobalSecondaryIndexes": [{
            "IndexName": LIST_INDEX,
            "KeySchema": [key(LIST, "HASH"), key(RANK, "RANGE")],
            "Projection": {"ProjectionType": "ALL"},
        }],
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
        "TimeToLiveSpecification": {"AttributeName": EXPIRES_AT, "Enabled": true},
    })
}

/// Makes the table that [`table_properties`] describes, and waits until it can be used.
///
/// An installation's table is made by its template; this is for tests and for trying things out.
///
/// # Errors
/// What DynamoDB says, most likely that the table exists.
pub async fn create_table(client: &Client, table: &str) -> Result<(), BoxError> {
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::KeysOnly);
    let create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(text(KEY)?).attribute_definitions(text(LIST)?).attribute_definitions(text(RANK)?);
    let create = create.key_schema(key(KEY, KeyType::Hash)?).global_secondary_indexes(index()?);
    create.stream_specification(stream.build()?).send().await?;
    client.wait_until_table_exists().table_name(table).wait(PATIENCE).await?;
    let expiry = TimeToLiveSpecification::builder().attribute_name(EXPIRES_AT).enabled(true).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(expiry).send().await?;
    Ok(())
}

/// AWS makes a table in seconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);

fn index() -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(LIST_INDEX)
        .key_schema(key(LIST, KeyType::Hash)?)
        .key_schema(key(RANK, KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
}

fn text(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn key(name: &str, role: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(role).build()
}
