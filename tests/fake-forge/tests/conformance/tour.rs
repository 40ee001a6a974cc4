//! The tour again: calls over the socket as recorded, and between them the steps of people (`steps`).

use std::collections::BTreeMap;

use fake_forge::world::{Push, Scope};
use fake_forge::{FakeForge, Flavour, Steering, World};
use serde_json::{Value, json};

use crate::compare::{Comparison, moment};
use crate::recording::{Call, Delivery, Recording};
use crate::steps::{ALICE, OVER_THE_API, ROOT1, STEPS, TOUR, do_step, push_of};

const ROOT_URL: &str = "http://forge.test:3000";
/// Replays a recording and returns every difference.
pub(crate) async fn replay(flavour: Flavour, recording: &Recording) -> Vec<String> {
    let mut tour = Tour::begin(flavour, recording).await;
    let mut stage = "";
    for call in &recording.calls {
        let next = stage_of(&call.name);
        if let Some((_, steps)) = STEPS.iter().find(|(name, _)| *name == next && stage != next) {
            for step in *steps {
                tour.step(step);
            }
        }
        if !next.is_empty() {
            stage = next;
        }
        tour.call(call).await;
    }
    tour.compare_deliveries();
    tour.comparison.differences
}

/// `047-running.admin-jobs` is of the stage `running`; calls outside the stages have none.
fn stage_of(name: &str) -> &str {
    let (stage, rest) = name.get(4..).and_then(|name| name.split_once('.')).unwrap_or_default();
    let listed = ["jobs", "runners", "runs", "tasks"].iter().any(|what| rest.contains(what));
    if listed { stage } else { "" }
}

struct Tour<'a> {
    recording: &'a Recording,
    forge: FakeForge,
    client: reqwest::Client,
    api_token: String,
    host: String,
    registration_token: String,
    /// Uuid and token by name: `i-…1` or `one`.
    runners: BTreeMap<String, (String, String)>,
    comparison: Comparison,
}

impl<'a> Tour<'a> {
    async fn begin(flavour: Flavour, recording: &'a Recording) -> Self {
        let mut world = World::new(flavour, ROOT_URL, 1_795_254_000);
        world.add_admin("root1");
        world.add_user("alice");
        world.add_user("mallory");
        let acme = world.add_organisation("acme", &[ROOT1]);
        world.create_repository(acme, "tour");
        world.change_repository(TOUR, |row| {
            row.collaborators.insert(ALICE);
        });
        let api_token = world.add_token(ROOT1, &["all"]);
        let events = [
            "push",
            "create",
            "delete",
            "pull_request",
            "workflow_job",
            "workflow_run",
            "action_run_success",
            "action_run_failure",
        ];
        world.add_webhook(Scope::INSTANCE, "http://127.0.0.1:9/", "it-is-only-a-test", &events);
        let forge = FakeForge::start(world).await.expect("a free port");
        forge.steer(Steering::ByHand);
        Self {
            client: client(),
            host: host_of(recording),
            api_token,
            recording,
            forge,
            registration_token: String::new(),
            runners: BTreeMap::new(),
            comparison: Comparison::default(),
        }
    }

    /// Turns the clock to the latest moment that `value` speaks of.
    fn turn_clock(&self, value: &Value) {
        if let Some(latest_s) = latest_moment(value) {
            self.forge.with(|world| world.set_now(latest_s));
        }
    }

    fn step(&mut self, step: &str) {
        let deliveries: Vec<&Delivery> = self.recording.deliveries.iter().filter(|row| row.step == step).collect();
        for delivery in &deliveries {
            self.turn_clock(&delivery.body);
        }
        let pushes: Vec<Push> = deliveries.iter().filter(|row| row.event_type == "push").map(|row| push_of(&row.body)).collect();
        let host = OVER_THE_API.contains(&step).then_some(self.host.as_str());
        self.forge.with(|world| {
            world.act_through(host);
            do_step(world, step, pushes, &deliveries);
            world.act_through(None);
        });
    }

