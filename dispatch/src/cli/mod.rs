//! The command line: one file for each command, [`output`] for everything that is printed, [`exit`] for the codes.

mod arguments;
mod check;
mod control;
mod documents;
mod exit;
mod explain;
mod installed;
mod machine;
mod output;
mod runs;
mod serve;
mod sweep;
#[cfg(feature = "try")]
mod try_out;
mod why;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;

/// Reads the command line and carries it out.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
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
        Command::Runs { json, most } => runs::run(&place, json, most).await,
        Command::Why { job, json } => why::run(&place, &job, json).await,
        Command::Explain { recorded, json: _ } => explain::run(&recorded),
        Command::Sweep { dry_run, json } => sweep::run(&place, dry_run, json).await,
        Command::Config { document } => documents::run(document),
        Command::Pause => control::run(&place, crate::record::Mode::Paused).await,
        Command::Drain => control::run(&place, crate::record::Mode::Draining).await,
        Command::Stop => control::run(&place, crate::record::Mode::Stopped).await,
        Command::Resume => control::run(&place, crate::record::Mode::Running).await,
        Command::Machine { folder } => machine::run(folder).await,
        #[cfg(feature = "try")]
        Command::StandInRunner { handle } => try_out::stand_in(handle).await,
    }
}
