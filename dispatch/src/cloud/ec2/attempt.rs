//! How far up the ladder an order has come: stored before each launch, so that a crash cannot lead back down.

use serde::{Deserialize, Serialize};

use super::ladder::Rung;

/// The rung that is being tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its position on the ladder, from 0, which only rises.
    pub position: usize,
    /// What stood there when it was first tried; a retry asks the same place though the settings may have changed.
    pub rung: Rung,
    /// `ami-…`; an SSM parameter may mean another image by now.
    pub image: String,
}
