//! The long-running form for one computer: webhooks in, a timer, one worker, one embedded file.

mod body;
mod connections;
mod ec2;
mod http;
mod pulse;
mod schedule;
mod shutdown;
mod visitors;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::clock::{Clock, SystemClock};
use crate::cloud::process::{AgentProgram, ProcessCloud};
use crate::cloud::{Cloud, CloudError};
use crate::config::Config;
use crate::forge::{self, ForgeError};
use crate::identifier::{BackendName, PoolName};
use crate::journal::Journal;
use crate::service::Service;
use crate::store::{Socket, Store, StoreError, hold};

pub use crate::pool::PROCESS;
pub use ec2::with_ec2;
pub use shutdown::asked_to_stop;

/// Time for what is under way when the process is asked to stop: a little less than container engines wait before they kill.
const GRACE: Duration = Duration::from_secs(8);

/// Why the service could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The records.
    #[error("the records in {place} cannot be opened: {source}")]
    Store {
        /// The data folder.
        place: String,
        /// Why.
        source: StoreError,
    },
    /// Another process works with the data folder.
    #[error("another `dispatch` works with the data folder {place}: stop that one first, or name another folder by `serve.data`")]
    InUse {
        /// The data folder.
        place: String,
    },
    /// Machines are this very program.
    #[error("this program cannot find its own file: {0}")]
    Program(std::io::Error),
    /// The machines.
    #[error("the backend cannot be used: {0}")]
    Cloud(#[from] CloudError),
    /// A pool whose machines this program cannot launch.
    #[error(
        "the pool `{pool}` launches instances on EC2, which this `dispatch` was built without: build it with `--features ec2`, or \
         run the Lambda function"
    )]
    WithoutEc2 {
        /// The first such pool.
        pool: PoolName,
    },
    /// A forge's client.
    #[error("the forge cannot be used: {0}")]
    Forge(#[from] ForgeError),
    /// The port.
    #[error("cannot listen on {address}: {source}; choose another address in `serve.listen`")]
    Listen {
        /// As configured.
        address: String,
        /// Why.
        source: std::io::Error,
    },
}

/// An installation on one computer, ready to run.
pub struct Installation {
    /// What it is made of.
    pub service: Arc<Service>,
    /// Wakes the worker.
    pub bell: Arc<Notify>,
    socket: Socket,
    listener: TcpListener,
}

impl Installation {
    /// Opens the records, connects forges and backends, and takes the port.
    pub async fn open(config: Config, agent: AgentProgram, journal: Arc<dyn Journal>) -> Result<Self, ServeError> {
        let data = config.serve.data.clone();
        let (store, socket) = hold(&data).await.map_err(|source| not_held(&data, source))?;
        let listener = listen(&config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let bell = Arc::new(Notify::new());
        // The embedded file has one owner at a time, so a successor may take over its lease at once.
        let holder = "serve".to_owned();
        let service = connect(config, Arc::new(store), clock, agent, bell.clone(), journal, holder)?;
        let service = Arc::new(with_ec2(service).await?);
        Ok(Self { service, bell, socket, listener })
    }

    /// The address that webhooks are sent to.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is set, then finishes the pass and the requests that are under way, within bounds: what is cut
    /// off is made up for at the next start, as after a crash. Machines live on.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let Self { service, bell, socket, listener } = self;
        let pulse = Arc::new(pulse::Pulse::starting(service.clock.now(), service.config.serve.sweep_interval_s));
        let visited = Arc::new(visitors::Visited::new(service.store.clone(), bell.clone()));
        let mut beside = JoinSet::new();
        beside.spawn(schedule::work(service.clone(), bell.clone(), pulse.clone(), stop.clone()));
        let shared = socket.serve(visited, is_set(stop.clone()));
        beside.spawn(async move {
            let _commands_read_the_file_then = shared.await;
        });
        let served = connections::serve(listener, http::router(service, bell, pulse), is_set(stop.clone()));
        let all = async {
            served.await;
            while beside.join_next().await.is_some() {}
        };
        tokio::select! {
            () = all => {}
            () = is_overdue(stop) => {}
        }
    }
}

fn not_held(data: &Path, source: StoreError) -> ServeError {
    let place = data.display().to_string();
    match source {
        StoreError::InUse { .. } => ServeError::InUse { place },
        source => ServeError::Store { place, source },
    }
}

/// Connects the forges of a configuration, and the backend of processes; [`with_ec2`] adds the other.
pub fn connect(
    config: Config,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    agent: AgentProgram,
    bell: Arc<Notify>,
    journal: Arc<dyn Journal>,
    holder: String,
) -> Result<Service, ServeError> {
    let clouds = clouds(&config.serve.data, agent, clock.clone(), bell)?;
    let forges = forge::connect(&config)?;
    Ok(Service { config, store, clock, forges, clouds, journal, holder })
}

/// Ends when the flag is set, or when nobody is left to set it.
async fn is_set(mut stop: watch::Receiver<bool>) {
    let _sender_gone = stop.wait_for(|stopped| *stopped).await;
}

/// Ends when what was under way has had its time.
async fn is_overdue(stop: watch::Receiver<bool>) {
    is_set(stop).await;
    tokio::time::sleep(GRACE).await;
    tracing::warn!("stopping in the middle of it after {} s; the next start makes up for it", GRACE.as_secs());
}

async fn listen(config: &Config) -> Result<TcpListener, ServeError> {
    let address = config.serve.listen;
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address: address.to_string(), source })
}

fn clouds(
    data: &Path,
    agent: AgentProgram,
    clock: Arc<dyn Clock>,
    bell: Arc<Notify>,
) -> Result<BTreeMap<BackendName, Arc<dyn Cloud>>, CloudError> {
    let process: Arc<dyn Cloud> = Arc::new(ProcessCloud::new(data, agent, clock, bell)?);
    Ok(BTreeMap::from([(BackendName::new(PROCESS), process)]))
}
