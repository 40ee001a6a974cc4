//! The installation on AWS as `infra/template.yaml` describes it, read for the tests that hold it to the code.

mod actions;
mod rights;
mod statement;
mod template;

#[cfg(feature = "dynamodb")]
pub use actions::actions_needed;
pub use actions::{ACTIONS, actions_of};
pub use rights::rights_for;
pub use statement::Statement;
pub use template::Template;
