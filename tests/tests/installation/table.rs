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
