//! The operator's switch and the worker's lease.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What the installation is allowed to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// The switch.
    pub mode: Mode,
    /// Since when.
    pub since: Timestamp,
}

/// The positions of the switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything.
    #[default]
    Running,
    /// No launches; what runs goes on.
    Paused,
    /// No launches, and runners that wait are ended; busy ones finish.
    Draining,
    /// No launches, and every machine is ended at once, busy or not.
    Stopped,
}

/// The right to run the worker, until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it.
    pub holder: String,
    /// Rises with each new holder; every write of a worker is conditional on it.
    pub fence: u64,
    /// Nobody else may take it before.
    pub expires_at: Timestamp,
    /// Somebody who could not take it asks the holder to look once more before it ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub look_again: bool,
}
