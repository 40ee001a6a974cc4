//! A program that is started as Lambda would start it, given one event, measured and ended.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::lambda::{Answer, RuntimeApi, environment};
use tokio::process::Command;

use crate::aws::{Aws, Calls};
use crate::event::SECRET;

/// One of the two.
pub(crate) struct Contestant {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<PathBuf>,
}

/// One cold start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) first_answer_ms: f64,
    pub(crate) processor_ms: f64,
    pub(crate) memory_mib: f64,
    pub(crate) calls: Calls,
    status: u64,
}

impl Contestant {
    pub(crate) fn new(name: &'static str, command: &[&Path]) -> Result<Self, Box<dyn Error>> {
        let (program, arguments) = command.split_first().ok_or("no program")?;
        if let Some(missing) = command.iter().find(|part| part.is_absolute() && !part.exists()) {
            return Err(format!("{} is not there: build it as `cold_start/main.rs` says", missing.display()).into());
        }
        let arguments = arguments.iter().map(PathBuf::from).collect();
        Ok(Self { name, program: program.to_path_buf(), arguments })
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    pub(crate) async fn run(&self, event: Value, aws: &Aws) -> Result<Run, Box<dyn Error>> {
        let api = RuntimeApi::start(Duration::from_secs(30)).await;
        let archive = tempfile::tempdir()?;
        aws.take_calls();
        let begun = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(environment(&api, archive.path()))
            .envs(VARIABLES)
            .env("WEBHOOK_SECRET", SECRET)
            .env("AWS_ENDPOINT_URL", aws.endpoint())
            .current_dir(archive.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let process = child.id().ok_or("it ended at once")?;
        let answer = api.invoke(event).await;
        let first_answer_ms = begun.elapsed().as_secs_f64() * 1e3;
        let (processor_ms, memory_mib) = (processor_ms(process)?, memory_mib(process)?);
        child.kill().await?;
        let Answer::Response(answer) = answer else { return Err(format!("{} failed: {answer:?}", self.name).into()) };
        let status = answer.get("statusCode").and_then(Value::as_u64).unwrap_or_default();
        Ok(Run { first_answer_ms, processor_ms, memory_mib, calls: aws.take_calls(), status })
    }
}

/// The settings of an edge; both contestants get them all.
const VARIABLES: [(&str, &str); 10] = [
    ("DISPATCH_ROLE", "edge"),
    ("GITEA_URL", "http://127.0.0.1:9/"),
    ("GITEA_TOKEN", "the-edge-has-none"),
    ("RUNNER_AMI", "ami-0123"),
    ("SUBNET", "subnet-0123"),
    ("SECURITY_GROUP", "sg-0123"),
    ("INSTANCE_PROFILE", "machine"),
    ("INSTANCE_ROLE_ID", "AROAEXAMPLEID12345678"),
    ("DDB_TABLE", "bench"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

/// Of all threads, in the kernel's nanoseconds.
fn processor_ms(process: u32) -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0_f64;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += text.split_whitespace().next().ok_or("an empty schedstat")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e6)
}

/// The most that was ever resident.
fn memory_mib(process: u32) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1_024.0)
}

impl Run {
    /// Each figure's own median. The calls are those of the first run; all others must be the same.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = runs.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        let first = runs.first().cloned().unwrap_or_default();
        let odd = runs.iter().find(|run| run.calls != first.calls);
        let calls = odd.map_or(first.calls, |odd| odd.calls.clone());
        Self {
            first_answer_ms: of(|run| run.first_answer_ms),
            processor_ms: of(|run| run.processor_ms),
            memory_mib: of(|run| run.memory_mib),
            calls,
            status: first.status,
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HTTP {}, first answer {:>7.1} ms, processor {:>7.1} ms, memory {:>6.1} MiB, calls {:?}",
            self.status, self.first_answer_ms, self.processor_ms, self.memory_mib, self.calls
        )
    }
}
