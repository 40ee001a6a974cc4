//! Where a machine finds its one-job identity, and the right with which it takes it.
//!
//! The item's key ends in the machine's own `aws:userid`, which is the id of its role, a colon, and the instance's id; nobody
//! but EC2 gives it to a machine, so a machine cannot name another's. The role may only delete, and only that item; the
//! deletion returns the old value, once. That `dynamodb:LeadingKeys` holds for `DeleteItem` with the policy variable
//! `${aws:userid}` is documented, and not verified on AWS.

use serde_json::{Value, json};

use crate::identifier::InstanceId;

/// Before the `aws:userid` in the key.
pub const KEY_PREFIX: &str = "identity#";

/// The only statement that the policy of the machines' role needs, on the table of this ARN: what `infra/template.yaml` gives
/// and `doctor` asks for.
pub fn machine_statement(table: &Value) -> Value {
    json!({
        "Sid": "TakeOwnIdentity",
        "Effect": "Allow",
        "Action": "dynamodb:DeleteItem",
        "Resource": table,
        "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [format!("{KEY_PREFIX}${{aws:userid}}")] } },
    })
}

/// The key of a machine's identity.
pub fn key(role_id: &str, instance: &InstanceId) -> String {
    format!("{KEY_PREFIX}{role_id}:{instance}")
}

/// The key of the mark that stays when the identity is gone. No machine may touch it.
pub fn mark_key(instance: &InstanceId) -> String {
    format!("given#{instance}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_a_machine_delete_the_very_key_that_the_dispatcher_writes() {
        let statement = machine_statement(&json!("TABLE"));
        let pattern = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"][0].as_str().unwrap();
        assert_eq!(pattern.replace("${aws:userid}", "AROAX:i-1"), key("AROAX", &InstanceId::new("i-1")));
        assert_eq!(statement["Action"], "dynamodb:DeleteItem", "reading would let a job read it, too");
    }

    #[test]
    fn a_machine_can_never_touch_the_mark() {
        assert!(!mark_key(&InstanceId::new("i-1")).starts_with(KEY_PREFIX));
    }
}
