//! A forge, a folder with a configuration, and a person who pushes and types commands.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fake_forge::world::{HookId, JobSpec, Leftovers, Push, RepositoryId, RunId, Scope, Workflow};
use fake_forge::{Attempt, FakeForge, Flavour, Steering, World};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::command::{Answer, bare};
use crate::running::Serve;

/// The secret of the webhook.
pub(crate) const SECRET: &str = "a-secret-for-stories";

/// Far more than anything takes, on a computer that others keep busy.
const GIVE_UP_AFTER: Duration = Duration::from_mins(2);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What runs as the runner of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The stand-in that is built in, once the file `hold` is gone.
    StandIn,
    /// Nothing, until there is a file `over`: the story speaks for it.
    ByHand,
}

/// Everything that a story needs. What it started ends with it.
pub(crate) struct Stage {
    pub(crate) forge: FakeForge,
    pub(crate) repository: RepositoryId,
    pub(crate) admin: i64,
    pub(crate) token: String,
    hook: HookId,
    folder: TempDir,
}

impl Stage {
    /// Gitea 1.27, one pool, and a look at the queue each second.
    pub(crate) async fn new() -> Self {
        Self::with(Flavour::Gitea1_27, Runner::StandIn).await
    }

    pub(crate) async fn with(flavour: Flavour, runner: Runner) -> Self {
        let mut world = World::new(flavour, "", 1_795_262_400);
        let admin = world.add_admin("root1");
        let acme = world.add_organisation("acme", &[admin]);
        let repository = world.create_repository(acme, "tour");
        let token = world.add_token(admin, &["all"]);
        let hook = world.add_webhook(Scope::default(), "http://127.0.0.1:9/", SECRET, &["workflow_job"]);
        let forge = FakeForge::start(world).await.unwrap();
        // Stories send deliveries when they mean it, so that each look at the queue is one that they know of.
        forge.steer(Steering::ByHand);
        let stage = Self { forge, repository, admin, token, hook, folder: tempfile::tempdir().unwrap() };
        stage.write_runner(runner);
        stage.configure(&stage.configuration("1s"));
        stage
    }

    /// A configuration that is as it should be, but for the time between two looks.
    pub(crate) fn configuration(&self, sweep_interval: &str) -> String {
        let (url, folder) = (self.forge.base_url(), self.folder.path().display());
        format!(
            "stack: story
forges:
  home: {{ url: \"{url}\", token: {{ env: FORGE_TOKEN }}, webhook_secrets: [{{ env: HOOK_SECRET }}] }}
pools:
  go: {{ labels: [go:host], backend: process, runner: [{folder}/runner] }}
serve: {{ listen: 127.0.0.1:0, data: {folder}/data, sweep_interval: {sweep_interval}, body_limit: 64KiB }}
"
        )
    }

    /// Writes `dispatch.yaml`.
    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.path("dispatch.yaml"), text).unwrap();
    }

