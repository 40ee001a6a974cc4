//! The table as data: what the template that installs us has to say, and what `doctor` compares a table with.

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
