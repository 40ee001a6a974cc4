//! The public side: authenticate a delivery, turn it into claims, answer in sentences. It may only add job records.
//!
//! The forge keeps the reply in its delivery log, so it is the first thing that a person sees of us. It is 200 with text
//! even when nothing is done; other statuses mean that the hook itself has to be mended.

mod notice;
#[cfg(test)]
mod tests;
mod told;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::delivery::{self, Delivery, ForgeHint, Limits, Refusal, Secrets};
use crate::event::{Event, Job, JobStatus, Push, WorkflowJob, parse};
use crate::identifier::{ForgeName, JobKey, RepositoryName};
use crate::journal::Subject;
use crate::ledger::{Announcement, BELL_S, LedgerError};
use crate::pool::{NoPool, Pool, choose};
use crate::reason::{Held, Reason};
use crate::reconcile::described;
use crate::record::{JobRecord, Mode, Record, Story, Told};
use crate::service::Service;
use crate::store::{Key, Stored};
use crate::text::printable;

/// Seconds after a delivery at which the queue is looked at again, where it may be filled only after the delivery was sent. The
/// first of these looks is also for who found the bell rung already.
pub(crate) const LATER_S: [u64; 2] = [BELL_S, 10];

/// Longest name of a job that is kept; forges allow more.
const LONGEST_NAME: usize = 200;

/// The answer to a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// For the forge.
    pub status: StatusCode,
    /// For people.
    pub text: String,
    /// For the worker.
    pub ring: Ring,
    /// A record was added that wakes whoever watches the records, so no bell is needed there.
    pub recorded: bool,
}

/// Whether a delivery wakes the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// It does not.
    No,
    /// At once.
    Now,
    /// At once and again [a little later](LATER_S).
    NowAndLater,
}

impl Service {
    /// Handles one delivery for the forge that the path named.
    pub async fn receive(&self, forge: &ForgeName, headers: &HeaderMap, body: Bytes) -> Reply {
        // From here on the configuration's own name is used, of which every record is to hold a copy.
        let Some((forge, config)) = self.config.forges.get_key_value(forge) else {
            return Reply::new(
                StatusCode::NOT_FOUND,
                format!("there is no forge `{}` in the configuration", printable(forge.as_str(), 100)),
            );
        };
        let delivery = match self.authenticate(config.webhook_secrets.iter().cloned(), headers, body) {
            Ok(delivery) => delivery,
            Err(refusal) => return refused(&refusal),
        };
        match parse(&delivery) {
            Ok(event) => self.answer(forge, &delivery, event).await,
            Err(refusal) => refused(&refusal),
        }
    }

