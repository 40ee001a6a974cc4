//! What the whole world may send to a public address, and streams that show what no version of ours has written: each gets its
//! answer, nothing is recorded, and the function lives.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dispatch::lambda::Role;
use serde_json::{Value, json};
use tests::lambda::event::{headers, request, sign};

use crate::stage::{SECRET, Stage, queued};

/// The limit of the stage's configuration.
const LIMIT_BYTES: usize = 64 << 10;

/// A signed body, with these headers instead of the forge's.
fn signed(body: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut headers = headers("workflow_job", Some(&sign(SECRET, body.as_bytes())));
    change(&mut headers);
    request("POST", "/hook/home", &headers, body, false)
}

async fn answered(stage: &Stage, what: &str, event: Value) -> (u64, String) {
    let answer = stage.handle(event).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
    (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn whatever_is_posted_is_answered_in_a_sentence_and_records_nothing() {
    let stage = Stage::new(Role::Both);
    let body = queued(7)["body"].as_str().unwrap().to_owned();
    let without = |name: &'static str| signed(&body, |headers| drop(headers.as_object_mut().unwrap().remove(name)));
    let without_an_event = signed(&body, |headers| headers.as_object_mut().unwrap().retain(|name, _| !name.contains("event")));
    let with = |name: &str, value: &str| signed(&body, |headers| headers[name] = json!(value));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let large = STANDARD.encode("x".repeat(LIMIT_BYTES + 1));
    let base64 = |text: &str| request("POST", "/hook/home", &headers("push", None), text, true);
    for (what, event, status, says) in [
        ("no signature", without("x-gitea-signature"), 401, "is not signed"),
        ("no event", without_an_event, 400, "the header X-Gitea-Event-Type is missing"),
        ("an empty signature", with("x-gitea-signature", ""), 401, ""),
        ("two signatures in one", with("x-gitea-signature", &format!("{0},{0}", sign(SECRET, body.as_bytes()))), 401, ""),
        ("an endless signature", with("x-gitea-signature", &"a".repeat(1 << 20)), 401, ""),
        ("another content", with("content-type", "text/xml"), 400, "set it to application/json"),
        ("a form that is none", with("content-type", "application/x-www-form-urlencoded"), 400, ""),
        ("deep JSON", signed(&deep, |_| ()), 422, "cannot be understood"),
        ("half JSON", signed("{\"action\":", |_| ()), 422, "cannot be understood"),
        ("other JSON", signed("[]", |_| ()), 422, "cannot be understood"),
        ("no bytes", signed("", |_| ()), 422, "cannot be understood"),
        ("large base64", base64(&large), 413, "larger than the limit of 65536 bytes"),
        ("larger base64 that is none", base64(&"!".repeat(1 << 20)), 413, "larger than the limit"),
        ("no base64", base64("%%%%"), 400, "the body is not base64"),
        ("another forge", request("POST", "/hook/../home", &json!({}), &body, false), 404, ""),
        ("a long path", request("POST", &format!("/hook/{}", "x".repeat(1 << 16)), &json!({}), &body, false), 404, ""),
        ("another method", request("DELETE", "/hook/home", &json!({}), "", false), 405, ""),
    ] {
        let (answer, text) = answered(&stage, what, event).await;
        assert_eq!((answer, text.contains(says)), (status, true), "{what}: {text}");
        assert!(text.len() < 1_000 && text.ends_with('\n') && !text.trim_end().contains('\n'), "{what}: {text}");
    }
    stage.function.after_answer().await;
    assert_eq!((stage.open_jobs().await, stage.passes().await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stream_with_strange_items_wakes_nobody_and_hides_no_job() {
    let item = |change: Value| json!({ "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change });
    let strange = vec![
        item(json!(null)),
        item(json!({ "SequenceNumber": "1" })),
        item(json!({ "Keys": { "pk": { "N": "7" } }, "SequenceNumber": "2" })),
        item(json!({ "Keys": { "pk": { "S": ["job#home/7/1"] } }, "SequenceNumber": "3" })),
        item(json!({ "Keys": { "pk": { "S": "job#home/7/1" } }, "SequenceNumber": 4 })),
        item(
            json!({ "Keys": { "pk": { "S": "identity#role:i-1" } }, "NewImage": { "identity": { "B": "AAAA" } }, "SequenceNumber": "5" }),
        ),
        item(json!({ "Keys": ["job#home/7/1"], "SequenceNumber": "6" })),
    ];
    let stage = Stage::new(Role::Worker);
    assert_eq!(stage.handle(json!({ "Records": strange.clone() })).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!(stage.passes().await, 0);
    stage.queue_job(8);
    let new =
        item(json!({ "Keys": { "pk": { "S": "job#home/8/1" } }, "NewImage": { "future": { "M": {} } }, "SequenceNumber": "8" }));
    let records: Vec<Value> = strange.into_iter().chain([new]).collect();
    assert_eq!(stage.handle(json!({ "Records": records })).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!((stage.passes().await, stage.cloud.launched()), (1, 1));
}
