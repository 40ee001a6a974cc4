//! The lab's command line: the simulator for people, and the processes that tests start, limit and kill.
//!
//! All of it is one program, so that `cargo run -p tests` knows what to run.

mod simulate;
mod store_process;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The lab of `dispatch`.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play stories in which everything goes wrong, and check that every promise is kept.
    Simulate(simulate::Simulate),
    /// Another process with a store.
    #[command(subcommand, hide = true)]
    StoreProcess(store_process::StoreProcess),
    /// The command line as it is built for installations on AWS.
    #[cfg(feature = "dynamodb")]
    #[command(hide = true)]
    Dispatch {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// The Lambda function: what `bootstrap` is, built along with the tests.
    #[cfg(feature = "aws")]
    #[command(hide = true)]
    Function,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Simulate(simulate) => simulate.run(),
        Command::StoreProcess(process) => process.run(),
        #[cfg(feature = "dynamodb")]
        Command::Dispatch { arguments } => dispatch::cli::called_with(std::iter::once("dispatch".into()).chain(arguments)),
        #[cfg(feature = "aws")]
        Command::Function => dispatch::lambda::main(),
    }
}
