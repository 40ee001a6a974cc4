//! Where a machine finds its one-job identity, and the right with which it takes it.
//!
//! The item's key ends in the machine's own `aws:userid`, which is the id of its role, a colon, and the instance's id; nobody
//! but EC2 gives it to a machine, so a machine cannot name another's. The role may only delete, and only that item; the
//! deletion returns the old value, once. That `dynamodb:LeadingKeys` holds for `DeleteItem` with the policy variable
//! `${aws:userid}` is documented, and not verified on AWS.

use crate::identifier::InstanceId;

/// Before the `aws:userid` in the key.
pub const KEY_PREFIX: &str = "identity#";

/// The statement of the machine role's policy, as in `infra/template.yaml`; `TABLE` stands for the table's ARN.
pub const MACHINE_STATEMENT: &str = r#"{
  "Sid": "TakeOwnIdentity",
  "Effect": "Allow",
  "Action": "dynamodb:DeleteItem",
  "Resource": "TABLE",
  "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["identity#${aws:userid}"] } }
}"#;

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
        let statement: serde_json::Value = serde_json::from_str(MACHINE_STATEMENT).unwrap();
        let pattern = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"][0].as_str().unwrap();
        assert_eq!(pattern.replace("${aws:userid}", "AROAX:i-1"), key("AROAX", &InstanceId::new("i-1")));
        assert_eq!(statement["Action"], "dynamodb:DeleteItem", "reading would let a job read it, too");
    }

    /// The template is written by hand, so it is held to the same words; a source tree without one installs nothing.
    #[test]
    fn the_template_says_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");
        let Ok(template) = std::fs::read_to_string(path) else { return };
        let (_, rest) = template.split_once("Sid: TakeOwnIdentity\n").expect("the machine's statement");
        let words: String = rest.split("\n\n").next().unwrap_or_default().split_whitespace().collect();
        let wanted = r#"Effect:AllowAction:dynamodb:DeleteItemResource:!GetAttTable.ArnCondition:ForAllValues:StringEquals:{"dynamodb:LeadingKeys":["identity#${aws:userid}"]}"#;
        assert_eq!(words, wanted);
    }

    #[test]
    fn a_machine_can_never_touch_the_mark() {
        assert!(!mark_key(&InstanceId::new("i-1")).starts_with(KEY_PREFIX));
    }
}
