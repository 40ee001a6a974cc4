//! What must hold on this computer; looked at, never changed, and without the network.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{Access, access};

use super::{Config, ForgeConfig};
use crate::diagnostic::{Finding, listed};
use crate::identifier::{BackendName, ForgeName};
use crate::pool::Pool;

/// What whoever chooses the `process` backend must know.
pub const PROCESS_RIGHTS: &str = "the `process` backend runs every job with the rights of the user that runs `dispatch`: a job can read that \
                                  user's files, the secrets of the dispatcher among them, so use it only for repositories whose authors you trust";

/// Whether this computer can do what the settings say.
pub fn check_machine(config: &Config) -> Vec<Finding> {
    let processes: Vec<&Pool> = config.pools.iter().filter(|pool| pool.backend == BackendName::new("process")).collect();
    let rights = processes.first().map(|pool| Finding::warning(format!("pools.{}.backend", pool.name), PROCESS_RIGHTS));
    let authorities = config.forges.iter().filter_map(|(name, forge)| authority(name, forge));
    // A function on AWS has no disk of its own, and needs none.
    let data = if config.aws.is_some() && processes.is_empty() { None } else { data(&config.serve.data) };
    authorities.chain(runners(&processes)).chain(rights).chain(data).collect()
}

/// Pools that look for the same programs are told of together.
fn runners(pools: &[&Pool]) -> Vec<Finding> {
    let is_first = |(index, pool): &(usize, &&Pool)| pools.iter().position(|other| other.runner == pool.runner) == Some(*index);
    pools.iter().enumerate().filter(is_first).filter_map(|(_, pool)| runner(pool, pools)).collect()
}

/// The first program of the list that exists is the one that will be started.
fn runner(pool: &Pool, pools: &[&Pool]) -> Option<Finding> {
    let key = format!("pools.{}.runner", pool.name);
    let programs: Vec<&str> = pool.runner.iter().map(String::as_str).collect();
    let Some(first) = programs.iter().find(|program| Path::new(program).exists()) else {
        let names: Vec<&str> = pools.iter().filter(|other| other.runner == pool.runner).map(|pool| pool.name.as_str()).collect();
        let message = format!("there is no runner for {}; looked for {}", listed(&names, "and"), listed(&programs, "and"));
        return Some(Finding::error(key, message).help("install the forge's runner there, or name where it is by `runner`"));
    };
    let can_start = Path::new(first).is_file() && access(*first, Access::EXEC_OK).is_ok();
    let message = format!("`{first}` is not a program that the user of `dispatch` may start");
    (!can_start)
        .then(|| Finding::error(key, message).help(format!("run `chmod 755 {first}`, or name another program by `runner`")))
}

