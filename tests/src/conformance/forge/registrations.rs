//! Runners: registered, listed, switched off, removed.

use dispatch::forge::{Forge, ForgeErrorKind};
use dispatch::identifier::Scope;
use fake_forge::Flavour;
use fake_forge::stand_in;
use fake_forge::world::JobSpec;

use super::{Outcome, Subject, runner};

/// Forgejo 11 knows registrations, but cannot be asked about them.
fn cannot_be_asked(subject: &Subject) -> bool {
    subject.flavour == Flavour::Forgejo11
}

/// A new registration is there under the name that it was given, offline; where it cannot be listed, that is said.
pub async fn a_registration_is_listed_under_its_machines_name(subject: &Subject) -> Outcome {
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    if cannot_be_asked(subject) {
        let error = subject.client.registrations(&subject.scope()?).await.err().ok_or("listed")?;
        assert_eq!(error.kind, ForgeErrorKind::NotSupported);
        return Ok(());
    }
    let listed = subject.registrations().await?;
    let shown: Vec<_> = listed.iter().map(|one| (one.id, one.name.as_str(), one.online, one.disabled)).collect();
    assert_eq!(shown, [(credential.registration, "i-1", false, false)]);
    Ok(())
}

/// A runner that asks for work is online, and offline again a while after its last word.
pub async fn a_registration_comes_online_when_its_runner_reports(subject: &Subject) -> Outcome {
    if cannot_be_asked(subject) {
        return Ok(());
    }
    subject.push("main", [JobSpec::new("build", &["go"])]);
    let job = subject.queued("build").await?;
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    subject.take(&credential, &job).await;
    assert_eq!(subject.registrations().await?.first().map(|one| one.online), Some(true));
    subject.fake.with(|world| world.advance(120));
    assert_eq!(subject.registrations().await?.first().map(|one| one.online), Some(false));
    Ok(())
}

/// An ephemeral registration ends with its job. (Gitea 1.24 is not asked: it has no queue to find the job in.)
pub async fn a_used_registration_is_gone(subject: &Subject) -> Outcome {
    if cannot_be_asked(subject) {
        return Ok(());
    }
    subject.push("main", [JobSpec::new("build", &["go"])]);
    let job = subject.queued("build").await?;
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    let served = subject.serve(&credential, &job).await?;
    assert!(matches!(served, stand_in::Outcome::Ran { .. }), "{served:?}");
    assert_eq!(subject.registrations().await?, []);
    subject.client.deregister(&subject.scope()?, credential.registration).await?;
    Ok(())
}

/// What is gone already is a success.
pub async fn removing_twice_is_removing_once(subject: &Subject) -> Outcome {
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    for _ in 0..2 {
        let outcome = subject.client.deregister(&subject.scope()?, credential.registration).await;
        if cannot_be_asked(subject) {
            assert_eq!(outcome.err().map(|error| error.kind), Some(ForgeErrorKind::NotSupported));
        } else {
            outcome?;
            assert_eq!(subject.registrations().await?, []);
        }
    }
    Ok(())
}

/// Switched off, a runner gets nothing though a job waits; where that is not possible, it is said.
pub async fn a_runner_that_is_switched_off_gets_no_job(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("build", &["go"])]);
    let job = subject.queued("build").await?;
    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    for _ in 0..2 {
        let outcome = subject.client.disable(&subject.scope()?, credential.registration).await;
        if !subject.client.capabilities(false).await?.disable {
            assert_eq!(outcome.err().map(|error| error.kind), Some(ForgeErrorKind::NotSupported));
            return Ok(());
        }
        outcome?;
    }
    assert_eq!(subject.registrations().await?.first().map(|one| one.disabled), Some(true));
    assert_eq!(subject.serve(&credential, &job).await?, stand_in::Outcome::NoTask);
    subject.client.deregister(&subject.scope()?, credential.registration).await?;
    subject.client.disable(&subject.scope()?, credential.registration).await?;
    Ok(())
}

/// Repository, organisation, whole forge.
pub async fn runners_can_be_registered_at_every_scope(subject: &Subject) -> Outcome {
    let scopes = [subject.scope()?, Scope::Organisation("acme".to_owned()), Scope::Instance];
    for (scope, name) in scopes.iter().zip(["i-1", "i-2", "i-3"]) {
        let credential = subject.client.register(scope, &runner(name)).await?;
        if cannot_be_asked(subject) {
            continue;
        }
        let listed = subject.client.registrations(scope).await?;
        assert!(listed.iter().any(|one| one.id == credential.registration && one.name == name), "{scope}: {listed:?}");
        subject.client.deregister(scope, credential.registration).await?;
        let listed = subject.client.registrations(scope).await?;
        assert!(listed.iter().all(|one| one.id != credential.registration), "{scope}: {listed:?}");
    }
    Ok(())
}

/// Somebody resets the registration token in the forge's settings while we remember the old one.
pub async fn a_registration_token_that_was_reset_is_renewed(subject: &Subject) -> Outcome {
    subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    let scope = fake_forge::world::Scope::repository(subject.app);
    subject.fake.with(|world| world.reset_registration_token(scope));
    subject.client.register(&subject.scope()?, &runner("i-2")).await?;
    let names: Vec<_> = subject.fake.with(|world| world.runners().map(|row| row.name.clone()).collect());
    assert_eq!(names, ["i-1", "i-2"]);
    Ok(())
}
