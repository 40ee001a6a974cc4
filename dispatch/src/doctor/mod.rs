//! `dispatch doctor --aws`: whether an installation on AWS is as it must be, and what to do where it is not.
//!
//! Eight services are asked one or two things each, by [`signed`](crate::aws::signed) calls: their SDKs would be hundreds of
//! times the size of what is needed.
//!
//! - [`look`]: one file for each thing looked at: its questions, the shape of the answers, and a pure judgement;
//! - [`Check`]: what is found, with a remedy.
//!
//! It only looks: of all its calls none changes anything, and the launch is a dry run.
//!
//! Written from AWS's documentation and run against an emulator only. What the emulator cannot confirm says
//! "not verified on AWS" where it is shown.

mod check;
mod examine;
mod look;

pub use check::{Check, Topic, Verdict};
pub use examine::examine;
