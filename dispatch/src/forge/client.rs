//! The production client of one forge: finds out what the forge is, then speaks to it as that release understands.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::ability::Ability;
use super::capabilities::{Capabilities, ForgeKind};
use super::error::{ForgeError, ForgeErrorKind};
use super::http::{Bounds, Http};
use super::register::RegistrationTokens;
use super::{
    Credential, Forge, ForgeJob, JobState, NewRunner, Registration, Status, Task, Traces, Trust, forgejo, gitea, traces, version,
};
use crate::config::{ForgeConfig, Watch};
use crate::identifier::{ForgeName, RepositoryName, Scope};
use crate::label::LabelSet;
use crate::repository::{AtForge, Repository};

/// Scopes whose queues are read at the same time.
const AT_ONCE: usize = 4;

/// Runs whose origin is remembered before all are forgotten.
const MOST_RUNS: usize = 10_000;

/// One forge as configured. Share it behind an `Arc`; all its calls take `&self`.
pub struct ForgeClient {
    pub(super) http: Http,
    /// What the configuration says that it is.
    configured: Option<ForgeKind>,
    scopes: Vec<Scope>,
    served: LabelSet,
    detected: Mutex<Option<Capabilities>>,
    tokens: RegistrationTokens,
    /// Gitea: whose code a run executes, which never changes.
    runs: Mutex<HashMap<u64, Trust>>,
    names: forgejo::RepositoryNames,
    verdicts: forgejo::Verdicts,
}

impl std::fmt::Debug for ForgeClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForgeClient").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl ForgeClient {
    /// A client for the forge that the configuration calls `name`. Nothing is sent yet.
    ///
    /// `labels_served` is the union of the labels of all pools: Forgejo up to 13 shows only jobs that ask for nothing
    /// else.
    ///
    /// # Errors
    /// A configuration that cannot work: an address that is no root of a forge, a certificate file that cannot be read.
    pub fn new(name: &ForgeName, config: &ForgeConfig, labels_served: &LabelSet) -> Result<Self, ForgeError> {
        Self::bounded(name, config, labels_served, Bounds::default())
    }

    pub(super) fn bounded(
        name: &ForgeName,
        config: &ForgeConfig,
        labels_served: &LabelSet,
        bounds: Bounds,
    ) -> Result<Self, ForgeError> {
        let http = Http::new(&config.url, &config.token, config.certificate_authority.as_deref(), bounds)
            .map_err(|error| ForgeError { what: format!("forge `{name}`"), ..error })?;
        Ok(Self {
            http,
            configured: config.kind,
            scopes: scopes(&config.watch),
            served: labels_served.clone(),
            detected: Mutex::default(),
            tokens: RegistrationTokens::default(),
            runs: Mutex::default(),
            names: forgejo::RepositoryNames::default(),
            verdicts: forgejo::Verdicts::default(),
        })
    }

    /// What the forge is, for a call that needs it to `can`; a sentence about upgrading otherwise.
    async fn able(&self, can: Ability) -> Result<Capabilities, ForgeError> {
        let forge = self.capabilities(false).await?;
        if can.held_by(forge) { Ok(forge) } else { Err(can.lacking(forge)) }
    }

    /// Forgets what the forge is when an answer shows that it is something else, as after an upgrade or downgrade.
    fn surprised<T>(&self, outcome: Result<T, ForgeError>) -> Result<T, ForgeError> {
        if outcome.as_ref().is_err_and(|error| error.kind == ForgeErrorKind::NotSupported) {
            *lock(&self.detected) = None;
            self.names.forget();
        }
        outcome
    }

    async fn queue_of(&self, forge: Capabilities, scope: &Scope) -> Result<Option<Vec<ForgeJob>>, ForgeError> {
        let jobs = match forge.kind {
            ForgeKind::Gitea => gitea::queue(&self.http, scope).await,
            ForgeKind::Forgejo => forgejo::queue(&self.http, &self.names, forge, &self.served, scope).await,
        };
        if let Ok(None) = jobs {
            tracing::warn!(%scope, "the forge has no such place, or hides it from the token: its queue counts as empty");
        }
        jobs
    }

    /// A run's origin never changes, so one question is enough; what is unclear is asked again.
    async fn trust_of_run(&self, job: &ForgeJob) -> Result<Trust, ForgeError> {
        let Some(run) = job.run else {
            return Ok(Trust::Unknown { cause: "the job names no run".to_owned() });
        };
        if let Some(trust) = lock(&self.runs).get(&run) {
            return Ok(trust.clone());
        }
        let trust = gitea::trust(&self.http, &job.repository, run).await?;
        if !matches!(trust, Trust::Unknown { .. }) {
            let mut runs = lock(&self.runs);
            if runs.len() >= MOST_RUNS {
                runs.clear();
            }
            runs.insert(run, trust.clone());
        }
        Ok(trust)
    }
}

