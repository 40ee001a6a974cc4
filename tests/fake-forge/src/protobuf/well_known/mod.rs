//! The two messages of protobuf's own library that the protocol uses.

pub(super) mod object;
pub(super) mod time;
