//! The real function as a process in an environment like Lambda's.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "without it the test fails")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::RuntimeApi;

/// A running function; gone with the test.
pub struct FunctionProcess {
    child: Child,
    folder: TempDir,
}

impl FunctionProcess {
    /// Starts a program as Lambda would: an environment with Lambda's variables and these, and an archive of its own with
    /// these files beside the program.
    pub fn start(program: &Program, api: &RuntimeApi, environment: &[(&str, String)], files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("task");
        fs::create_dir(&archive).expect("the archive");
        let bootstrap = archive.join("bootstrap");
        fs::hard_link(&program.file, &bootstrap).or_else(|_| fs::copy(&program.file, &bootstrap).map(drop)).expect("the program");
        for (name, text) in files {
            fs::write(archive.join(name), text).expect("a file of the archive");
        }
        let log = File::create(folder.path().join("log")).expect("a log");
        let child = Command::new(&bootstrap)
            .args(program.arguments)
            .env_clear()
            .envs(self::environment(api, &archive))
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .current_dir(&archive)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the same log"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the function starts");
        Self { child, folder }
    }

    /// What it has written to its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("the log")
    }

    /// Waits until it ends by itself; whether it says that all went well.
    pub async fn ended_well(&mut self) -> bool {
        self.child.wait().await.expect("it ends").success()
    }

    /// Ends it in the middle of whatever it does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it is ended");
    }
}

/// The variables that Lambda sets for a function whose archive is unpacked here.
pub fn environment(api: &RuntimeApi, archive: &Path) -> Vec<(&'static str, String)> {
    let own = |value: &str| value.to_owned();
    vec![
        ("AWS_LAMBDA_RUNTIME_API", api.address()),
        ("AWS_LAMBDA_FUNCTION_NAME", own("dispatch")),
        ("AWS_LAMBDA_FUNCTION_VERSION", own("$LATEST")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", own("256")),
        ("AWS_LAMBDA_LOG_GROUP_NAME", own("/dispatch/lab")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", own("2026/01/01/[$LATEST]0123456789abcdef")),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", own("on-demand")),
        ("AWS_EXECUTION_ENV", own("AWS_Lambda_provided.al2023")),
        ("AWS_REGION", own("eu-central-1")),
        ("AWS_DEFAULT_REGION", own("eu-central-1")),
        ("AWS_ACCESS_KEY_ID", own("lab")),
        ("AWS_SECRET_ACCESS_KEY", own("lab-secret-key")),
        ("AWS_SESSION_TOKEN", own("lab-session-token")),
        ("_HANDLER", own("bootstrap")),
        ("LAMBDA_TASK_ROOT", archive.display().to_string()),
        ("LAMBDA_RUNTIME_DIR", own("/var/runtime")),
        ("LANG", own("en_US.UTF-8")),
        ("PATH", own("/usr/local/bin:/usr/bin/:/bin:/opt/bin")),
        ("TZ", own(":UTC")),
    ]
}

/// What is put into the archive as `bootstrap`.
pub struct Program {
    file: PathBuf,
    arguments: &'static [&'static str],
}

impl Program {
    /// The program of the environment variable `BOOTSTRAP`, for those who test an archive that was built elsewhere; else the
    /// lab's own.
    pub fn of_lab(lab: &str) -> Self {
        match dispatch::config::Environment::of_process().text("BOOTSTRAP") {
            Some(built_elsewhere) => Self { file: built_elsewhere.into(), arguments: &[] },
            None => Self { file: lab.into(), arguments: &["function"] },
        }
    }
}
