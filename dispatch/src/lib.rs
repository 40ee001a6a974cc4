//! `dispatch`: one fresh machine for each queued job of Gitea and Forgejo.
//!
//! A webhook or a timer wakes the worker. It observes the forge's queue, the cloud and its own records, decides in a
//! pure function what to do, and does it through four narrow seams. `docs/ARCHITECTURE.md` tells the whole.
//!
//! Pure, without I/O, clock or environment: [`identifier`], [`label`], [`phase`], [`plan`], [`pool`], [`reason`], [`reconcile`], [`record`], [`time`], [`world`].
//!
//! Seams: [`clock`], [`cloud`], [`forge`], [`store`].

pub mod clock;
pub mod cloud;
pub mod config;
pub mod diagnostic;
pub mod forge;
pub mod identifier;
pub mod label;
pub mod phase;
pub mod plan;
pub mod pool;
pub mod reason;
pub mod reconcile;
pub mod record;
pub mod store;
pub mod time;
pub mod workflow;
pub mod world;
pub mod yaml;
