//! What recorded deliveries say once they are read.

use std::collections::BTreeMap;
use std::fmt::Write;

use dispatch::event::{
    Conclusion, Event, GitRef, HookType, Ignored, Job, JobStatus, PullRequestActivity, Push, RunAction, WorkflowJob,
};

use crate::recorded::{self, FORGES};

fn variant(event: &Event) -> &'static str {
    match event {
        Event::WorkflowJob(_) => "WorkflowJob",
        Event::WorkflowRun(_) => "WorkflowRun",
        Event::ActionRun(_) => "ActionRun",
        Event::Push(_) => "Push",
        Event::Create(_) => "Create",
        Event::Delete(_) => "Delete",
        Event::PullRequest { .. } => "PullRequest",
        Event::Review { .. } => "Review",
        Event::Issue { .. } => "Issue",
        Event::Comment { .. } => "Comment",
        Event::Release(_) => "Release",
        Event::Fork(_) => "Fork",
        Event::Wiki(_) => "Wiki",
        Event::Package(_) => "Package",
        Event::Test(_) => "Test",
        Event::Ignored(Ignored::Repository) => "Ignored(Repository)",
        Event::Ignored(Ignored::Status) => "Ignored(Status)",
        Event::Ignored(Ignored::Unknown { .. }) => "Ignored(Unknown)",
    }
}

/// The typed part of one kind of event, of every delivery of a forge that is of this kind.
fn jobs(forge: &str) -> Vec<WorkflowJob> {
    events(forge, |event| match event {
        Event::WorkflowJob(event) => Some(event),
        _ => None,
    })
}

fn pushes(forge: &str) -> Vec<Push> {
    events(forge, |event| match event {
        Event::Push(event) => Some(event),
        _ => None,
    })
}

fn events<T>(forge: &str, pick: impl Fn(Event) -> Option<T>) -> Vec<T> {
    recorded::of(forge).iter().filter_map(|recorded| pick(recorded.event())).collect()
}

fn job(forge: &str, name: &str) -> Job {
    match recorded::one(forge, name).event() {
        Event::WorkflowJob(event) => event.job,
        other => panic!("{other:?}"),
    }
}

