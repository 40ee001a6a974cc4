//! What is turned away, and in which words.

use std::time::Duration;

use serde_json::json;
use tests::aws::Lab;
use tests::lambda::event::{headers, request};
use tests::lambda::{Answer, FunctionProcess, Program, RuntimeApi};

use crate::installed::{Installed, SECRET, TOKEN, delivery, queued, sign, variables};

#[tokio::test]
async fn strangers_learn_what_they_have_to_do_and_aws_is_not_asked() {
    // There is no table: the first question would fail.
    let installed = Installed::new("nowhere", "").await;
    let body = queued(7);
    let post = |signature: Option<&str>| request("POST", "/", &headers("workflow_job", signature), &body, false);
    let (status, text) = installed.request(post(None)).await;
    assert_eq!(status, 401);
    assert!(text.starts_with("this delivery is not signed: open the webhook in the forge"), "{text}");
    let wrong = sign("other bytes");
    assert_eq!(installed.request(post(Some(&wrong))).await, (401, "the signature is not accepted\n".to_owned()));
    let (status, text) = installed.request(request("GET", "/", &json!({}), "", false)).await;
    assert_eq!(status, 405);
    assert!(text.starts_with("deliveries come by POST"), "{text}");
}

#[tokio::test]
async fn a_delivery_above_the_limit_is_not_looked_at() {
    let file = "
forges: { home: { url: http://127.0.0.1:9/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] } }
aws: { table: large, subnets: [subnet-0123], security_groups: [sg-0123], instance_profile: machine, image: ami-0123 }
serve: { body_limit: 64KiB }
";
    let installed =
        Installed::with("large", variables("large"), &[("DISPATCH_CONFIG", "large.yaml")], &[("large.yaml", file)]).await;
    let body = "x".repeat((64 << 10) + 1);
    let (status, text) = installed.request(request("POST", "/", &headers("push", Some(&sign(&body))), &body, false)).await;
    assert_eq!(status, 413);
    assert_eq!(
        text,
        "this delivery is larger than the limit of 65536 bytes (`serve.body_limit`), so it was not looked at; jobs that it announces are found at the next look at the forge's queue\n"
    );
}

#[tokio::test]
async fn records_that_cannot_be_written_are_told_to_the_forge() {
    let installed = Installed::new("no-such-table", "edge").await;
    let body = queued(7);
    let (status, text) = installed.request(delivery("/", &body)).await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("no-such-table") && text.contains("the next look at the forge's queue finds the job"), "{text}");
    assert!(text.ends_with("; the worker could not be woken, so it looks within a minute\n"), "{text}");
}

#[tokio::test]
async fn an_unknown_event_is_an_error_with_a_sentence() {
    let installed = Installed::new("unknown", "").await;
    let Answer::Error { kind, message } = installed.api.invoke(json!({ "key1": "value1" })).await else { panic!("an answer") };
    assert_eq!(kind, "Dispatch.UnknownEvent");
    assert!(message.ends_with("this one has `key1`"), "{message}");
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_told_at_the_start() {
    let api = RuntimeApi::start(Duration::from_secs(55)).await;
    let mut environment: Vec<_> = variables("t").into_iter().filter(|(name, _)| *name != "SUBNET").collect();
    environment.extend(Lab::shared().environment());
    let mut function = FunctionProcess::start(&Program::of_lab(env!("CARGO_BIN_EXE_tests")), &api, &environment, &[]);
    let Answer::Error { kind, message } = api.init_error().await else { panic!("an answer") };
    assert_eq!(kind, "Dispatch.Configuration");
    assert!(message.contains("the environment variable `SUBNET` is not set"), "{message}");
    assert!(!function.ended_well().await);
    let log = function.log();
    assert!(log.contains("`SUBNET` is not set"), "{log}");
    assert!(!log.contains(SECRET) && !log.contains(TOKEN), "{log}");
}

#[tokio::test]
async fn a_role_that_does_not_exist_is_told_at_the_start() {
    let installed = Installed::new("role", "egde").await;
    let Answer::Error { message, .. } = installed.api.init_error().await else { panic!("an answer") };
    assert!(message.contains("`DISPATCH_ROLE` is neither `edge` nor `worker`"), "{message}");
}