    fn authenticate(
        &self,
        secrets: impl Iterator<Item = secrecy::SecretString>,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Delivery, Refusal> {
        let secrets = Secrets::new(secrets).map_err(|_| Refusal::Unsigned)?;
        let limits = Limits::new(self.config.serve.body_limit).unwrap_or_default();
        delivery::authenticate(headers, body, &secrets, limits)
    }

    async fn answer(&self, forge: &ForgeName, delivery: &Delivery, event: Event) -> Reply {
        match event {
            Event::WorkflowJob(event) => self.job(forge, delivery, &event).await,
            Event::WorkflowRun(_) | Event::ActionRun(_) => {
                Reply::ok(format!("noted: looking at the queue of `{forge}`"), Ring::Now)
            }
            Event::Test(push) => Reply::ok(self.kind_words(forge, &push), Ring::No),
            Event::Ignored(why) => Reply::ok(why.to_string(), Ring::No),
            Event::Push(_)
            | Event::Create(_)
            | Event::Delete(_)
            | Event::PullRequest { .. }
            | Event::Review { .. }
            | Event::Issue { .. }
            | Event::Comment { .. }
            | Event::Release(_)
            | Event::Fork(_)
            | Event::Wiki(_)
            | Event::Package(_) => self.notice(forge, delivery, &event).await,
        }
    }

    fn kind_words(&self, forge: &ForgeName, push: &Push) -> String {
        let pools: Vec<&str> = self.config.pools.iter().map(|pool| pool.name.as_str()).collect();
        format!(
            "hello {}: this webhook reaches dispatch as forge `{forge}` and its signature is good; pools: {}",
            push.repository.full_name,
            pools.join(", ")
        )
    }

    async fn job(&self, forge: &ForgeName, delivery: &Delivery, event: &WorkflowJob) -> Reply {
        let job = &event.job;
        let title = format!("{} (job {} of {})", printable(&job.name, LONGEST_NAME), job.id, event.repository.full_name);
        let told = Told::of(job);
        if let Some(told) = told.as_ref().filter(|_| matches!(event.action, JobStatus::InProgress | JobStatus::Completed))
            && let Err(error) = self.hear(forge, job.id, told).await
        {
            return Reply::failed(&format!("{title}: {error}"), true);
        }
        match event.action {
            JobStatus::Queued => match self.announce(forge, delivery, event).await {
                Ok(reply) => Reply { text: format!("{title}: {}", reply.text), ..reply },
                Err(error) => Reply::failed(&format!("{title}: {error}"), told.is_some()),
            },
            JobStatus::Waiting => {
                Reply::ok(format!("{title}: no runner can take it yet; a machine follows when the forge queues it"), Ring::No)
            }
            JobStatus::InProgress => Reply::ok(format!("{title}: noted, it is being worked on"), Ring::Now),
            JobStatus::Completed => Reply::ok(format!("{title}: noted, it is over"), Ring::Now),
            JobStatus::Unknown => {
                Reply::ok(format!("{title}: a state that dispatch does not know; looking at the queue"), Ring::Now)
            }
        }
    }

    /// Records the job unless it is known, and says in one sentence what becomes of it.
    async fn announce(&self, forge: &ForgeName, delivery: &Delivery, event: &WorkflowJob) -> Result<Reply, LedgerError> {
        let Ok(repository) = event.repository.full_name.parse::<RepositoryName>() else {
            return Ok(Reply::ok("not started: the repository's name is not `owner/name`".to_owned(), Ring::No));
        };
        let now = self.clock.now();
        let announced = Reason::Announced { delivery: printable(delivery.id(), 64) };
        let labels = event.job.labels.iter().cloned().collect();
        let key = JobKey::first(forge.clone(), event.job.id);
        let name = printable(&event.job.name, LONGEST_NAME);
        let mut record = JobRecord::new(key, repository, name, labels, now, Story::beginning(now, &announced));
        let pool = choose(&self.config.pools, &record.labels).cloned();
        if let Err(no_pool) = &pool {
            record.story.add(now, &Reason::NoPool(no_pool.clone()));
            record.closed_at = Some(now);
        }
        let (key, announcement) = match Told::of(&event.job) {
            Some(told) => self.announce_told(record, &told).await?,
            None => (record.key.clone(), self.ledger().announce(record).await?),
        };
        let recorded = announcement == Announcement::New;
        if recorded {
            self.journal.tell(now, &Subject::Job(key), &announced);
        }
        Ok(Reply { recorded, ..Reply::ok(self.sentence(&event.job, announcement, pool).await?, Ring::Now) })
    }

    async fn sentence(&self, job: &Job, announcement: Announcement, pool: Result<Pool, NoPool>) -> Result<String, LedgerError> {
        let labels = crate::label::listed(&job.labels.iter().cloned().collect());
        match (announcement, pool) {
            (_, Err(no_pool)) => Ok(format!("not started: {no_pool}")),
            (Announcement::Known(record), Ok(_)) => Ok(known(&record)),
            (Announcement::New, Ok(pool)) => Ok(match self.held(&pool).await? {
                Some(held) => format!("{labels} → pool `{}`; held: {held}", pool.name),
                None => format!("{labels} → pool `{}`; a machine is on its way", pool.name),
            }),
        }
    }

    /// What can be told without asking anybody; the worker finds the rest.
    async fn held(&self, pool: &Pool) -> Result<Option<Held>, LedgerError> {
        match self.ledger().control().await?.mode {
            Mode::Running => {}
            Mode::Paused => return Ok(Some(Held::Paused)),
            Mode::Draining => return Ok(Some(Held::Draining)),
            Mode::Stopped => return Ok(Some(Held::Stopped)),
        }
        let key = Key::pool(&pool.name);
        let full = match self.store.read(&key).await? {
            Some(Stored { record: Record::Counter { value }, .. }) => value >= u64::from(pool.limit),
            _ => pool.limit == 0,
        };
        Ok(full.then(|| Held::Limit { what: described(&key), limit: pool.limit }))
    }
}

fn known(record: &JobRecord) -> String {
    let last = record.story.last().map(|note| note.text.as_str()).unwrap_or_default();
    if record.is_open() {
        format!("known since {}; {last}", record.first_seen)
    } else {
        format!("had its turn ({last}); if the forge's queue shows it again, it is served again")
    }
}

fn may_start_jobs(forge: &ForgeName, hint: Option<ForgeHint>) -> String {
    let [soon, later] = LATER_S;
    let looking = format!("looking at the queue of `{forge}` now, in {soon} s and in {later} s");
    match hint {
        Some(ForgeHint::Forgejo) => format!("{looking}, since Forgejo does not announce jobs"),
        Some(ForgeHint::Gitea) | None => {
            format!("{looking}; tick `Workflow Job` in the webhook's events (Gitea 1.24 and later) to have each job announced")
        }
    }
}

fn refused(refusal: &Refusal) -> Reply {
    Reply::new(refusal.status(), refusal.to_string())
}

impl Reply {
    fn new(status: StatusCode, text: String) -> Self {
        Self { status, text, ring: Ring::No, recorded: false }
    }

    fn ok(text: String, ring: Ring) -> Self {
        Self { ring, ..Self::new(StatusCode::OK, text) }
    }

    /// The store did not take the claim. Where there is a queue it still has the job, so the worker may find it without us.
    fn failed(text: &str, told_once: bool) -> Self {
        let next = if told_once {
            "this forge tells it only here, so send this delivery again from the webhook's page"
        } else {
            "nothing is lost, the next look at the forge's queue finds the job"
        };
        Self { ring: Ring::Now, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("{text}; {next}")) }
    }
}
