//! The messages of `runner.v1`: field numbers of `actions-proto-go` 0.4.1, which later versions only add to.

/// A message: its fields.
pub(crate) type Message = [Field];

/// One field: its number, its name in JSON, and what it holds.
#[derive(Debug)]
pub(crate) struct Field {
    pub(super) number: u64,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) shape: Shape,
}

/// How often a field comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    List,
    /// Pairs of a text (1) and the value (2).
    Map,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    /// Base64 in JSON.
    Bytes,
    /// 64 bits; text in JSON.
    Number,
    Truth,
    /// The enumeration `Result`.
    Outcome,
    /// `google.protobuf.Timestamp`.
    Time,
    /// `google.protobuf.Struct`: any JSON object.
    Object,
    Message(&'static Message),
}

/// The names of `Result`, by number.
pub(super) const OUTCOMES: [&str; 5] =
    ["RESULT_UNSPECIFIED", "RESULT_SUCCESS", "RESULT_FAILURE", "RESULT_CANCELLED", "RESULT_SKIPPED"];

/// What goes in and what comes out of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Procedure {
    pub(crate) request: &'static Message,
    pub(crate) response: &'static Message,
}

/// A call by its name, `service/method`. Forgejo's `FetchSingleTask` is missing: its field numbers were not at hand.
pub(crate) fn procedure(name: &str) -> Option<Procedure> {
    let (request, response): (&Message, &Message) = match name {
        "ping.v1.PingService/Ping" => (PING, PING),
        "runner.v1.RunnerService/Register" => (REGISTER, RUNNER_ANSWER),
        "runner.v1.RunnerService/Declare" => (DECLARE, RUNNER_ANSWER),
        "runner.v1.RunnerService/FetchTask" => (FETCH_TASK, FETCHED_TASK),
        "runner.v1.RunnerService/UpdateTask" => (UPDATE_TASK, UPDATED_TASK),
        "runner.v1.RunnerService/UpdateLog" => (UPDATE_LOG, UPDATED_LOG),
        _ => return None,
    };
    Some(Procedure { request, response })
}

use Kind::{Bytes, Message as Inner, Number, Object, Outcome, Text, Time, Truth};

const fn one(number: u64, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, shape: Shape::One }
}

const fn list(number: u64, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, shape: Shape::List }
}

const fn map(number: u64, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, shape: Shape::Map }
}

const PING: &Message = &[one(1, "data", Text)];

const REGISTER: &Message =
    &[one(1, "name", Text), one(2, "token", Text), one(5, "version", Text), list(6, "labels", Text), one(7, "ephemeral", Truth)];

const DECLARE: &Message = &[one(1, "version", Text), list(2, "labels", Text)];

const RUNNER_ANSWER: &Message = &[one(1, "runner", Inner(RUNNER))];

const RUNNER: &Message = &[
    one(1, "id", Number),
    one(2, "uuid", Text),
    one(3, "token", Text),
    one(4, "name", Text),
    one(8, "version", Text),
    list(9, "labels", Text),
    one(10, "ephemeral", Truth),
];

const FETCH_TASK: &Message = &[one(1, "tasksVersion", Number)];

const FETCHED_TASK: &Message = &[one(1, "task", Inner(TASK)), one(2, "tasksVersion", Number)];

const TASK: &Message = &[
    one(1, "id", Number),
    one(2, "workflowPayload", Bytes),
    one(3, "context", Object),
    map(4, "secrets", Text),
    map(6, "needs", Inner(NEED)),
    map(7, "vars", Text),
];

const NEED: &Message = &[map(1, "outputs", Text), one(2, "result", Outcome)];

const UPDATE_TASK: &Message = &[one(1, "state", Inner(STATE)), map(2, "outputs", Text)];

const UPDATED_TASK: &Message = &[one(1, "state", Inner(STATE)), list(2, "sentOutputs", Text)];

const STATE: &Message = &[
    one(1, "id", Number),
    one(2, "result", Outcome),
    one(3, "startedAt", Time),
    one(4, "stoppedAt", Time),
    list(5, "steps", Inner(STEP)),
];

const STEP: &Message = &[
    one(1, "id", Number),
    one(2, "result", Outcome),
    one(3, "startedAt", Time),
    one(4, "stoppedAt", Time),
    one(5, "logIndex", Number),
    one(6, "logLength", Number),
];

const UPDATE_LOG: &Message =
    &[one(1, "taskId", Number), one(2, "index", Number), list(3, "rows", Inner(ROW)), one(4, "noMore", Truth)];

const ROW: &Message = &[one(1, "time", Time), one(2, "content", Text)];

const UPDATED_LOG: &Message = &[one(1, "ackIndex", Number)];
