//! Which runner program a machine starts, and what each kind wants to find.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use userdata::Identity;

use crate::cloud::process::folder::write_private;

/// The runner that is built in: it speaks the protocol and runs nothing. For `try` and for tests.
pub const STAND_IN: &str = "builtin:stand-in";

/// A program that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `daemon` with a `.runner` file: `gitea-runner`, called `act_runner` before 1.0.
    Daemon,
    /// `one-job`: `forgejo-runner`.
    OneJob,
    /// Ourselves.
    StandIn,
}

/// The first program of the list that exists.
pub(super) fn choose(programs: &[String]) -> io::Result<Program> {
    for name in programs {
        if name == STAND_IN {
            return Ok(Program { path: std::env::current_exe()?, kind: Kind::StandIn });
        }
        let path = PathBuf::from(name);
        if path.is_file() {
            let kind = if name.contains("forgejo-runner") { Kind::OneJob } else { Kind::Daemon };
            return Ok(Program { path, kind });
        }
    }
    let tried = programs.join(", ");
    Err(io::Error::new(io::ErrorKind::NotFound, format!("no runner program found; looked for: {tried}")))
}

impl Program {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what the runner reads, secrets in files of mode 0600 only, and returns its arguments.
    pub(super) fn prepare(&self, work: &Path, identity: &Identity) -> io::Result<Vec<OsString>> {
        match self.kind {
            Kind::Daemon => {
                write_private(&work.join(".runner"), identity.runner_file().expose_secret().as_bytes())?;
                write_private(&work.join("config.yaml"), DAEMON_CONFIG.as_bytes())?;
                Ok(words(&["daemon", "--config", "config.yaml"]))
            }
            Kind::StandIn => {
                write_private(&work.join(".runner"), identity.runner_file().expose_secret().as_bytes())?;
                let mut arguments = words(&["stand-in-runner"]);
                arguments.extend(identity.handle.iter().flat_map(|handle| words(&["--handle", handle])));
                Ok(arguments)
            }
            Kind::OneJob => {
                let token = work.join("token");
                write_private(&token, identity.token.expose_secret().as_bytes())?;
                Ok(one_job(identity, &token))
            }
        }
    }
}

/// One job at a time; a job that was taken just before the machine is asked to end is finished, not cancelled.
const DAEMON_CONFIG: &str = "log:\n  level: info\nrunner:\n  file: .runner\n  capacity: 1\n  shutdown_timeout: 3h\n";

fn one_job(identity: &Identity, token: &Path) -> Vec<OsString> {
    let mut token_url = OsString::from("file:");
    token_url.push(token);
    let mut arguments =
        words(&["one-job", "--wait", "--url", identity.forge_url.as_str(), "--uuid", &identity.uuid, "--token-url"]);
    arguments.push(token_url);
    for label in identity.labels.iter() {
        arguments.extend(words(&["--label", label.as_str()]));
    }
    arguments.extend(identity.handle.iter().flat_map(|handle| words(&["--handle", handle])));
    arguments
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
