//! Gitea as recorded: 1.26.4, the development build that became 1.27, and 1.24.7, which has no list of jobs.

use dispatch::forge::{Forge, ForgeErrorKind, ForgeKind, JobState, Trust, Version};

use crate::recording::Recording;
use crate::server::Server;
use crate::{at_tour, client, shown, tour, watch_tour, watches};

/// Releases with a list of jobs, and the name that the development build would not tell.
const RELEASES: [&str; 2] = ["gitea-1.26", "gitea-1.27"];

async fn serve(release: &'static str, stage: &'static str) -> Server {
    Recording::of(release).serve(stage).await
}

#[tokio::test]
async fn a_release_is_known_by_its_number_and_a_development_build_by_its_routes() {
    for (release, minor) in [("gitea-1.24", 24), ("gitea-1.26", 26), ("gitea-1.27", 27)] {
        let server = serve(release, "empty").await;
        let forge = client(&server.url, watch_tour()).capabilities(false).await.unwrap();
        assert_eq!((forge.kind, forge.version), (ForgeKind::Gitea, Version { major: 1, minor }), "{release}");
    }
}

#[tokio::test]
async fn queued_jobs_are_listed_and_blocked_ones_are_not() {
    for release in RELEASES {
        for watch in watches() {
            let server = serve(release, "queued").await;
            let jobs = client(&server.url, watch).queue().await.unwrap();
            let expected = [(1, "acme/tour build", JobState::Queued), (4, "acme/tour off", JobState::Queued)];
            assert_eq!(shown(&jobs), expected.map(|(id, name, state)| (id, name.to_owned(), state)), "{release}");
            assert_eq!((jobs[0].run, &jobs[0].handle), (Some(1), &None));
            assert_eq!(jobs[1].labels, ["big", "self-hosted"].map(str::to_owned).into());
        }
    }
}

#[tokio::test]
async fn a_running_job_names_the_registration_that_took_it() {
    for release in RELEASES {
        let server = serve(release, "running").await;
        let jobs = client(&server.url, watch_tour()).queue().await.unwrap();
        assert_eq!(jobs[0].state, JobState::Running { registration: Some(1) }, "{release}");
    }
}

#[tokio::test]
async fn an_empty_queue_is_empty() {
    for release in RELEASES {
        let server = serve(release, "empty").await;
        assert_eq!(client(&server.url, watch_tour()).queue().await.unwrap(), []);
    }
}

#[tokio::test]
async fn one_job_is_asked_for_afresh() {
    for release in RELEASES {
        let server = serve(release, "queued").await;
        let client = client(&server.url, watch_tour());
        assert_eq!(client.job(&tour(), 1).await.unwrap(), JobState::Queued);
        assert_eq!(client.job(&tour(), 999_999).await.unwrap(), JobState::Unknown);
    }
}

#[tokio::test]
async fn a_runner_is_listed_switched_off_and_removed() {
    for release in RELEASES {
        let server = serve(release, "registered").await;
        let client = client(&server.url, watch_tour());
        let runners = client.registrations(&at_tour()).await.unwrap();
        let shown: Vec<_> =
            runners.iter().map(|runner| (runner.id, runner.name.as_str(), runner.online, runner.disabled)).collect();
        assert_eq!(shown, [(1, "i-0aaaaaaaaaaaaaaa1", true, false)], "{release}");
        client.disable(&at_tour(), 3).await.unwrap();
        client.deregister(&at_tour(), 3).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_gone_is_switched_off_and_removed() {
    for release in RELEASES {
        let gone = Recording::of(release).second("DELETE", "/api/v1/repos/acme/tour/actions/runners/3");
        let server = Server::of("1.26.4", move |_| gone.clone()).await;
        let client = client(&server.url, watch_tour());
        client.disable(&at_tour(), 3).await.unwrap();
        client.deregister(&at_tour(), 3).await.unwrap();
    }
}

#[tokio::test]
async fn code_of_a_fork_is_told_from_the_repositorys_own() {
    for release in RELEASES {
        let server = serve(release, "fork-pr").await;
        let client = client(&server.url, watch_tour());
        let mut job = client.queue().await.unwrap().remove(0);
        for (run, expected) in [(11, Trust::Fork), (10, Trust::Own), (9, Trust::Own), (8, Trust::Own)] {
            job.run = Some(run);
            assert_eq!(client.trust(&job).await.unwrap(), expected, "{release}: run {run}");
        }
        let asked = server.lines().len();
        job.run = Some(11);
        assert_eq!(client.trust(&job).await.unwrap(), Trust::Fork);
        assert_eq!(server.lines().len(), asked, "an origin never changes, so it is asked for once");
    }
}

#[tokio::test]
async fn release_1_24_registers_but_cannot_be_asked_for_its_queue() {
    let server = serve("gitea-1.24", "queued").await;
    let client = client(&server.url, watch_tour());
    let error = client.queue().await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::NotSupported);
    insta::assert_snapshot!(error, @"Gitea 1.24: it cannot list its waiting jobs, so this is not supported yet: upgrade it to 1.25 or later");
    assert_eq!(client.disable(&at_tour(), 3).await.unwrap_err().kind, ForgeErrorKind::NotSupported);
    assert_eq!(server.lines(), Vec::<String>::new(), "what cannot work is not tried");
    client.deregister(&at_tour(), 3).await.unwrap();
}
