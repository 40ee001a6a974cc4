//! A counter that did not agree with the open runners at one look: a suspicion until a later look confirms it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What one look found. The list of open records may be late, so it is no proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The counter's version at that look; each claim and each close raises it.
    pub version: u64,
    /// What the open runners added up to.
    pub counted: u64,
    /// When that was first seen.
    pub since: Timestamp,
}
