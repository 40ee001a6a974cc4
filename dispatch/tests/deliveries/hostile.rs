//! What no forge sends. None of it may panic, exhaust the stack or the memory, or be taken for something that it is not.

use bytes::Bytes;
use dispatch::delivery::{Limits, Secrets, authenticate};
use dispatch::event::{Event, HookType, Ignored, parse_json};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::recorded::{self, SECRET};

/// What the refusal of this body says.
fn refused(hook_type: &str, body: &str) -> String {
    let refusal = parse_json(hook_type, body.as_bytes()).unwrap_err();
    assert_eq!(refusal.status(), 422);
    refusal.to_string()
}

/// A recorded body with one value replaced.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut json = recorded::one("gitea-1.27", name).json();
    *json.pointer_mut(pointer).unwrap() = value;
    json.to_string()
}

const JOB: &str = "take.workflow_job.in_progress";
const PUSH: &str = "first-push.push";

#[test]
fn wrong_json_is_refused_with_its_place() {
    let sentence = refused("workflow_job", &with(JOB, "/workflow_job/labels", json!(["go", 7])));
    insta::assert_snapshot!(sentence, @"this workflow_job delivery cannot be understood at `workflow_job.labels[1]`: invalid type: integer `7`, expected a string at line 1 column 3334; if the forge's version is new, report its request as shown in the delivery log");
    let sentence = refused("push", &with(PUSH, "/commits/0/added/2", json!(null)));
    assert!(sentence.contains("`commits[0].added[2]`"), "{sentence}");
    for (body, place) in [("", "`.`"), ("[]", "`.`"), ("{\"ref\": \"x", "`ref`")] {
        let sentence = refused("push", body);
        assert!(sentence.contains(place), "{body}: {sentence}");
    }
    let twice = recorded::one("gitea-1.27", PUSH).body.repeat(2);
    let sentence = refused("push", &twice);
    assert!(sentence.contains("trailing characters"), "{sentence}");
}

#[test]
fn a_refusal_stays_one_short_line_whatever_it_quotes() {
    let long = format!("\u{7}\n{}", "x".repeat(100_000));
    for body in [with(JOB, "/workflow_job/id", json!(long)), with("first-push.create", "/ref_type", json!(long))] {
        let hook = if body.contains("workflow_job") { "workflow_job" } else { "create" };
        let sentence = refused(hook, &body);
        assert!(sentence.chars().count() < 600, "{} long", sentence.len());
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
    }
}

#[test]
fn what_is_absent_in_go_is_absent_here() {
    let mut json = recorded::one("gitea-1.27", JOB).json();
    json["workflow_job"]["labels"] = json!(null);
    json["workflow_job"]["runner_id"] = json!(0);
    json["workflow_job"]["runner_name"] = json!("");
    json["workflow_job"]["created_at"] = json!("0001-01-01T00:00:00Z");
    json["workflow_job"]["conclusion"] = json!("");
    json["sender"] = json!(null);
    json["something_new"] = json!({"a": [1]});
    let Ok(Event::WorkflowJob(event)) = parse_json("workflow_job", json.to_string().as_bytes()) else {
        panic!("not a job");
    };
    assert!(event.job.labels.is_empty());
    assert_eq!((event.job.runner_id, event.job.runner_name), (None, None));
    assert_eq!((event.job.created_at, event.job.conclusion), (None, None));
    assert_eq!(event.sender, None);
}

#[test]
fn words_of_a_later_version_are_unknown_not_wrong() {
    let body = with(JOB, "/action", json!("levitating"));
    let Ok(Event::WorkflowJob(event)) = parse_json("workflow_job", body.as_bytes()) else {
        panic!("not a job");
    };
    assert_eq!(event.action, dispatch::event::JobStatus::Unknown);
    for name in ["deployment", "", "PUSH"] {
        assert_eq!(parse_json(name, b"not even json"), Ok(Event::Ignored(Ignored::Unknown { name: name.into() })));
    }
}

/// Gitea's button sends a made-up commit of zeros (≥ 1.27) or the tip of a branch; its API always the latter.
#[test]
fn a_test_delivery_is_recognized() {
    let tip = "53cccdfe519cd0be5c5b7ebb0d6a0966b1054c9a";
    for sha in ["0".repeat(40), "0".repeat(64), tip.into()] {
        let mut json = recorded::one("gitea-1.27", PUSH).json();
        json["before"] = json!(sha);
        json["after"] = json!(sha);
        let event = parse_json("push", json.to_string().as_bytes()).unwrap();
        assert!(matches!(event, Event::Test(_)), "{event:?}");
        assert_eq!(event.repository().unwrap().full_name, "acme/tour");
    }
}

