//! A forge that fails: what kind of failure it is decides what happens next.

use dispatch::forge::{Forge, ForgeErrorKind};
use fake_forge::{Fault, Flavour};

use super::{Outcome, Subject, runner};

/// Each fault is told from the others, and a healed forge serves as before.
pub async fn each_failure_is_of_its_kind(subject: &Subject) -> Outcome {
    subject.client.queue().await?;
    let cases = [
        (Fault::Status(500), ForgeErrorKind::Unreachable),
        (Fault::Status(503), ForgeErrorKind::Unreachable),
        (Fault::HtmlPage, ForgeErrorKind::Unreachable),
        (Fault::Unauthorized, ForgeErrorKind::Denied),
        (Fault::MissingScope("read:repository".to_owned()), ForgeErrorKind::Denied),
        (Fault::TooManyRequests(7), ForgeErrorKind::RateLimited { retry_after_s: 7 }),
        (Fault::Garbage, ForgeErrorKind::Malformed),
        (Fault::LostAnswer, ForgeErrorKind::Unreachable),
    ];
    for (fault, kind) in cases {
        subject.fake.inject("GET /api/v1/repos", fault.clone());
        let error = subject.client.queue().await.err().ok_or("no error")?;
        assert_eq!(error.kind, kind, "{fault:?}: {error}");
        subject.fake.heal();
        subject.client.queue().await?;
    }
    Ok(())
}

/// Registering is not idempotent; what a lost answer leaves behind bears the machine's name.
pub async fn a_registration_whose_answer_was_lost_is_found_by_name(subject: &Subject) -> Outcome {
    for prefix in ["POST /api/actions/runner.v1.RunnerService/Register", "POST /api/v1/repos/acme/app/actions/runners"] {
        subject.fake.inject(prefix, Fault::LostAnswer);
    }
    let error = subject.client.register(&subject.scope()?, &runner("i-1")).await.err().ok_or("no error")?;
    assert_eq!(error.kind, ForgeErrorKind::Unreachable, "{error}");
    subject.fake.heal();
    if matches!(subject.flavour, Flavour::Forgejo15) {
        let listed = subject.registrations().await?;
        assert_eq!(listed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["i-1"]);
        for one in listed {
            subject.client.deregister(&subject.scope()?, one.id).await?;
        }
        assert_eq!(subject.registrations().await?, []);
    }
    Ok(())
}
