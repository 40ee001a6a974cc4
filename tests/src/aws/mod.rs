//! AWS without AWS: moto on the loopback, with the promises it does not keep and faults on demand (`tests/aws/moto_lab`).
//!
//! ```no_run
//! # use tests::aws::{Fault, Lab};
//! let lab = Lab::start();
//! lab.inject(Fault::error("RunInstances", 500, "InsufficientInstanceCapacity").with("Placement.AvailabilityZone", "eu-central-1a"));
//! // … whatever calls AWS at `lab.endpoint()` …
//! assert_eq!(lab.count("RunInstances"), 2);
//! ```

mod account;
mod call;
mod fault;
mod lab;
mod operator;
mod python;
mod request;

pub use account::{Account, Emulator};
pub use call::Call;
pub use fault::Fault;
pub use lab::{Lab, REGION};
pub use operator::{EC2, IAM, Service};
pub use python::with_moto;
