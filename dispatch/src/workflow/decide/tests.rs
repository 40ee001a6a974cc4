//! Stories: a repository, something that happens, and what the forge does.

use serde_json::json;

use super::super::story::{Story, event, fork_request, issue, pull_request, push, release};
use super::super::{Dialect, Folder};
use super::Outcome;

const ALL: [Dialect; 4] = [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(11), Dialect::forgejo(15)];

fn gitea() -> Story {
    Story::of(Dialect::gitea(27))
}

#[test]
fn every_file_gets_a_sentence() {
    let story = gitea()
        .file("tip", "any.yml", "on: push")
        .file("tip", "branch.yml", "on:\n  push:\n    branches: [release/**]")
        .file("tip", "dispatch.yml", "on: [workflow_dispatch, schedule]")
        .file("tip", "empty.yml", "on: {}")
        .file("tip", "listed.yml", "on: {push: [main]}")
        .file("tip", "odd.yml", "on: {push: {colour: [red]}}")
        .file("tip", "paths.yml", "on:\n  push:\n    paths:\n      - cmd/**")
        .file("tip", "pattern.yml", "on: {push: {branches: ['[']}}")
        .file("tip", "tags.yml", "on: {push: {tags: ['v*']}}")
        .file("tip", "text.yml", "jobs: words\non: push")
        .diff("old", "tip", &["README.md", "src/a.rs", "src/b.rs"]);
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"
    any.yml push (line 1): started: `push` has no filter
    branch.yml push (line 3): not started: branches filter `release/**` does not match `main`
    dispatch.yml push (line 1): not started: `on` names `workflow_dispatch`, `schedule`, not `push`
    empty.yml push: not started: `on` names no event, so not `push`
    listed.yml push (line 1): not started: below `push` stands a list, which the forge takes for a schedule
    odd.yml push (line 1): not started: `push` knows no `colour`, so this is never satisfied
    paths.yml push (line 3): not started: paths filter `cmd/**` matched none of 3 changed files
    pattern.yml push (line 1): not started: branches filter: `[` is not a pattern that the forge understands: `[` is never closed
    tags.yml push (line 1): not started: `tags` is never satisfied by `refs/heads/main`
    text.yml push (line 1): not started: the forge does not accept the file: line 1, column 7: a mapping is expected here, not text
    ");
}

#[test]
fn a_started_workflow_says_what_let_it_in() {
    let story = gitea()
        .file("tip", "a.yml", "on: {push: {branches: [main, '!x'], paths: ['**.md'], paths-ignore: [docs/**]}}")
        .diff("old", "tip", &["docs/a", "README.md"]);
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"a.yml push (line 1): started: `push`: branches `main` matches `main`, paths `**.md` matches `README.md`, paths-ignore leaves `README.md`");
}

#[test]
fn exclusions_name_the_pattern() {
    let story = gitea()
        .file("tip", "a.yml", "on: {push: {branches: ['**', '!main']}}")
        .file("tip", "b.yml", "on: {push: {paths-ignore: ['*.md', docs/**]}}")
        .file("tip", "c.yml", "on: {push: {branches-ignore: [m*]}}")
        .diff("old", "tip", &["README.md", "docs/a"]);
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"
    a.yml push (line 1): not started: branches filter: `!main` takes `main` out
    b.yml push (line 1): not started: paths-ignore filter: all 2 changed files are ignored, the first by `*.md`
    c.yml push (line 1): not started: branches-ignore filter `m*` ignores `main`
    ");
}

#[test]
fn an_expression_may_be_spelled_with_escapes() {
    let jobs = r#"jobs: {build: {runs-on: "\x24{{ github.ref_name }}", steps: []}}"#;
    let story = gitea().file("tip", "a.yml", &format!("on: push\n{jobs}"));
    let decided = story.decided("push", push("refs/heads/main"));
    let Outcome::Started { jobs, .. } = &decided.workflows[0].outcome else { panic!("{decided:?}") };
    assert_eq!(jobs[0].runs_on, ["main"]);
}

