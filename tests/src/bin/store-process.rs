//! Another process with a store, for tests to limit, to talk to and to kill.
//!
//! `store-process write DIR` commits numbered steps for as long as it can, and says each number once it is safe.
//! `store-process hold DIR` is what `serve` is to a store: it has the file and shares it, and says so.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch::store;
use tests::conformance::store::steps;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [command, directory] = arguments.as_slice() else { return Err("usage: store-process write|hold DIR".into()) };
    let directory = PathBuf::from(directory);
    match command.as_str() {
        "write" => write(&directory).await,
        "hold" => hold(&directory).await,
        other => Err(format!("`{other}` is neither write nor hold").into()),
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
