//! The public function.

use serde_json::{Value, json};
use tests::installation::Template;

#[test]
fn the_edge_may_neither_launch_nor_read_identities() {
    let statements = Template::ours().statements("EdgeRole");
    for statement in statements {
        let services: Vec<_> =
            statement.actions.iter().filter_map(|action| action.split_once(':')).map(|(name, _)| name).collect();
        assert!(services.iter().all(|service| ["dynamodb", "logs"].contains(service)), "{statement:?}");
        if services.contains(&"dynamodb") {
            let keys = &statement.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            let keys = keys.as_array().expect("the edge's rights are bound to keys");
            let allowed = ["job#*", "bell#*", "control", "counter#*"];
            assert!(keys.iter().all(|key| key.as_str().is_some_and(|key| allowed.contains(&key))), "{statement:?}");
        }
    }
}

#[test]
fn what_the_edge_writes_are_jobs_and_bells() {
    let writes = Template::ours().statements("EdgeRole").into_iter().filter(|statement| {
        statement.actions.iter().any(|action| action.starts_with("dynamodb:") && action != "dynamodb:GetItem")
    });
    let keys: Vec<_> = writes.map(|write| write.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].clone()).collect();
    assert_eq!(keys, [json!(["job#*", "bell#*"])]);
}

#[test]
fn the_api_token_is_the_workers_alone() {
    let template = Template::ours();
    let token = |function: &str| template.properties(function)["Environment"]["Variables"]["GITEA_TOKEN"].clone();
    assert_eq!(token("Edge"), "the-edge-has-none");
    assert_eq!(token("Worker"), json!({ "Fn::Sub": "{{resolve:secretsmanager:${SecretName}:SecretString:gitea_token}}" }));
    let shared = template.tree().pointer("/Globals/Function/Environment/Variables").expect("what both are told");
    assert!(!shared.to_string().contains("gitea_token"));
}

#[test]
fn no_secret_is_a_parameter_or_a_word_of_the_template() {
    let template = Template::ours();
    let parameters = template.tree()["Parameters"].as_object().expect("parameters");
    let secret = |name: &&String| ["token", "password", "key"].iter().any(|word| name.to_lowercase().contains(word));
    assert_eq!(parameters.keys().find(secret), None);
    let secret = template.tree().pointer("/Globals/Function/Environment/Variables/WEBHOOK_SECRET").expect("a webhook secret");
    assert_eq!(secret, &json!({ "Fn::Sub": "{{resolve:secretsmanager:${SecretName}:SecretString:webhook_secret}}" }));
}

/// Both have been needed since October 2025; without the second, every delivery is answered 403.
#[test]
fn the_address_is_public_by_both_permissions() {
    let template = Template::ours();
    assert_eq!(template.properties("EdgeUrl")["AuthType"], "NONE");
    let url = template.properties("EdgeUrlPermission");
    assert_eq!((&url["Action"], &url["FunctionUrlAuthType"]), (&json!("lambda:InvokeFunctionUrl"), &json!("NONE")));
    let invoke = template.properties("EdgeInvokePermission");
    assert_eq!((&invoke["Action"], &invoke["InvokedViaFunctionUrl"]), (&json!("lambda:InvokeFunction"), &json!(true)));
    for permission in [url, invoke] {
        assert_eq!(permission["FunctionName"], json!({ "Ref": "Edge" }));
        assert_eq!(permission["Principal"], "*");
    }
    assert_eq!(template.resources("AWS::Lambda::Permission").len(), 2, "nothing else is public");
}

#[test]
fn both_functions_are_one_archive_and_keep_their_logs_for_a_while() {
    let template = Template::ours();
    let functions = template.resources("AWS::Serverless::Function");
    assert_eq!(functions, ["Edge", "Worker"]);
    for function in functions {
        let properties = template.properties(function);
        assert_eq!(properties["CodeUri"], Value::Null, "one archive, named in Globals");
        let log = properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group of its own");
        assert_eq!(template.properties(log)["RetentionInDays"], json!({ "Ref": "LogDays" }));
    }
}
