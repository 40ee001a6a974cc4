//! The production forge client against every release that the stand-in plays.

use dispatch::forge::{Forge, ForgeErrorKind};
use fake_forge::Flavour;
use tests::conformance::forge::{Outcome, Subject, runner};

mod gitea_1_25 {
    tests::forge_conformance!(Gitea1_25);
}
mod gitea_1_26 {
    tests::forge_conformance!(Gitea1_26);
}
mod gitea_1_27 {
    tests::forge_conformance!(Gitea1_27);
}
mod forgejo_11 {
    tests::forge_conformance!(Forgejo11);
}
mod forgejo_15 {
    tests::forge_conformance!(Forgejo15);
}

/// Gitea 1.24 has no queue to ask for; its runners are as those of later releases.
#[tokio::test]
async fn gitea_1_24_registers_and_removes_but_has_no_queue() -> Outcome {
    let subject = Subject::start(Flavour::Gitea1_24).await?;
    let error = subject.client.queue().await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::NotSupported);
    assert!(error.cause.contains("upgrade it to 1.25"), "{error}");
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    assert_eq!(subject.registrations().await?.len(), 1);
    subject.client.deregister(&subject.scope()?, credential.registration).await?;
    assert_eq!(subject.registrations().await?, []);
    Ok(())
}
