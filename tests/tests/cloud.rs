//! The backend of processes keeps the contract. Its machines are processes that do nothing by themselves.
#![expect(clippy::unwrap_used, reason = "a machine that cannot be looked at fails the test")]

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::clock::{Clock, SystemClock};
use dispatch::cloud::process::{AgentProgram, ProcessCloud};
use dispatch::identifier::InstanceId;
use dispatch::pool::{PROCESS, defaults};
use tests::conformance::cloud::{Inside, Subject};
use tokio::sync::Notify;

/// The part of the agent that the backend relies on: it says which process group the machine is.
const IDLE: &str = r#"echo $$ >"$0/group.new" && mv "$0/group.new" "$0/group" && exec sleep 600"#;

/// Machines as their folders show them.
struct Folders(PathBuf);

impl Folders {
    fn of(&self, instance: &InstanceId) -> PathBuf {
        self.0.join("machines").join(instance.as_str())
    }

    /// The agent has started once it has said its group.
    async fn group(&self, instance: &InstanceId) -> String {
        loop {
            match std::fs::read_to_string(self.of(instance).join("group")) {
                Ok(group) => return group.trim().to_owned(),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}

#[async_trait]
impl Inside for Folders {
    async fn take(&self, instance: &InstanceId) -> Option<String> {
        let folder = self.of(instance);
        std::fs::rename(folder.join("identity"), folder.join("identity.taken")).ok()?;
        std::fs::read_to_string(folder.join("identity.taken")).ok()
    }

    async fn power_off(&self, instance: &InstanceId) {
        let group = self.group(instance).await;
        let killed = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status().unwrap();
        assert!(killed.success());
        // A killed process keeps its lock for the moment that the kernel needs.
        while Command::new("kill").args(["-0", &group]).stderr(std::process::Stdio::null()).status().unwrap().success() {
            tokio::task::yield_now().await;
        }
    }
}

/// Ends what a rule leaves running.
struct Running(tempfile::TempDir);

impl Drop for Running {
    fn drop(&mut self) {
        let machines = std::fs::read_dir(self.0.path().join("machines")).unwrap();
        for machine in machines {
            if let Ok(group) = std::fs::read_to_string(machine.unwrap().path().join("group")) {
                let _gone_already = Command::new("kill").args(["-KILL", "--", &format!("-{}", group.trim())]).output();
            }
        }
    }
}

#[expect(clippy::unused_async, reason = "making a cloud elsewhere takes a moment")]
async fn process() -> Result<Subject, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let agent = AgentProgram { program: "/bin/sh".into(), arguments: vec!["-c".to_owned(), IDLE.to_owned()] };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let cloud = Arc::new(ProcessCloud::new(folder.path(), agent, clock.clone(), Arc::new(Notify::new()))?);
    let pool = defaults(&PROCESS.into(), &[]).remove(0);
    let inside = Folders(folder.path().to_owned());
    Ok(Subject::new(cloud, inside, pool, clock.now(), Running(folder)))
}

tests::cloud_conformance!(super::process);
