//! The processes of the product: an edge that answers deliveries, and workers that run passes.
//!
//! They run on one thread, moved only by virtual time. A process that dies is a future that is dropped; what it had
//! asked the world for happens all the same.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use dispatch::edge::{Reply, Ring};
use dispatch::ledger::LedgerError;
use dispatch::service::Service;
use dispatch::worker::{LEASE_S, Pass};

use super::agenda::Millis;
use super::fault::Fault;
use super::forge::FORGE;
use super::install::{SWEEP_S, install};
use super::safety::Safety;
use super::script::Settings;
use super::wish::Wish;
use super::world::{Shared, World, lock};

/// The second worker runs only while workers overlap, or in place of a first that stands still.
const WORKERS: usize = 2;

/// Phases are looked at in one pass of so many; the look costs as much as a pass.
const LOOK_AT_PHASES_EACH: u64 = 5;

/// All processes.
pub(super) struct Processes {
    world: Shared,
    settings: Settings,
    edge: Arc<Service>,
    workers: Vec<Worker>,
    tasks: BTreeMap<u64, Task>,
    woken: Woken,
    numbers: u64,
    /// How many passes began.
    pub passes: u64,
}

struct Worker {
    service: Arc<Service>,
    task: Option<u64>,
    rung: bool,
    alive: bool,
}

struct Task {
    future: Pin<Box<dyn Future<Output = Done>>>,
    worker: Option<usize>,
    frozen: bool,
    waker: Waker,
}

enum Done {
    Pass(Result<Pass, LedgerError>),
    Reply(Reply, Option<u64>),
}

type Woken = Arc<Mutex<VecDeque<u64>>>;

struct Bell {
    task: u64,
    woken: Woken,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.task);
    }
}

impl Processes {
    /// Processes that are about to start.
    pub(super) fn new(world: &Shared, settings: Settings) -> Self {
        let edge = Arc::new(install(world, &settings, "edge".to_owned(), 0));
        let worker = |number| Worker {
            service: Arc::new(install(world, &settings, holder(number), 0)),
            task: None,
            rung: false,
            alive: true,
        };
        let workers = (0..WORKERS).map(worker).collect();
        for number in 0..WORKERS {
            let delay = 1_000 + 30_000 * u64::try_from(number).unwrap_or(0);
            lock(world).after(delay, move |world| world.wishes.push(Wish::Timer { worker: number }));
        }
        let woken = Woken::default();
        Self { world: world.clone(), settings, edge, workers, tasks: BTreeMap::new(), woken, numbers: 0, passes: 0 }
    }

    /// Moves the world until a moment.
    pub(super) fn run(&mut self, until: Millis) {
        loop {
            {
                let mut world = lock(&self.world);
                let Some(event) = world.agenda.next(until) else { return };
                event(&mut world);
            }
            self.react();
        }
    }

    fn react(&mut self) {
        loop {
            let wishes = std::mem::take(&mut lock(&self.world).wishes);
            let task = self.woken.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            if wishes.is_empty() && task.is_none() {
                return;
            }
            for wish in wishes {
                self.fulfil(wish);
            }
            if let Some(task) = task {
                self.poll(task);
            }
        }
    }

    fn fulfil(&mut self, wish: Wish) {
        match wish {
            Wish::Deliver { headers, body, job } => {
                let edge = self.edge.clone();
                self.spawn(None, async move { Done::Reply(edge.receive(&FORGE.into(), &headers, body).await, job) });
            }
            Wish::Timer { worker } => {
                let again = Wish::Timer { worker };
                let mut world = lock(&self.world);
                world.after(SWEEP_S * 1_000, move |world| world.wishes.push(again));
                let sweeps = !world.without(Safety::Sweep);
                drop(world);
                if sweeps {
                    self.ring(worker);
                }
            }
            Wish::Ring => (0..self.workers.len()).for_each(|worker| self.ring(worker)),
            Wish::Start { worker } => self.start(worker),
            Wish::Thaw { task, after_ms } => self.thaw(task, after_ms),
            Wish::Upgrade => self.upgrade(),
        }
    }

    /// A worker begins a pass, or one more after the one that it is in.
    fn ring(&mut self, number: usize) {
        let others = self.workers.iter().enumerate().any(|(other, worker)| other != number && worker.task.is_some());
        let replaces = self.tasks.values().any(|task| task.frozen);
        let Some(worker) = self.workers.get_mut(number) else { return };
        let mut world = lock(&self.world);
        let idle = number > 0 && !replaces && world.weather.odds(Fault::WorkersOverlap, world.now()).is_none();
        if !worker.alive || idle || world.suffers(Fault::ScheduleStopped) {
            return;
        }
        if worker.task.is_some() {
            worker.rung = true;
            return;
        }
        if others {
            world.weather.count(Fault::WorkersOverlap);
        }
        if self.passes.is_multiple_of(LOOK_AT_PHASES_EACH) {
            world.count_phases();
        }
        drop(world);
        self.passes += 1;
        let service = worker.service.clone();
        let task = self.spawn(Some(number), async move { Done::Pass(service.pass().await) });
        if let Some(worker) = self.workers.get_mut(number) {
            worker.task = Some(task);
        }
    }

    fn spawn(&mut self, worker: Option<usize>, future: impl Future<Output = Done> + 'static) -> u64 {
        self.numbers += 1;
        let number = self.numbers;
        let waker = Waker::from(Arc::new(Bell { task: number, woken: self.woken.clone() }));
        self.tasks.insert(number, Task { future: Box::pin(future), worker, frozen: false, waker });
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push_back(number);
        number
    }

