//! What the queue shows, and what one job says of itself.

use dispatch::config::Watch;
use dispatch::forge::{Forge, ForgeErrorKind, ForgeKind, JobState};
use fake_forge::Flavour;
use fake_forge::world::{JobSpec, Push, Status, Workflow};

use super::subject::watch;
use super::{Outcome, Subject, TOKEN_SCOPES, runner};

/// Kind and release show, and with them what the forge can do.
pub async fn the_release_is_recognised(subject: &Subject) -> Outcome {
    let forge = subject.client.capabilities(true).await?;
    let kind = if subject.flavour.is_forgejo() { ForgeKind::Forgejo } else { ForgeKind::Gitea };
    assert_eq!(forge.kind, kind);
    assert_eq!(forge.disable, matches!(subject.flavour, Flavour::Gitea1_26 | Flavour::Gitea1_27));
    assert_eq!(forge.handles, subject.flavour == Flavour::Forgejo15);
    Ok(())
}

/// `queued` is what a runner can take; what waits for another job is not.
pub async fn a_queued_job_is_listed_and_a_blocked_one_is_not_queued(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("build", &["go"]), JobSpec::new("test", &["linux"]).needs(&["build"])]);
    let jobs = subject.client.queue().await?;
    let queued: Vec<_> = jobs.iter().filter(|job| job.state == JobState::Queued).map(|job| job.name.as_str()).collect();
    assert_eq!(queued, ["build"]);
    let job = subject.queued("build").await?;
    assert_eq!((job.repository, job.labels), (subject.repository()?, ["go".to_owned()].into()));
    assert_eq!(job.handle.is_some(), subject.flavour == Flavour::Forgejo15);
    Ok(())
}

/// The whole life of a job, seen from outside: queued, running on our registration, over; then its dependant.
pub async fn a_job_is_followed_from_queued_to_over(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("build", &["go"]), JobSpec::new("test", &["linux"]).needs(&["build"])]);
    let job = subject.queued("build").await?;
    assert_eq!(subject.client.job(&job.repository, job.id).await?, JobState::Queued);

    let credential = subject.client.register(&subject.scope()?, &runner("i-1")).await?;
    subject.take(&credential, &job).await;
    let running = JobState::Running { registration: subject.named(credential.registration) };
    assert_eq!(subject.queued("build").await?.state, running);
    assert_eq!(subject.client.job(&job.repository, job.id).await?, running);

    let id = i64::try_from(job.id)?;
    subject.fake.with(|world| world.finish(id, Status::Success));
    let over = subject.client.job(&job.repository, job.id).await?;
    assert_eq!(over, subject.over(credential.registration));
    assert_eq!(subject.queued("test").await?.state, JobState::Queued);
    Ok(())
}

/// An instance's, an organisation's and a repository's queue hold what belongs to each.
pub async fn every_watch_sees_its_own_jobs_only(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("mine", &["go"])]);
    subject.fake.with(|world| {
        let other = world.add_organisation("other", &[subject.alice]);
        let lib = world.create_repository(other, "lib");
        let workflow = Workflow::new("ci.yml").job(JobSpec::new("theirs", &["go"]));
        world.push(lib, Push::branch("main", subject.alice, "A commit").starts(workflow));
    });
    let cases = [
        (Watch::Instance, vec!["mine", "theirs"]),
        (watch(&["acme"], &[])?, vec!["mine"]),
        (watch(&["other"], &["other/lib"])?, vec!["theirs"]),
        (watch(&[], &["acme/app", "other/lib"])?, vec!["mine", "theirs"]),
    ];
    for (watch, expected) in cases {
        let jobs = subject.client(watch.clone(), &TOKEN_SCOPES)?.queue().await?;
        let names: Vec<_> = jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, expected, "{watch:?}");
        for job in &jobs {
            let home = if job.name == "mine" { "acme/app" } else { "other/lib" };
            assert_eq!(job.repository.to_string(), home);
        }
    }
    Ok(())
}

/// Nothing is lost between pages.
pub async fn a_queue_longer_than_a_page_is_listed_whole(subject: &Subject) -> Outcome {
    subject.push("main", (0..130).map(|cell| JobSpec::new("build", &["go"]).named(&format!("build {cell}"))));
    let jobs = subject.client.queue().await?;
    assert_eq!(jobs.len(), 130);
    Ok(())
}

/// A reusable workflow's caller may be listed as queued, but nobody is to launch for it.
pub async fn a_row_that_calls_a_workflow_asks_for_nothing(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("call", &[]).caller(), JobSpec::new("build", &["go"])]);
    let jobs = subject.client.queue().await?;
    assert!(jobs.iter().all(|job| job.name != "call" || job.labels.is_empty()), "{jobs:?}");
    assert_eq!(subject.queued("build").await?.state, JobState::Queued);
    Ok(())
}

/// A job that never was, and a repository that never was.
pub async fn an_unknown_job_is_unknown(subject: &Subject) -> Outcome {
    assert_eq!(subject.client.job(&subject.repository()?, 999_999).await?, JobState::Unknown);
    assert_eq!(subject.client.job(&"acme/nothing".parse()?, 1).await?, JobState::Unknown);
    let lost = subject.client(watch(&[], &["acme/nothing"])?, &TOKEN_SCOPES)?;
    let error = lost.queue().await.err().ok_or("a queue of nothing was listed")?;
    assert_eq!(error.kind, ForgeErrorKind::Denied, "{error}");
    Ok(())
}
