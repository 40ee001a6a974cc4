//! Every recorded delivery is read as what it is, and none is lost on the way.

use std::collections::BTreeMap;
use std::fmt::Write;

use dispatch::event::{Event, HookType, Ignored};

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
