//! Whose code a job runs.

use dispatch::forge::{Forge, Trust};
use fake_forge::Flavour;
use fake_forge::world::{JobSpec, NewPullRequest, Push, Workflow};

use super::{Outcome, Subject};

/// A push to the repository is its own code; Forgejo 11 cannot tell.
pub async fn a_push_is_the_repositorys_own(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("build", &["go"])]);
    let job = subject.queued("build").await?;
    let trust = subject.client.trust(&job).await?;
    match subject.flavour {
        Flavour::Forgejo11 => assert!(matches!(trust, Trust::Unknown { .. }), "{trust:?}"),
        _ => assert_eq!(trust, Trust::Own),
    }
    Ok(())
}

/// A stranger's pull request: nothing to be seen before its approval, and never trusted after.
pub async fn an_approved_fork_is_not_taken_for_the_repositorys_own(subject: &Subject) -> Outcome {
    subject.push("main", [JobSpec::new("own", &["go"])]);
    let run = subject.fake.with(|world| {
        let mallory = world.add_user("mallory");
        let fork = world.fork(subject.app, mallory, "app-fork");
        world.push(fork, Push::branch("evil", mallory, "Evil"));
        let new = NewPullRequest {
            title: "Evil".to_owned(),
            body: String::new(),
            poster: mallory,
            head_repository: fork,
            head_branch: "evil".to_owned(),
            base_branch: "main".to_owned(),
            workflows: vec![Workflow::new("ci.yml").job(JobSpec::new("foreign", &["go"]))],
        };
        world.open_pull_request(subject.app, new).and_then(|(_, runs)| runs.first().copied())
    });
    let run = run.ok_or("the pull request started nothing")?;
    assert!(subject.queued("foreign").await.is_err(), "not before it is approved");
    let own = subject.client.trust(&subject.queued("own").await?).await?;
    subject.fake.with(|world| world.approve_run(run));
    let foreign = subject.client.trust(&subject.queued("foreign").await?).await?;
    match subject.flavour {
        Flavour::Forgejo11 => assert!(matches!((own, foreign), (Trust::Unknown { .. }, Trust::Unknown { .. }))),
        Flavour::Forgejo15 => assert!(matches!((own, foreign), (Trust::Own, Trust::Unknown { .. }))),
        _ => assert_eq!((own, foreign), (Trust::Own, Trust::Fork)),
    }
    Ok(())
}
