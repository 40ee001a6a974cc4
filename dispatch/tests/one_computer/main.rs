//! Stories of an installation on one computer: real sockets, a real embedded file, real processes, a stand-in for the forge.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a story that does not go as told has failed")]

mod announced;
mod bursts;
mod lab;
mod lost;
mod operator;
mod predicted;
mod pushes;
mod refusals;
mod replays;
mod trouble;
