//! What an installation is told: read, explained, checked.
//!
//! One YAML file, or the environment alone, becomes a [`Config`] that is complete and typed, or a
//! [`Report`](crate::diagnostic::Report) with everything that is wrong.
//!
//! - `keys`: the one table of keys; it drives reading, the [JSON Schema](schema()) and the [reference](reference());
//! - `values`: how a single value is written: durations, sizes, addresses, secrets;
//! - `read`: from the tree of the file to the typed settings;
//! - `rules`: what must hold between values;
//! - `machine`: what must hold on this computer;
//! - `environment`: the only module that reads the process's environment.
//!
//! A value that cannot be read is replaced by a stand-in, so that everything else is still checked; settings with an
//! error in them never leave this module.

pub mod environment;
mod from_environment;
mod keys;
mod load;
mod loaded;
mod machine;
mod read;
mod rules;
mod settings;
mod stack;
mod values;

pub use environment::Environment;
pub use from_environment::from_environment;
pub use keys::{reference, schema};
pub use load::{load, load_text};
pub use loaded::Loaded;
pub use machine::{PROCESS_RIGHTS, check_machine};
pub use settings::{AwsConfig, Config, ForgeConfig, Limits, RegisterAt, ServeConfig, Watch};
pub use stack::StackError;
