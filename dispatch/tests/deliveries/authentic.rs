//! Who may speak: size, content type, signature, headers, on what real forges sent.

use bytes::Bytes;
use dispatch::delivery::{ForgeHint, Limits, Refusal, Secrets, authenticate};
use dispatch::event::{Event, parse};
use http::{HeaderMap, HeaderValue};

use crate::recorded::{self, SECRET, receive};

/// The headers of one family (and those that belong to none).
fn only(headers: &HeaderMap, family: &str) -> HeaderMap {
    let belongs = |name: &str| !name.starts_with("x-") || name.starts_with(family);
    headers.iter().filter(|(name, _)| belongs(name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn every_recorded_delivery_is_authentic() {
    for recorded in recorded::all() {
        let headers = recorded.headers();
        let delivery = receive(&headers, recorded.body.as_bytes()).unwrap();
        assert_eq!(delivery.json(), recorded.body.as_bytes());
        assert_eq!(Some(delivery.id()), recorded.header("x-gitea-delivery").as_deref());
        assert_eq!(delivery.event_type(), Some(&*recorded.hook_type()));
        assert_eq!(delivery.event(), recorded.header("x-gitea-event").as_deref());
    }
}

#[test]
fn the_kind_of_forge_shows_in_the_headers() {
    for forge in recorded::FORGES {
        let expected = if forge.starts_with("forgejo") { ForgeHint::Forgejo } else { ForgeHint::Gitea };
        for recorded in recorded::of(forge) {
            let delivery = receive(&recorded.headers(), recorded.body.as_bytes()).unwrap();
            assert_eq!(delivery.forge_hint(), Some(expected), "{}", recorded.name);
        }
    }
}

#[test]
fn one_changed_byte_is_refused() {
    for recorded in recorded::all() {
        let mut body = recorded.body.clone().into_bytes();
        let middle = body.len() / 2;
        body[middle] ^= 1;
        let refusal = receive(&recorded.headers(), &body).unwrap_err();
        assert_eq!(refusal, Refusal::Signature, "{}", recorded.name);
        assert_eq!(refusal.status(), 401);
    }
}

#[test]
fn a_missing_or_additional_byte_is_refused() {
    let recorded = recorded::one("gitea-1.27", "first-push.push");
    let body = recorded.body.as_bytes();
    for body in [&body[1..], &body[..body.len() - 1], &[body, b"\n"].concat(), b""] {
        assert_eq!(receive(&recorded.headers(), body), Err(Refusal::Signature));
    }
}

#[test]
fn another_secret_is_refused() {
    let recorded = recorded::one("gitea-1.27", "first-push.push");
    let received_with = |secrets: &[&str]| {
        let secrets = Secrets::new(secrets.iter().map(|&secret| secret.into())).unwrap();
        authenticate(&recorded.headers(), Bytes::from(recorded.body.clone()), &secrets, Limits::default())
    };
    assert_eq!(received_with(&["another", "wrong"]), Err(Refusal::Signature));
    assert!(received_with(&[SECRET]).is_ok());
    assert!(received_with(&[SECRET, "next"]).is_ok(), "old secret first");
    assert!(received_with(&["next", SECRET]).is_ok(), "new secret first");
}

#[test]
fn each_family_of_headers_suffices_and_is_read_alike() {
    let forgejo = recorded::one("forgejo-15.0", "first-push.push");
    let gitea = recorded::one("gitea-1.27", "first-push.workflow_run.requested");
    let families = [
        (forgejo, "x-forgejo-", Some(ForgeHint::Forgejo)),
        (forgejo, "x-gitea-", Some(ForgeHint::Gitea)),
        (gitea, "x-gitea-", Some(ForgeHint::Gitea)),
        (gitea, "x-gogs-", None),
    ];
    for (recorded, family, hint) in families {
        let headers = only(&recorded.headers(), family);
        let delivery = receive(&headers, recorded.body.as_bytes()).unwrap();
        assert_eq!(delivery.forge_hint(), hint, "{family}");
        assert_eq!(Some(delivery.id()), recorded.header("x-gitea-delivery").as_deref());
        assert_eq!(parse(&delivery), Ok(recorded.event()), "{family}");
    }
}

#[test]
fn the_headers_that_github_also_sends_suffice() {
    let recorded = recorded::one("gitea-1.27", "first-push.push");
    let mut headers = only(&recorded.headers(), "x-github-");
    assert_eq!(receive(&headers, recorded.body.as_bytes()), Err(Refusal::Unsigned));
    for (name, value) in only(&recorded.headers(), "x-hub-") {
        headers.insert(name.unwrap(), value);
    }
    let delivery = receive(&headers, recorded.body.as_bytes()).unwrap();
    assert_eq!(delivery.forge_hint(), None);
    assert_eq!(parse(&delivery), Ok(recorded.event()));
}

#[test]
fn without_the_fine_name_the_coarse_one_is_read_as_what_it_means() {
    let recorded = recorded::one("gitea-1.27", "pull_request_review_comment");
    let mut headers = recorded.headers();
    for family in ["gitea", "gogs", "github"] {
        headers.remove(format!("x-{family}-event-type"));
    }
    assert_eq!(headers["x-gitea-event"], "pull_request_comment");
    let delivery = receive(&headers, recorded.body.as_bytes()).unwrap();
    let event = parse(&delivery).unwrap();
    assert!(matches!(event, Event::Review { .. }), "{event:?}");
    assert_eq!(event, recorded.event());
}

#[test]
fn a_form_is_signed_over_the_json_inside() {
    for recorded in recorded::all().step_by(7) {
        let mut headers = recorded.headers();
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
        let form: String = form_urlencoded::Serializer::new(String::new()).append_pair("payload", &recorded.body).finish();
        let delivery = receive(&headers, form.as_bytes()).unwrap();
        assert_eq!(delivery.json(), recorded.body.as_bytes());
        assert_eq!(parse(&delivery), Ok(recorded.event()));

        let changed = form.replacen("id%22%3A+1", "id%22%3A+2", 1);
        assert_ne!(changed, form);
        assert_eq!(receive(&headers, changed.as_bytes()), Err(Refusal::Signature));
    }
}

#[test]
fn size_comes_first_then_content_type_then_signature_then_names() {
    let recorded = recorded::one("gitea-1.27", "first-push.push");
    let secrets = Secrets::new([SECRET.into()]).unwrap();
    let attempt = |headers: &HeaderMap, limit_bytes: usize| {
        let body = Bytes::from(recorded.body.clone());
        authenticate(headers, body, &secrets, Limits::new(limit_bytes).unwrap()).unwrap_err()
    };
    let size_bytes = recorded.body.len();
    let mut headers = HeaderMap::new();
    let refusal = attempt(&headers, size_bytes - 1);
    assert_eq!(refusal, Refusal::TooLarge { size_bytes, limit_bytes: size_bytes - 1 });
    assert_eq!(refusal.status(), 413);
    assert_eq!(attempt(&headers, size_bytes), Refusal::ContentType);

    headers.insert("content-type", HeaderValue::from_static("application/json"));
    assert_eq!(attempt(&headers, size_bytes), Refusal::Unsigned);
    let signature = recorded.header("x-gitea-signature").unwrap();
    headers.insert("x-gitea-signature", signature.parse().unwrap());
    let refusal = attempt(&headers, size_bytes);
    assert!(matches!(refusal, Refusal::Header { .. }), "{refusal:?}");
    assert_eq!(refusal.status(), 400);
}

#[test]
fn what_a_refusal_says() {
    let mut hook_without_secret = recorded::one("gitea-1.27", "first-push.push").headers();
    for (name, empty) in
        [("x-gitea-signature", ""), ("x-gogs-signature", ""), ("x-hub-signature", "sha1="), ("x-hub-signature-256", "sha256=")]
    {
        hook_without_secret.insert(name, HeaderValue::from_static(empty));
    }
    let unsigned = receive(&hook_without_secret, b"{}").unwrap_err();
    insta::assert_snapshot!(unsigned, @"this delivery is not signed: open the webhook in the forge (Settings → Webhooks), and set its Secret to the webhook secret that dispatch is configured with");
    assert_eq!(unsigned.status(), 401);
    insta::assert_snapshot!(Refusal::Signature, @"the signature is not accepted");
    insta::assert_snapshot!(Refusal::NotPost, @"deliveries come by POST: set the HTTP method of this webhook to POST in the forge (Settings → Webhooks)");
    assert_eq!(Refusal::NotPost.status(), 405);
}

#[test]
fn debug_shows_neither_the_body_nor_the_secret() {
    let recorded = recorded::one("gitea-1.27", "first-push.push");
    let delivery = receive(&recorded.headers(), recorded.body.as_bytes()).unwrap();
    let shown = format!("{delivery:?}");
    assert!(shown.contains("push") && shown.contains("json_bytes"), "{shown}");
    assert!(!shown.contains("acme") && !shown.contains(SECRET), "{shown}");
}
