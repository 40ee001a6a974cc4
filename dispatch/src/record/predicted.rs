//! A job that we expect from the forge's own rules, because the forge neither lists nor announces it.

use serde::{Deserialize, Serialize};

use crate::forge::Trust;

/// How the job shows itself once it exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicted {
    /// The commit that its statuses are written on.
    pub commit: String,
    /// The path of its workflow below the workflow folder, which its tasks name.
    pub workflow: String,
    /// What its status may be called.
    pub contexts: Vec<String>,
    /// Whether the forge writes statuses for its event. If so, a job without one is no job.
    pub confirmed: bool,
    /// The jobs that must be over before it begins.
    pub needs: Vec<Need>,
    /// Whose code it runs.
    pub trust: Trust,
}

impl Predicted {
    /// Whether both may have one and the same commit status.
    pub(crate) fn shares_status(&self, other: &Self) -> bool {
        self.commit == other.commit && self.contexts.iter().any(|name| other.contexts.contains(name))
    }
}

/// A job of the same run that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Its name.
    pub name: String,
    /// What its status may be called.
    pub contexts: Vec<String>,
}
