//! From a typed machine specification to the first-boot script.

/// Placeholder.
#[derive(Clone, Debug)]
pub struct Identity;
