//! One function: events in, answers out.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::event::Event;
use super::request::{Request, Response};
use super::stream::Batch;
use super::{Deadline, Failure, Role};
use crate::edge::{LATER_S, Reply, Ring};
use crate::identifier::ForgeName;
use crate::ledger::LedgerError;
use crate::page::{Answer, Page};
use crate::service::Service;
use crate::worker::{LOOK_WHILE_OPEN_S, Pass};

/// The schedule comes again after a minute, so looking while something is open ends before that.
const SCHEDULE_S: u64 = 60;

/// Makes the worker's side, with its clients, when it is needed first.
type ConnectWorker = dyn Fn() -> Result<Service, Failure> + Send + Sync;

/// An installation as one function of it sees it.
pub struct Function {
    role: Role,
    edge: Service,
    connect_worker: Box<ConnectWorker>,
    worker: OnceLock<Service>,
    rung: Mutex<Option<Rung>>,
}

/// What a delivery leaves to do when it has been answered.
#[derive(Clone, Copy)]
struct Rung {
    ring: Ring,
    deadline: Deadline,
}

impl Function {
    /// `edge` needs its records and no more; `connect_worker` is called at the first event that needs a pass.
    pub fn new(role: Role, edge: Service, connect_worker: impl Fn() -> Result<Service, Failure> + Send + Sync + 'static) -> Self {
        Self { role, edge, connect_worker: Box::new(connect_worker), worker: OnceLock::new(), rung: Mutex::new(None) }
    }

    /// Handles one event; the answer is for the service that sent it. A failure is in the log by then.
    pub async fn handle(&self, event: Value, deadline: Deadline) -> Result<Value, Failure> {
        self.handled(event, deadline).await.inspect_err(tell_failure)
    }

    async fn handled(&self, event: Value, deadline: Deadline) -> Result<Value, Failure> {
        match Event::recognise(event)? {
            Event::Request(request) => Ok(json!(Response::from(self.answer(request, deadline).await))),
            Event::Schedule if !self.role.works() => Err(Failure::NotForTheEdge("schedule")),
            Event::Stream(_) if !self.role.works() => Err(Failure::NotForTheEdge("stream")),
            Event::Schedule => self.sweep(deadline).await,
            Event::Stream(batch) => self.serve(&batch, deadline).await,
        }
    }

