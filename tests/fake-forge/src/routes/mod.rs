//! The HTTP routes as pure functions: a call and the world in, an answer out. `server` puts them on a socket.
//!
//! A route is a row of a table (`common`, `gitea`, `forgejo`), so that a path without a row answers 404 and
//! a path with rows for other methods answers 405 with their names, as the forges' own routers do.

mod access;
mod call;
mod common;
mod content;
mod forgejo;
mod gitea;
mod refusal;
mod runner_protocol;
mod runners;
mod shared;
mod table;
mod traces;

pub(crate) use call::{Answer, Call};
pub(crate) use table::answer;
