//! What `try` does, in order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;

use super::forge::{DELIVERY, HEADERS, SECRET, Stage};
use super::show::{Show, ShownJournal};
use crate::cli::serve::agent;
use crate::clock::{Clock, SystemClock};
use crate::cloud::process::STAND_IN;
use crate::config::{Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
use crate::identifier::ForgeName;
use crate::pool::defaults;
use crate::record::Record;
use crate::serve::{Installation, PROCESS};
use crate::service::Service;
use crate::store::{Key, StoreError};

/// Much longer than it ever takes.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(super) async fn tell(json: bool) -> Outcome<()> {
    let clock = Arc::new(SystemClock::start());
    let show = Arc::new(Show::new(json, clock.now()));
    show.headline(
        "One push, one machine, one job: a recorded delivery of Gitea 1.27, a stand-in for the forge, everything else is real.\n",
    );
    let data = tempfile::tempdir()?;
    let stage = set_stage(&clock).await?;
    let journal = Arc::new(ShownJournal::new(show.clone()));
    let installation = Installation::open(config(&stage, data.path()), agent()?, journal).await?;
    let (service, address) = (installation.service.clone(), installation.address()?);
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(installation.run(stopped));
    let hook = format!("http://{address}/hook/demo");
    until(&service, has_looked).await?;

    stage.push();
    let place = stage.forge.base_url();
    show.step(
        clock.now(),
        "forge",
        &format!("a push to acme/tour at {place}: job 1 `build` waits for a runner with the label `go`"),
    );
    show.step(clock.now(), "delivery", &format!("workflow_job/queued, {} bytes, signed as recorded, to {hook}", DELIVERY.len()));
    let reply = deliver(&hook).await?;
    show.step(clock.now(), "reply", reply.trim());
    stage.add_webhook(&hook);
    until(&service, is_over).await?;

    show.step(
        clock.now(),
        "protocol",
        &format!("the runner's calls, as the forge counted them: {}", stage.runner_calls().join(", ")),
    );
    let left = left(&service, &stage).await?;
    stop.send_replace(true);
    serving.await?;
    if let Some(left) = left {
        return Err(format!("something is left: {left}").into());
    }
    show.step(clock.now(), "sweep", "0 machines, 0 registrations, 0 queued jobs, 0 open records");
    show.end(clock.now());
    Ok(())
}

async fn set_stage(clock: &Arc<SystemClock>) -> std::io::Result<Stage> {
    let clock = clock.clone();
    Stage::set(move || i64::try_from(clock.now().seconds()).unwrap_or(i64::MAX)).await
}

fn config(stage: &Stage, data: &Path) -> Config {
    let forge = ForgeConfig {
        kind: None,
        url: stage.forge.base_url().to_owned(),
        hostnames: Vec::new(),
        token: SecretString::from(stage.token.clone()),
        webhook_secrets: vec![SecretString::from(SECRET)],
        watch: Watch::Instance,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    Config {
        stack: "try".to_owned(),
        forges: BTreeMap::from([(ForgeName::new("demo"), forge)]),
        pools: defaults(&PROCESS.into(), &[STAND_IN.to_owned()]),
        limits: Limits::default(),
        aws: None,
        serve: ServeConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            data: data.to_path_buf(),
            sweep_interval_s: 60,
            body_limit: 1 << 20,
            keep_closed_s: 3_600,
        },
    }
}

async fn deliver(hook: &str) -> Outcome<String> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let mut request = client.post(hook).body(DELIVERY);
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    if status.is_success() { Ok(text) } else { Err(format!("the hook answered {status}: {text}").into()) }
}

/// Looks at the records until they show what is waited for.
async fn until(service: &Service, shown: impl AsyncFn(&Service) -> Result<bool, StoreError>) -> Outcome<()> {
    let look = async {
        while !shown(service).await? {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(())
    };
    tokio::time::timeout(GIVE_UP_AFTER, look).await.map_err(|_| "it does not go on; look at the lines above")?
}

/// The worker has made its first pass, so that the delivery will be what announces the job.
async fn has_looked(service: &Service) -> Result<bool, StoreError> {
    let lease = service.store.read(&Key::lease()).await?;
    Ok(lease.is_some_and(|stored| matches!(stored.record, Record::Lease(lease) if lease.expires_at <= service.clock.now())))
}

/// There was a job, and nothing is open any more.
async fn is_over(service: &Service) -> Result<bool, StoreError> {
    Ok(!service.store.closed_records(1).await?.is_empty() && service.store.open_records().await?.is_empty())
}

/// What a last look still finds, in words.
async fn left(service: &Service, stage: &Stage) -> Outcome<Option<String>> {
    let (world, plan) = service.look().await?;
    let leftovers = stage.forge.with(|forge| forge.leftovers());
    let machines: usize = world.clouds.values().filter_map(|view| view.seen()).map(Vec::len).sum();
    let nothing = plan.actions.is_empty() && machines == 0 && leftovers == fake_forge::world::Leftovers::default();
    Ok((!nothing).then(|| format!("{machines} machines, {leftovers:?}, {:?}", plan.actions)))
}
