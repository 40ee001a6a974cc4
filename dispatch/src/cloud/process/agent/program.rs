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
                write_private(&work.join("config.yaml"), config(work)?.as_bytes())?;
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
                write_private(&work.join("config.yaml"), config(work)?.as_bytes())?;
                Ok(one_job(identity, &token))
            }
        }
    }
}

/// What both runners are told. One job at a time; a job that was taken just before the machine is asked to end is
/// finished, not cancelled. Jobs, downloaded actions and caches stay inside the machine's folder and go with it: by default
/// they lie in `$HOME/.cache`, shared by all machines, and a killed runner leaves them there.
fn config(work: &Path) -> io::Result<String> {
    let inside = |name: &str| -> io::Result<String> { Ok(serde_json::to_string(&work.join(name))?) };
    let (jobs, cache) = (inside("jobs")?, inside("cache")?);
    Ok(format!(
        "log:\n  level: info\n\
         runner:\n  file: .runner\n  capacity: 1\n  shutdown_timeout: 3h\n\
         host:\n  workdir_parent: {jobs}\n\
         cache:\n  dir: {cache}\n"
    ))
}

fn one_job(identity: &Identity, token: &Path) -> Vec<OsString> {
    let mut token_url = OsString::from("file:");
    token_url.push(token);
    let mut arguments = words(&[
        "one-job",
        "--config",
        "config.yaml",
        "--wait",
        "--url",
        identity.forge_url.as_str(),
        "--uuid",
        &identity.uuid,
        "--token-url",
    ]);
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use userdata::{ForgeUrl, Labels};

    use super::*;

    fn identity() -> Identity {
        Identity {
            forge_url: ForgeUrl::parse("https://git.example.org/").unwrap(),
            runner_name: "i-1".to_owned(),
            runner_id: 1,
            uuid: "0d2a".to_owned(),
            token: "the-secret-half".to_owned().into(),
            labels: Labels::parse(["go:host"]).unwrap(),
            ephemeral: true,
            handle: Some("one-attempt".to_owned()),
            clone_credential: None,
        }
    }

    /// The arguments that a runner of this name gets, joined, in a folder that shows what it will read.
    fn prepared(name: &str) -> (String, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(name);
        std::fs::write(&program, "").unwrap();
        let arguments = choose(&[program.display().to_string()]).unwrap().prepare(folder.path(), &identity()).unwrap();
        let arguments: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let arguments = arguments.join(" ").replace(&folder.path().display().to_string(), "WORK");
        (arguments, folder)
    }

    fn mode(file: &Path) -> u32 {
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_daemon_reads_everything_from_files() {
        let (arguments, folder) = prepared("act_runner");
        assert_eq!(arguments, "daemon --config config.yaml");
        assert_eq!(mode(&folder.path().join(".runner")), 0o600);
    }

    #[test]
    fn one_job_reads_its_token_from_a_file_and_the_rest_from_its_arguments() {
        let (arguments, folder) = prepared("forgejo-runner");
        assert_eq!(
            arguments,
            "one-job --config config.yaml --wait --url https://git.example.org --uuid 0d2a --token-url file:WORK/token \
             --label go:host --handle one-attempt"
        );
        assert_eq!(std::fs::read_to_string(folder.path().join("token")).unwrap(), "the-secret-half");
        assert_eq!(mode(&folder.path().join("token")), 0o600);
        assert!(!folder.path().join(".runner").exists(), "one-job takes one identity, not two");
    }

    #[test]
    fn both_keep_their_work_and_their_cache_inside_the_machine() {
        for name in ["gitea-runner", "forgejo-runner"] {
            let (_, folder) = prepared(name);
            let config = std::fs::read_to_string(folder.path().join("config.yaml")).unwrap();
            let work = folder.path().display();
            assert!(config.contains(&format!("host:\n  workdir_parent: \"{work}/jobs\"\n")), "{config}");
            assert!(config.contains(&format!("cache:\n  dir: \"{work}/cache\"\n")), "{config}");
        }
    }
}
