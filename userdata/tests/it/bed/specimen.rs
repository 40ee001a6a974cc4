//! A machine specification and an identity that belong together.

use userdata::{
    AbsolutePath, CloneCredential, Deadlines, Forge, ForgeUrl, Identity, IdentitySource, Labels, MachineSpecification,
    MetadataService, Runner, RunnerKind, UserName,
};

/// Limits that the clock of a test machine is stopped for; all different, so that a test can let one pass.
pub(crate) const BOOT_LIMIT_S: u32 = 1001;
pub(crate) const IDLE_LIMIT_S: u32 = 1002;
pub(crate) const MAXIMUM_AGE_S: u32 = 1003;

/// Texts that must not be found anywhere outside the runner's credential.
pub(crate) const TOKEN: &str = "canary-token";
pub(crate) const PASSWORD: &str = "canary-password";

/// A host pool whose identity appears in the directory that test machines share.
pub(crate) fn specification(kind: RunnerKind) -> MachineSpecification {
    MachineSpecification {
        runner: Runner::expected(kind),
        user: UserName::parse("runner").unwrap(),
        forge: Forge::parse("https://git.example.org/", ["example.org"]).unwrap(),
        labels: Labels::parse(["go:host", "small:host"]).unwrap(),
        identity: IdentitySource::Directory { path: AbsolutePath::parse("/shared").unwrap() },
        deadlines: Deadlines::new(BOOT_LIMIT_S, IDLE_LIMIT_S, MAXIMUM_AGE_S).unwrap(),
        metadata: MetadataService::Closed,
        log_file: AbsolutePath::parse("/var/log/dispatch.log").unwrap(),
        snippets: vec![],
    }
}

/// An identity for the machines of [`specification`].
pub(crate) fn identity() -> Identity {
    Identity {
        forge_url: ForgeUrl::parse("https://git.example.org").unwrap(),
        runner_name: "i-0abc".into(),
        runner_id: 12,
        uuid: "6f0b7c2e-0000-4000-8000-000000000001".into(),
        token: TOKEN.into(),
        labels: Labels::parse(["go:host", "small:host"]).unwrap(),
        ephemeral: true,
        handle: Some("h-1".into()),
        clone_credential: Some(CloneCredential { username: "bot".into(), password: PASSWORD.into() }),
    }
}
