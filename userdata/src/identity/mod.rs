//! The one-job identity: what the dispatcher hands to one machine after it registered a runner.

mod runner_file;
mod wire;

use secrecy::SecretString;

use crate::{ForgeUrl, Labels};

/// A runner's registration, and what else one job's machine may know. Never part of user data.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The forge that registered the runner.
    pub forge_url: ForgeUrl,
    /// The runner's name: the instance id, so that forge and cloud can be matched.
    pub runner_name: String,
    /// The forge's number of the registration.
    pub runner_id: u64,
    /// The first half of the runner's credential.
    pub uuid: String,
    /// The second half, which the forge gave out once.
    pub token: SecretString,
    /// The labels that were registered, in runner syntax.
    pub labels: Labels,
    /// Whether the forge ends the registration after one job (Gitea ≥ 1.24, Forgejo ≥ 15).
    pub ephemeral: bool,
    /// The one job that a Forgejo ≥ 15 runner shall ask for.
    pub handle: Option<String>,
    /// For git on the machine; see the crate's documentation on what a job can do with it.
    pub clone_credential: Option<CloneCredential>,
}

/// A user name and a password or token that git sends when it clones. Read-only and short-lived, please.
#[derive(Debug, Clone)]
pub struct CloneCredential {
    /// Any non-empty name where the password is a token.
    pub username: String,
    /// The password or token.
    pub password: SecretString,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn identity() -> Identity {
        Identity {
            forge_url: ForgeUrl::parse("https://git.example.org/").unwrap(),
            runner_name: "i-0abc".into(),
            runner_id: 12,
            uuid: "6f0b7c2e-0000-4000-8000-000000000001".into(),
            token: "hunter2".into(),
            labels: Labels::parse(["go:host", "small:host"]).unwrap(),
            ephemeral: true,
            handle: Some("h-1".into()),
            clone_credential: Some(CloneCredential { username: "bot".into(), password: "correct horse".into() }),
        }
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let shown = format!("{:?}", identity());
        assert!(shown.contains("i-0abc"));
        assert!(!shown.contains("hunter2") && !shown.contains("horse"), "{shown}");
    }
}
