//! The instance profile of machines: one role, which can take its own identity and nothing else.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ask;
use crate::aws::signed::{Call, Client, IAM, Refused};
use crate::cloud::ec2::identity::machine_statement;
use crate::config::AwsConfig;
use crate::diagnostic::listed;
use crate::doctor::{Check, Topic};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    role_name: String,
    role_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policy_name: String,
}

/// What the role may do.
#[derive(Clone, Debug, Default)]
struct Rights {
    statements: Vec<Value>,
    attached: Vec<String>,
}

/// `jobs_use_it` is whether a pool lets its jobs use the role.
pub(in crate::doctor) async fn look(client: &Client, aws: &AwsConfig, table_arn: Option<&str>, jobs_use_it: bool) -> Vec<Check> {
    let role = match role(client, &aws.instance_profile).await {
        Ok(role) => role,
        Err(refused) => {
            let remedy = "correct `aws.instance_profile` (`INSTANCE_PROFILE`); `infra/template.yaml` makes one";
            return vec![Topic::Role.unanswered(&refused, remedy)];
        }
    };
    let mut checks: Vec<Check> = known(aws, &role).into_iter().collect();
    match rights(client, &role.role_name).await {
        Ok(rights) => checks.extend(judge(&role.role_name, &rights, table_arn, jobs_use_it)),
        Err(refused) => checks.push(Topic::Role.unanswered(&refused, "ask again")),
    }
    checks
}

async fn role(client: &Client, profile: &str) -> Result<Role, Refused> {
    let name = profile.rsplit('/').next().unwrap_or(profile);
    let call = Call::query(IAM, "GetInstanceProfile", &[("InstanceProfileName", name)]);
    ask(client, &call, "/GetInstanceProfileResponse/GetInstanceProfileResult/InstanceProfile/Roles/0").await
}

async fn rights(client: &Client, role: &str) -> Result<Rights, Refused> {
    let of_role = [("RoleName", role)];
    let names = Call::query(IAM, "ListRolePolicies", &of_role);
    let names: Option<Vec<String>> = ask(client, &names, "/ListRolePoliciesResponse/ListRolePoliciesResult/PolicyNames").await?;
    let mut statements = Vec::new();
    for name in names.unwrap_or_default() {
        let policy = Call::query(IAM, "GetRolePolicy", &[("RoleName", role), ("PolicyName", &name)]);
        let encoded: String = ask(client, &policy, "/GetRolePolicyResponse/GetRolePolicyResult/PolicyDocument").await?;
        statements.extend(document(&encoded).ok_or_else(|| Refused::new(&policy, "Unreadable", "the policy is no JSON"))?);
    }
    let attached = Call::query(IAM, "ListAttachedRolePolicies", &of_role);
    let place = "/ListAttachedRolePoliciesResponse/ListAttachedRolePoliciesResult/AttachedPolicies";
    let attached: Option<Vec<Attached>> = ask(client, &attached, place).await?;
    let attached = attached.unwrap_or_default().into_iter().map(|policy| policy.policy_name).collect();
    Ok(Rights { statements, attached })
}

/// The statements of a policy as IAM gives it: JSON, encoded as for an address.
fn document(encoded: &str) -> Option<Vec<Value>> {
    let field = format!("policy={encoded}");
    let (_, text) = form_urlencoded::parse(field.as_bytes()).next()?;
    let policy: Value = serde_json::from_str(&text).ok()?;
    match policy.get("Statement")? {
        Value::Array(statements) => Some(statements.clone()),
        one => Some(vec![one.clone()]),
    }
}

/// Identities are laid out under the role's id, so another one's would never be found.
fn known(aws: &AwsConfig, role: &Role) -> Option<Check> {
    let configured = aws.role_id.as_deref().filter(|id| *id != role.role_id)?;
    let text = format!(
        "the role of the instance profile is {}, but `aws.role_id` says {configured}: no machine finds its identity",
        role.role_id
    );
    Some(Topic::Role.error(text, format!("set `aws.role_id` (`INSTANCE_ROLE_ID`) to {}, or leave it out", role.role_id)))
}

fn judge(name: &str, rights: &Rights, table_arn: Option<&str>, jobs_use_it: bool) -> Vec<Check> {
    let wanted = |statement: &Value| table_arn.is_none_or(|arn| takes_identity(statement, arn));
    let takes = rights.statements.iter().any(wanted);
    let others = rights.statements.iter().filter(|statement| !wanted(statement)).count();
    let mut checks = Vec::new();
    if !takes {
        let text = format!("`{name}` does not let a machine take its identity as it should");
        checks.push(Topic::Role.error(text, "give it exactly the statement `TakeOwnIdentity` of `infra/template.yaml`"));
    }
    if others + rights.attached.len() > 0 {
        checks.push(more(name, others, &rights.attached, jobs_use_it));
    }
    if checks.is_empty() {
        let text = format!(
            "`{name}` may delete a machine's own identity and nothing else; that IAM holds it to this is not verified on AWS"
        );
        checks.push(Topic::Role.good(text));
    }
    checks
}

