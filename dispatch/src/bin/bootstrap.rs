//! Starts the Lambda function.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatch::lambda::main()
}
