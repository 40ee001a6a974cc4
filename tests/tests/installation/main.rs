//! What `infra/template.yaml` installs is what the code needs: no right more, no right less.
#![expect(clippy::expect_used, reason = "a template of another shape fails the test")]

mod alarm;
// What needs Python: the emulator, and AWS's linters.
#[cfg(feature = "dynamodb")]
mod called;
mod documentation;
mod edge;
#[cfg(feature = "dynamodb")]
mod lint;
mod machines;
mod policies;
mod table;
mod wakes;
