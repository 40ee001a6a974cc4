//! Exit codes: part of the interface, so each is named once and documented here.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and all is well.
    Success,
    /// 1: done, and something was found wrong: `check` with errors, `sweep` with actions that failed, `explain` of what can
    /// never start.
    Findings,
    /// 2: the command line was wrong (clap's own code), or asks something that has no answer.
    Usage,
    /// 3: the configuration cannot be used.
    Configuration,
    /// 4: something outside did not answer or refused: store, forge, port.
    Unavailable,
    /// 5: there is no such job or record.
    NotFound,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Configuration => 3,
            Exit::Unavailable => 4,
            Exit::NotFound => 5,
        })
    }
}