#[test]
fn branches_and_tags_together_mean_either() {
    for dialect in ALL {
        let story = Story::of(dialect)
            .file("tip", "both.yml", "on: {push: {branches: [main], tags: ['v*']}}")
            .file("tip", "three.yml", "on: {push: {branches: [main], branches-ignore: [x], tags: ['v*']}}")
            .reference("refs/tags/v1", "tip")
            .diff("old", "tip", &[]);
        assert_eq!(story.runs("push", push("refs/heads/main")), ["both.yml push", "three.yml push"]);
        assert_eq!(story.runs("push", push("refs/tags/v1")), ["both.yml push"]);
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let story = gitea().file("tip", "a.yml", "on: {push: {paths: [src/**]}}").file(
        "tip",
        "b.yml",
        "on: {push: {paths: [src/**], tags: [v1]}}",
    );
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"
    a.yml push (line 1): unknown: it is not known: the difference of commits old and tip
    b.yml push (line 1): not started: `tags` is never satisfied by `refs/heads/main`
    ");
    let elsewhere = gitea().reference("refs/heads/main", "other");
    insta::assert_snapshot!(elsewhere.told("push", push("refs/heads/main")), @"nothing: it is not known: the workflow files of commit other");
}

#[test]
fn skip_words_count_in_the_message_for_three_events_only() {
    let story = gitea().file("tip", "a.yml", "on: [push, create]").message("tip", "Title\n\nbody [skip ci]");
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"a.yml : not started: `[skip ci]` stands in the message of commit tip");
    let create = json!({"ref": "main", "ref_type": "branch", "repository": event()["repository"], "sender": {"login": "alice"}});
    assert_eq!(story.runs("create", create), ["a.yml create"]);
}

#[test]
fn skip_words_count_in_the_title_of_a_pull_request() {
    let story = gitea().file("tip", "a.yml", "on: pull_request").file("head", "a.yml", "on: {pull_request: {types: ['*']}}");
    let mut body = pull_request("opened");
    body["pull_request"]["title"] = json!("[no ci] wip");
    assert!(story.runs("pull_request", body.clone()).is_empty());
    body["action"] = json!("assigned");
    assert_eq!(story.runs("pull_request_assign", body), ["a.yml pull_request"]);
}

#[test]
fn events_that_the_forge_does_not_look_at() {
    let story = gitea().file("tip", "a.yml", "on: [push, release, issues]");
    let mut deletion = push("refs/tags/v1");
    deletion["after"] = json!("0000000000000000000000000000000000000000");
    insta::assert_snapshot!(story.told("push", deletion), @"nothing: a push that deletes a ref starts nothing; the forge sends a `delete` besides");
    let mut own = push("refs/heads/main");
    own["sender"]["login"] = json!("gitea-actions");
    insta::assert_snapshot!(story.told("push", own), @"nothing: what jobs do starts no workflows");
    let mut archived = push("refs/heads/main");
    archived["repository"]["archived"] = json!(true);
    insta::assert_snapshot!(story.told("push", archived), @"nothing: the repository is archived");
    insta::assert_snapshot!(story.told("issue_label", issue("label_cleared")), @"nothing: removing all labels starts nothing");
    insta::assert_snapshot!(story.told("release", release("published")), @"nothing: `refs/tags/v1` does not exist any more");
}

#[test]
fn a_release_reads_the_tag_and_an_issue_the_default_branch() {
    let story = gitea().reference("refs/tags/v1", "tagged").file("tagged", "old.yml", "on: [release, issues]").file(
        "tip",
        "new.yml",
        "on: {release: {types: [edited]}, issues: {types: [opened]}}",
    );
    assert_eq!(story.runs("release", release("published")), ["old.yml release"]);
    assert_eq!(story.runs("issues", issue("opened")), ["new.yml issues"]);
    assert!(story.runs("issues", issue("closed")).is_empty());
}

#[test]
fn the_first_folder_that_exists_counts_alone() {
    let story = |dialect| {
        Story::of(dialect).folder("tip", ".forgejo/workflows", &[("f.yml", "on: push\njobs: {a: {runs-on: x}}")]).folder(
            "tip",
            ".github/workflows",
            &[("h.yml", "on: push\njobs: {a: {runs-on: x}}")],
        )
    };
    assert_eq!(story(Dialect::gitea(27)).runs("push", push("refs/heads/main")), ["h.yml push"]);
    assert_eq!(story(Dialect::forgejo(15)).runs("push", push("refs/heads/main")), ["f.yml push"]);
    let hidden = story(Dialect::gitea(27)).folder("tip", ".gitea/workflows", &[("README.md", "on: push")]);
    assert_eq!(hidden.told("push", push("refs/heads/main")), "");
    let file = story(Dialect::gitea(27)).tree("tip", ".gitea/workflows", Folder::NotAFolder);
    assert_eq!(file.runs("push", push("refs/heads/main")), ["h.yml push"]);
}

