//! What shall go wrong with a call.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// One thing that goes wrong, once unless told otherwise, with the next call that it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    operation: String,
    mode: &'static str,
    parameters: BTreeMap<String, String>,
    contains: String,
    skip: u32,
    times: Option<u32>,
    status: u16,
    code: String,
    fields: BTreeMap<String, Value>,
    body: Value,
    delay_ms: u64,
    most: Option<u16>,
}

impl Fault {
    /// The call is refused and not carried out.
    pub fn error(operation: &str, status: u16, code: &str) -> Self {
        Self { status, code: code.to_owned(), ..Self::of(operation, "error") }
    }

    /// The call is answered with this, text or JSON, and not carried out.
    pub fn answer(operation: &str, body: impl Into<Value>) -> Self {
        Self { body: body.into(), ..Self::of(operation, "answer") }
    }

    /// The call is carried out after a while.
    pub fn delay(operation: &str, by: Duration) -> Self {
        Self { delay_ms: u64::try_from(by.as_millis()).unwrap_or(u64::MAX), ..Self::of(operation, "delay") }
    }

    /// The connection is closed and the call not carried out.
    pub fn lose_request(operation: &str) -> Self {
        Self::of(operation, "lose_request")
    }

    /// The call is carried out and the connection closed: the caller cannot know.
    pub fn lose_response(operation: &str) -> Self {
        Self::of(operation, "lose_response")
    }

    /// A launch brings no more instances than this.
    pub fn partial(most: u16) -> Self {
        Self { most: Some(most), ..Self::of("RunInstances", "partial") }
    }

    /// Only calls with this parameter, named as in [`Call::parameters`](super::Call::parameters).
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.insert(parameter.to_owned(), value.to_owned());
        self
    }

    /// Only calls whose body contains this.
    #[must_use]
    pub fn containing(self, text: &str) -> Self {
        Self { contains: text.to_owned(), ..self }
    }

    /// Lets so many calls pass first.
    #[must_use]
    pub fn after(self, calls: u32) -> Self {
        Self { skip: calls, ..self }
    }

    /// So many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Until the faults are cleared.
    #[must_use]
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    /// A field beside the code of an error, where the protocol is JSON.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    fn of(operation: &str, mode: &'static str) -> Self {
        Self {
            operation: operation.to_owned(),
            mode,
            parameters: BTreeMap::new(),
            contains: String::new(),
            skip: 0,
            times: Some(1),
            status: 400,
            code: String::new(),
            fields: BTreeMap::new(),
            body: Value::Null,
            delay_ms: 0,
            most: None,
        }
    }
}
