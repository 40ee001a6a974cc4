//! From a typed machine specification to the first-boot script.
