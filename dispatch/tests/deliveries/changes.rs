//! What recorded deliveries say about branches, tags, pull requests and forks.

use dispatch::event::{Event, GitRef, HookType, PullRequestActivity, Push};

use crate::recorded::{self, FORGES, events};

fn pushes(forge: &str) -> Vec<Push> {
    events(forge, |event| match event {
        Event::Push(event) => Some(event),
        _ => None,
    })
}

fn pull_request(forge: &str, name: &str) -> PullRequestActivity {
    match recorded::one(forge, name).event() {
        Event::PullRequest { activity, .. } | Event::Review { activity, .. } => *activity,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_branch_has_one_name_whether_the_forge_sends_it_short_or_full() {
    let refs = |forge, created: bool| {
        events(forge, |event| match event {
            Event::Create(change) if created => {
                assert!(change.sha.is_some());
                Some(change.reference)
            }
            Event::Delete(change) if !created => {
                assert_eq!(change.sha, None);
                Some(change.reference)
            }
            _ => None,
        })
    };
    for forge in FORGES {
        let created = refs(forge, true);
        for expected in [GitRef::of_branch("main"), GitRef::of_branch("ünï/cödé"), GitRef::of_tag("v1.0.0")] {
            assert!(created.contains(&expected), "{forge}: {created:?}");
        }
        let deleted = [GitRef::of_branch("b1"), GitRef::of_tag("v2.0.0")];
        assert_eq!(refs(forge, false), deleted, "{forge}");
    }
}

#[test]
fn a_push_lists_some_of_its_commits() {
    for forge in FORGES {
        let pushes = pushes(forge);
        let first = &pushes[0];
        assert!(first.is_creation() && !first.is_deletion());
        assert_eq!(first.reference.branch(), Some("main"));
        let files = first.commits[0].files.clone().unwrap();
        assert!(files.added.contains(&".gitea/workflows/ci.yml".to_owned()));
        assert_eq!(first.head_commit.as_ref().unwrap().message, "Start\n");

        let seven = pushes.iter().find(|push| push.total_commits == 7).unwrap();
        let listed = if forge.starts_with("gitea") { 5 } else { 7 };
        assert_eq!(seven.commits.len(), listed, "{forge}");
        assert_eq!(Some(&seven.commits[0]), seven.head_commit.as_ref());

        let gone = pushes.iter().find(|push| push.is_deletion()).unwrap();
        assert_eq!(gone.reference.tag(), Some("v2.0.0"));
        assert_eq!(gone.head_commit, None);
    }
}

#[test]
fn a_pull_request_tells_where_it_comes_from() {
    for forge in FORGES {
        let own = pull_request(forge, "-pr-open.");
        assert_eq!(own.action, "opened");
        assert!(!own.pull_request.is_from_fork());
        assert_eq!(own.pull_request.base.reference, "main");
        assert_eq!(own.pull_request.head.reference, "topic");
        assert!(own.pull_request.merge_base.is_some());
        assert_eq!(own.pull_request.merge_commit_sha, None);

        let outside = events(forge, |event| match event {
            Event::PullRequest { activity, .. } if activity.pull_request.is_from_fork() => Some(activity.pull_request),
            _ => None,
        });
        for pull_request in &outside {
            assert_eq!(pull_request.author.as_ref().unwrap().login, "mallory");
            let fork = pull_request.head.repository.as_ref().unwrap();
            assert!(fork.fork && fork.full_name.starts_with("mallory/"));
        }
        assert!(!outside.is_empty(), "{forge}");

        let labelled = pull_request(forge, "-pr-label.");
        assert_eq!(labelled.action, "label_updated");
        assert_eq!(labelled.pull_request.labels, ["bug"]);

        let merged = pull_request(forge, "-pr-merge.pull_request");
        assert_eq!(merged.action, "closed");
        assert!(merged.pull_request.merged && merged.pull_request.merge_commit_sha.is_some());
    }
}

#[test]
fn reviews_and_comments_are_told_apart_by_the_fine_name() {
    for forge in FORGES {
        let hooks = events(forge, |event| match event {
            Event::Review { hook, activity } => Some((hook, activity.action)),
            Event::Comment { hook, activity } => {
                assert!(activity.pull_request.is_some());
                Some((hook, activity.action))
            }
            _ => None,
        });
        let expected = [
            (HookType::PullRequestComment, "created"),
            (HookType::PullRequestReviewComment, "reviewed"),
            (HookType::PullRequestReviewApproved, "reviewed"),
            (HookType::PullRequestReviewRejected, "reviewed"),
        ];
        assert_eq!(hooks, expected.map(|(hook, action)| (hook, action.to_owned())), "{forge}");
    }
}

#[test]
fn a_fork_belongs_to_the_repository_that_was_forked() {
    for forge in FORGES {
        let forks = events(forge, |event| match event {
            Event::Fork(event) => Some((event.repository.full_name, event.fork.full_name)),
            _ => None,
        });
        assert_eq!(forks, [("acme/tour".into(), "mallory/tour-fork".into())]);
    }
}
