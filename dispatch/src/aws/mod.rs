//! What all clients of AWS share: where they call, as whom, and how long they wait.
//!
//! Everything is set as AWS's own tools set it, so that an operator has nothing to learn: region and credentials come from
//! the environment (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, …), the profile (`AWS_PROFILE`), the function's or the machine's
//! role; single sign-on is left out, `aws configure export-credentials` brings it in. `AWS_ENDPOINT_URL`, or
//! `AWS_ENDPOINT_URL_DYNAMODB` for one service, takes the place of AWS: an emulator needs no code of ours.

mod settings;
#[cfg(feature = "dynamodb")]
pub mod signed;

pub use aws_config::SdkConfig;
pub use settings::settings;
