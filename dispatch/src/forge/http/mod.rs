//! HTTP as both forges speak it: one bounded client, and every way to fail as a sentence with its remedy.

mod answer;
mod call;
mod client;
mod failure;
mod page;
mod refusal;
#[cfg(test)]
mod socket_tests;

pub(crate) use answer::{Answer, Missing};
pub(crate) use call::{Access, Call};
#[cfg(feature = "lambda")]
pub(crate) use client::install_ring;
pub(crate) use client::{Bounds, Http};
