//! What the edge really calls, by the emulator's call log, is the list that its policy is held to.
//!
//! The worker's part of the list is compared where whole stories run, with the feature `aws`.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use dispatch::clock::HandClock;
use dispatch::config::{Config, Environment, from_environment};
use dispatch::journal::Silence;
use dispatch::service::Service;
use dispatch::store::DynamoDbStore;
use http::{HeaderMap, HeaderName, HeaderValue};
use tests::aws::{Lab, REGION};
use tests::installation::{Template, actions_needed, actions_of};
use tests::lambda::event::sign;

const DELIVERY: &[u8] = include_bytes!("../../../dispatch/src/cli/try_out/delivery.json");
const SECRET: &str = "a-secret-for-stories";

fn config() -> Config {
    let variables = [
        ("AWS_REGION", REGION),
        ("DDB_TABLE", "dispatch"),
        ("GITEA_TOKEN", "the-edge-has-none"),
        ("GITEA_URL", "https://git.example.com"),
        ("INSTANCE_PROFILE", "machine"),
        ("RUNNER_AMI", "ami-0123"),
        ("SECURITY_GROUP", "sg-0123"),
        ("SUBNET", "subnet-0123"),
        ("WEBHOOK_SECRET", SECRET),
    ];
    from_environment(&Environment::from_iter(variables)).expect("a configuration").into_config().expect("a stack")
}

fn headers(event: &str, body: &[u8]) -> HeaderMap {
    let signature = sign(SECRET, body);
    let headers = [
        ("content-type", "application/json"),
        ("x-gitea-delivery", "1"),
        ("x-gitea-event", event),
        ("x-gitea-event-type", event),
        ("x-gitea-signature", &signature),
    ];
    let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
    headers.map(header).into_iter().collect()
}

#[tokio::test]
async fn the_edge_calls_what_its_policy_allows() {
    let lab = Lab::start();
    let settings = lab.settings().await;
    lab.create_table("dispatch");
    let edge = Service {
        config: config(),
        store: Arc::new(DynamoDbStore::new(&settings, "dispatch")),
        clock: Arc::new(HandClock::default()),
        forges: BTreeMap::new(),
        clouds: BTreeMap::new(),
        journal: Arc::new(Silence),
        holder: "edge".to_owned(),
    };
    lab.forget_calls();
    for _ in 0..2 {
        let reply = edge.receive(&"gitea".into(), &headers("workflow_job", DELIVERY), Bytes::from_static(DELIVERY)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        edge.ledger().ring().await.expect("the bell rings");
    }
    assert_eq!(edge.health().await.status, 200);
    let calls = lab.calls();
    assert_eq!(actions_needed(&calls), actions_of("edge"));
    let parameters = calls.iter().flat_map(|call| &call.parameters);
    let keys: Vec<&String> = parameters.filter(|(name, _)| name.ends_with("pk.S")).map(|(_, key)| key).collect();
    assert!(keys.iter().any(|key| key.starts_with("bell#")) && keys.iter().all(|key| is_allowed(key)), "{keys:?}");
}

/// The keys that the edge's policy names, by how they begin or as they are.
fn is_allowed(key: &str) -> bool {
    let statements = Template::ours().statements("EdgeRole").into_iter();
    let keys = statements.map(|statement| {
        statement.condition.pointer("/ForAllValues:StringLike/dynamodb:LeadingKeys").cloned().unwrap_or_default()
    });
    let patterns: Vec<String> = keys.filter_map(|keys| serde_json::from_value::<Vec<String>>(keys).ok()).flatten().collect();
    patterns.iter().any(|pattern| pattern.strip_suffix('*').map_or(pattern == key, |begin| key.starts_with(begin)))
}
