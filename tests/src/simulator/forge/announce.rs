//! Deliveries: signed like Gitea's, sent once, and subject to whatever may happen on the way.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::agenda::Millis;
use super::super::fault::Fault;
use super::super::wish::Wish;
use super::super::world::World;
use super::{SECRET, Status};

impl World {
    /// Gitea tells of every change of a job.
    pub(super) fn announce(&mut self, job: u64, action: &'static str) {
        if !self.script.flavour.is_forgejo()
            && let Some(body) = self.job_body(job, action)
        {
            self.send("workflow_job", &body, Some(job));
        }
    }

    /// Forgejo tells of pushes and of runs that are over, and never of jobs.
    pub(super) fn announce_push(&mut self, job: u64) {
        let Some(job) = self.forge.jobs.get(&job).filter(|_| self.script.flavour.is_forgejo()) else { return };
        let (owner, name) = (job.repository.owner(), job.repository.name());
        let commit = "8f14e45fceea167a5a36dedd4bea2543ce4a2ab1";
        let body = json!({
            "ref": "refs/heads/main",
            "before": "0000000000000000000000000000000000000000",
            "after": commit,
            "commits": [],
            "head_commit": null,
            "repository": repository(owner, name),
            "pusher": { "id": 1, "login": owner },
            "sender": { "id": 1, "login": owner },
        });
        self.send("push", &body, None);
    }

    fn job_body(&self, id: u64, action: &str) -> Option<Value> {
        let job = self.forge.jobs.get(&id)?;
        let conclusion = match job.status {
            Status::Over(conclusion) => Some(conclusion),
            _ => None,
        };
        Some(json!({
            "action": action,
            "workflow_job": {
                "id": id,
                "run_id": id,
                "run_attempt": job.attempt,
                "name": format!("job {id}"),
                "labels": job.labels,
                "status": action,
                "conclusion": conclusion,
                "runner_id": job.registration,
                "head_sha": "8f14e45fceea167a5a36dedd4bea2543ce4a2ab1",
                "head_branch": "main",
            },
            "repository": repository(job.repository.owner(), job.repository.name()),
            "sender": { "id": 1, "login": job.repository.owner() },
        }))
    }

    fn send(&mut self, event: &'static str, body: &Value, job: Option<u64>) {
        self.forge.deliveries += 1;
        let number = self.forge.deliveries;
        let body = Bytes::from(body.to_string());
        let Some(headers) = headers(number, event, &body, self.script.flavour.is_forgejo()) else { return };
        if self.strikes(Fault::DeliveryLost) {
            self.tell(|| format!("forge: delivery {number} is lost"));
            return;
        }
        let way = self.random.between(100..=2_000);
        let late = if self.strikes(Fault::DeliveryDelayed) { self.random.between(5_000..=600_000) } else { 0 };
        self.deliver(way + late, Wish::Deliver { headers: headers.clone(), body: body.clone(), job });
        if self.strikes(Fault::DeliveryDoubled) {
            let again = self.random.mostly_small(1_000..=3_600_000);
            self.deliver(way + again, Wish::Deliver { headers, body, job });
        }
    }

    fn deliver(&mut self, delay: Millis, delivery: Wish) {
        self.after(delay, move |world| world.wishes.push(delivery));
    }
}

fn repository(owner: &str, name: &str) -> Value {
    json!({
        "id": 1,
        "owner": { "id": 1, "login": owner },
        "name": name,
        "full_name": format!("{owner}/{name}"),
        "default_branch": "main",
        "has_actions": true,
    })
}

fn headers(number: u64, event: &str, body: &[u8], forgejo: bool) -> Option<HeaderMap> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).ok()?;
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().ok()?);
    headers.insert("x-gitea-delivery", number.to_string().parse().ok()?);
    headers.insert("x-gitea-event", event.parse().ok()?);
    headers.insert("x-gitea-event-type", event.parse().ok()?);
    headers.insert("x-gitea-signature", signature.parse().ok()?);
    if forgejo {
        headers.insert("x-forgejo-delivery", number.to_string().parse().ok()?);
    }
    Some(headers)
}