fn pull_request(forge: &str, name: &str) -> PullRequestActivity {
    match recorded::one(forge, name).event() {
        Event::PullRequest { activity, .. } | Event::Review { activity, .. } => *activity,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_recorded_delivery_is_read_as_what_it_is() {
    let mut counts: BTreeMap<String, [usize; FORGES.len()]> = BTreeMap::new();
    for (column, forge) in FORGES.into_iter().enumerate() {
        for recorded in recorded::of(forge) {
            let event = recorded.event();
            let hook_type = recorded.hook_type();
            counts.entry(format!("{hook_type} → {}", variant(&event))).or_default()[column] += 1;
        }
    }
    let row = |cells: [String; FORGES.len()]| cells.map(|cell| format!("{cell:>14}")).concat();
    let mut table = format!("{:41}{}\n", "", row(FORGES.map(str::to_owned)));
    for (kind, counts) in &counts {
        let counts = row(counts.map(|count| count.to_string()));
        writeln!(table, "{kind:41}{counts}").unwrap();
    }
    insta::assert_snapshot!(table, @r"
                                               forgejo-11.0  forgejo-15.0    gitea-1.24    gitea-1.26    gitea-1.27
    action_run_failure → ActionRun                        0             6             0             0             0
    action_run_success → ActionRun                        0             2             0             0             0
    create → Create                                       9             9             9             9             9
    delete → Delete                                       2             2             2             2             2
    fork → Fork                                           1             1             1             1             1
    issue_assign → Issue                                  1             1             1             1             1
    issue_label → Issue                                   1             1             1             1             1
    issue_milestone → Issue                               1             1             1             1             1
    issues → Issue                                        2             2             2             2             2
    pull_request → PullRequest                            7             7             7             7             7
    pull_request_assign → PullRequest                     2             2             2             2             2
    pull_request_comment → Comment                        1             1             1             1             1
    pull_request_label → PullRequest                      2             2             2             2             2
    pull_request_milestone → PullRequest                  1             1             1             1             1
    pull_request_review_approved → Review                 1             1             1             1             1
    pull_request_review_comment → Review                  1             1             1             1             1
    pull_request_review_rejected → Review                 1             1             1             1             1
    pull_request_sync → PullRequest                       1             1             1             1             1
    push → Push                                          16            16            16            16            16
    release → Release                                     1             1             1             1             1
    repository → Ignored(Repository)                      2             2             2             2             2
    status → Ignored(Status)                              0             0            54            38            50
    wiki → Wiki                                           1             1             1             1             1
    workflow_job → WorkflowJob                            0             0            69            56            56
    workflow_run → WorkflowRun                            0             0             0            18            18
    ");
}

#[test]
fn no_known_kind_of_delivery_is_ignored_by_accident() {
    for hook in HookType::ALL {
        let event = dispatch::event::parse_json(hook.name(), b"{}");
        match hook {
            HookType::Repository => assert_eq!(event, Ok(Event::Ignored(Ignored::Repository))),
            HookType::Status => assert_eq!(event, Ok(Event::Ignored(Ignored::Status))),
            _ => {
                let refusal = event.unwrap_err();
                assert_eq!(refusal.status(), 422, "{hook:?}");
                assert!(refusal.to_string().contains(hook.name()), "{refusal}");
            }
        }
    }
}

/// The first push starts `build` (nothing before it), `test` twice (after `build`), and `off`.
#[test]
fn a_push_announces_its_jobs_queued_or_waiting() {
    for forge in ["gitea-1.24", "gitea-1.26", "gitea-1.27"] {
        let announced: Vec<_> = recorded::of(forge)
            .iter()
            .filter(|recorded| recorded.name.contains("first-push.workflow_job"))
            .map(|recorded| match recorded.event() {
                Event::WorkflowJob(WorkflowJob { action, job, .. }) => {
                    assert_eq!(action, job.status);
                    assert_eq!(job.head_branch.as_deref(), Some("main"));
                    assert!(job.created_at.is_some());
                    assert_eq!((job.started_at, job.completed_at), (None, None));
                    assert_eq!((job.runner_id, job.conclusion), (None, None));
                    (job.name, action, job.labels)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            ("build", JobStatus::Queued, vec!["go"]),
            ("test linux", JobStatus::Waiting, vec!["linux"]),
            ("test windows", JobStatus::Waiting, vec!["windows"]),
            ("off", JobStatus::Queued, vec!["self-hosted", "big"]),
        ];
        let announced: Vec<_> = announced
            .iter()
            .map(|(name, action, labels)| {
                let labels = labels.iter().map(String::as_str).collect();
                (name.as_str(), *action, labels)
            })
            .collect();
        assert_eq!(announced, expected, "{forge}");
    }
}

#[test]
fn every_field_of_every_recorded_job_is_what_the_json_says() {
    for recorded in recorded::all() {
        let Event::WorkflowJob(event) = recorded.event() else {
            continue;
        };
        let json = &recorded.json()["workflow_job"];
        let job = event.job;
        assert_eq!(json["id"], job.id);
        assert_eq!(json["run_id"], job.run_id);
        assert_eq!(json["run_attempt"], job.run_attempt);
        assert_eq!(json["name"], job.name);
        assert_eq!(json["labels"], serde_json::json!(job.labels));
        assert_eq!(json["head_sha"], job.head_sha);
        assert_eq!(json["head_branch"].as_str(), job.head_branch.as_deref());
        assert_eq!(json["runner_name"].as_str(), job.runner_name.as_deref());
        assert_eq!(json["runner_id"].as_u64().filter(|&id| id != 0), job.runner_id);
        for (key, time) in [("created_at", job.created_at), ("started_at", job.started_at), ("completed_at", job.completed_at)] {
            let expected = json[key].as_str().filter(|text| !text.starts_with("1970"));
            assert_eq!(expected, time.map(|time| time.to_string()).as_deref());
        }
    }
}

#[test]
fn a_job_ends_with_the_runner_that_took_it() {
    for forge in ["gitea-1.24", "gitea-1.26", "gitea-1.27"] {
        let runners = |action: JobStatus| {
            let mut runners: Vec<_> = jobs(forge)
                .into_iter()
                .filter(|event| event.action == action)
                .filter_map(|event| Some((event.job.id, event.job.runner_id?)))
                .collect();
            runners.sort_unstable();
            runners
        };
        let took = runners(JobStatus::InProgress);
        assert!(took.len() >= 3, "{forge}");
        assert_eq!(took, runners(JobStatus::Completed), "{forge}");
    }
    let failed = job("gitea-1.27", "fail.workflow_job.completed");
    assert_eq!(failed.conclusion, Some(Conclusion::Failure));
    assert_eq!(failed.runner_name.as_deref(), Some("i-0aaaaaaaaaaaaaaa2"));
}

/// Gitea 1.26 runs the same job again, 1.27 a new one.
#[test]
fn a_job_that_is_run_again_has_another_attempt() {
    let again = job("gitea-1.26", "take-six.workflow_job.in_progress");
    let before = job("gitea-1.26", "take-five.workflow_job.in_progress");
    assert_eq!((before.id, before.run_attempt), (again.id, 1));
    assert_eq!(again.run_attempt, 2);
    let again = job("gitea-1.27", "take-six.workflow_job.in_progress");
    let before = job("gitea-1.27", "take-five.workflow_job.in_progress");
    assert_ne!(before.id, again.id);
    assert_eq!((before.run_attempt, again.run_attempt), (1, 2));
}

/// Kinds and activities that the tour has none of.
#[test]
fn payloads_without_a_recorded_signature_are_read_too() {
    let mut seen = BTreeMap::new();
    for payload in recorded::payloads() {
        let event = payload.event();
        let (hook, action) = match &event {
            Event::Comment { hook, activity } => {
                assert_eq!(activity.pull_request, None, "a plain issue");
                (hook, &activity.action)
            }
            Event::PullRequest { hook, activity } => (hook, &activity.action),
            Event::Issue { hook, activity } => (hook, &activity.action),
            Event::Release(event) => {
                assert!(event.tag.name.starts_with('v'), "{}", event.tag.name);
                (&HookType::Release, &event.action)
            }
            other => panic!("{other:?}"),
        };
        *seen.entry(format!("{} {action}", hook.name())).or_insert(0) += 1;
    }
    insta::assert_debug_snapshot!(seen, @r#"
    {
        "issue_assign unassigned": 4,
        "issue_comment created": 4,
        "issue_comment deleted": 4,
        "issue_comment edited": 4,
        "issue_label label_cleared": 4,
        "issues closed": 4,
        "issues edited": 4,
        "pull_request_review_request review_request_removed": 4,
        "pull_request_review_request review_requested": 4,
        "release deleted": 4,
        "release updated": 4,
    }
    "#);
}

/// It was renamed at the end of the tour and kept its id.
#[test]
fn every_event_names_the_repository_whose_workflows_it_may_start() {
    for recorded in recorded::all() {
        let event = recorded.event();
        let json = recorded.json();
        let json = match event {
            Event::Ignored(_) => continue,
            Event::ActionRun(_) => &json["run"]["repository"],
            Event::Fork(_) => &json["forkee"],
            _ => &json["repository"],
        };
        let repository = event.repository().unwrap();
        assert_eq!(json["id"], repository.id);
        assert_eq!(json["owner"]["id"], repository.owner.id);
        assert_eq!(json["owner"]["login"], repository.owner.login);
        assert_eq!(json["name"], repository.name);
        assert_eq!(json["full_name"], repository.full_name);
        assert_eq!(json["default_branch"], repository.default_branch);
        assert_eq!(json["fork"], repository.fork);
        assert_eq!(json["empty"], repository.empty);
        assert_eq!(json["archived"], repository.archived);
        assert_eq!(json["has_actions"].as_bool(), repository.has_actions);
    }
}

#[test]
fn runs_are_told_by_newer_forges() {
    for forge in ["gitea-1.26", "gitea-1.27"] {
        let actions = events(forge, |event| match event {
            Event::WorkflowRun(event) => Some(event.action),
            _ => None,
        });
        for action in [RunAction::Requested, RunAction::InProgress, RunAction::Completed] {
            assert!(actions.contains(&action), "{forge} {action:?}");
        }
    }
    let ended = events("forgejo-15.0", |event| match event {
        Event::ActionRun(event) => Some((event.action, event.run.event, event.run.conclusion)),
        _ => None,
    });
    let success = Some(Conclusion::Success);
    assert!(ended.contains(&("success".into(), "workflow_dispatch".into(), success)));
    let cancelled = Some(Conclusion::Cancelled);
    assert!(ended.contains(&("failure".into(), "push".into(), cancelled)));
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

#[test]
fn the_sender_is_always_told() {
    for recorded in recorded::all() {
        let json = recorded.json();
        let told = json["sender"]["login"].as_str().map(str::to_owned);
        let sender = match recorded.event() {
            Event::WorkflowJob(event) => event.sender,
            Event::WorkflowRun(event) => event.sender,
            Event::Push(event) => event.sender,
            Event::Create(event) | Event::Delete(event) => event.sender,
            Event::PullRequest { activity, .. } | Event::Review { activity, .. } => activity.sender,
            Event::Issue { activity, .. } => activity.sender,
            Event::Comment { activity, .. } => activity.sender,
            Event::Release(event) => event.sender,
            Event::Fork(event) => event.sender,
            Event::Wiki(event) => event.sender,
            _ => continue,
        };
        assert!(told.is_some(), "{}", recorded.name);
        assert_eq!(sender.map(|user| user.login), told, "{}", recorded.name);
    }
}
