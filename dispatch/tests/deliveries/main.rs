//! Deliveries as real forges sent them, from raw bytes to typed events; and what strangers might send instead.
#![cfg(test)]

mod authentic;
mod changes;
mod hostile;
mod jobs;
mod recorded;
mod typed;