    fn poll(&mut self, number: u64) {
        let Some(task) = self.tasks.get_mut(&number).filter(|task| !task.frozen) else { return };
        let worker = task.worker;
        let waker = task.waker.clone();
        match task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => {
                self.tasks.remove(&number);
                self.done(worker, done);
            }
            Poll::Pending => self.strike(number, worker),
        }
    }

    /// Between two effects a process may die or stand still.
    fn strike(&mut self, number: u64, worker: Option<usize>) {
        let another_goes_on = !self.tasks.values().any(|task| task.frozen);
        let mut world = lock(&self.world);
        let claims = std::mem::take(&mut world.claims);
        let kill = if worker.is_some() { Fault::WorkerKilled } else { Fault::EdgeKilled };
        if world.strikes(kill) {
            world.tell(|| format!("process: {} dies", worker.map_or("the edge".to_owned(), holder)));
            drop(world);
            self.kill(number);
        } else if let Some(delay) = worker.filter(|_| another_goes_on).and_then(|_| stands_still(&mut world, claims)) {
            world.tell(|| format!("process: a worker stands still for {} s", delay / 1_000));
            let now = world.now();
            world.weather.excuse(now, now + delay);
            world.after(delay, move |world| world.wishes.push(Wish::Thaw { task: number, after_ms: delay }));
            drop(world);
            if let Some(task) = self.tasks.get_mut(&number) {
                task.frozen = true;
            }
        }
    }

    /// A process that stood still goes on, and sees by its clock for how long.
    fn thaw(&mut self, number: u64, after_ms: Millis) {
        let Some(task) = self.tasks.get_mut(&number) else { return };
        task.frozen = false;
        if let Some(worker) = task.worker.and_then(|worker| self.workers.get(worker)) {
            let mut world = lock(&self.world);
            if world.without(Safety::Lease) {
                world.hold_back_clock(worker.service.clock.id(), after_ms);
            }
        }
        self.poll(number);
    }

    fn kill(&mut self, number: u64) {
        let worker = self.tasks.remove(&number).and_then(|task| task.worker);
        if let Some((number, worker)) = worker.and_then(|number| Some((number, self.workers.get_mut(number)?))) {
            worker.task = None;
            worker.alive = false;
            let mut world = lock(&self.world);
            let delay = world.random.between(500..=60_000);
            // Patience has room for one restart and for the lease of one that died, not for worker after worker.
            let now = world.now();
            world.weather.hold_up(now, now + delay.max(LEASE_S * 1_000));
            world.after(delay, move |world| world.wishes.push(Wish::Start { worker: number }));
        }
    }

    fn start(&mut self, number: usize) {
        let off_ms = {
            let mut world = lock(&self.world);
            let wrong = world.suffers(Fault::ClockWrong);
            let off = i64::try_from(world.random.between(0..=240_000)).unwrap_or(0);
            if wrong { off - 120_000 } else { 0 }
        };
        let service = Arc::new(install(&self.world, &self.settings, holder(number), off_ms));
        if let Some(worker) = self.workers.get_mut(number) {
            *worker = Worker { service, task: None, rung: false, alive: true };
        }
        self.ring(number);
    }

    /// The new version boots other machines and gives them longer.
    fn upgrade(&mut self) {
        for pool in &mut self.settings.pools {
            pool.boot_limit_s += 30;
            pool.instance_types.insert(0, "t3a.small".to_owned());
        }
        self.tasks.clear();
        self.edge = Arc::new(install(&self.world, &self.settings, "edge".to_owned(), 0));
        (0..self.workers.len()).for_each(|number| self.start(number));
    }

    fn done(&mut self, worker: Option<usize>, done: Done) {
        match done {
            Done::Reply(reply, job) => self.replied(&reply, job),
            Done::Pass(pass) => {
                lock(&self.world).tell(|| format!("worker: {pass:?}"));
                let Some((number, worker)) = worker.and_then(|number| Some((number, self.workers.get_mut(number)?))) else {
                    return;
                };
                worker.task = None;
                lock(&self.world).correct_clock(worker.service.clock.id());
                if std::mem::take(&mut worker.rung) {
                    self.ring(number);
                }
            }
        }
    }

    fn replied(&mut self, reply: &Reply, job: Option<u64>) {
        let mut world = lock(&self.world);
        world.tell(|| format!("edge: {} {}", reply.status.as_u16(), reply.text));
        if let Some(job) = job.filter(|_| reply.text.contains("not started: ")) {
            world.checks.told.insert(job);
        }
        let later: &[Millis] = match reply.ring {
            Ring::No => &[],
            Ring::Now => &[0],
            Ring::NowAndLater => &[0, 2_000, 10_000],
        };
        for delay in later {
            world.after(*delay, |world| world.wishes.push(Wish::Ring));
        }
    }
}

/// For how long a worker stands still now, if it does; most dangerous is it between the claim and the order.
fn stands_still(world: &mut World, claims: bool) -> Option<Millis> {
    if claims && world.strikes(Fault::FrozenBeforeLaunch) {
        return Some(world.random.between(2 * LEASE_S * 1_000..=600_000));
    }
    world.strikes(Fault::WorkerFrozen).then(|| world.random.between(5_000..=600_000))
}

fn holder(worker: usize) -> String {
    format!("worker {}", worker + 1)
}
