//! Starting the fake, looking into it, and steering its deliveries and faults.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::service;
use super::state::{Clock, State, lock};
use crate::faults::{Fault, Faults};
use crate::request_log::Served;
use crate::webhook::{Attempt, Sender, Steering};
use crate::world::{Delivery, World};

/// A forge on a loopback socket. It ends when this is dropped.
pub struct FakeForge {
    base_url: String,
    state: Arc<State>,
    tasks: [JoinHandle<()>; 2],
}

impl FakeForge {
    /// Serves `world` on a free port. An empty root URL becomes the server's own address.
    /// The clock is the world's: turn it with [`World::advance`].
    pub async fn start(world: World) -> std::io::Result<Self> {
        Self::serve(world, None).await
    }

    /// The same with a clock (seconds since 1970), for a demonstration.
    pub async fn start_with_clock(world: World, clock: impl Fn() -> i64 + Send + Sync + 'static) -> std::io::Result<Self> {
        Self::serve(world, Some(Box::new(clock))).await
    }

    async fn serve(mut world: World, clock: Option<Clock>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        if world.root_url.is_empty() {
            world.root_url.clone_from(&base_url);
        }
        let sender = Sender::new(world.flavour()).map_err(std::io::Error::other)?;
        let state = Arc::new(State {
            world: world.into(),
            faults: Faults::default().into(),
            requests: Vec::new().into(),
            attempts: Vec::new().into(),
            steering: Steering::default().into(),
            sender,
            clock,
            posted: tokio::sync::Notify::new(),
            sending: tokio::sync::Mutex::new(()),
        });
        let (serving, sending) = (state.clone(), state.clone());
        let tasks =
            [tokio::spawn(service::serve(listener, serving)), tokio::spawn(async move { sending.send_automatically().await })];
        Ok(Self { base_url, state, tasks })
    }

    /// `http://127.0.0.1:port`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Looks into the world or tells the story on; what that announces is delivered.
    pub fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        self.state.act(act)
    }

    /// Lets deliveries go by themselves, or keeps them.
    pub fn steer(&self, steering: Steering) {
        *lock(&self.state.steering) = steering;
        self.state.posted.notify_one();
    }

    /// The deliveries that wait, oldest first.
    pub fn pending(&self) -> Vec<Delivery> {
        lock(&self.state.world).outbox.iter().cloned().collect()
    }

    /// The headers with which a delivery goes out, for who delivers it himself.
    pub fn headers(&self, delivery: &Delivery) -> Vec<(String, String)> {
        crate::webhook::headers(lock(&self.state.world).flavour(), delivery)
    }

    /// Sends everything that waits and returns what the receivers said. With automatic steering it
    /// also waits until what is on its way has arrived.
    pub async fn deliver_all(&self) -> Vec<Attempt> {
        self.state.send_all().await
    }

    /// Sends these deliveries in this order, out of turn; others stay. Naming one twice doubles it, same UUID.
    pub async fn deliver_in_order(&self, ids: &[i64]) -> Vec<Attempt> {
        let mut taken: Vec<Delivery> = Vec::new();
        let mut attempts = Vec::new();
        for id in ids {
            taken.extend(self.state.take(Some(*id)));
            if let Some(delivery) = taken.iter().find(|delivery| delivery.id == *id) {
                attempts.push(self.state.send(delivery).await);
            }
        }
        attempts
    }

    /// Loses a waiting delivery for ever.
    pub fn lose(&self, id: i64) -> Option<Delivery> {
        self.state.take(Some(id))
    }

    /// The delivery log, oldest first.
    pub fn deliveries(&self) -> Vec<Attempt> {
        lock(&self.state.attempts).clone()
    }

    /// Breaks every request that begins with `prefix` (`/path` or `METHOD /path`) until [`Self::heal`].
    pub fn inject(&self, prefix: &str, fault: Fault) {
        lock(&self.state.faults).add(prefix, fault, None);
    }

    /// Breaks the next `times` such requests.
    pub fn inject_times(&self, prefix: &str, fault: Fault, times: u32) {
        lock(&self.state.faults).add(prefix, fault, Some(times));
    }

    /// Takes all faults back.
    pub fn heal(&self) {
        lock(&self.state.faults).clear();
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Served> {
        lock(&self.state.requests).clone()
    }

    /// How many requests began with `prefix` (`/path` or `METHOD /path`).
    pub fn count(&self, prefix: &str) -> usize {
        let requests = lock(&self.state.requests);
        requests.iter().filter(|served| served.starts_with(prefix)).count()
    }
}

impl Drop for FakeForge {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