    /// What is left to do when the answer is on its way.
    ///
    /// A function for both roles makes the pass that a delivery asks for here. The forge has its reply already, and Lambda
    /// does not freeze a process that has not yet asked for the next event. (As documented by AWS; not verified on AWS.
    /// If it did, the pass would go on with the next event, and the schedule would make up for it.)
    pub async fn after_answer(&self) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Rung { ring, deadline }) = rung
            && let Err(failure) = self.look(ring, deadline).await
        {
            tell_failure(&failure);
        }
    }

    async fn answer(&self, request: Request, deadline: Deadline) -> Answer {
        if !self.role.receives() {
            return Answer::text(
                StatusCode::NOT_FOUND,
                "this function is the worker (`DISPATCH_ROLE`), which receives no webhooks: send them to the edge's address",
            );
        }
        match self.edge.page(&request.method, &request.path) {
            Page::Hook(forge) => {
                let headers = request.headers.clone();
                match request.into_body(self.edge.config.serve.body_limit) {
                    Ok(body) => self.replied(&forge, self.edge.receive(&forge, &headers, body).await, deadline).await,
                    Err(answer) => answer,
                }
            }
            Page::Health => self.edge.health().await,
            Page::Nothing(answer) => answer,
        }
    }

    async fn replied(&self, forge: &ForgeName, mut reply: Reply, deadline: Deadline) -> Answer {
        if self.role.works() && reply.ring != Ring::No {
            *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = Some(Rung { ring: reply.ring, deadline });
        } else if reply.ring != Ring::No && !reply.recorded {
            self.ring(&mut reply).await;
        }
        let status = reply.status.as_u16();
        if reply.status.is_server_error() {
            tracing::warn!(%forge, status, "answered: {}", reply.text);
        } else {
            tracing::info!(%forge, status, "answered: {}", reply.text);
        }
        Answer::from(&reply)
    }

    /// The worker is another function: what it cannot be told by a new job, a bell in the table tells it. Where the table has
    /// just not taken a job, it is not tried again with a bell: that would take longer than the forge waits for its answer.
    async fn ring(&self, reply: &mut Reply) {
        let may_take_it = !reply.status.is_server_error();
        let unheard = |error: &LedgerError| tracing::warn!("no bell was written: {error}");
        if !may_take_it || self.edge.ledger().ring().await.inspect_err(unheard).is_err() {
            reply.text.push_str("; the worker could not be woken, so it looks within a minute");
        }
    }

    /// Looks when it was rung for. Later looks are for a queue that fills after the bell, and for whoever else rang while it
    /// sounded. The last one is left to the schedule, which looks as often while something is open: while this waits, the stream
    /// waits as well.
    async fn look(&self, ring: Ring, deadline: Deadline) -> Result<Pass, Failure> {
        let mut pass = self.pass(deadline).await?;
        let mut waited_s = 0;
        for after_s in LATER_S.into_iter().filter(|_| ring == Ring::NowAndLater) {
            let needless = waited_s > 0 && pass.open + pass.done > 0;
            if needless || self.edge.clock.now().plus_s(after_s - waited_s) >= deadline.stop_at() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(after_s - waited_s)).await;
            waited_s = after_s;
            pass = self.pass(deadline).await?;
        }
        Ok(pass)
    }

    /// Looks again and again while something is open, until the schedule comes again or the time is over.
    async fn sweep(&self, deadline: Deadline) -> Result<Value, Failure> {
        let begun = self.edge.clock.now();
        let last_look = deadline.stop_at().min(begun.plus_s(SCHEDULE_S - LOOK_WHILE_OPEN_S));
        let (mut done, mut failed) = (0, 0);
        loop {
            let pass = self.pass(deadline).await?;
            (done, failed) = (done + pass.done, failed + pass.failed);
            let quiet = pass.open == 0 && pass.done == 0;
            if quiet || self.edge.clock.now().plus_s(LOOK_WHILE_OPEN_S) >= last_look {
                return Ok(json!({ "done": done, "failed": failed, "open": pass.open }));
            }
            tokio::time::sleep(Duration::from_secs(LOOK_WHILE_OPEN_S)).await;
        }
    }

    /// One pass serves the whole batch. If another worker makes one just now, it was asked to look once more, and these
    /// jobs were recorded before it was asked.
    async fn serve(&self, batch: &Batch, deadline: Deadline) -> Result<Value, Failure> {
        if batch.ring() == Ring::No {
            return Ok(json!(batch.answer(true)));
        }
        let pass = self.look(batch.ring(), deadline).await?;
        Ok(json!(batch.answer(pass.failed == 0 && !pass.cut_short)))
    }

    async fn pass(&self, deadline: Deadline) -> Result<Pass, Failure> {
        let worker = self.worker()?;
        let time = deadline.time_for_a_pass(worker.clock.now())?;
        let pass = tokio::time::timeout(time, worker.pass_until(deadline.stop_at())).await;
        let pass = pass.map_err(|_| Failure::CutOff)?.map_err(Failure::Pass)?;
        tell(&pass);
        Ok(pass)
    }

    fn worker(&self) -> Result<&Service, Failure> {
        if let Some(worker) = self.worker.get() {
            return Ok(worker);
        }
        let connected = (self.connect_worker)()?;
        Ok(self.worker.get_or_init(|| connected))
    }
}

fn tell_failure(failure: &Failure) {
    tracing::error!(code = failure.code(), "{failure}");
}

/// The template's alarm counts the lines that begin with "swept".
fn tell(pass: &Pass) {
    let Pass { done, failed, open, held_by_another, cut_short } = *pass;
    if held_by_another {
        tracing::info!("another worker is at it, and looks once more before it ends");
    } else if cut_short {
        tracing::warn!(done, failed, open, "stopped in time for the function's time-out; the next pass goes on");
    } else {
        tracing::info!(done, failed, open, "swept: {done} done, {failed} failed, {open} jobs and runners open");
    }
}
