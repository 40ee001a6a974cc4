//! Where a function finds its configuration: the environment alone, or a file in its archive.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::config::{Config, Environment, from_environment, load};
use crate::diagnostic::{Colour, Report};

/// The file that is looked for beside the binary.
pub const FILE: &str = "dispatch.yaml";

/// The environment variable that names another one, relative to the archive's root.
const VARIABLE: &str = "DISPATCH_CONFIG";

/// Reads and checks the settings; warnings go to the log.
pub fn configuration(environment: &Environment, archive: &Path) -> Result<Config, Failure> {
    let loaded = match file(environment, archive) {
        Some(path) => load(&path, environment),
        None => from_environment(environment),
    };
    let loaded = loaded.map_err(|report| Failure::Configuration(plain(&report)))?;
    for warning in loaded.warnings().findings() {
        tracing::warn!(key = warning.key, "{}", warning.message);
    }
    loaded.into_config().map_err(|error| Failure::Configuration(error.to_string()))
}

/// A file that is named must be there; one that is not named may be.
fn file(environment: &Environment, archive: &Path) -> Option<PathBuf> {
    match environment.text(VARIABLE).filter(|name| !name.is_empty()) {
        Some(name) => Some(archive.join(name)),
        None => Some(archive.join(FILE)).filter(|path| path.exists()),
    }
}

fn plain(report: &Report) -> String {
    report.render(Colour::Plain).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const VARIABLES: [(&str, &str); 3] =
        [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value")];

    fn archive(name: &str, stack: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let forge = "{ url: https://git.example.com, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] }";
        let data = folder.path().join("data").display().to_string();
        std::fs::write(
            folder.path().join(name),
            format!("stack: {stack}\nforges: {{ home: {forge} }}\nserve: {{ data: {data} }}\n"),
        )
        .unwrap();
        folder
    }

    fn stack(archive: &TempDir, named: Option<&str>) -> Result<String, Failure> {
        let environment = VARIABLES.into_iter().chain(named.map(|name| ("DISPATCH_CONFIG", name))).collect();
        configuration(&environment, archive.path()).map(|config| config.stack)
    }

    #[test]
    fn the_file_beside_the_binary_is_found() {
        assert_eq!(stack(&archive("dispatch.yaml", "beside"), None), Ok("beside".to_owned()));
        assert_eq!(stack(&archive("dispatch.yaml", "beside"), Some("")), Ok("beside".to_owned()));
    }

    #[test]
    fn another_file_is_named() {
        assert_eq!(stack(&archive("acme.yaml", "named"), Some("acme.yaml")), Ok("named".to_owned()));
    }

    #[test]
    fn a_named_file_that_is_missing_is_no_reason_to_go_on_without() {
        let sentence = stack(&archive("dispatch.yaml", "beside"), Some("acme.yaml")).unwrap_err().to_string();
        assert!(sentence.contains("acme.yaml` cannot be read"), "{sentence}");
    }

    #[test]
    fn everything_that_is_wrong_is_said_and_no_value_is() {
        let environment = Environment::from_iter([("GITEA_URL", "https://bot:hunter2@git.example.com")]);
        let sentence = configuration(&environment, Path::new("/nowhere")).unwrap_err().to_string();
        for part in ["GITEA_URL", "`GITEA_TOKEN` is not set", "`WEBHOOK_SECRET` is not set"] {
            assert!(sentence.contains(part), "{part} in {sentence}");
        }
        assert!(!sentence.contains("hunter2") && !sentence.contains('\u{1b}'), "{sentence}");
    }
}
