//! One statement of a policy.
#![expect(clippy::expect_used, reason = "a statement of another shape fails the test")]

use std::collections::BTreeSet;

use serde_json::Value;

/// One statement, with the comment that stands above it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: String,
    /// What it allows.
    pub actions: BTreeSet<String>,
    /// On what.
    pub resources: Vec<Value>,
    /// When.
    pub condition: Value,
    /// The comment right above it, in one line; empty if there is none.
    pub comment: String,
}

impl Statement {
    pub(super) fn of(statement: &Value, text: &str) -> Self {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let sid = statement["Sid"].as_str().expect("a statement has a Sid, which says what it is for").to_owned();
        let actions = list(&statement["Action"]).into_iter().map(|action| action.as_str().expect("an action").to_owned());
        Self {
            actions: actions.collect(),
            resources: list(&statement["Resource"]),
            condition: statement["Condition"].clone(),
            comment: comment_above(text, &format!("- Sid: {sid}")),
            sid,
        }
    }

    /// Whether it is about more than one named thing.
    pub fn is_wide(&self) -> bool {
        self.resources.iter().any(|resource| resource.to_string().contains('*'))
    }

    /// Whether its comment says why.
    pub fn says_why(&self) -> bool {
        self.comment.starts_with("Any ") && self.comment.len() > "Any resource: why".len()
    }
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    }
}

fn comment_above(text: &str, line: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|found| *found == line).expect("the statement's first line is its Sid");
    let above = lines.iter().take(at).rev().map_while(|line| line.strip_prefix("# "));
    let mut comment: Vec<&str> = above.collect();
    comment.reverse();
    comment.join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "x: 1\n  # Any queue: they do not\n  # exist yet.\n  - Sid: Send\n    Effect: Allow\n  - Sid: Other\n";

    fn statement(sid: &str, resource: &Value) -> Statement {
        Statement::of(&json!({ "Sid": sid, "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": resource }), TEXT)
    }

    #[test]
    fn the_reason_stands_above() {
        let send = statement("Send", &json!([{ "Fn::Sub": "arn:${AWS::Partition}:sqs:*" }]));
        assert_eq!(send.comment, "Any queue: they do not exist yet.");
        assert!(send.is_wide() && send.says_why());
        let other = statement("Other", &json!({ "Fn::GetAtt": "Queue.Arn" }));
        assert!(!other.is_wide() && !other.says_why());
    }
}