/// A folder that is not there yet is made by start-up, if what is above it allows.
fn data(folder: &Path) -> Option<Finding> {
    let nearest = folder.ancestors().find(|path| path.exists())?;
    let allowed = nearest.is_dir() && access(nearest, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    let verb = if nearest == folder { "written to" } else { "created" };
    let message = format!("the data folder `{}` cannot be {verb} by the user of `dispatch`", folder.display());
    let help = format!(
        "run `install -d -m 700 -o USER {}` with the user of `dispatch`, or name another folder by `serve.data`",
        folder.display()
    );
    (!allowed).then(|| Finding::error("serve.data", message).help(help))
}

fn authority(name: &ForgeName, forge: &ForgeConfig) -> Option<Finding> {
    let path = forge.certificate_authority.as_ref()?;
    let problem = match certificates(path) {
        Ok(true) => return None,
        Ok(false) => "holds no certificate in PEM".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    let finding = Finding::error(format!("forges.{name}.certificate_authority"), format!("`{}` {problem}", path.display()));
    Some(finding.help("name the PEM file (`-----BEGIN CERTIFICATE-----`) of the authority that signed the forge's certificate"))
}

fn certificates(path: &Path) -> io::Result<bool> {
    fs::read_to_string(path).map(|text| text.contains("-----BEGIN CERTIFICATE-----"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::{Environment, from_environment};

    /// A computer on which everything is as it should be: a runner, a data folder.
    struct Computer {
        folder: tempfile::TempDir,
        config: Config,
    }

    impl Computer {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let variables = [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "a"), ("WEBHOOK_SECRET", "b")];
            let mut config = from_environment(&Environment::from_iter(variables)).unwrap().config().clone();
            config.pools.truncate(1);
            config.pools[0].runner =
                ["absent", "runner", "other"].map(|name| folder.path().join(name).display().to_string()).to_vec();
            config.serve.data = folder.path().join("data");
            let computer = Self { folder, config };
            computer.program("runner", 0o755);
            computer
        }

        fn program(&self, name: &str, mode: u32) {
            let path = self.folder.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }

        /// What is wrong, apart from the sentence that always comes.
        fn errors(&self) -> String {
            let errors = check_machine(&self.config).into_iter().filter(Finding::is_error);
            let lines: Vec<String> =
                errors.map(|finding| format!("{}: {}; {}", finding.key, finding.message, finding.help.unwrap())).collect();
            lines.join("\n").replace(self.folder.path().to_str().unwrap(), "/opt")
        }
    }

    #[test]
    fn a_computer_that_is_ready_hears_one_sentence() {
        let findings = check_machine(&Computer::new().config);
        assert_eq!(findings, [Finding::warning("pools.go.backend", PROCESS_RIGHTS)]);
    }

    #[test]
    fn a_runner_that_is_not_installed_is_told() {
        let mut computer = Computer::new();
        fs::remove_file(computer.folder.path().join("runner")).unwrap();
        computer.config.pools.push(Pool { name: "node".into(), ..computer.config.pools[0].clone() });
        insta::assert_snapshot!(computer.errors(), @"pools.go.runner: there is no runner for `go` and `node`; looked for `/opt/absent`, `/opt/runner` and `/opt/other`; install the forge's runner there, or name where it is by `runner`");
    }

    #[test]
    fn the_first_runner_that_exists_must_be_a_program() {
        let computer = Computer::new();
        computer.program("runner", 0o644);
        computer.program("other", 0o755);
        insta::assert_snapshot!(computer.errors(), @"pools.go.runner: `/opt/runner` is not a program that the user of `dispatch` may start; run `chmod 755 /opt/runner`, or name another program by `runner`");
    }

    #[test]
    fn a_data_folder_below_a_file_cannot_be_made() {
        let mut computer = Computer::new();
        computer.config.serve.data = computer.folder.path().join("runner/data");
        insta::assert_snapshot!(computer.errors(), @"serve.data: the data folder `/opt/runner/data` cannot be created by the user of `dispatch`; run `install -d -m 700 -o USER /opt/runner/data` with the user of `dispatch`, or name another folder by `serve.data`");
    }

    #[test]
    fn a_data_folder_that_is_there_is_enough_and_none_is_made() {
        let computer = Computer::new();
        assert_eq!(computer.errors(), "");
        assert!(!computer.config.serve.data.exists());
        fs::create_dir(&computer.config.serve.data).unwrap();
        assert_eq!(computer.errors(), "");
    }

    #[test]
    fn an_authority_is_a_file_with_certificates() {
        let mut computer = Computer::new();
        let path = computer.folder.path().join("ca.pem");
        computer.config.forges.values_mut().next().unwrap().certificate_authority = Some(path.clone());
        insta::assert_snapshot!(computer.errors(), @"forges.gitea.certificate_authority: `/opt/ca.pem` cannot be read: No such file or directory (os error 2); name the PEM file (`-----BEGIN CERTIFICATE-----`) of the authority that signed the forge's certificate");
        fs::write(&path, "hello").unwrap();
        insta::assert_snapshot!(computer.errors(), @"forges.gitea.certificate_authority: `/opt/ca.pem` holds no certificate in PEM; name the PEM file (`-----BEGIN CERTIFICATE-----`) of the authority that signed the forge's certificate");
        fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
        assert_eq!(computer.errors(), "");
    }
}
