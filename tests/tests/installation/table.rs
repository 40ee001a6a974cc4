//! The table of records.

use serde_json::json;
use tests::installation::Template;

/// Machines are found by a tag with this name, and the policies are conditioned on it.
#[test]
fn the_table_bears_the_name_of_the_stack() {
    assert_eq!(Template::ours().properties("Table")["TableName"], json!({ "Ref": "AWS::StackName" }));
}

#[test]
fn an_update_never_throws_records_away() {
    let template = Template::ours();
    let table = template.tree().pointer("/Resources/Table").expect("the table");
    assert_eq!((&table["UpdateReplacePolicy"], &table["DeletionPolicy"]), (&json!("Retain"), &json!("Delete")));
    assert_eq!(table["Properties"]["BillingMode"], "PAY_PER_REQUEST");
}

/// Whatever the store says about its table, the template says too; only point-in-time recovery, encryption and the name are the
/// template's own.
#[cfg(feature = "dynamodb")]
#[test]
fn the_table_is_what_the_store_uses() {
    let template = Template::ours();
    let table = template.properties("Table").as_object().expect("properties");
    let own = ["TableName", "PointInTimeRecoverySpecification", "SSESpecification"];
    let shared = table.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let shared: serde_json::Map<_, _> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(serde_json::Value::Object(shared), dispatch::store::dynamodb::table_properties());
}
