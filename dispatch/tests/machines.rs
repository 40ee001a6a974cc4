//! Machines of the `process` backend end with everything that was started in them.
//!
//! The runner is a script. It and what it starts hold the writing end of a pipe: the reading end comes to its end when, and
//! only when, all of them are gone.
#![expect(clippy::unwrap_used, reason = "a story that does not go as told has failed")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dispatch::clock::{Clock, SystemClock};
use dispatch::cloud::process::{AgentProgram, ProcessCloud};
use dispatch::cloud::{Cloud, HandOver, InstanceState, LaunchOrder};
use dispatch::identifier::{BatchId, InstanceId, JobKey, Scope};
use dispatch::pool::{Pool, defaults};
use dispatch::record::Batch;
use dispatch::serve::PROCESS;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::sync::Notify;
use userdata::{ForgeUrl, Identity, Labels};

/// A step as both runners start it, in a session of its own, that leaves a process without a parent behind.
const STEP: &str = "setsid sh -c 'sleep 1000 & echo started >&3' </dev/null";

/// A cloud with one machine, whose runner does what it is told in shell.
struct Yard {
    cloud: ProcessCloud,
    machine: InstanceId,
    bell: Arc<Notify>,
    folder: TempDir,
    pipe: BufReader<File>,
}

impl Yard {
    async fn with(runner: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, script) = (folder.path().join("pipe"), folder.path().join("runner"));
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        std::fs::write(&script, format!("#!/bin/sh\nexec 3>'{}'\n{runner}\n", pipe.display())).unwrap();
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o700)).unwrap();
        let (clock, bell) = (Arc::new(SystemClock::start()), Arc::new(Notify::new()));
        let agent = AgentProgram { program: env!("CARGO_BIN_EXE_dispatch").into(), arguments: vec!["machine".to_owned()] };
        let cloud = ProcessCloud::new(&folder.path().join("data"), agent, clock.clone(), bell.clone()).unwrap();
        let (pool, batch) = (pool(&script), batch(clock.as_ref()));
        let order = LaunchOrder { batch: &batch, pool: &pool, labels: &pool.labels };
        let machine = cloud.launch(&order).await.unwrap().remove(0).id;
        assert_eq!(cloud.hand_over(&machine, &identity()).await.unwrap(), HandOver::Done);
        let pipe = BufReader::new(in_time(File::open(pipe)).await.unwrap());
        Self { cloud, machine, bell, folder, pipe }
    }

    /// Until the runner, or what it started, says a line.
    async fn hears(&mut self, line: &str) {
        let mut heard = String::new();
        in_time(self.pipe.read_line(&mut heard)).await.unwrap();
        assert_eq!(heard.trim_end(), line);
    }

    /// Until nothing that was started in the machine lives.
    async fn nothing_is_left(&mut self) {
        in_time(self.pipe.read_to_end(&mut Vec::new())).await.unwrap();
    }
}

/// Fails instead of hanging.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), future).await.unwrap()
}

fn pool(runner: &Path) -> Pool {
    defaults(&PROCESS.into(), &[runner.display().to_string()]).remove(0)
}

fn batch(clock: &dyn Clock) -> Batch {
    Batch {
        id: BatchId::new("b"),
        pool: "go".into(),
        backend: PROCESS.into(),
        forge: "home".into(),
        scope: Scope::Repository("acme/tour".parse().unwrap()),
        labels: ["go".to_owned()].into_iter().collect(),
        members: vec![JobKey::first("home".into(), 1)],
        made_at: clock.now(),
    }
}

fn identity() -> Identity {
    Identity {
        forge_url: ForgeUrl::parse("http://127.0.0.1:9/").unwrap(),
        runner_name: "b-0".to_owned(),
        runner_id: 1,
        uuid: "0d2a".to_owned(),
        token: "secret".to_owned().into(),
        labels: Labels::parse(["go:host"]).unwrap(),
        ephemeral: true,
        handle: None,
        clone_credential: None,
    }
}

#[tokio::test]
async fn a_machine_that_is_ended_takes_the_steps_of_its_job_along() {
    let mut yard = Yard::with(&format!("{STEP}\nwait")).await;
    yard.hears("started").await;
    yard.cloud.terminate(&[yard.machine.clone()]).await.unwrap();
    yard.nothing_is_left().await;
    assert_eq!(yard.cloud.instances().await.unwrap(), []);
}

#[tokio::test]
async fn a_machine_whose_runner_ends_takes_along_what_the_job_left_running() {
    let mut yard = Yard::with(STEP).await;
    yard.hears("started").await;
    in_time(yard.bell.notified()).await;
    let how = "the runner ended (exit status: 0)".to_owned();
    assert_eq!(yard.cloud.instances().await.unwrap()[0].state, InstanceState::Ended { how: Some(how) }, "when the bell rings");
    yard.nothing_is_left().await;
}

#[tokio::test]
async fn what_the_job_wrote_goes_with_the_machine() {
    let mut yard = Yard::with("mkdir -p jobs && echo built > jobs/result && echo started >&3 && exec sleep 1000").await;
    yard.hears("started").await;
    let machine = yard.folder.path().join("data/machines").join(yard.machine.as_str());
    assert!(machine.join("work/jobs/result").exists());
    yard.cloud.terminate(&[yard.machine.clone()]).await.unwrap();
    let ended = yard.folder.path().join("data/ended").join(yard.machine.as_str());
    assert!(ended.join("log").exists() && !ended.join("work").exists() && !machine.exists());
}

/// As when the dispatcher is killed in the middle of a launch.
#[tokio::test]
async fn a_machine_that_was_prepared_and_never_started_comes_with_the_next_order() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock::start());
    let (pool, batch) = (pool(Path::new("runner")), batch(clock.as_ref()));
    let order = LaunchOrder { batch: &batch, pool: &pool, labels: &pool.labels };
    let cloud = |program: &str| {
        let agent = AgentProgram { program: program.into(), arguments: vec!["machine".to_owned()] };
        ProcessCloud::new(folder.path(), agent, clock.clone(), Arc::new(Notify::new())).unwrap()
    };
    cloud("/nowhere/dispatch").launch(&order).await.unwrap_err();
    assert!(folder.path().join("machines/b-0/machine.json").exists(), "it was prepared");
    let cloud = cloud(env!("CARGO_BIN_EXE_dispatch"));
    // Another story's child may hold a copy of the lock for the moment between its fork and its exec.
    let machines = in_time(async {
        while !cloud.instances().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        while !folder.path().join("machines/b-0/group").exists() {
            let _held_by_such_a_child = cloud.launch(&order).await;
            tokio::task::yield_now().await;
        }
        cloud.instances().await.unwrap()
    })
    .await;
    assert_eq!(machines[0].state, InstanceState::Alive);
    cloud.terminate(&[machines[0].id.clone()]).await.unwrap();
}
