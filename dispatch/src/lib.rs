//! `dispatch`: one fresh machine for each queued job of Gitea and Forgejo.
//!
//! A webhook or a timer wakes the worker. It observes the forge's queue, the cloud and its own records, decides in a
//! pure function what to do, and does it through four narrow seams. `docs/ARCHITECTURE.md` tells the whole.
//!
//! Pure, without I/O, clock or environment: [`delivery`], [`event`], [`identifier`], [`label`], [`phase`], [`plan`], [`pool`], [`reason`], [`reconcile`], [`record`], [`text`], [`time`], [`world`].
//!
//! Seams: [`clock`], [`cloud`], [`forge`], [`store`]. The public side is [`edge`], the working side [`worker`].

mod apply;
#[cfg(feature = "aws-base")]
pub mod aws;
#[cfg(feature = "serve")]
pub mod cli;
pub mod clock;
pub mod cloud;
pub mod config;
pub mod delivery;
pub mod diagnostic;
#[cfg(feature = "dynamodb")]
pub mod doctor;
pub mod edge;
pub mod event;
mod evidence;
pub mod explain;
pub mod expression;
pub mod forge;
pub mod identifier;
pub mod journal;
pub mod label;
pub mod lambda;
pub mod ledger;
mod observe;
pub mod page;
pub mod phase;
pub mod plan;
pub mod pool;
pub mod predict;
pub mod reason;
pub mod reconcile;
pub mod record;
pub mod repository;
#[cfg(test)]
mod scene;
#[cfg(feature = "serve")]
pub mod serve;
pub mod service;
mod shared;
pub mod store;
pub mod text;
pub mod time;
pub mod worker;
pub mod workflow;
pub mod world;
pub mod yaml;
