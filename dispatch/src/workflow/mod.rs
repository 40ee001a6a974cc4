//! What the forge makes of workflow files: which of them start, and which jobs they consist of.

pub mod pattern;
