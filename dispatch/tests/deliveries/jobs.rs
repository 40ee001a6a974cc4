//! What recorded deliveries say about jobs and runs.

use dispatch::event::{Conclusion, Event, Job, JobStatus, RunAction, WorkflowJob};

use crate::recorded::{self, events};

fn jobs(forge: &str) -> Vec<WorkflowJob> {
    events(forge, |event| match event {
        Event::WorkflowJob(event) => Some(event),
        _ => None,
    })
}

fn job(forge: &str, name: &str) -> Job {
    match recorded::one(forge, name).event() {
        Event::WorkflowJob(event) => event.job,
        other => panic!("{other:?}"),
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
