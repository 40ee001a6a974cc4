//! Events that do something.

use base64::Engine;
use serde_json::json;
use tests::lambda::Answer;
use tests::lambda::event::{headers, request, schedule, written};

use crate::installed::{Installed, SECRET, TOKEN, delivery, queued, sign, variables};

#[tokio::test]
async fn a_signed_delivery_becomes_a_claim_and_a_sentence() {
    let installed = Installed::new("signed", "edge").await.with_table();
    let body = queued(7);
    let (status, text) = installed.request(delivery("/", &body)).await;
    assert_eq!((status, text.as_str()), (200, "büild ü (job 7 of acme/tour): [go] → pool `go`; a machine is on its way\n"));
    assert_eq!(installed.open_jobs().await, [7]);
}

#[tokio::test]
async fn the_signature_is_over_the_bytes_behind_the_base64() {
    let installed = Installed::new("base64", "edge").await.with_table();
    let body = queued(8);
    let encoded = base64::engine::general_purpose::STANDARD.encode(&body);
    let signature = sign(&body);
    let event =
        |text: &str, is_base64| request("POST", "/hook/gitea", &headers("workflow_job", Some(&signature)), text, is_base64);
    assert_eq!(installed.request(event(&encoded, false)).await.0, 401, "signed were the bytes, not their encoding");
    assert_eq!(installed.request(event(&encoded, true)).await.0, 200);
    assert_eq!(installed.open_jobs().await, [8]);
}

#[tokio::test]
async fn each_line_of_the_log_is_json_and_none_holds_a_secret() {
    let installed = Installed::new("log", "edge").await.with_table();
    let body = queued(9);
    installed.request(delivery("/", &body)).await;
    installed.api.invoke_to_the_end(json!({ "unknown": "event" })).await;
    let log = installed.function.log();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |start: &str| {
        lines.iter().any(|line| line["fields"]["message"].as_str().is_some_and(|message| message.starts_with(start)))
    };
    assert!(said("answered: ") && said("this event is none"), "{log}");
    for secret in [SECRET, TOKEN, "lab-secret-key", "lab-session-token", &sign(&body)] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn the_schedule_and_the_stream_make_passes() {
    let installed = Installed::new("passes", "worker").await.with_table();
    let Answer::Response(swept) = installed.api.invoke(schedule()).await else { panic!("{}", installed.function.log()) };
    assert_eq!(swept["open"], 0);
    let answer = installed.api.invoke(written(&["job#gitea/7/1"])).await;
    assert_eq!(answer, Answer::Response(json!({ "batchItemFailures": [] })), "{}", installed.function.log());
    assert!(
        installed.function.log().contains("swept: 0 done, 0 failed, 0 jobs and runners open"),
        "{}",
        installed.function.log()
    );
}

#[tokio::test]
async fn a_function_for_both_works_after_it_has_answered() {
    let installed = Installed::new("both", "").await.with_table();
    let body = queued(7);
    let event = delivery("/", &body);
    let answer = installed.api.invoke_to_the_end(event).await;
    assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
    let log = installed.function.log();
    let (answered, swept) = (log.find("answered: "), log.find("swept: "));
    assert!(answered.is_some() && answered < swept, "{log}");
}

#[tokio::test]
async fn a_file_in_the_archive_configures_it() {
    let file = "
forges: { home: { url: http://127.0.0.1:9/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] } }
aws: { table: filed, subnets: [subnet-0123], security_groups: [sg-0123], instance_profile: machine, image: ami-0123 }
";
    let secrets = variables("filed").into_iter().filter(|(name, _)| ["GITEA_TOKEN", "WEBHOOK_SECRET"].contains(name)).collect();
    let installed =
        Installed::with("filed", secrets, &[("DISPATCH_ROLE", "edge")], &[("dispatch.yaml", file)]).await.with_table();
    let body = queued(7);
    let event = delivery("/hook/home", &body);
    assert_eq!(installed.request(event).await.0, 200, "{}", installed.function.log());
    assert_eq!(installed.open_jobs().await, [7]);
}
