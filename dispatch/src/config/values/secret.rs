//! Secrets: named in the file, taken from where they are.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Refusal;
use crate::config::Environment;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) enum SecretReference {
    /// In this environment variable.
    Variable(String),
    /// In this file, which holds nothing else.
    File(PathBuf),
}

/// No token or webhook secret comes near.
const LARGEST_FILE: u64 = 64 << 10;

impl SecretReference {
    /// Takes the secret from where it is.
    pub(in crate::config) fn resolve(&self, environment: &Environment) -> Result<SecretString, Refusal> {
        match self {
            Self::Variable(name) => from_variable(name, environment),
            Self::File(path) => from_file(path),
        }
    }
}

fn from_variable(name: &str, environment: &Environment) -> Result<SecretString, Refusal> {
    let place = format!("the environment variable `{name}`");
    match environment.secret(name) {
        Some(text) => accept(text, &place),
        None => Err(Refusal::new(
            format!("{place} is not set"),
            "set it for the process of `dispatch`, or name a file: `{ file: /run/secrets/… }`",
        )),
    }
}

fn from_file(path: &Path) -> Result<SecretString, Refusal> {
    let place = format!("the file `{}`", path.display());
    let unreadable = |error: io::Error| {
        Refusal::new(format!("{place} cannot be read: {error}"), "create it, readable only for the user of `dispatch`")
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Refusal::new(format!("{place} is no ordinary file"), "name a file that holds the secret"));
    }
    if metadata.permissions().mode() & 0o007 != 0 {
        let help = format!("run `chmod 600 {}`, and replace the secret if others use this computer", path.display());
        return Err(Refusal::new(format!("{place} is open to every user of this computer"), help));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    accept(&text, &place)
}

/// A secret is one line, because it travels in a header; the line break at its end is not part of it.
fn accept(text: &str, place: &str) -> Result<SecretString, Refusal> {
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Refusal::new(format!("{place} is empty"), "put the secret into it"));
    }
    if secret.len() as u64 > LARGEST_FILE || secret.chars().any(char::is_control) {
        return Err(Refusal::new(format!("{place} holds more than one line"), "put only the secret into it"));
    }
    Ok(SecretString::from(secret))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn variable(value: &str) -> Result<SecretString, Refusal> {
        SecretReference::Variable("TOKEN".into()).resolve(&Environment::from_iter([("TOKEN", value)]))
    }

    fn file(content: &[u8], mode: u32) -> Result<SecretString, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        SecretReference::File(path).resolve(&Environment::default()).map_err(|refusal| Refusal {
            message: refusal.message.replace(folder.path().to_str().unwrap(), "/run"),
            help: refusal.help.replace(folder.path().to_str().unwrap(), "/run"),
            ..refusal
        })
    }

    #[test]
    fn a_secret_comes_from_the_environment_or_from_a_file() {
        assert_eq!(variable("abc").unwrap().expose_secret(), "abc");
        assert_eq!(file(b"abc\n", 0o600).unwrap().expose_secret(), "abc");
        assert_eq!(file(b"abc\r\n", 0o640).unwrap().expose_secret(), "abc");
    }

    #[test]
    fn a_secret_that_is_not_there_is_refused_by_its_place() {
        let missing = SecretReference::Variable("TOKEN".into()).resolve(&Environment::default()).unwrap_err();
        insta::assert_snapshot!(missing, @"the environment variable `TOKEN` is not set: set it for the process of `dispatch`, or name a file: `{ file: /run/secrets/… }`");
        insta::assert_snapshot!(variable(" ").unwrap_err(), @"the environment variable `TOKEN` is empty: put the secret into it");
        insta::assert_snapshot!(file(b"\n", 0o600).unwrap_err(), @"the file `/run/token` is empty: put the secret into it");
        let absent = SecretReference::File("/nonexistent/token".into()).resolve(&Environment::default()).unwrap_err();
        insta::assert_snapshot!(absent, @"the file `/nonexistent/token` cannot be read: No such file or directory (os error 2): create it, readable only for the user of `dispatch`");
    }

    #[test]
    fn a_file_that_everybody_can_read_keeps_no_secret() {
        insta::assert_snapshot!(file(b"abc", 0o644).unwrap_err(), @"the file `/run/token` is open to every user of this computer: run `chmod 600 /run/token`, and replace the secret if others use this computer");
    }

    #[test]
    fn a_secret_that_cannot_travel_in_a_header_is_refused_and_not_shown() {
        for refusal in [variable("one\ntwo").unwrap_err(), file(b"one\ntwo", 0o600).unwrap_err()] {
            assert!(refusal.message.ends_with("holds more than one line"), "{refusal}");
        }
        assert!(file(b"\xff", 0o600).unwrap_err().message.contains("cannot be read"));
        assert!(file("a".repeat(70_000).as_bytes(), 0o600).is_err());
    }

    #[test]
    fn what_is_no_file_holds_no_secret() {
        let folder = SecretReference::File("/".into()).resolve(&Environment::default()).unwrap_err();
        insta::assert_snapshot!(folder, @"the file `/` is no ordinary file: name a file that holds the secret");
    }
}
