//! Why an event, or the start, came to nothing; the words are for whoever reads the function's log.

use crate::ledger::LedgerError;

/// A failed start or invocation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The configuration; all of what is wrong with it.
    #[error("{0}")]
    Configuration(String),
    /// An event of a kind that we do not know.
    #[error(
        "this event is none that dispatch handles: those are requests of a function URL (payload format 2.0), scheduled events of EventBridge, and batches of a DynamoDB stream; {0}"
    )]
    UnknownEvent(String),
    /// An event of a kind that the other function handles.
    #[error(
        "this function is the edge (`DISPATCH_ROLE`), which only receives webhooks: connect the {0} to the worker's function"
    )]
    NotForTheEdge(&'static str),
    /// The function's time-out.
    #[error("{left_s} s are left of the function's time-out, too little for a pass: set the time-out to a minute or more")]
    TooLittleTime {
        /// Seconds until Lambda ends the invocation.
        left_s: u64,
    },
    /// A pass that was still going on.
    #[error("the pass was cut off by the function's time-out; nothing is lost, the next one goes on")]
    CutOff,
    /// A pass that stopped.
    #[error("the pass stopped: {0}; nothing is lost, the next one looks again")]
    Pass(LedgerError),
    /// Clients that could not be made.
    #[error("{0}")]
    Connect(String),
}

impl Failure {
    /// One word for metrics and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Configuration(_) => "Dispatch.Configuration",
            Self::UnknownEvent(_) => "Dispatch.UnknownEvent",
            Self::NotForTheEdge(_) => "Dispatch.NotForTheEdge",
            Self::TooLittleTime { .. } => "Dispatch.TooLittleTime",
            Self::CutOff => "Dispatch.CutOff",
            Self::Pass(_) => "Dispatch.Pass",
            Self::Connect(_) => "Dispatch.Connect",
        }
    }
}
