//! The cases: each prepares its world, then does one thing, unless only the preparation is asked for.

use std::pin::Pin;

use bytes::Bytes;
use dispatch::workflow::Dialect;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::still::{SECRET, installation};
use crate::timed;
use crate::workflows::{Push, is_whole};

/// One thing to measure.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Extent) -> Running,
}

/// How far a case goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Only what comes before the thing to measure.
    Preparation,
    /// That thing too.
    All,
}

/// How long the thing itself took.
#[derive(Default)]
pub(crate) struct Ran {
    pub(crate) elapsed_us: f64,
}

type Running = Pin<Box<dyn Future<Output = Result<Ran, String>>>>;

pub(crate) const CASES: &[Case] = &[
    Case { name: "delivery-to-claim", run: |extent| Box::pin(delivery(extent, "workflow_job", DELIVERY)) },
    Case { name: "ignored-delivery", run: |extent| Box::pin(delivery(extent, "status", DELIVERY)) },
    Case { name: "pass-over-1000-known-jobs", run: |extent| Box::pin(pass(extent, 1_000)) },
    Case { name: "decide-1000-open-jobs", run: |extent| Box::pin(decide(extent, 1_000)) },
    Case { name: "decide-100-open-jobs", run: |extent| Box::pin(decide(extent, 100)) },
    Case { name: "push-100-workflows-gitea-1.24", run: |extent| Box::pin(push(extent, Dialect::gitea(24))) },
    Case { name: "push-100-workflows-gitea-1.27", run: |extent| Box::pin(push(extent, Dialect::gitea(27))) },
    Case { name: "push-100-workflows-forgejo-15", run: |extent| Box::pin(push(extent, Dialect::forgejo(15))) },
];

/// A queued job as Gitea 1.27 announces it.
const DELIVERY: &[u8] = include_bytes!("../../dispatch/src/cli/try_out/delivery.json");

async fn delivery(extent: Extent, event: &str, body: &'static [u8]) -> Result<Ran, String> {
    let service = installation(0);
    let headers = headers(event, body)?;
    if extent == Extent::Preparation {
        return Ok(Ran::default());
    }
    let (reply, ran) = timed(service.receive(&"home".into(), &headers, Bytes::from_static(body))).await;
    if reply.status.is_success() { Ok(ran) } else { Err(reply.text) }
}

/// The first pass opens the records; the second, which is timed, finds all of them paused and waiting.
async fn pass(extent: Extent, jobs: u64) -> Result<Ran, String> {
    let service = installation(jobs);
    service.pass().await.map_err(|error| error.to_string())?;
    if extent == Extent::Preparation {
        return Ok(Ran::default());
    }
    let (pass, ran) = timed(service.pass()).await;
    let pass = pass.map_err(|error| error.to_string())?;
    if pass.open >= usize::try_from(jobs).unwrap_or(usize::MAX) { Ok(ran) } else { Err(format!("only {} are open", pass.open)) }
}

async fn decide(extent: Extent, jobs: u64) -> Result<Ran, String> {
    let service = installation(jobs);
    service.pass().await.map_err(|error| error.to_string())?;
    let (world, _) = service.look().await.map_err(|error| error.to_string())?;
    if extent == Extent::Preparation {
        return Ok(Ran::default());
    }
    let (plan, ran) = timed(async { dispatch::reconcile::reconcile(&world, &service.config) }).await;
    if plan.actions.is_empty() { Ok(ran) } else { Err(format!("{} actions were not expected", plan.actions.len())) }
}

async fn push(extent: Extent, dialect: Dialect) -> Result<Ran, String> {
    let push = Push::recorded(dialect).map_err(|error| error.to_string())?;
    if extent == Extent::Preparation {
        return Ok(Ran::default());
    }
    let (decided, ran) = timed(async { push.decide() }).await;
    if is_whole(&decided) { Ok(ran) } else { Err(format!("only {} decisions", decided.workflows.len())) }
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