    async fn call(&mut self, call: &Call) {
        self.turn_clock(&call.request);
        self.turn_clock(&call.body);
        if what(&call.name) == "fetch" {
            // The recorder waited before it asked.
            self.forge.with(|world| world.advance(6));
        }
        let response = self.send(call).await;
        let status = response.status().as_u16();
        if status != call.status {
            self.comparison.note(&call.name, format!("status {}, ours is {status}", call.status));
        }
        self.compare_headers(call, response.headers());
        let text = response.text().await.expect("a body");
        let ours = match call.body {
            Value::String(_) => Value::String(text),
            _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        self.remember(call, &ours);
        self.comparison.values(&call.name, &call.body, &ours);
    }

    /// Headers that mean something. The rest are the business of the HTTP library.
    fn compare_headers(&mut self, call: &Call, ours: &reqwest::header::HeaderMap) {
        for name in ["Content-Type", "X-Total-Count", "Link", "Allow"] {
            let theirs: Vec<&str> = call.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
            let ours: Vec<&str> = ours.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
            if theirs != ours {
                self.comparison.note(&call.name, format!("header {name} {theirs:?}, ours is {ours:?}"));
            }
        }
    }

    async fn send(&self, call: &Call) -> reqwest::Response {
        let method = call.request["method"].as_str().expect("a method").parse().expect("a method");
        let url = format!("{}{}", self.forge.base_url(), call.request["path"].as_str().expect("a path"));
        let mut request = self.client.request(method, url).header("Host", &self.host);
        if !call.request["as"].is_null() {
            request = request.header("Authorization", format!("token {}", self.api_token));
        }
        if let Some((uuid, token)) = self.runners.get(who(&call.name)) {
            request = request.header("x-runner-uuid", uuid).header("x-runner-token", token);
        }
        let mut body = call.request["body"].clone();
        if what(&call.name) == "register" {
            body["token"] = json!(self.registration_token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }

    /// Keeps the secrets that later calls need.
    fn remember(&mut self, call: &Call, ours: &Value) {
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        if call.name.contains(".registration-token") {
            self.registration_token = text(&ours["token"]).unwrap_or_default();
        }
        let made = if ours["runner"]["token"].is_string() { &ours["runner"] } else { ours };
        if let (Some(uuid), Some(token)) = (text(&made["uuid"]), text(&made["token"])) {
            let name = call.request["body"]["name"].as_str().expect("a name");
            self.runners.insert(name.to_owned(), (uuid, token));
        }
    }

    /// Per kind of event: the same deliveries in the same order. Jobs and runs each keep their own order only:
    /// a server sends with several workers.
    fn compare_deliveries(&mut self) {
        let mut ours: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for delivery in self.forge.pending() {
            let body = serde_json::from_str(&delivery.body).expect("JSON");
            ours.entry(delivery.event_type).or_default().push(body);
        }
        let mut theirs: BTreeMap<String, Vec<&Delivery>> = BTreeMap::new();
        for delivery in self.recording.deliveries.iter().filter(|row| is_modelled(row)) {
            theirs.entry(delivery.event_type.clone()).or_default().push(delivery);
        }
        for (kind, mut theirs) in theirs {
            let mut ours = ours.remove(&kind).unwrap_or_default();
            theirs.sort_by_key(|delivery| subject(&delivery.body));
            ours.sort_by_key(subject);
            if theirs.len() != ours.len() {
                self.comparison.note(&kind, format!("{} deliveries, ours are {}", theirs.len(), ours.len()));
            }
            for (theirs, ours) in theirs.iter().zip(&ours) {
                self.comparison.values(&theirs.name, &theirs.body, ours);
            }
        }
        for (kind, more) in ours {
            self.comparison.note(&kind, format!("no deliveries, ours are {}", more.len()));
        }
    }
}

/// Row id of the job or run that a delivery is about; 0 for others.
fn subject(body: &Value) -> i64 {
    let id = body["workflow_job"]["id"].as_i64();
    id.or_else(|| body["workflow_run"]["id"].as_i64()).unwrap_or(0)
}

/// Steps after the last call, and edits of the pull request, are not replayed.
fn is_modelled(delivery: &Delivery) -> bool {
    let action = delivery.body["action"].as_str().unwrap_or_default();
    let edits = delivery.event_type == "pull_request" && !["opened", "synchronized", "closed", "reopened"].contains(&action);
    !edits && !["rename-repo", "delete-repo"].contains(&delivery.step.as_str())
}

/// The last part of a call's name.
fn what(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `046-one.fetch` and `091-i-0aaaaaaaaaaaaaaa3.declare` name the runner that calls.
fn who(name: &str) -> &'static str {
    let word = name.get(4..).and_then(|name| name.split('.').next()).unwrap_or_default();
    match word {
        "one" | "i-0aaaaaaaaaaaaaaa1" => "i-0aaaaaaaaaaaaaaa1",
        "two" | "i-0aaaaaaaaaaaaaaa2" => "i-0aaaaaaaaaaaaaaa2",
        "three" | "i-0aaaaaaaaaaaaaaa3" => "i-0aaaaaaaaaaaaaaa3",
        "four" => "i-0aaaaaaaaaaaaaaa4",
        "five" | "i-0aaaaaaaaaaaaaaa5" => "i-0aaaaaaaaaaaaaaa5",
        "six" | "i-0aaaaaaaaaaaaaaa6" => "i-0aaaaaaaaaaaaaaa6",
        _ => "",
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(std::time::Duration::from_secs(10)).build().expect("a client")
}

/// The loopback address under which the recorder reached the server, where it shows.
fn host_of(recording: &Recording) -> String {
    let text = recording.calls.iter().map(|call| call.body.to_string()).find(|text| text.contains("http://127.0.0.1:"));
    let rest = text.as_deref().and_then(|text| text.split("http://").find(|rest| rest.starts_with("127.0.0.1:")));
    rest.and_then(|rest| rest.split('/').next()).unwrap_or("127.0.0.1:3000").to_owned()
}

fn latest_moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => moment(text),
        Value::Array(items) => items.iter().filter_map(latest_moment).max(),
        Value::Object(fields) => fields.values().filter_map(latest_moment).max(),
        _ => None,
    }
}
