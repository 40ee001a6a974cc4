//! The command line: one file for each command, [`output`] for everything that is printed, [`exit`] for the codes.

mod arguments;
mod check;
mod control;
#[cfg(feature = "dynamodb")]
mod doctor;
mod documents;
mod exit;
mod explain;
mod installed;
mod job_name;
mod machine;
mod output;
mod runs;
mod serve;
mod sweep;
#[cfg(feature = "try")]
mod try_out;
mod unrecorded;
mod why;
mod write_rights;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;

use crate::record::Mode;

/// Reads the command line and carries it out.
pub fn main() -> ExitCode {
    called_with(std::env::args_os())
}

/// The same with other arguments than the process has; the first is the program's name.
pub fn called_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = Arguments::parse_from(arguments);
    let runtime = if arguments.command.wants_threads() {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    };
    match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)).into(),
        Err(error) => {
            output::error(&format!("the runtime cannot start: {error}"));
            Exit::Unavailable.into()
        }
    }
}

async fn run(arguments: Arguments) -> Exit {
    let place = arguments.place;
    match arguments.command {
        #[cfg(feature = "try")]
        Command::Try { json } => try_out::run(json).await,
        Command::Serve { json } => serve::run(&place, json).await,
        Command::Check { json, offline } => check::run(&place, json, offline).await,
        #[cfg(feature = "dynamodb")]
        Command::Doctor { aws: _, json } => doctor::run(&place, json).await,
        Command::Runs { json, most } => runs::run(&place, json, most).await,
        Command::Why { job, json } => why::run(&place, &job, json).await,
        Command::Explain(arguments) => explain::run(&place, &arguments).await,
        Command::Sweep { dry_run, json } => sweep::run(&place, dry_run, json).await,
        Command::Config { document } => documents::run(document),
        Command::Pause { json } => control::run(&place, Mode::Paused, json).await,
        Command::Drain { json } => control::run(&place, Mode::Draining, json).await,
        Command::Stop { json } => control::run(&place, Mode::Stopped, json).await,
        Command::Resume { json } => control::run(&place, Mode::Running, json).await,
        Command::Machine { folder } => machine::run(folder).await,
        #[cfg(feature = "try")]
        Command::StandInRunner { handle } => try_out::stand_in(handle).await,
    }
}
