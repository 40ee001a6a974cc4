//! The Lambda function as the lab starts it: what `bootstrap` is, built along with the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatch::lambda::main()
}
