//! The long-running form for one computer: webhooks in, a timer, one worker, one embedded file.

mod http;
mod pulse;
mod schedule;
mod shutdown;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::clock::{Clock, SystemClock};
use crate::cloud::process::{AgentProgram, ProcessCloud};
use crate::cloud::{Cloud, CloudError};
use crate::config::Config;
use crate::forge::client::ForgeClient;
use crate::forge::{Forge, ForgeError};
use crate::identifier::{BackendName, ForgeName};
use crate::journal::Journal;
use crate::label::LabelSet;
use crate::service::Service;
use crate::store::{Socket, Store, StoreError, hold};

pub use shutdown::asked_to_stop;

/// The name of the backend that runs machines as processes of this computer.
pub const PROCESS: &str = "process";

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
    /// The machines.
    #[error("the backend cannot be used: {0}")]
    Cloud(#[from] CloudError),
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
    /// The server stopped by itself.
    #[error("the server stopped: {0}")]
    Server(std::io::Error),
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
        let (store, socket) =
            hold(&data).await.map_err(|source| ServeError::Store { place: data.display().to_string(), source })?;
        let listener = listen(&config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let bell = Arc::new(Notify::new());
        // The embedded file has one owner at a time, so a successor may take over its lease at once.
        let holder = "serve".to_owned();
        let service = Arc::new(connect(config, Arc::new(store), clock, agent, bell.clone(), journal, holder)?);
        Ok(Self { service, bell, socket, listener })
    }

    /// The address that webhooks are sent to.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is set, then finishes the pass that is under way. Machines live on.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), ServeError> {
        let pulse = Arc::new(pulse::Pulse::starting(self.service.clock.now()));
        let worker = tokio::spawn(schedule::work(self.service.clone(), self.bell.clone(), pulse.clone(), stop.clone()));
        let store = self.service.store.clone();
        let socket = tokio::spawn(self.socket.serve(store, wait_for(stop.clone())));
        let router = http::router(self.service.clone(), self.bell.clone(), pulse);
        let served = axum::serve(self.listener, router).with_graceful_shutdown(async move { wait_for_change(&mut stop).await });
        served.await.map_err(ServeError::Server)?;
        let _ended_with_a_log_line = worker.await;
        let _ended_with_a_log_line = socket.await;
        Ok(())
    }
}

/// Connects the forges and backends of a configuration.
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
    let forges = forges(&config)?;
    Ok(Service { config, store, clock, forges, clouds, journal, holder })
}

async fn wait_for(mut stop: watch::Receiver<bool>) {
    wait_for_change(&mut stop).await;
}

/// Ends when the flag is set, or when nobody is left to set it.
async fn wait_for_change(stop: &mut watch::Receiver<bool>) {
    let _sender_gone = stop.wait_for(|stopped| *stopped).await;
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

fn forges(config: &Config) -> Result<BTreeMap<ForgeName, Arc<dyn Forge>>, ForgeError> {
    let served: LabelSet = config.pools.iter().flat_map(|pool| &pool.labels).map(|label| label.name().to_owned()).collect();
    let connect = |(name, forge): (&ForgeName, _)| {
        let client: Arc<dyn Forge> = Arc::new(ForgeClient::new(name, forge, &served)?);
        Ok((name.clone(), client))
    };
    config.forges.iter().map(connect).collect()
}
