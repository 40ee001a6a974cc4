//! What every implementation of a seam must do, whatever it is made of.

pub mod cloud;
pub mod forge;
pub mod store;