#[test]
fn a_package_belongs_to_the_repository_that_it_is_linked_to() {
    let repository = recorded::one("gitea-1.27", PUSH).json()["repository"].clone();
    let package = |repository: &Value| {
        let json = json!({
            "action": "created", "repository": null, "sender": null,
            "package": {"id": 1, "name": "p", "version": "1", "repository": repository},
        });
        parse_json("package", json.to_string().as_bytes()).unwrap()
    };
    let linked = package(&repository);
    assert_eq!(linked.repository().unwrap().full_name, "acme/tour");
    assert_eq!(package(&Value::Null).repository(), None);
}

#[test]
fn depth_does_not_touch_the_stack() {
    let bomb = "[".repeat(5_000_000);
    let places = [
        bomb.clone(),
        format!("{{\"unknown\": {bomb}"),
        format!("{{\"commits\": {bomb}"),
        format!("{{\"repository\": {{\"owner\": {bomb}"),
    ];
    for body in places {
        refused("push", &body);
    }
    let objects = "{\"commits\":".repeat(100_000);
    refused("push", &objects);
}

#[test]
fn long_lists_are_not_kept() {
    let labels = vec![json!("go"); 257];
    let sentence = refused("workflow_job", &with(JOB, "/workflow_job/labels", json!(labels)));
    assert!(sentence.contains("`workflow_job.labels`"), "{sentence}");

    let mut json = recorded::one("gitea-1.27", PUSH).json();
    let commit = json["commits"][0].clone();
    json["commits"] = json!(vec![commit; 1000]);
    json["commits"][0]["added"] = json!(vec!["path"; 100_000]);
    let Ok(Event::Push(push)) = parse_json("push", json.to_string().as_bytes()) else {
        panic!("not a push");
    };
    assert_eq!(push.commits.len(), 100);
    assert_eq!(push.commits[0].files, None, "incomplete, so not told");
    assert!(push.commits[1].files.is_some());
}

/// A refusal is fine, an event is fine; a panic is not.
fn survive(headers: &HeaderMap, body: &[u8]) {
    let secrets = Secrets::new([SECRET.into()]).unwrap();
    let body = Bytes::copy_from_slice(body);
    if let Ok(delivery) = authenticate(headers, body, &secrets, Limits::default()) {
        let _ = dispatch::event::parse(&delivery);
    }
}

fn header_names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "content-type",
        "x-forgejo-signature",
        "x-gitea-signature",
        "x-hub-signature-256",
        "x-gitea-delivery",
        "x-gitea-event",
        "x-github-event-type",
    ])
}

fn header_values() -> impl Strategy<Value = HeaderValue> {
    let likely =
        prop::sample::select(vec!["application/json", "application/x-www-form-urlencoded", "sha256=", "sha256=00", "push", ""]);
    let any = vec(any::<u8>(), 0..80);
    prop_oneof![
        likely.prop_map(HeaderValue::from_static),
        any.prop_filter_map("not a header value", |bytes| { HeaderValue::from_bytes(&bytes).ok() }),
    ]
}

/// Some JSON, whose keys are likely to be those that are looked for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "(queued|branch|[0-9T:Z-]{0,20}|.{0,8})".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        let key = "(action|workflow_job|repository|owner|ref|commits|labels|id|.{0,4})";
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key, inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn strangers_cannot_make_it_panic(
        headers in vec((header_names(), header_values()), 0..12),
        body in vec(any::<u8>(), 0..400),
    ) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), value);
        }
        survive(&map, &body);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        hook in prop::sample::select(HookType::ALL.to_vec()),
        body in vec(any::<u8>(), 0..200),
    ) {
        let _ = parse_json(hook.name(), &body);
    }

    #[test]
    fn any_json_is_read_or_refused(
        hook in prop::sample::select(HookType::ALL.to_vec()),
        json in any_json(),
    ) {
        let _ = parse_json(hook.name(), json.to_string().as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damage that a real payload could take: bytes replaced, the end cut off.
    #[test]
    fn damaged_deliveries_are_read_or_refused(
        index in any::<prop::sample::Index>(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in any::<prop::sample::Index>(),
    ) {
        let recorded = recorded::of("forgejo-11.0");
        let recorded = index.get(recorded);
        let mut body = recorded.body.clone().into_bytes();
        for (place, byte) in damage {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let _ = parse_json(&recorded.hook_type(), &body);
        let _ = parse_json(&recorded.hook_type(), &body[..end.index(body.len())]);
    }
}
