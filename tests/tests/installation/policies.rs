//! The rights of the three roles.

use std::collections::BTreeSet;

use dispatch::cloud::ec2::tags::STACK;
use serde_json::{Value, json};
use tests::installation::{ACTIONS, Statement, Template, actions_of};

/// A role of the template, as `tests/aws/actions.txt` calls it.
const ROLES: [(&str, &str); 3] = [("edge", "EdgeRole"), ("machine", "MachineRole"), ("worker", "WorkerRole")];

/// What Lambda does in the function's name: writing the log, reading the stream, keeping what failed.
const DONE_BY_LAMBDA: [&str; 7] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
];

fn allowed(role: &str) -> BTreeSet<String> {
    let statements = Template::ours().statements(role);
    let actions = statements.into_iter().flat_map(|statement| statement.actions);
    actions.filter(|action| !DONE_BY_LAMBDA.contains(&action.as_str())).collect()
}

fn worker(action: &str) -> Vec<Statement> {
    let statements = Template::ours().statements("WorkerRole");
    statements.into_iter().filter(|statement| statement.actions.contains(action)).collect()
}

/// Carries the tag by which the code knows its own machines.
fn our_tag(key: &str) -> Value {
    json!({ "StringEquals": { format!("{key}/{STACK}"): { "Ref": "AWS::StackName" } } })
}

#[test]
fn what_is_called_is_what_is_allowed() {
    for (name, role) in ROLES {
        assert_eq!(actions_of(name), allowed(role), "left: `tests/aws/actions.txt` for {name}; right: {role}");
    }
}

#[test]
fn every_line_of_the_list_is_of_a_role() {
    let lines = ACTIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (caller, action) = line.split_once(' ').expect("a role and an action");
        assert!(ROLES.iter().any(|(name, _)| *name == caller) && action.contains(':'), "{line}");
    }
}

#[test]
fn no_right_is_wide_without_a_reason() {
    for (_, role) in ROLES {
        for statement in Template::ours().statements(role) {
            assert!(!statement.actions.iter().any(|action| action.contains('*')), "{}", statement.sid);
            assert!(!statement.is_wide() || statement.says_why(), "above `- Sid: {}` write `# Any …: why`", statement.sid);
        }
    }
}

#[test]
fn only_our_own_machines_can_be_ended() {
    let ends = worker("ec2:TerminateInstances");
    let ours = our_tag("aws:ResourceTag");
    assert_eq!(ends.iter().map(|end| &end.condition).collect::<Vec<_>>(), [&ours]);
}

#[test]
fn nothing_is_launched_without_our_tag() {
    let creates = |statement: &&Statement| {
        let made = statement.resources.iter().map(ToString::to_string);
        made.into_iter().any(|resource| resource.contains(":instance/") || resource.contains(":volume/"))
    };
    let launches = worker("ec2:RunInstances");
    let tagged = our_tag("aws:RequestTag");
    let conditions: Vec<_> = launches.iter().filter(creates).map(|launch| &launch.condition).collect();
    assert_eq!(conditions, [&tagged]);
}

#[test]
fn nothing_can_be_tagged_afterwards() {
    let tags = worker("ec2:CreateTags");
    let at_launch = json!({ "StringEquals": { "ec2:CreateAction": "RunInstances" } });
    assert_eq!(tags.iter().map(|tag| &tag.condition).collect::<Vec<_>>(), [&at_launch]);
}

#[test]
fn only_the_machines_role_can_be_passed_and_only_to_machines() {
    let passes = worker("iam:PassRole");
    let [pass] = passes.as_slice() else { panic!("{passes:?}") };
    assert_eq!(pass.resources, [json!({ "Fn::GetAtt": "MachineRole.Arn" })]);
    assert_eq!(pass.condition, json!({ "StringEquals": { "iam:PassedToService": "ec2.amazonaws.com" } }));
}
