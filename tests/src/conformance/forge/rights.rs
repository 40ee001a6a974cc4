//! A token that may not: which scope is missing, and what to do.

use dispatch::config::Watch;
use dispatch::forge::{Forge, ForgeErrorKind};

use super::subject::watch;
use super::{Outcome, Subject, TOKEN_SCOPES, runner};

/// Each place has its own scope, and changing needs more than reading.
pub async fn a_missing_scope_is_named(subject: &Subject) -> Outcome {
    let cases = [
        (Watch::Instance, "read:repository", "`read:admin`"),
        (watch(&["acme"], &[])?, "read:repository", "`read:organization`"),
        (watch(&[], &["acme/app"])?, "read:admin", "`read:repository`"),
    ];
    for (watch, held, missing) in cases {
        let error = subject.client(watch, &[held])?.queue().await.err().ok_or("not denied")?;
        assert_eq!(error.kind, ForgeErrorKind::Denied, "{error}");
        assert!(error.cause.contains(missing), "{error}");
    }
    let reader = subject.client(watch(&[], &["acme/app"])?, &["read:repository"])?;
    reader.queue().await?;
    let outcome = reader.register(&subject.scope()?, &runner("i-1")).await;
    match outcome {
        // Where the registration token is read with GET, reading is enough.
        Ok(_) => assert_eq!(subject.flavour, fake_forge::Flavour::Forgejo11),
        Err(error) => assert!(error.kind == ForgeErrorKind::Denied && error.cause.contains("`write:repository`"), "{error}"),
    }
    Ok(())
}

/// A token that is taken back says so, and is not shown.
pub async fn a_revoked_token_is_denied(subject: &Subject) -> Outcome {
    let token = subject.fake.with(|world| world.add_token(subject.alice, &TOKEN_SCOPES));
    let client = subject.client_with(&token)?;
    client.queue().await?;
    subject.fake.with(|world| world.revoke_token(&token));
    let error = client.queue().await.err().ok_or("not denied")?;
    assert_eq!(error.kind, ForgeErrorKind::Denied, "{error}");
    assert!(!format!("{error:?} {client:?}").contains(&token), "{error}");
    Ok(())
}