fn more(name: &str, statements: usize, attached: &[String], jobs_use_it: bool) -> Check {
    let attached: Vec<&str> = attached.iter().map(String::as_str).collect();
    let what = match (statements, attached.as_slice()) {
        (0, names) => listed(names, "and"),
        (count, []) => format!("{count} other statements"),
        (count, names) => format!("{count} other statements and {}", listed(names, "and")),
    };
    if jobs_use_it {
        let remedy = "a job can use them while it runs: allow only what jobs of every such pool may do";
        return Topic::Role.warning(format!("`{name}` may do more: {what}"), remedy);
    }
    let text = format!("`{name}` may do more, {what}, though no pool says `job_uses_instance_role`");
    Topic::Role.warning(text, "take these rights away: whoever breaks out of a job has them")
}

/// Whether it is the one statement that a machine needs, no wider.
fn takes_identity(statement: &Value, table_arn: &str) -> bool {
    meaning(statement) == meaning(&machine_statement(&json!(table_arn)))
}

/// A statement without its name; to IAM a list of one is the one.
fn meaning(part: &Value) -> Value {
    match part {
        Value::Array(list) => {
            if let [only] = list.as_slice() {
                meaning(only)
            } else {
                part.clone()
            }
        }
        Value::Object(fields) => {
            let named = fields.iter().filter(|(name, _)| *name != "Sid");
            named.map(|(name, value)| (name.clone(), meaning(value))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    const ARN: &str = "arn:aws:dynamodb:eu-west-1:1:table/runs";

    fn statement() -> Value {
        json!({
            "Sid": "TakeOwnIdentity", "Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": ARN,
            "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["identity#${aws:userid}"] } },
        })
    }

    fn judged(statements: Vec<Value>, attached: &[&str], jobs_use_it: bool) -> Vec<(Verdict, String)> {
        let attached = attached.iter().map(|name| (*name).to_owned()).collect();
        let checks = judge("machine", &Rights { statements, attached }, Some(ARN), jobs_use_it);
        checks.into_iter().map(|check| (check.verdict, check.text)).collect()
    }

    #[test]
    fn one_statement_is_enough_and_no_more() {
        let good = judged(vec![statement()], &[], false);
        assert!(good[0].0 == Verdict::Good && good[0].1.ends_with("not verified on AWS"), "{good:?}");
        assert_eq!(judged(vec![], &[], false)[0].0, Verdict::Error);
    }

    #[test]
    fn a_wider_statement_is_not_the_one() {
        for (place, wider) in [
            ("/Action", json!("dynamodb:*")),
            ("/Action", json!(["dynamodb:DeleteItem", "dynamodb:GetItem"])),
            ("/Resource", json!("*")),
            ("/Condition", Value::Null),
            ("/Condition/ForAllValues:StringEquals/dynamodb:LeadingKeys/0", json!("identity#*")),
            ("/Effect", json!("Deny")),
        ] {
            let mut statement = statement();
            *statement.pointer_mut(place).unwrap() = wider;
            let found = judged(vec![statement], &[], false);
            assert_eq!(
                found.iter().map(|(verdict, _)| *verdict).collect::<Vec<_>>(),
                [Verdict::Error, Verdict::Warning],
                "{place}"
            );
        }
    }

    #[test]
    fn rights_of_jobs_are_shown_by_name() {
        let used = judged(vec![statement()], &["deploy"], true);
        assert_eq!(used, [(Verdict::Warning, "`machine` may do more: `deploy`".to_owned())]);
        let unused = judged(vec![statement(), json!({})], &["deploy"], false);
        let text = "`machine` may do more, 1 other statements and `deploy`, though no pool says `job_uses_instance_role`";
        assert_eq!(unused, [(Verdict::Warning, text.to_owned())]);
    }

    #[test]
    fn a_policy_is_read_as_iam_gives_it() {
        let encoded = "%7B%22Statement%22%3A%7B%22Sid%22%3A%22a%20b%22%7D%7D";
        assert_eq!(document(encoded), Some(vec![json!({ "Sid": "a b" })]));
        assert_eq!(document("nonsense"), None);
    }

    #[test]
    fn another_roles_id_is_told() {
        let role = Role { role_name: "machine".into(), role_id: "AROAONE".into() };
        let aws = |id: Option<&str>| AwsConfig { role_id: id.map(str::to_owned), ..AwsConfig::default() };
        assert_eq!(known(&aws(None), &role), None);
        assert_eq!(known(&aws(Some("AROAONE")), &role), None);
        assert_eq!(known(&aws(Some("AROATWO")), &role).map(|check| check.verdict), Some(Verdict::Error));
    }
}
