//! From a call to the rights that it needs, as AWS's service authorization reference has them. Not verified on AWS.

use std::collections::{BTreeMap, BTreeSet};

/// The IAM actions that one call needs. `parameters` are flat, as the emulator's call log has them:
/// `TransactItems.1.Put.TableName`.
pub fn rights_for(service: &str, operation: &str, parameters: &BTreeMap<String, String>) -> BTreeSet<String> {
    let has = |part: &str| parameters.keys().any(|name| name.split('.').any(|found| found == part));
    let actions: Vec<&str> = match (service, operation) {
        // Anybody may ask who they are.
        ("sts", "GetCallerIdentity") => Vec::new(),
        ("dynamodb", "TransactWriteItems" | "TransactGetItems") => {
            TRANSACTED.iter().filter(|(part, _)| has(part)).map(|(_, action)| *action).collect()
        }
        ("ec2", "RunInstances") => {
            let also = [("TagSpecification", "ec2:CreateTags"), ("IamInstanceProfile", "iam:PassRole")];
            let also = also.iter().filter(|(part, _)| has(part)).map(|(_, action)| *action);
            std::iter::once("ec2:RunInstances").chain(also).collect()
        }
        _ => return BTreeSet::from([format!("{service}:{operation}")]),
    };
    actions.into_iter().map(str::to_owned).collect()
}

/// A transaction needs the rights of its parts and none of its own.
const TRANSACTED: [(&str, &str); 5] = [
    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
    ("Delete", "dynamodb:DeleteItem"),
    ("Get", "dynamodb:GetItem"),
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(service: &str, operation: &str, parameters: &[&str]) -> Vec<String> {
        let parameters = parameters.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        rights_for(service, operation, &parameters).into_iter().collect()
    }

    #[test]
    fn a_call_needs_the_right_of_its_name() {
        assert_eq!(rights("dynamodb", "Query", &["TableName"]), ["dynamodb:Query"]);
        assert_eq!(rights("sts", "GetCallerIdentity", &[]), [""; 0]);
    }

    #[test]
    fn a_transaction_needs_the_rights_of_its_parts() {
        let parts = ["TransactItems.1.Put.TableName", "TransactItems.2.ConditionCheck.Key.pk.S", "ClientRequestToken"];
        assert_eq!(rights("dynamodb", "TransactWriteItems", &parts), ["dynamodb:ConditionCheckItem", "dynamodb:PutItem"]);
    }

    #[test]
    fn a_launch_with_tags_and_a_role_needs_three() {
        assert_eq!(rights("ec2", "RunInstances", &["ImageId"]), ["ec2:RunInstances"]);
        let parts = ["TagSpecification.1.Tag.1.Key", "IamInstanceProfile.Name"];
        assert_eq!(rights("ec2", "RunInstances", &parts), ["ec2:CreateTags", "ec2:RunInstances", "iam:PassRole"]);
    }
}
