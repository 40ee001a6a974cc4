//! Machines as processes of this computer: for one-computer installations, for `try`, and for tests.
//!
//! A machine is a folder and a process group. The folder is named by the launch order, so the same order finds the same
//! machine; a lock that every process of the group inherits tells whether it lives, across restarts of the dispatcher and
//! without trusting process ids. The first process of the group, the [agent], plays the part of the first-boot
//! script: it takes the identity once, keeps the deadlines, starts the runner, and ends everything.
//!
//! Jobs run with the rights of the user who runs the dispatcher. The agent adopts whatever its descendants leave behind,
//! so that a machine ends with all its processes, also those in other process groups; what only a job can do on purpose
//! (kill the agent, ask another service of the user to run something) escapes. Who runs such code wants real machines.

pub mod agent;
mod folder;
mod group;
mod settings;
mod tree;

pub use agent::STAND_IN;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, Notify};
use userdata::Identity;

use super::{Cloud, CloudError, CloudErrorKind, HandOver, Instance, LaunchOrder, Withdrawal};
use crate::clock::Clock;
use crate::identifier::{InstanceId, RunnerKey};
use folder::Folder;
use settings::Settings;

/// Machines below one folder.
pub struct ProcessCloud {
    machines: PathBuf,
    ended: PathBuf,
    agent: AgentProgram,
    clock: Arc<dyn Clock>,
    /// Rung whenever a machine ends, so that the worker need not wait for its timer.
    bell: Arc<Notify>,
    /// Handing over and withdrawing look before they act.
    one_at_a_time: Mutex<()>,
}

/// How the agent of a machine is started; the machine's folder is appended as the last argument.
#[derive(Clone, Debug)]
pub struct AgentProgram {
    /// Usually this very program.
    pub program: PathBuf,
    /// Usually the hidden command `machine`.
    pub arguments: Vec<String>,
}

impl ProcessCloud {
    /// Machines below `data`, which is created if need be.
    pub fn new(data: &Path, agent: AgentProgram, clock: Arc<dyn Clock>, bell: Arc<Notify>) -> Result<Self, CloudError> {
        let cloud = Self {
            machines: data.join("machines"),
            ended: data.join("ended"),
            agent,
            clock,
            bell,
            one_at_a_time: Mutex::new(()),
        };
        for folder in [&cloud.machines, &cloud.ended] {
            folder::create_private(folder).map_err(|error| failed("preparing the folder of machines", &error))?;
        }
        Ok(cloud)
    }

    fn folder(&self, instance: &InstanceId) -> Folder {
        Folder::new(self.machines.join(instance.as_str()))
    }

    fn launch_one(&self, order: &LaunchOrder<'_>, index: u16) -> std::io::Result<Instance> {
        let runner = RunnerKey { batch: order.batch.id.clone(), index };
        let id = InstanceId::new(format!("{}-{index}", runner.batch));
        let folder = self.folder(&id);
        let settings = folder.prepare(&Settings::of(order, runner, self.clock.now()))?;
        if let Some(lock) = folder.lock_unless_started()? {
            group::start(&self.agent, &folder, &settings, lock, self.bell.clone())?;
        }
        let gone = || std::io::Error::other("the machine's folder disappeared while it was started");
        folder.instance(id, &settings, self.clock.now()).ok_or_else(gone)
    }
}

#[async_trait]
impl Cloud for ProcessCloud {
    async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        let indexes = (0_u16..).take(order.batch.members.len());
        indexes.map(|index| self.launch_one(order, index).map_err(|error| failed("launch", &error))).collect()
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        let entries = std::fs::read_dir(&self.machines).map_err(|error| failed("listing machines", &error))?;
        let mut instances = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| failed("listing machines", &error))?.file_name();
            let id = InstanceId::new(name.to_string_lossy());
            let folder = self.folder(&id);
            if let Some(settings) = folder.settings() {
                instances.extend(folder.instance(id, &settings, self.clock.now()));
            }
        }
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(instances)
    }

    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        for instance in instances {
            let folder = self.folder(instance);
            if folder.exists() {
                group::kill(&folder).await.map_err(|error| failed("ending the machine", &error))?;
                folder.move_to(&self.ended.join(instance.as_str())).map_err(|error| failed("ending the machine", &error))?;
            }
        }
        Ok(())
    }

    async fn hand_over(&self, instance: &InstanceId, identity: &Identity) -> Result<HandOver, CloudError> {
        let _alone = self.one_at_a_time.lock().await;
        let wire = identity.to_wire().map_err(|refusal| CloudError {
            what: "handing over the identity".to_owned(),
            cause: refusal.to_string(),
            kind: CloudErrorKind::Invalid,
        })?;
        self.folder(instance).give(&wire).map_err(|error| failed("handing over the identity", &error))
    }

    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        let _alone = self.one_at_a_time.lock().await;
        self.folder(instance).withdraw().map_err(|error| failed("withdrawing the identity", &error))
    }
}

fn failed(what: &str, error: &std::io::Error) -> CloudError {
    let kind = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => CloudErrorKind::Capacity,
        std::io::ErrorKind::PermissionDenied => CloudErrorKind::Denied,
        std::io::ErrorKind::NotFound => CloudErrorKind::Invalid,
        _ => CloudErrorKind::Transient,
    };
    CloudError { what: what.to_owned(), cause: error.to_string(), kind }
}
