//! `dispatch explain` in a clone: what would a push of this branch start?

use crate::clone::{Clone, without_ids};

const CI: &str = "on: [push, pull_request]
jobs:
  build: {runs-on: go, steps: []}
  test:
    name: test ${{ matrix.os }}
    needs: build
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [linux, windows]}}
    steps: []
";
const DOCS: &str = "on:
  push:
    branches: [main]
    paths: [docs/**]
jobs:
  site: {runs-on: go, steps: []}
";
/// Whoever pushes has none of its secrets, and needs none.
const CONFIGURATION: &str = "stack: story
forges:
  home: { url: \"http://127.0.0.1:9/\", token: { env: FORGE_TOKEN }, webhook_secrets: [{ env: HOOK_SECRET }] }
pools:
  go: { labels: [go:host, linux], backend: process, runner: [/bin/true] }
";

fn two_workflows() -> Clone {
    let clone = Clone::pushed();
    clone.write(".gitea/workflows/ci.yml", CI).write(".gitea/workflows/docs.yml", DOCS);
    clone
}

#[tokio::test]
async fn a_push_is_told_job_by_job_and_what_does_not_start_with_the_line_that_decides() {
    let clone = two_workflows();
    clone.commit("Work").write("more", "");
    let told = clone.explain(&[]).await.exits(0);
    insta::assert_snapshot!(without_ids(&told.data), @r"
    a push of `main` from COMMIT to COMMIT, decided as gitea-1.27 does
    note: one file is not committed; what a push sends is what is committed
    note: no forge is configured, so the rules of gitea-1.27 are taken: `--dialect RELEASE` names others
    note: no configuration was found, so it is not told which pools serve the jobs: `--config FILE` names one

    started      .gitea/workflows/ci.yml: `push` has no filter
      build: [go]
      test (test linux): [linux], after build
      test (test windows): [windows], after build
    not started  .gitea/workflows/docs.yml: paths filter `docs/**` matched none of 2 changed files
     --> .gitea/workflows/docs.yml:4:5
      |
    4 |     paths: [docs/**]
      |     ^^^^^

    1 of 2 workflows starts, with 3 jobs
    ");
}

#[tokio::test]
async fn a_job_that_no_pool_serves_is_found_before_the_push() {
    let clone = two_workflows();
    clone.write("dispatch.yaml", CONFIGURATION).commit("Work");
    let told = clone.explain(&["--dialect", "gitea-1.27"]).await.exits(1);
    insta::assert_snapshot!(without_ids(&told.data), @r"
    a push of `main` from COMMIT to COMMIT, decided as gitea-1.27 does

    started      .gitea/workflows/ci.yml: `push` has no filter
      build: [go] → pool `go`
      test (test linux): [linux], after build → pool `go`
      test (test windows): [windows], after build → no pool covers the labels [windows]; the pools serve [go, linux]: correct `runs-on` or add a pool
     --> .gitea/workflows/ci.yml:7:14
      |
    7 |     runs-on: ${{ matrix.os }}
      |              ^^^^^^^^^^^^^^^^
    not started  .gitea/workflows/docs.yml: paths filter `docs/**` matched none of 3 changed files
     --> .gitea/workflows/docs.yml:4:5
      |
    4 |     paths: [docs/**]
      |     ^^^^^

    1 of 2 workflows starts, with 3 jobs; 1 job can never run
    ");
}

#[tokio::test]
async fn a_file_that_the_forge_does_not_accept_is_found_with_what_each_forge_makes_of_it() {
    let clone = Clone::pushed();
    clone.write(".gitea/workflows/bad.yml", "on: push\njobs:\n  a: [x\n").commit("Oops");
    let gitea = clone.explain(&["--dialect", "gitea-1.27"]).await.exits(1);
    assert!(
        gitea.data.contains("not started  .gitea/workflows/bad.yml: the forge does not accept the file: line 3, column 6:"),
        "{}",
        gitea.data
    );
    let forgejo = clone.explain(&["--dialect", "forgejo-15.0"]).await.exits(1);
    assert!(forgejo.data.contains("failed       .gitea/workflows/bad.yml: the forge shows a failed run"), "{}", forgejo.data);
    for told in [gitea, forgejo] {
        assert!(told.data.contains("3 |   a: [x") && told.data.ends_with("; 1 workflow can never start\n"), "{}", told.data);
    }
}

#[tokio::test]
async fn a_push_is_compared_with_what_the_remote_has_or_with_what_one_names() {
    let clone = two_workflows();
    clone.commit("Work").write("docs/a.md", "a").commit("Docs").push();
    let docs = async |arguments: &[&str]| {
        let answer = clone.explain(&[arguments, &["--json"]].concat()).await.exits(0).object();
        (answer["workflows"][1]["outcome"].as_str().unwrap().to_owned(), answer["notes"][0].as_str().unwrap().to_owned())
    };
    let (outcome, note) = docs(&[]).await;
    assert_eq!(outcome, "not started");
    assert!(note.starts_with("`main` is already where its remote was last seen"), "{note}");
    assert_eq!(docs(&["--since", "HEAD~1"]).await.0, "started");
    clone.write("src", "").commit("Code");
    assert_eq!(docs(&[]).await.0, "not started");
    assert_eq!(docs(&["--since", "HEAD~2"]).await.0, "started");
}

#[tokio::test]
async fn a_branch_that_the_remote_has_never_seen_is_judged_by_its_last_commit() {
    let clone = two_workflows();
    clone.write(".gitea/workflows/docs.yml", &DOCS.replace("    branches: [main]\n", "")).commit("Work").push();
    clone.branch("topic").write("docs/a.md", "a").commit("Docs").write("src", "").commit("Code");
    let answer = clone.explain(&["--json"]).await.exits(0).object();
    assert!(answer["about"].as_str().unwrap().starts_with("a push of `topic`, new at its remote, at "), "{answer}");
    assert_eq!(answer["workflows"][1]["why"], "paths filter `docs/**` does not match the one changed file");
}

#[tokio::test]
async fn a_pull_request_can_be_asked_about_too() {
    let clone = two_workflows();
    clone.commit("Work").push().branch("topic").write("src", "").commit("Code");
    let told = clone.explain(&["--event", "pull_request", "--dialect", "gitea-1.24"]).await.exits(0);
    insta::assert_snapshot!(without_ids(&told.data), @r"
    the opening of a pull request from `topic` into `main`, decided as gitea-1.24 does
    note: no configuration was found, so it is not told which pools serve the jobs: `--config FILE` names one

    started      .gitea/workflows/ci.yml: `pull_request` has no filter
      build: [go]
      test (test linux): [linux], after build
      test (test windows): [windows], after build
    not started  .gitea/workflows/docs.yml: `on` names `push`, not `pull_request`
     --> .gitea/workflows/docs.yml:2:3
      |
    2 |   push:
      |   ^^^^

    1 of 2 workflows starts, with 3 jobs
    ");
    let into_itself = clone.explain(&["--base", "topic"]).await.exits(2);
    assert!(into_itself.talk.contains("`topic` cannot be merged into itself"), "{}", into_itself.talk);
}

#[tokio::test]
async fn programs_get_one_object() {
    let clone = two_workflows();
    clone.write("dispatch.yaml", CONFIGURATION).commit("Work");
    let answer = clone.explain(&["--dialect", "forgejo-15", "--json"]).await.exits(1).object();
    assert_eq!((&answer["version"], &answer["ok"], &answer["dialect"]), (&1.into(), &false.into(), &"forgejo-15.0".into()));
    let ci = &answer["workflows"][0];
    assert_eq!((&ci["file"], &ci["event"]), (&".gitea/workflows/ci.yml".into(), &"push".into()));
    let jobs: Vec<_> = ci["jobs"].as_array().unwrap().iter().map(|job| (&job["name"], &job["status"], &job["pool"])).collect();
    insta::assert_snapshot!(serde_json::to_string(&jobs).unwrap(), @r#"[["build","waiting","go"],["test linux","blocked","go"],["test windows","blocked",null]]"#);
    assert_eq!(ci["jobs"][2]["place"], serde_json::json!({ "line": 7, "column": 14 }));
}

#[tokio::test]
async fn without_a_question_there_is_a_sentence() {
    let nowhere = tempfile::tempdir().unwrap();
    let answer = crate::command::Answer::of(crate::command::bare(nowhere.path()).arg("explain")).await.exits(2);
    assert!(answer.talk.contains("this folder is in no work tree of git"), "{}", answer.talk);

    let clone = two_workflows();
    for (arguments, sentence) in [
        (&["--since=nowhere"][..], "there is no commit `nowhere` here"),
        (&["--since=--output=/tmp/x"], "there is no commit `--output=/tmp/x` here"),
        (&["--event=issues"], "`--event issues` cannot be asked of the branch that is checked out"),
        (&["--dialect=github-3"], "write it like `gitea-1.27` or `forgejo-15.0`"),
        (&["--forge=home"], "the configuration has no forge `home`"),
        (&["--commit=abc"], "--repository"),
    ] {
        let answer = clone.explain(arguments).await.exits(2);
        assert!(answer.talk.contains(sentence), "{arguments:?}: {}", answer.talk);
    }
    clone.git(&["switch", "--quiet", "--detach"]);
    assert!(clone.explain(&[]).await.exits(2).talk.contains("no branch is checked out"));
}

#[tokio::test]
async fn names_of_strangers_do_not_command_the_terminal() {
    let clone = Clone::pushed();
    let hostile = "on: {push: {branches: [\"\\u001b[2J\"]}}\njobs: {a: {name: \"\\u001b[31m\\u202ex\", runs-on: \"\\u001b]0;\", steps: []}}\n";
    clone
        .write(".gitea/workflows/\u{1b}[1m.yml", hostile)
        .write(".gitea/workflows/b.yml", &hostile.replace("\\u001b[2J", "main"));
    let told = clone.commit("\u{1b}[2J").explain(&[]).await.exits(1);
    assert!(!told.data.contains(['\u{1b}', '\u{202e}']), "{:?}", told.data);
    assert!(told.data.contains("a ([31m x): []0;]"), "{}", told.data);
}
