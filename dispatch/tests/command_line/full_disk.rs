//! A disk that is full for a while.

use std::fs;
use std::path::{Path, PathBuf};

use fake_forge::world::Leftovers;
use rustix::process::{Pid, Resource, Rlimit, geteuid, getrlimit, prlimit};
use tokio::process::Command;

use crate::command::Answer;
use crate::running::Serve;
use crate::stage::{SECRET, Stage};

/// A bound on the size of files is a full disk that needs no privilege.
#[tokio::test]
async fn while_no_file_may_grow_the_job_waits_and_nothing_is_lost() {
    let stage = Stage::new().await;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_dispatch")]);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("FORGE_TOKEN", &stage.token).env("HOOK_SECRET", SECRET);
    let mut serve = Serve::start(command.current_dir(stage.folder()).kill_on_drop(true)).await;
    serve.has_looked().await;
    let id = Pid::from_raw(i32::try_from(serve.id()).unwrap()).unwrap();
    let usual = getrlimit(Resource::Fsize);
    prlimit(Some(id), Resource::Fsize, Rlimit { current: Some(0), maximum: usual.maximum }).unwrap();
    stage.push("go");
    let seen = serve.log().len();
    let told = serve.says_after(seen, "the disk is full").await;
    assert!(told.contains("free some space; nothing is lost"), "{told}");
    let health = reqwest::get(serve.url("/health")).await.unwrap();
    assert_eq!(health.status(), 503);
    assert!(health.text().await.unwrap().contains("the disk is full"));
    prlimit(Some(id), Resource::Fsize, usual).unwrap();
    stage.until_quiet().await;
    stage.served_once().await;
    let health = reqwest::get(serve.url("/health")).await.unwrap();
    assert_eq!(health.status(), 200, "it is well again without a restart");
}

/// A file system of its own, which only its processes see.
struct SmallDisk<'a> {
    stage: &'a Stage,
    serve: Serve,
}

impl<'a> SmallDisk<'a> {
    async fn new(stage: &'a Stage) -> Self {
        fs::create_dir(stage.path("data")).unwrap();
        let mut command = Command::new("/usr/bin/unshare");
        let script = "mount -t tmpfs -o size=8m tmpfs \"$1\" && exec \"$0\" serve";
        command.args(["--mount", "/bin/sh", "-c", script, env!("CARGO_BIN_EXE_dispatch")]).arg(stage.path("data"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("FORGE_TOKEN", &stage.token).env("HOOK_SECRET", SECRET);
        let serve = Serve::start(command.current_dir(stage.folder()).kill_on_drop(true)).await;
        Self { stage, serve }
    }

    /// A place on it, as others reach it.
    fn path(&self, name: &str) -> PathBuf {
        let data = self.stage.path("data");
        let below_root = data.strip_prefix("/").unwrap();
        Path::new(&format!("/proc/{}/root", self.serve.id())).join(below_root).join(name)
    }

    fn fill(&self) {
        let error = fs::write(self.path("filler"), vec![0; 8 << 20]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }

    fn clear(&self) {
        fs::remove_file(self.path("filler")).unwrap();
    }

    fn count(&self, folder: &str) -> usize {
        self.path(folder).read_dir().unwrap().count()
    }

    async fn call(&self, arguments: &[&str]) -> Answer {
        let mut command = Command::new("/usr/bin/nsenter");
        command.args(["--mount", "--target", &self.serve.id().to_string(), env!("CARGO_BIN_EXE_dispatch")]);
        command.args(arguments).arg("--config").arg(self.stage.path("dispatch.yaml"));
        command.env_clear().env("FORGE_TOKEN", &self.stage.token).env("HOOK_SECRET", SECRET);
        Answer::of(&mut command).await
    }
}

#[tokio::test]
async fn a_disk_without_room_delays_a_job_and_loses_none() {
    if !geteuid().is_root() {
        eprintln!("not told: only the superuser can make a disk that is small");
        return;
    }
    let stage = Stage::new().await;
    let mut disk = SmallDisk::new(&stage).await;
    disk.serve.has_looked().await;
    disk.fill();
    stage.push("go");
    disk.serve.says("No space left on device").await;
    disk.clear();
    stage.until("the job done", async || stage.forge.with(|world| world.leftovers()) == Leftovers::default()).await;
    stage.until("its machine put away", async || disk.count("machines") == 0).await;
    let is_over = async || disk.call(&["runs", "--json"]).await.exits(0).object()["open"] == false;
    stage.until("its record closed", is_over).await;
    assert_eq!((disk.count("ended"), stage.registrations_ever()), (1, 1));
}
