//! A forge on a loopback socket with one organisation and one repository, and a client that looks at it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use dispatch::config::{ForgeConfig, RegisterAt, Watch};
use dispatch::forge::client::ForgeClient;
use dispatch::forge::{Credential, Forge, ForgeJob, JobState, NewRunner, Registration};
use dispatch::identifier::{ForgeName, RepositoryName, Scope};
use fake_forge::stand_in::{self, Habits, Identity};
use fake_forge::world::{AccountId, JobSpec, Push, RepositoryId, Workflow};
use fake_forge::{FakeForge, Fault, Flavour, World};
use secrecy::ExposeSecret;

/// 2026-11-21, noon.
const NOON_S: i64 = 1_795_262_400;

/// What the client's token may do, unless a rule says otherwise.
pub const TOKEN_SCOPES: [&str; 1] = ["all"];

/// How a rule ends; anything unexpected is an error.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The forge under test.
pub struct Subject {
    /// The stand-in, to tell its story on.
    pub fake: FakeForge,
    /// Which release it is.
    pub flavour: Flavour,
    /// A site administrator who owns the organisation.
    pub alice: AccountId,
    /// The repository `acme/app`.
    pub app: RepositoryId,
    /// A client that watches that repository.
    pub client: ForgeClient,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("flavour", &self.flavour).finish_non_exhaustive()
    }
}

impl Subject {
    /// Starts it.
    pub async fn start(flavour: Flavour) -> Result<Self, Box<dyn Error>> {
        let mut world = World::new(flavour, "", NOON_S);
        let alice = world.add_admin("alice");
        let acme = world.add_organisation("acme", &[alice]);
        let app = world.create_repository(acme, "app");
        let token = world.add_token(alice, &TOKEN_SCOPES);
        let fake = FakeForge::start(world).await?;
        let client = client(&fake, &token, watch(&[], &["acme/app"])?)?;
        Ok(Self { fake, flavour, alice, app, client })
    }

    /// Another client of the same forge, with a token of these scopes.
    pub fn client(&self, watch: Watch, scopes: &[&str]) -> Result<ForgeClient, Box<dyn Error>> {
        let token = self.fake.with(|world| world.add_token(self.alice, scopes));
        client(&self.fake, &token, watch)
    }

    /// Another client that watches `acme/app`, with this token.
    pub fn client_with(&self, token: &str) -> Result<ForgeClient, Box<dyn Error>> {
        client(&self.fake, token, watch(&[], &["acme/app"])?)
    }

    /// `acme/app` as the seam names it.
    pub fn repository(&self) -> Result<RepositoryName, Box<dyn Error>> {
        Ok("acme/app".parse()?)
    }

    /// The scope of `acme/app`.
    pub fn scope(&self) -> Result<Scope, Box<dyn Error>> {
        Ok(Scope::Repository(self.repository()?))
    }

    /// Pushes a commit to a branch of `acme/app` that starts these jobs.
    pub fn push(&self, branch: &str, jobs: impl IntoIterator<Item = JobSpec>) {
        let workflow = jobs.into_iter().fold(Workflow::new("ci.yml"), Workflow::job);
        self.fake.with(|world| world.push(self.app, Push::branch(branch, self.alice, "A commit").starts(workflow)));
    }

    /// The job of this name in the queue.
    pub async fn queued(&self, name: &str) -> Result<ForgeJob, Box<dyn Error>> {
        let jobs = self.client.queue().await?;
        jobs.into_iter().find(|job| job.name == name).ok_or_else(|| format!("no job `{name}` in the queue").into())
    }

    /// The registrations of `acme/app`.
    pub async fn registrations(&self) -> Result<Vec<Registration>, Box<dyn Error>> {
        Ok(self.client.registrations(&self.scope()?).await?)
    }

    /// A runner with this credential takes its job, if it gets one, and stops answering.
    pub async fn take(&self, credential: &Credential, job: &ForgeJob) {
        let report = "POST /api/actions/runner.v1.RunnerService/UpdateTask";
        self.fake.inject(report, Fault::Status(500));
        let _refused = self.serve(credential, job).await;
        self.fake.heal();
    }

    /// A runner with this credential serves its job, if it gets one.
    pub async fn serve(&self, credential: &Credential, job: &ForgeJob) -> Result<stand_in::Outcome, stand_in::StandInError> {
        let identity = Identity {
            forge_url: self.fake.base_url().to_owned(),
            uuid: credential.uuid.clone(),
            token: credential.token.expose_secret().to_owned(),
            labels: job.labels.iter().cloned().collect(),
            handle: job.handle.clone(),
        };
        stand_in::run(&identity, Habits { poll_interval: Duration::ZERO, polls: 1, succeeds: true }).await
    }

    /// Whether the forge names the runner of a job; otherwise what it says is the same without.
    pub fn named(&self, registration: u64) -> Option<u64> {
        (!self.flavour.is_forgejo()).then_some(registration)
    }

    /// What a job that is over looks like, asked for by itself.
    pub fn over(&self, registration: u64) -> JobState {
        match self.named(registration) {
            Some(named) => JobState::Over { conclusion: "success".to_owned(), registration: Some(named) },
            None => JobState::Unknown,
        }
    }
}

/// Watches these.
pub(super) fn watch(organisations: &[&str], repositories: &[&str]) -> Result<Watch, Box<dyn Error>> {
    let repositories = repositories.iter().map(|name| name.parse()).collect::<Result<Vec<RepositoryName>, _>>()?;
    Ok(Watch::Only { organisations: organisations.iter().map(ToString::to_string).collect(), repositories })
}

/// A runner for jobs with the label `go`.
pub fn runner(name: &str) -> NewRunner {
    NewRunner { name: name.to_owned(), labels: ["go".to_owned()].into() }
}

fn client(fake: &FakeForge, token: &str, watch: Watch) -> Result<ForgeClient, Box<dyn Error>> {
    let config = ForgeConfig {
        kind: None,
        url: fake.base_url().to_owned(),
        hostnames: Vec::new(),
        token: token.into(),
        webhook_secrets: Vec::new(),
        watch,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    let served = ["go", "linux"].map(str::to_owned).into();
    Ok(ForgeClient::new(&ForgeName::from("home"), &config, &served)?)
}
