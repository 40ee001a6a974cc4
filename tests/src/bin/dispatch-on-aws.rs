//! The command line as it is built for installations on AWS.

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatch::cli::main()
}
