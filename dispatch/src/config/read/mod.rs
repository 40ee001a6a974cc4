//! From the tree of the file to the settings.

mod answer;
mod aws;
mod fields;
mod forge;
mod item;
mod places;
mod pool;
mod reader;
mod root;

pub(super) use aws::{AWS_VARIABLES, region_of};
pub(super) use places::Places;
pub(super) use reader::Reader;
pub(super) use root::{nothing, root};
