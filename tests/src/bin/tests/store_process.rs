//! Another process with a store, for tests to limit, to talk to and to kill.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use dispatch::store;
use tests::conformance::store::steps;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What it does with its store.
#[derive(clap::Subcommand)]
pub(crate) enum StoreProcess {
    /// Commits numbered steps for as long as it can, and says each number once it is safe.
    Write { directory: PathBuf },
    /// Is what `serve` is to a store: has the file and shares it, and says so.
    Hold { directory: PathBuf },
}

impl StoreProcess {
    /// 1 when the store cannot be used, with the reason.
    #[tokio::main]
    pub(crate) async fn run(&self) -> ExitCode {
        let outcome = match self {
            Self::Write { directory } => write(directory).await,
            Self::Hold { directory } => hold(directory).await,
        };
        let Err(error) = outcome else { return ExitCode::SUCCESS };
        let _nobody_left_to_tell = writeln!(io::stderr(), "{error}");
        ExitCode::FAILURE
    }
}

async fn write(directory: &Path) -> Outcome {
    let store = store::open(directory).await?;
    for number in 1.. {
        if let Err(error) = store.commit(steps::transaction(number)).await {
            say(&error.to_string())?;
            break;
        }
        say(&number.to_string())?;
    }
    Ok(())
}

async fn hold(directory: &Path) -> Outcome {
    let (store, socket) = store::hold(directory).await?;
    say("holding")?;
    Ok(socket.serve(Arc::new(store), std::future::pending()).await?)
}

fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}
