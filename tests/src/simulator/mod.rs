//! The deterministic simulator: the product, unchanged, in a world that one seed decides.
//!
//! A [script](script::Script) says which jobs will come and what will go wrong; an [episode](episode::play) plays it. The
//! [world](world::World) is plain tables moved by an [agenda](agenda::Agenda) of events; the product touches it only
//! through its own seams, each call of which is a message that takes virtual time. The [checks] read the world alone.

pub mod agenda;
pub mod author;
pub mod campaign;
pub mod checks;
mod cloud;
pub mod episode;
pub mod fault;
mod forge;
mod install;
mod line;
mod looks;
mod operator;
mod others;
pub mod phases;
mod processes;
pub mod random;
mod records;
pub mod report;
pub mod safety;
pub mod scenario;
pub mod script;
pub mod shrink;
pub mod side_by_side;
pub mod story;
mod weather;
mod wish;
mod world;
