//! The processes of one machine: started together, killed together.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;
use tokio::sync::Notify;

use super::AgentProgram;
use super::folder::{Folder, write_private};
use super::settings::Settings;
use super::tree::{self, LOOKS, STEP};

/// What of the dispatcher's own environment a job may see; everything else, tokens above all, stays out.
const INHERITED: [&str; 6] = ["PATH", "HOME", "USER", "LANG", "TMPDIR", "TZ"];

/// Starts the agent in a process group of its own, with the lock as its standard input.
pub(super) fn start(agent: &AgentProgram, folder: &Folder, settings: &Settings, lock: File, bell: Arc<Notify>) -> io::Result<()> {
    let log = OpenOptions::new().create(true).append(true).mode(0o600).open(folder.log())?;
    let mut command = Command::new(&agent.program);
    command.args(&agent.arguments).arg(folder.path());
    command.env_clear().envs(inherited(settings));
    command.stdin(Stdio::from(lock)).stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
    command.process_group(0);
    let mut child = command.spawn()?;
    if let Some(group) = child.id() {
        // The agent writes the same; but it may die before, and a machine without a group would look as if it had never lived.
        write_private(&folder.group(), group.to_string().as_bytes())?;
    }
    tokio::spawn(async move {
        let _its_folder_says_more = child.wait().await;
        bell.notify_one();
    });
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the few variables that a machine's processes inherit are handed on unread")]
fn inherited(settings: &Settings) -> Vec<(String, std::ffi::OsString)> {
    let names = INHERITED.iter().map(|name| (*name).to_owned()).chain(settings.environment.iter().cloned());
    names.filter_map(|name| std::env::var_os(&name).map(|value| (name, value))).collect()
}

/// Kills every process of the machine and waits until none is left. The agent comes last: for as long as it lives,
/// what loses its parent becomes its child and can be found.
pub(super) async fn kill(folder: &Folder) -> io::Result<()> {
    for _ in 0..LOOKS {
        if !folder.is_alive() {
            return Ok(());
        }
        if let Some(group) = group(folder) {
            let followers = tree::followers(group)?;
            tree::kill(&followers)?;
            if followers.is_empty() {
                kill_group(group)?;
            }
        }
        tokio::time::sleep(STEP).await;
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "a process of the machine does not end"))
}

fn kill_group(group: Pid) -> io::Result<()> {
    match kill_process_group(group, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The group's number, as soon as the agent has written it.
fn group(folder: &Folder) -> Option<Pid> {
    let text = fs::read_to_string(folder.group()).ok()?;
    Pid::from_raw(text.trim().parse().ok()?)
}