    fn write_runner(&self, runner: Runner) {
        let (folder, program) = (self.folder.path().display(), env!("CARGO_BIN_EXE_dispatch"));
        let script = match runner {
            Runner::StandIn => {
                format!("#!/bin/sh\nwhile [ -e '{folder}/hold' ]; do sleep 0.05; done\nexec '{program}' stand-in-runner\n")
            }
            Runner::ByHand => format!("#!/bin/sh\nuntil [ -e '{folder}/over' ]; do sleep 0.05; done\n"),
        };
        fs::write(self.path("runner"), script).unwrap();
        fs::set_permissions(self.path("runner"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A file of the story.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes an empty file, for which a runner waits.
    pub(crate) fn touch(&self, name: &str) {
        fs::write(self.path(name), "").unwrap();
    }

    /// The program with these arguments, in the folder of the configuration, with its secrets in the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(self.folder());
        command.args(arguments).env("FORGE_TOKEN", &self.token).env("HOOK_SECRET", SECRET);
        command
    }

    /// Calls the program and waits for its end.
    pub(crate) async fn call(&self, arguments: &[&str]) -> Answer {
        Answer::of(&mut self.command(arguments)).await
    }

    /// Starts `dispatch serve` and points the webhook at it.
    pub(crate) async fn serve(&self) -> Serve {
        let serve = Serve::start(&mut self.command(&["serve"])).await;
        let url = serve.url("/hook/home");
        self.forge.with(|world| world.change_webhook(self.hook, |hook| hook.url = url));
        serve
    }

    /// Pushes a commit that starts one job with this label.
    pub(crate) fn push(&self, label: &str) -> RunId {
        let workflow = Workflow::new("ci.yml").job(JobSpec::new("build", &[label]));
        let push = Push::branch("main", self.admin, "Work").starts(workflow);
        self.forge.with(|world| world.push(self.repository, push))[0]
    }

    /// Sends what the forge has to tell, and returns what it was answered.
    pub(crate) async fn deliver(&self) -> Vec<Attempt> {
        let jobs = self.forge.deliver_all().await;
        jobs.into_iter().filter(|attempt| attempt.event_type == "workflow_job").collect()
    }

    /// Looks until it is so.
    pub(crate) async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let looking = async {
            while !is_so().await {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        };
        let came = tokio::time::timeout(GIVE_UP_AFTER, looking).await.is_ok();
        let account = if came { String::new() } else { self.account().await };
        assert!(came, "never came: {what}\n{account}");
    }

    /// What there is to know when a story fails: each job's story, and what its machines wrote.
    async fn account(&self) -> String {
        let mut account = String::new();
        for job in self.runs().await {
            let key = job["job"].as_str().unwrap_or_default().to_owned();
            account += &self.call(&["why", &key]).await.data;
        }
        for machine in entries(&self.path("data/machines")).into_iter().chain(entries(&self.path("data/ended"))) {
            for file in entries(&machine).into_iter().filter(|file| file.is_file()) {
                let text = fs::read_to_string(&file).unwrap_or_default();
                writeln!(account, "{}: {}", file.display(), text.trim_end()).unwrap();
            }
        }
        account
    }

    /// Jobs as `runs` shows them to programs.
    pub(crate) async fn runs(&self) -> Vec<Value> {
        self.call(&["runs", "--json"]).await.exits(0).json()
    }

    /// The codes in the story of a job's only record, in order.
    pub(crate) async fn story(&self, job: &str) -> Vec<String> {
        let told = self.call(&["why", job, "--json"]).await.exits(0).object();
        told["story"].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until every job is over and every machine put away, and makes sure that the forge has nothing left either.
    pub(crate) async fn until_quiet(&self) {
        self.until("quiet", async || self.is_quiet().await).await;
        assert_eq!(self.forge.with(|world| world.leftovers()), Leftovers::default());
    }

    pub(crate) async fn is_quiet(&self) -> bool {
        let jobs = self.forge.with(|world| world.leftovers()) == Leftovers::default() && self.machines().is_empty();
        let jobs = if jobs { self.runs().await } else { return false };
        !jobs.is_empty() && jobs.iter().all(|job| job["open"] == false)
    }

    /// The folders of machines that are not put away yet.
    pub(crate) fn machines(&self) -> Vec<PathBuf> {
        entries(&self.path("data/machines"))
    }

    /// Machines that there ever were.
    pub(crate) fn machines_ever(&self) -> usize {
        self.machines().len() + entries(&self.path("data/ended")).len()
    }

    /// Registrations that the forge ever made.
    pub(crate) fn registrations_ever(&self) -> usize {
        let requests = self.forge.requests();
        let made = requests.iter().filter(|served| served.path.ends_with("RunnerService/Register"));
        made.filter(|served| served.status == Some(200)).count()
    }

    /// Makes sure that the only job meant one machine and one registration, and succeeded.
    pub(crate) async fn served_once(&self) {
        assert_eq!(self.registrations_ever(), 1);
        self.served_by_one_machine().await;
    }

    /// The same where a registration may have been replaced, because its credential was lost with a process that was killed.
    pub(crate) async fn served_by_one_machine(&self) {
        assert_eq!(self.machines_ever(), 1);
        let runs = self.runs().await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!(runs[0]["text"], "over: the forge says success");
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A story that failed leaves machines, which were made to outlive those who started them.
impl Drop for Stage {
    fn drop(&mut self) {
        for machine in self.machines() {
            let group = fs::read_to_string(machine.join("group")).ok().and_then(|text| Pid::from_raw(text.trim().parse().ok()?));
            if let Some(group) = group {
                let _may_have_ended = kill_process_group(group, Signal::KILL);
            }
        }
    }
}
