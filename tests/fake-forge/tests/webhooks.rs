//! Deliveries on the wire: sent by themselves or by hand, lost, doubled, reordered, as a form, to nobody.

#![expect(clippy::unwrap_used, reason = "what cannot happen must stop the test")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use fake_forge::world::{JobSpec, Push, Scope, Workflow};
use fake_forge::{FakeForge, Flavour, Steering, World};

const NOON_S: i64 = 1_795_262_400;

/// What a receiver got: fine name, delivery UUID, body.
type Received = Arc<Mutex<Vec<(String, String, String)>>>;

/// A receiver that answers with a sentence.
async fn receiver() -> (String, Received) {
    async fn receive(State(received): State<Received>, headers: HeaderMap, body: String) -> &'static str {
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        let event = header("x-gitea-event-type");
        received.lock().unwrap().push((event, header("x-gitea-delivery"), body));
        "thank you"
    }
    let received = Received::default();
    let router = Router::new().fallback(receive).with_state(received.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, received)
}

/// A forge with a hook, before anything was pushed; deliveries wait for the test.
async fn forge(flavour: Flavour, url: &str) -> (FakeForge, i64, i64) {
    let mut world = World::new(flavour, "", NOON_S);
    let alice = world.add_user("alice");
    let app = world.create_repository(alice, "app");
    world.add_webhook(Scope::repository(app), url, "quiet", &["push", "workflow_job"]);
    let forge = FakeForge::start(world).await.unwrap();
    forge.steer(Steering::ByHand);
    (forge, app, alice)
}

fn push(alice: i64) -> Push {
    let workflow = Workflow::new("ci.yml").job(JobSpec::new("build", &["go"]));
    Push::branch("main", alice, "Start").starts(workflow)
}

fn events(received: &Received) -> Vec<String> {
    received.lock().unwrap().iter().map(|(event, ..)| event.clone()).collect()
}

#[tokio::test]
async fn a_delivery_arrives_and_the_answer_is_kept() {
    let (url, received) = receiver().await;
    let (forge, app, alice) = forge(Flavour::Gitea1_27, &url).await;
    forge.with(|world| world.push(app, push(alice)));
    forge.deliver_all().await;
    assert_eq!(events(&received), ["push", "workflow_job"]);
    let log = forge.deliveries();
    assert_eq!((log[1].status, log[1].response.as_str()), (Some(200), "thank you"));
    assert!(forge.pending().is_empty());
}

#[tokio::test]
async fn automatic_deliveries_need_no_help() {
    let (url, received) = receiver().await;
    let (forge, app, alice) = forge(Flavour::Gitea1_27, &url).await;
    forge.steer(Steering::Automatic);
    forge.with(|world| world.push(app, push(alice)));
    // Waits for what is on its way; sends nothing twice.
    while events(&received).len() < 2 {
        forge.deliver_all().await;
        tokio::task::yield_now().await;
    }
    assert_eq!(events(&received), ["push", "workflow_job"]);
}

#[tokio::test]
async fn forgejo_tells_of_the_push_but_not_of_the_job() {
    let (url, received) = receiver().await;
    let (forge, app, alice) = forge(Flavour::Forgejo15, &url).await;
    forge.with(|world| world.push(app, push(alice)));
    forge.deliver_all().await;
    assert_eq!(events(&received), ["push"]);
}

#[tokio::test]
async fn deliveries_are_lost_doubled_and_reordered_at_will() {
    let (url, received) = receiver().await;
    let (forge, app, alice) = forge(Flavour::Gitea1_27, &url).await;
    forge.with(|world| world.push(app, push(alice)));
    forge.with(|world| world.push(app, push(alice)));
    let ids: Vec<i64> = forge.pending().iter().map(|delivery| delivery.id).collect();
    assert_eq!(forge.lose(ids[0]).unwrap().event_type, "push");
    forge.deliver_in_order(&[ids[3], ids[1], ids[1]]).await;
    assert_eq!(events(&received), ["workflow_job"; 3]);
    let uuids: Vec<String> = received.lock().unwrap().iter().map(|(_, uuid, _)| uuid.clone()).collect();
    assert_ne!(uuids[0], uuids[1]);
    assert_eq!(uuids[1], uuids[2]);
    assert_eq!(forge.pending().len(), 1);
}

#[tokio::test]
async fn a_form_carries_the_json_in_one_field() {
    let (url, received) = receiver().await;
    let (forge, app, alice) = forge(Flavour::Gitea1_27, &url).await;
    forge.with(|world| world.change_webhook(1, |hook| hook.form = true));
    forge.with(|world| world.push(app, push(alice)));
    let sent = forge.pending()[0].body.clone();
    forge.deliver_all().await;
    let body = received.lock().unwrap()[0].2.clone();
    let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!(fields, [("payload".to_owned(), sent)]);
}

#[tokio::test]
async fn nobody_there_is_noted_and_not_tried_again() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    drop(listener);
    let (forge, app, alice) = forge(Flavour::Gitea1_27, &url).await;
    forge.with(|world| world.push(app, push(alice)));
    assert!(forge.deliver_all().await.iter().all(|attempt| attempt.status.is_none()));
    assert!(forge.deliver_all().await.is_empty());
}

#[tokio::test]
async fn the_host_header_shows_in_urls_from_gitea_1_26_on() {
    let (url, _) = receiver().await;
    for (flavour, follows) in [(Flavour::Gitea1_25, false), (Flavour::Gitea1_26, true)] {
        let (forge, app, alice) = forge(flavour, &url).await;
        forge.with(|world| world.act_through(Some("evil.example")));
        forge.with(|world| world.push(app, push(alice)));
        let body = forge.pending()[0].body.clone();
        assert_eq!(body.contains("http://evil.example/alice/app.git"), follows, "{flavour:?}");
    }
}