#[async_trait]
impl Forge for ForgeClient {
    async fn capabilities(&self, afresh: bool) -> Result<Capabilities, ForgeError> {
        if afresh {
            self.names.forget();
        } else if let Some(known) = *lock(&self.detected) {
            return Ok(known);
        }
        let found = version::detect(&self.http).await?;
        if let Some(configured) = self.configured.filter(|configured| *configured != found.kind) {
            let cause = format!(
                "this is {} {}, but the configuration says {configured}: correct `kind` or `url`",
                found.kind, found.version
            );
            return Err(ForgeError::new(ForgeErrorKind::Denied, "GET /api/v1/version", cause));
        }
        *lock(&self.detected) = Some(found);
        Ok(found)
    }

    async fn queue(&self) -> Result<Vec<ForgeJob>, ForgeError> {
        let forge = self.able(Ability::Queue).await?;
        let looks: Vec<_> = self.scopes.iter().map(|scope| self.queue_of(forge, scope)).collect();
        let looks = stream::iter(looks).buffered(AT_ONCE);
        let found: Vec<Option<Vec<ForgeJob>>> = self.surprised(looks.try_collect().await)?;
        if !self.scopes.is_empty() && found.iter().all(Option::is_none) {
            let scopes: Vec<String> = self.scopes.iter().map(ToString::to_string).collect();
            let cause = format!(
                "the forge shows none of {} to this token: check the names under `watch`, and whose token it is",
                scopes.join(", ")
            );
            return Err(ForgeError::new(ForgeErrorKind::Denied, "the queue", cause));
        }
        // An organisation and one of its repositories may both be watched.
        let jobs = found.into_iter().flatten().flatten().map(|job| (job.id, job));
        let jobs: Vec<ForgeJob> = jobs.collect::<BTreeMap<_, _>>().into_values().collect();
        self.verdicts.reset(&jobs);
        Ok(jobs)
    }

    async fn job(&self, repository: &RepositoryName, job: u64) -> Result<JobState, ForgeError> {
        let forge = self.able(Ability::Queue).await?;
        self.surprised(match forge.kind {
            ForgeKind::Gitea => gitea::job(&self.http, repository, job).await,
            ForgeKind::Forgejo => forgejo::job(&self.http, forge, &self.served, repository, job).await,
        })
    }

    async fn trust(&self, job: &ForgeJob) -> Result<Trust, ForgeError> {
        let forge = self.able(Ability::Queue).await?;
        self.surprised(match forge.kind {
            ForgeKind::Gitea => self.trust_of_run(job).await,
            ForgeKind::Forgejo => self.verdicts.trust(&self.http, forge, job).await,
        })
    }

    async fn registrations(&self, scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
        let forge = self.able(Ability::Registrations).await?;
        self.surprised(match forge.kind {
            ForgeKind::Gitea => gitea::registrations(&self.http, scope).await,
            ForgeKind::Forgejo => forgejo::registrations(&self.http, scope).await,
        })
    }

    async fn register(&self, scope: &Scope, runner: &NewRunner) -> Result<Credential, ForgeError> {
        let forge = self.able(Ability::Register).await?;
        self.surprised(match forge.kind {
            ForgeKind::Gitea if forge.ephemeral => gitea::register(&self.http, &self.tokens, forge, scope, runner).await,
            ForgeKind::Forgejo if forge.ephemeral => forgejo::create(&self.http, scope, runner).await,
            ForgeKind::Gitea | ForgeKind::Forgejo => {
                self.tokens.register(&self.http, forge, scope, runner).await.map(|made| made.credential)
            }
        })
    }

    async fn disable(&self, scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        self.able(Ability::Disable).await?;
        self.surprised(gitea::disable(&self.http, scope, registration).await)
    }

    async fn deregister(&self, scope: &Scope, registration: u64) -> Result<(), ForgeError> {
        let forge = self.able(Ability::Registrations).await?;
        self.surprised(match forge.kind {
            ForgeKind::Gitea => gitea::deregister(&self.http, scope, registration).await,
            ForgeKind::Forgejo => forgejo::deregister(&self.http, scope, registration).await,
        })
    }

    fn traces(&self) -> Option<&dyn Traces> {
        Some(self)
    }
}

#[async_trait]
impl Traces for ForgeClient {
    async fn tasks(&self, repository: &RepositoryName) -> Result<Vec<Task>, ForgeError> {
        self.surprised(traces::tasks(&self.http, repository).await)
    }

    async fn statuses(&self, repository: &RepositoryName, commit: &str) -> Result<Vec<Status>, ForgeError> {
        self.surprised(traces::statuses(&self.http, repository, commit).await)
    }

    fn repository<'a>(&'a self, name: &'a RepositoryName) -> Box<dyn Repository + 'a> {
        Box::new(AtForge { client: self, name })
    }

    async fn origin(&self, repository: &RepositoryName, commit: &str) -> Result<Trust, ForgeError> {
        self.surprised(traces::origin(&self.http, repository, commit).await)
    }
}

fn scopes(watch: &Watch) -> Vec<Scope> {
    match watch {
        Watch::Instance => vec![Scope::Instance],
        Watch::Only { organisations, repositories } => {
            let organisations = organisations.iter().cloned().map(Scope::Organisation);
            organisations.chain(repositories.iter().cloned().map(Scope::Repository)).collect()
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
