//! Stories of an installation on one computer: real sockets, a real embedded file, real processes, a stand-in for the forge.

mod bursts;
mod lab;
mod lost;
mod operator;
mod pushes;
mod refusals;
mod replays;
mod trouble;