#[test]
fn pull_request_target_comes_from_the_base_and_nothing_else_does() {
    for dialect in ALL {
        let story = Story::of(dialect).file("tip", "base.yml", "on: [pull_request, pull_request_target]").file(
            "head",
            "head.yml",
            "on: [pull_request, pull_request_target]",
        );
        let runs = story.runs("pull_request", pull_request("opened"));
        assert_eq!(runs, ["head.yml pull_request", "base.yml pull_request_target"]);
    }
}

#[test]
fn a_pull_request_starts_by_default_when_opened_reopened_or_pushed_to() {
    let story = gitea().file("tip", "x.yml", "on: push").file("head", "a.yml", "on: pull_request").file(
        "head",
        "b.yml",
        "on: {pull_request: {branches: [main]}}",
    );
    for action in ["opened", "reopened"] {
        assert_eq!(story.runs("pull_request", pull_request(action)).len(), 2);
    }
    assert_eq!(story.runs("pull_request_sync", pull_request("synchronized")).len(), 2);
    insta::assert_snapshot!(story.told("pull_request", pull_request("closed")), @"
    a.yml pull_request (line 1): not started: `closed` is not among `opened`, `reopened`, `synchronize`
    b.yml pull_request (line 1): not started: `closed` is not among `opened`, `reopened`, `synchronize`
    ");
}

#[test]
fn merging_reads_the_merge_result() {
    let story = gitea().file("tip", "x.yml", "on: push").file("merge", "m.yml", "on: {pull_request: {types: [closed]}}").file(
        "head",
        "h.yml",
        "on: {pull_request: {types: [closed]}}",
    );
    let mut merged = pull_request("closed");
    merged["pull_request"]["merged"] = json!(true);
    merged["pull_request"]["merge_commit_sha"] = json!("merge");
    assert_eq!(story.runs("pull_request", merged), ["m.yml pull_request"]);
    assert_eq!(story.runs("pull_request", pull_request("closed")), ["h.yml pull_request"]);
}

#[test]
fn a_review_reads_the_reviewed_commit_and_matches_two_types() {
    let story = gitea().file(
        "head",
        "a.yml",
        "on: {pull_request_review: {types: [submitted]}, pull_request_review_comment: {types: [edited]}}",
    );
    assert_eq!(story.runs("pull_request_review_approved", pull_request("reviewed")), ["a.yml pull_request_review"]);
    assert_eq!(story.runs("pull_request_review_comment", pull_request("reviewed")), ["a.yml pull_request_review_comment"]);
}

#[test]
fn labels_of_issues_and_pull_requests() {
    let body = |base: serde_json::Value, added: usize, removed: usize| {
        let mut body = base;
        body["changes"] = json!({"added_labels": vec![1; added], "removed_labels": vec![1; removed]});
        body
    };
    let on = "on: {issues: {types: [labeled]}, pull_request: {types: [unlabeled]}}";
    let story = |dialect| Story::of(dialect).file("tip", "a.yml", on).file("head", "a.yml", on);
    let issue_runs =
        |dialect, added, removed| story(dialect).runs("issue_label", body(issue("label_updated"), added, removed)).len();
    assert_eq!([issue_runs(Dialect::gitea(27), 2, 0), issue_runs(Dialect::gitea(27), 0, 1)], [1, 0]);
    assert_eq!([issue_runs(Dialect::gitea(24), 2, 0), issue_runs(Dialect::gitea(24), 0, 1)], [1, 1]);
    assert_eq!([issue_runs(Dialect::forgejo(15), 2, 1), issue_runs(Dialect::forgejo(15), 0, 1)], [2, 0]);
    let request = |dialect| story(dialect).runs("pull_request_label", body(pull_request("label_updated"), 0, 1)).len();
    assert_eq!([request(Dialect::gitea(27)), request(Dialect::forgejo(11))], [0, 1]);
}

#[test]
fn label_changes_that_nobody_tells_leave_the_answer_open() {
    let story = Story::of(Dialect::forgejo(15)).file("tip", "any.yml", "on: issues").file(
        "tip",
        "other.yml",
        "on: {issues: {types: [opened]}}",
    );
    insta::assert_snapshot!(story.told("issue_label", issue("label_updated")), @"
    any.yml issues (line 1): unknown: it is not known: which labels were added or removed, and how many
    other.yml issues (line 1): not started: `labeled` is not among `opened`
    ");
}

#[test]
fn a_workflow_that_is_switched_off_stays_off_except_as_a_target() {
    let mut story = gitea().file("tip", "a.yml", "on: [push, pull_request_target]").file("head", "a.yml", "on: pull_request");
    story.snapshot.disabled.insert("a.yml".to_owned());
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"a.yml push (line 1): not started: the workflow is switched off");
    assert_eq!(story.runs("pull_request", pull_request("opened")), ["a.yml pull_request_target"]);
}

#[test]
fn a_stranger_waits_for_approval() {
    let story = |dialect| {
        Story::of(dialect).file("tip", "a.yml", "on: [pull_request_target, issue_comment]").file(
            "head",
            "a.yml",
            "on: pull_request",
        )
    };
    let waits = |story: &Story, event_type: &str, body| -> Vec<bool> {
        let decided = story.decided(event_type, body).workflows.into_iter();
        decided
            .filter_map(|decision| match decision.outcome {
                Outcome::Started { needs_approval, jobs } => {
                    assert!(jobs.iter().all(|job| (job.status.as_str() == "blocked") == needs_approval));
                    Some(needs_approval)
                }
                _ => None,
            })
            .collect()
    };
    for dialect in ALL {
        let story = story(dialect);
        assert_eq!(waits(&story, "pull_request", fork_request("opened", "mallory")), [true, false]);
        assert_eq!(waits(&story, "pull_request", pull_request("opened")), [false, false]);
        let comment = waits(&story, "pull_request_comment", fork_request("created", "mallory"));
        assert_eq!(comment, [!dialect.is_forgejo_from(14)]);
    }
    let mut known = story(Dialect::gitea(27));
    known.snapshot.trusted.insert("mallory".to_owned());
    assert_eq!(waits(&known, "pull_request", fork_request("opened", "mallory")), [false, false]);
    let mut restricted = fork_request("opened", "mallory");
    restricted["sender"]["restricted"] = json!(true);
    assert_eq!(waits(&known, "pull_request", restricted), [true, false]);
}

#[test]
fn forgejo_runs_the_base_files_when_a_maintainer_acts_for_a_stranger() {
    let story = |dialect| {
        Story::of(dialect).file("tip", "base.yml", "on: {pull_request: {types: ['*']}}").file(
            "head",
            "head.yml",
            "on: {pull_request: {types: ['*']}}",
        )
    };
    let runs = |dialect, event_type, action| story(dialect).runs(event_type, fork_request(action, "alice"));
    assert_eq!(runs(Dialect::forgejo(15), "pull_request", "edited"), ["base.yml pull_request"]);
    assert_eq!(runs(Dialect::forgejo(15), "pull_request_sync", "synchronized"), ["head.yml pull_request"]);
    assert_eq!(runs(Dialect::forgejo(11), "pull_request", "edited"), ["head.yml pull_request"]);
}

#[test]
fn forgejo_does_not_build_a_commit_of_a_pull_request_twice() {
    for (dialect, runs) in [(Dialect::forgejo(15), 0), (Dialect::gitea(27), 1)] {
        let mut story = Story::of(dialect).file("tip", "x.yml", "on: push").file("head", "a.yml", "on: pull_request");
        story.snapshot.built.insert("head".to_owned());
        assert_eq!(story.runs("pull_request_sync", pull_request("synchronized")).len(), runs);
    }
}

#[test]
fn a_file_that_panics_takes_its_neighbours_along() {
    let story = |dialect| {
        Story::of(dialect)
            .file("tip", "a.yml", "on: push")
            .file("tip", "b.yml", "on: push\njobs: {build: {runs-on: go, strategy: {matrix: {include: [x]}}}}")
            .file("tip", "c.yml", "on: push")
    };
    let runs = |dialect| story(dialect).runs("push", push("refs/heads/main"));
    assert!(runs(Dialect::gitea(27)).is_empty());
    for dialect in [Dialect::gitea(24), Dialect::forgejo(11), Dialect::forgejo(15)] {
        assert_eq!(runs(dialect), ["a.yml push"]);
    }
    let told = story(Dialect::gitea(24)).told("push", push("refs/heads/main"));
    assert!(told.contains("c.yml push (line 1): not started: `b.yml` breaks the forge: line 2, column 48: "), "{told}");
}

#[test]
fn a_pattern_of_types_that_does_not_compile_loses_the_event_only_if_it_is_reached() {
    for dialect in ALL {
        let story =
            Story::of(dialect).file("tip", "a.yml", "on: [push, issues]").file("tip", "b.yml", "on: {issues: {types: ['[']}}");
        assert_eq!(story.runs("push", push("refs/heads/main")), ["a.yml push"]);
        assert!(story.runs("issues", issue("opened")).is_empty());
    }
    let escaped =
        |dialect| Story::of(dialect).file("tip", "b.yml", r"on: {issues: {types: ['\opened']}}").told("issues", issue("opened"));
    assert!(escaped(Dialect::gitea(27)).contains("breaks the forge"));
    assert!(escaped(Dialect::gitea(24)).contains(": started"));
}

#[test]
fn forgejo_shows_a_file_that_it_cannot_read_as_a_failed_run_of_any_event() {
    let story = |dialect| Story::of(dialect).file("tip", "bad.yml", "on: [push").message("tip", "\nFirst line\nmore");
    let decided = story(Dialect::forgejo(15)).decided("issue_label", issue("opened"));
    assert_eq!(decided.workflows[0].event, "issues");
    assert_eq!(decided.workflows[0].outcome, Outcome::Failed { title: "First line".to_owned() });
    assert!(story(Dialect::forgejo(11)).runs("push", push("refs/heads/main")).is_empty());
}

#[test]
fn whether_forgejo_12_runs_a_file_that_it_cannot_read_is_not_guessed() {
    let story = Story::of(Dialect::forgejo(12)).file("tip", "bad.yml", "on: {push: [main]}").file("tip", "good.yml", "on: push");
    insta::assert_snapshot!(story.told("push", push("refs/heads/main")), @"
    bad.yml push (line 1): unknown: it is not known: whether Forgejo 12 runs a file that it does not accept: line 1, column 12: below `push` stands a list, which only `schedule` may have
    good.yml push (line 1): started: `push` has no filter
    ");
}

#[test]
fn a_schedule_that_forgejo_cannot_read_stops_the_default_branch() {
    let story = |dialect| {
        Story::of(dialect)
            .file("tip", "a.yml", "on: push")
            .file("tip", "b.yml", "on: {push: , schedule: [{cron: 'nonsense'}]}")
            .reference("refs/heads/dev", "tip")
    };
    let told = story(Dialect::forgejo(15)).told("push", push("refs/heads/main"));
    insta::assert_snapshot!(told, @"
    a.yml : not started: `b.yml` breaks the forge: line 1, column 32: `nonsense` is no schedule: it has 1 fields instead of 5
    b.yml : not started: `b.yml` breaks the forge: line 1, column 32: `nonsense` is no schedule: it has 1 fields instead of 5
    ");
    assert_eq!(story(Dialect::forgejo(15)).runs("push", push("refs/heads/dev")).len(), 2);
    assert_eq!(story(Dialect::gitea(27)).runs("push", push("refs/heads/main")).len(), 2);
}

#[test]
fn a_fork_starts_workflows_of_the_repository_that_was_forked() {
    let story = gitea().file("tip", "a.yml", "on: fork");
    let mut fork = event();
    fork["forkee"] = fork["repository"].take();
    fork["repository"] = json!({"full_name": "mallory/app", "default_branch": "main", "has_actions": false});
    assert_eq!(story.runs("fork", fork), ["a.yml fork"]);
}

#[test]
fn native_names_of_the_forge_work_and_others_do_not() {
    let story = gitea().file("tip", "a.yml", "on: [issue_label, wiki, gollum, issue_milestone, status]");
    assert_eq!(story.runs("issue_label", issue("label_updated")), ["a.yml issue_label"]);
    assert_eq!(story.runs("wiki", issue("created")), ["a.yml wiki", "a.yml gollum"]);
}
