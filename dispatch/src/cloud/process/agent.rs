//! The first process of a machine: deadlines first, then the identity, then the runner, then nothing.
//!
//! It needs no dispatcher after the identity is taken, so a machine outlives a restart of the dispatcher, and ends by
//! itself when the dispatcher never comes back.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, getpid};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use userdata::Identity;

use super::folder::{Folder, create_private, write_private};
use super::settings::Settings;
use super::tree;

mod program;

pub use program::STAND_IN;

/// How often the agent looks for its identity and for the first task in the runner's log.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const READ_LOG_EVERY: Duration = Duration::from_millis(500);

/// Lives the life of one machine; returns how it ended, in words.
pub async fn live(path: PathBuf) -> io::Result<String> {
    let folder = Folder::new(path);
    let settings =
        folder.settings().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the folder holds no machine.json"))?;
    tree::adopt_orphans()?;
    write_private(&folder.group(), getpid().as_raw_nonzero().to_string().as_bytes())?;
    let age = Duration::from_secs(settings.maximum_age_s);
    let ending = match timeout(age, serve(&folder, &settings)).await {
        Ok(Ok(ending)) => ending,
        Ok(Err(error)) => format!("ended: {error}"),
        Err(_) => format!("ended: {} s old, which is its maximum age", settings.maximum_age_s),
    };
    // Before anything else, so that nobody writes into the folder any more, and nobody holds the lock when we are gone.
    let left_running = tree::end_descendants().await;
    let _gone_with_the_folder = fs::remove_dir_all(folder.work());
    write_private(&folder.ending(), ending.as_bytes())?;
    left_running.map(|()| ending)
}

async fn serve(folder: &Folder, settings: &Settings) -> io::Result<String> {
    let boot = Duration::from_secs(settings.boot_limit_s);
    let Ok(identity) = timeout(boot, take_identity(folder)).await else {
        return Ok(format!("ended: no identity came within {} s", settings.boot_limit_s));
    };
    let Some(identity) = identity? else {
        return Ok("ended: it was not needed any more".to_owned());
    };
    create_private(&folder.work())?;
    let mut runner = start(folder, settings, &identity)?;
    drop(identity);
    watch(folder, settings, &mut runner).await
}

/// The identity, or nothing once it is certain that none will come.
async fn take_identity(folder: &Folder) -> io::Result<Option<Identity>> {
    loop {
        if let Some(wire) = folder.take()? {
            let identity = Identity::from_wire(&wire);
            return identity.map(Some).map_err(|refusal| io::Error::new(io::ErrorKind::InvalidData, refusal.to_string()));
        }
        if folder.is_withdrawn() {
            return Ok(None);
        }
        sleep(LOOK_EVERY).await;
    }
}

fn start(folder: &Folder, settings: &Settings, identity: &Identity) -> io::Result<Child> {
    let runner = program::choose(&settings.programs)?;
    let arguments = runner.prepare(&folder.work(), identity)?;
    let log = fs::OpenOptions::new().append(true).open(folder.log())?;
    let mut command = Command::new(runner.path());
    command.args(arguments).current_dir(folder.work());
    command.stdin(Stdio::inherit()).stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
    command.spawn()
}

/// Waits for the runner to end, and does what is its parent's business meanwhile.
async fn watch(folder: &Folder, settings: &Settings, runner: &mut Child) -> io::Result<String> {
    let id = runner.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    tokio::select! {
        ending = wait_for(folder, settings, runner) => ending,
        never = tree::bury_orphans(id) => match never {},
    }
}

/// A runner that shows no task within the idle limit is ended.
async fn wait_for(folder: &Folder, settings: &Settings, runner: &mut Child) -> io::Result<String> {
    let idle = Duration::from_secs(settings.idle_limit_s);
    tokio::select! {
        status = runner.wait() => return Ok(ended(status?)),
        () = first_task(folder) => {}
        () = sleep(idle) => return Ok(format!("ended: no job within {} s", settings.idle_limit_s)),
    }
    Ok(ended(runner.wait().await?))
}

/// Both runners write this when they have taken a job (`task 17 repo is acme/tour …`).
async fn first_task(folder: &Folder) {
    loop {
        let log = fs::read_to_string(folder.log()).unwrap_or_default();
        if log.lines().any(|line| line.contains("task ") && line.contains(" repo is ")) {
            return;
        }
        sleep(READ_LOG_EVERY).await;
    }
}

fn ended(status: ExitStatus) -> String {
    format!("the runner ended ({status})")
}
