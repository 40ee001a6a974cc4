//! The installation on AWS as `infra/template.yaml` describes it, read for the tests that hold it to the code.

mod rights;
mod statement;
mod template;

pub use rights::rights_for;
pub use statement::Statement;
pub use template::Template;
