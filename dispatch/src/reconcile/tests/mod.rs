//! The decisions, told as small stories.

mod balance;
mod endings;
mod jobs;
mod steps;
mod strays;
mod unlisted;

use crate::cloud::IdentityState;
use crate::forge::{ForgeKind, JobState, Registration, Trust};
use crate::plan::{Action, Unless};
use crate::pool::{DEFAULT_BOOT_LIMIT_S, DEFAULT_IDLE_LIMIT_S, DEFAULT_MAXIMUM_AGE_S, ForkPullRequests};
use crate::record::{Drift, Ending, Mode};
use crate::scene::{NOW, Scene, job_key, scope};
use crate::store::Key;
use crate::world::Counter;

const NOTHING: [String; 0] = [];

fn over(conclusion: &str) -> JobState {
    JobState::Over { conclusion: conclusion.to_owned(), registration: None }
}
