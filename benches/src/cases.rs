//! The cases: each prepares its world, then does one thing.

use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::still::{SECRET, installation};
use crate::timed;

/// One thing to measure.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Running,
}

/// How long the thing itself took.
pub(crate) struct Ran {
    pub(crate) elapsed_us: f64,
}

type Running = Pin<Box<dyn Future<Output = Result<Ran, String>>>>;

pub(crate) const CASES: &[Case] = &[
    Case { name: "delivery-to-claim", run: || Box::pin(delivery("workflow_job", DELIVERY)) },
    Case { name: "ignored-delivery", run: || Box::pin(delivery("status", DELIVERY)) },
    Case { name: "pass-over-1000-known-jobs", run: || Box::pin(pass(1_000)) },
    Case { name: "decide-1000-open-jobs", run: || Box::pin(decide(1_000)) },
    Case { name: "decide-100-open-jobs", run: || Box::pin(decide(100)) },
];

/// A queued job as Gitea 1.27 announces it.
const DELIVERY: &[u8] = include_bytes!("../../dispatch/src/cli/try_out/delivery.json");

async fn delivery(event: &str, body: &'static [u8]) -> Result<Ran, String> {
    let service = installation(0);
    let headers = headers(event, body)?;
    let (reply, ran) = timed(service.receive(&"home".into(), &headers, Bytes::from_static(body))).await;
    if reply.status.is_success() { Ok(ran) } else { Err(reply.text) }
}

/// The first pass opens the records; the second, which is timed, finds all of them paused and waiting.
async fn pass(jobs: u64) -> Result<Ran, String> {
    let service = installation(jobs);
    service.pass().await.map_err(|error| error.to_string())?;
    let (pass, ran) = timed(service.pass()).await;
    let pass = pass.map_err(|error| error.to_string())?;
    if pass.open >= usize::try_from(jobs).unwrap_or(usize::MAX) { Ok(ran) } else { Err(format!("only {} are open", pass.open)) }
}

async fn decide(jobs: u64) -> Result<Ran, String> {
    let service = installation(jobs);
    service.pass().await.map_err(|error| error.to_string())?;
    let (world, _) = service.look().await.map_err(|error| error.to_string())?;
    let (plan, ran) = timed(async { dispatch::reconcile::reconcile(&world, &service.config) }).await;
    if plan.actions.is_empty() { Ok(ran) } else { Err(format!("{} actions were not expected", plan.actions.len())) }
}

fn headers(event: &str, body: &[u8]) -> Result<HeaderMap, String> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("x-gitea-delivery", "bench"),
        ("x-gitea-event", event),
        ("x-gitea-event-type", event),
        ("x-gitea-signature", &signature),
    ];
    let header = |(name, value): (&'static str, &str)| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?));
    Ok(headers.into_iter().filter_map(header).collect())
}
