//! What a machine can do and who can reach it.

use dispatch::cloud::ec2::identity::machine_statement;
use serde_json::{Value, json};
use tests::installation::Template;

#[test]
fn a_machine_can_take_its_own_identity_and_nothing_else() {
    let statement = machine_statement(&json!({ "Fn::GetAtt": "Table.Arn" }));
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let template = Template::ours();
    let policies = &template.properties("MachineRole")["Policies"];
    assert_eq!(policies, &json!([{ "PolicyName": "identity", "PolicyDocument": document }]));
}

/// What jobs may do besides is empty unless the operator names it.
#[test]
fn jobs_have_no_rights_by_default() {
    let template = Template::ours();
    let policies = &template.properties("MachineRole")["ManagedPolicyArns"];
    assert_eq!(policies, &json!({ "Fn::If": ["JobsHavePolicies", { "Ref": "JobPolicies" }, { "Ref": "AWS::NoValue" }] }));
    assert_eq!(template.tree().pointer("/Parameters/JobPolicies/Default"), Some(&json!("")));
}

#[test]
fn nobody_reaches_a_machine() {
    let template = Template::ours();
    let group = template.properties("MachineSecurityGroup");
    assert_eq!(group["SecurityGroupIngress"], json!([]));
    assert_eq!(template.resources("AWS::EC2::SecurityGroupIngress"), [""; 0]);
    assert!(group["SecurityGroupEgress"].as_array().is_some_and(|out| !out.is_empty()));
}

/// The dispatcher lays an identity out under the role's id, which it may not ask IAM for.
#[test]
fn the_worker_knows_the_machines_role() {
    let template = Template::ours();
    let told = template.tree().pointer("/Globals/Function/Environment/Variables").expect("what both functions are told");
    assert_eq!(told["INSTANCE_ROLE_ID"], json!({ "Fn::GetAtt": "MachineRole.RoleId" }));
    assert_eq!(told["INSTANCE_PROFILE"], json!({ "Ref": "MachineProfile" }));
    assert_eq!(template.properties("MachineProfile")["Roles"], json!([{ "Ref": "MachineRole" }]));
    assert_ne!(told["SECURITY_GROUP"], Value::Null);
}
