//! Workflows, and the rows that each forge makes of them.

use std::collections::BTreeMap;

use crate::expression::Value;
use crate::workflow::Dialect;
use crate::workflow::model::{self, Effect, Fault};

use super::*;

const GITEA: [Dialect; 2] = [Dialect::gitea(24), Dialect::gitea(27)];
const FORGEJO: [Dialect; 2] = [Dialect::forgejo(11), Dialect::forgejo(15)];

/// The files of a repository; there is no other repository.
#[derive(Default)]
struct Repository(BTreeMap<&'static str, &'static str>);

impl Callees for Repository {
    fn local(&self, path: &str) -> Callee {
        self.0.get(path).map_or(Callee::Missing, |content| Callee::Found(content.as_bytes().to_vec()))
    }

    fn remote(&self, _: &str, _: &str, _: &str, _: &str) -> Callee {
        Callee::Missing
    }
}

fn expanded_with(dialect: Dialect, jobs: &str, files: &Repository, approval: bool) -> Result<Vec<ExpandedJob>, Fault> {
    let text = format!("on: push\njobs:\n{jobs}");
    let workflow = model::read("ci.yml", text.as_bytes(), dialect)?;
    let payload = serde_json::json!({"repository": {"full_name": "acme/app"}, "sender": {"login": "alice"}});
    let github = github_context(&Occasion {
        event: "push",
        payload: &payload,
        git_ref: "refs/heads/main",
        sha: "0123",
        workflow_id: "ci.yml",
    });
    let vars = Value::texts([("RUNNER", "big")]);
    let context = ExpandContext {
        dialect,
        github: &github,
        vars: &vars,
        inputs: &Value::empty(),
        needs_approval: approval,
        callees: files,
    };
    expand(&workflow, &context)
}

fn expanded(dialect: Dialect, jobs: &str) -> Vec<ExpandedJob> {
    expanded_with(dialect, jobs, &Repository::default(), false).unwrap_or_else(|fault| panic!("{dialect:?}: {fault}"))
}

fn fault(dialect: Dialect, jobs: &str) -> Fault {
    expanded_with(dialect, jobs, &Repository::default(), false).expect_err("the forge makes no run of this")
}

/// The names of the rows of a job with this matrix.
fn names(dialect: Dialect, matrix: &str) -> Vec<String> {
    let jobs = format!("  build:\n    runs-on: go\n    strategy: {{matrix: {matrix}}}\n");
    expanded(dialect, &jobs).into_iter().map(|job| job.name).collect()
}

/// The labels of a job with this `runs-on`.
fn labels(dialect: Dialect, runs_on: &str) -> Vec<String> {
    let jobs = format!("  build:\n    runs-on: {runs_on}\n");
    expanded(dialect, &jobs).remove(0).runs_on
}

/// One line per row: id, name, labels, needs, status.
fn table(jobs: &[ExpandedJob]) -> String {
    let line = |job: &ExpandedJob| {
        let (labels, needs) = (job.runs_on.join("+"), job.needs.join("+"));
        format!("{} | {} | {labels} | {needs} | {}", job.job_id, job.name, job.status)
    };
    jobs.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn jobs_keep_the_order_of_the_file_and_wait_for_their_needs() {
    let jobs = "  b: {runs-on: go}\n  a: {runs-on: node, needs: b, name: A}\n  c: {runs-on: [x, y], needs: [a, b]}\n";
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        insta::allow_duplicates! {
            insta::assert_snapshot!(table(&expanded(dialect, jobs)), @r"
            b | b | go |  | waiting
            a | A | node | b | blocked
            c | c | x+y | a+b | blocked
            ");
        }
    }
}

#[test]
fn a_run_that_needs_approval_has_only_blocked_jobs() {
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        let jobs = expanded_with(dialect, "  a: {runs-on: go}\n", &Repository::default(), true).unwrap();
        assert_eq!(jobs[0].status, JobStatus::Blocked);
    }
}

#[test]
fn a_matrix_is_sorted_by_its_printed_values_in_the_order_of_its_keys() {
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        assert_eq!(
            names(dialect, "{v: [2, 1.10, '1.10'], os: [w, l]}"),
            ["build (l, 1.1)", "build (l, 1.10)", "build (l, 2)", "build (w, 1.1)", "build (w, 1.10)", "build (w, 2)"]
        );
        assert_eq!(names(dialect, "{v: [{b: 1, a: [x, null]}]}"), ["build (map[a:[x <nil>] b:1])"]);
    }
}

#[test]
fn include_and_exclude_follow_the_act_library() {
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        let include = "{os: [l, w], include: [{os: l, extra: 1}, {os: m}, {other: z}]}";
        assert_eq!(names(dialect, include), ["build (1, l)", "build (m)", "build (w)", "build (z)"]);
        let repeated = "{os: [l, w], include: [{os: l, v: 6}, {v: 7}, {os: l, v: 8}]}";
        assert_eq!(names(dialect, repeated), ["build (7)", "build (l, 8)", "build (w)"]);
        assert_eq!(names(dialect, "{v: [1, '1'], exclude: [{v: '1'}]}"), ["build (1)"]);
        assert_eq!(names(dialect, "{a: [1, 2], b: [x, y], exclude: [{a: 1}, {b: y}]}"), ["build (2, x)"]);
    }
}

#[test]
fn a_matrix_of_nothing_is_one_job_or_none() {
    for matrix in ["{v: []}", "{}", "{v: [1], exclude: [{v: 1}]}"] {
        for dialect in [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(11)] {
            assert_eq!(names(dialect, matrix), ["build"], "{dialect:?} {matrix}");
        }
        assert_eq!(names(Dialect::forgejo(15), matrix), [""; 0], "{matrix}");
    }
}

#[test]
fn what_is_no_list_drops_the_matrix_or_becomes_a_list() {
    for (matrix, newest_gitea) in [
        ("{v: 3}", "build (3)"),
        ("{v: {a: 1}}", "build"),
        ("[a]", "build"),
        ("{v: [1], v: [2]}", "build"),
        ("{v: }", "build (<nil>)"),
    ] {
        assert_eq!(names(Dialect::gitea(26), matrix), ["build"], "{matrix}");
        assert_eq!(names(Dialect::gitea(27), matrix), [newest_gitea], "{matrix}");
    }
}

#[test]
fn only_forgejo_evaluates_a_matrix() {
    let matrix = "{os: [l], v: \"${{ fromJSON('[1,2]') }}\"}";
    assert_eq!(names(Dialect::gitea(24), matrix), ["build"]);
    assert_eq!(names(Dialect::gitea(27), matrix), ["build (l, ${{ fromJSON('[1,2]') }})"]);
    assert_eq!(names(Dialect::forgejo(13), matrix), ["build"]);
    assert_eq!(names(Dialect::forgejo(14), matrix), ["build (l, 1)", "build (l, 2)"]);
    assert_eq!(names(Dialect::forgejo(15), "\"${{ fromJSON('{\\\"v\\\":[1,2]}') }}\""), ["build (1)", "build (2)"]);
}

#[test]
fn a_matrix_that_waits_for_needs_is_one_blocked_row() {
    let jobs = "  plan: {runs-on: go}\n  build:\n    needs: plan\n    runs-on: \"${{ matrix.os }}\"\n    strategy: {matrix: {os: \"${{ fromJSON(needs.plan.outputs.os) }}\"}}\n";
    let rows = expanded(Dialect::forgejo(15), jobs);
    assert_eq!(rows[1].name, "build (incomplete matrix)");
    assert_eq!(rows[1].status, JobStatus::Blocked);
    assert_eq!(rows[1].depends_on.as_deref(), Some("needs.plan.outputs.os"));
}

#[test]
fn items_that_are_no_mappings_make_the_forge_panic() {
    let matrix = |matrix: &str| format!("  build:\n    runs-on: go\n    strategy: {{matrix: {matrix}}}\n");
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        for fatal in ["{include: [x]}", "{v: [1], exclude: [x]}", "{v: [1], exclude: [null]}", "{include: [{1: 2}]}"] {
            assert_eq!(fault(dialect, &matrix(fatal)).effect, Effect::Panics, "{dialect:?} {fatal}");
        }
        let unknown = fault(dialect, &matrix("{v: [1], exclude: [{os: l}]}"));
        assert_eq!(unknown.effect, Effect::Refused);
        assert_eq!(unknown.message, "`exclude` names `os`, which is no key of the matrix");
    }
    assert_eq!(fault(Dialect::gitea(27), &matrix("{include: x}")).effect, Effect::Panics);
    assert_eq!(names(Dialect::gitea(24), "{include: x}"), ["build"]);
}

#[test]
fn a_matrix_beyond_all_measure_is_not_expanded_here() {
    let list = format!("[{}]", (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    let jobs = format!("  build:\n    runs-on: go\n    strategy: {{matrix: {{a: {list}, b: {list}, c: {list}}}}}\n");
    assert_eq!(fault(Dialect::gitea(27), &jobs).effect, Effect::Unknown);
}

#[test]
fn labels_are_texts_lists_or_a_group() {
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        for (runs_on, expected) in [
            ("go", vec!["go"]),
            ("[self-hosted, linux]", vec!["self-hosted", "linux"]),
            ("{group: big, labels: [linux, gpu]}", vec!["linux", "gpu", "big"]),
            ("{group: big}", vec!["big"]),
            ("22", vec!["22"]),
            ("017", vec!["017"]),
            ("true", vec!["true"]),
            ("\"\"", vec![""]),
            ("[]", vec![]),
            ("[a, [b]]", vec![]),
            ("[a, ~, 1.50]", vec!["a", "1.50"]),
            ("{labels: {a: b}}", vec![]),
            ("{labels: null, group: null}", vec![""]),
        ] {
            assert_eq!(labels(dialect, runs_on), expected, "{dialect:?} {runs_on}");
        }
    }
}

#[test]
fn labels_are_evaluated_with_what_each_forge_knows() {
    let by_ref = "\"${{ github.ref_name == 'main' && 'go' || 'node' }}\"";
    assert_eq!(labels(Dialect::gitea(24), by_ref), ["node"]);
    assert_eq!(labels(Dialect::gitea(25), by_ref), ["go"]);
    assert_eq!(labels(Dialect::forgejo(15), by_ref), ["node"]);
    assert_eq!(labels(Dialect::forgejo(16), by_ref), ["go"]);
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        assert_eq!(labels(dialect, "\"${{ vars.RUNNER }}-x64\""), ["big-x64"]);
        assert_eq!(labels(dialect, "\"${{ env.NOTHING }}\""), [""]);
    }
}

#[test]
fn lists_and_broken_expressions_in_labels_differ_between_forges() {
    let list = "\"${{ fromJSON('[\\\"go\\\",\\\"linux\\\"]') }}\"";
    let broken = "\"${{ nonsense('x') }}\"";
    for dialect in [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(11)] {
        assert_eq!(labels(dialect, list), ["Array"]);
        assert_eq!(labels(dialect, broken), [""]);
    }
    assert_eq!(labels(Dialect::forgejo(15), list), ["go", "linux"]);
    assert_eq!(labels(Dialect::forgejo(15), broken), ["${{ nonsense('x') }}"]);
}

#[test]
fn a_label_that_evaluates_to_nothing_is_empty_or_dropped() {
    let list = "[\"${{ vars.NOTHING }}\", x]";
    assert_eq!(labels(Dialect::gitea(27), list), ["", "x"]);
    assert_eq!(labels(Dialect::forgejo(15), list), ["x"]);
}

#[test]
fn forgejo_refuses_a_label_of_nothing() {
    assert_eq!(labels(Dialect::forgejo(11), ""), [""]);
    assert_eq!(fault(Dialect::forgejo(15), "  a:\n    runs-on:\n").effect, Effect::Refused);
    assert_eq!(labels(Dialect::forgejo(15), "null"), [""]);
}

#[test]
fn a_label_that_depends_on_the_run_is_named() {
    let rows = expanded(Dialect::gitea(27), "  a: {runs-on: \"r-${{ github.run_id }}\"}\n");
    assert_eq!(rows[0].depends_on.as_deref(), Some("github.run_id"));
}

#[test]
fn names_are_evaluated_by_forgejo_and_for_a_matrix_by_gitea() {
    let plain = "  a: {runs-on: go, name: \"${{ vars.RUNNER }}\"}\n";
    assert_eq!(expanded(Dialect::gitea(27), plain)[0].name, "${{ vars.RUNNER }}");
    assert_eq!(expanded(Dialect::forgejo(11), plain)[0].name, "big");
    let matrix = "  a: {runs-on: go, name: \"n-${{ matrix.v }}\", strategy: {matrix: {v: [1]}}}\n";
    assert_eq!(expanded(Dialect::gitea(22), matrix)[0].name, "n-${{ matrix.v }} (1)");
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        assert_eq!(expanded(dialect, matrix)[0].name, "n-1");
    }
}

#[test]
fn forgejo_tells_jobs_of_one_name_apart() {
    let jobs = "  a: {runs-on: go, name: All, strategy: {matrix: {v: [8, 11]}}}\n";
    let of = |dialect| expanded(dialect, jobs).into_iter().map(|job| job.name).collect::<Vec<_>>();
    assert_eq!(of(Dialect::gitea(27)), ["All (11)", "All (8)"]);
    assert_eq!(of(Dialect::forgejo(15)), ["All", "All-1"]);
}

#[test]
fn an_unknown_need_blocks_and_on_forgejo_fails_the_run() {
    let jobs = "  a: {runs-on: go, needs: zzz}\n  b: {runs-on: go}\n";
    for dialect in [Dialect::gitea(27), Dialect::forgejo(11)] {
        assert_eq!(expanded(dialect, jobs)[0].status, JobStatus::Blocked);
    }
    assert!(expanded(Dialect::forgejo(15), jobs).iter().all(|job| job.status == JobStatus::Failure));
}

#[test]
fn of_two_jobs_in_a_group_the_later_one_stays() {
    let jobs = "  a: {runs-on: go, concurrency: one}\n  b: {runs-on: go, concurrency: {group: one}}\n";
    let statuses = |dialect| expanded(dialect, jobs).into_iter().map(|job| job.status).collect::<Vec<_>>();
    assert_eq!(statuses(Dialect::gitea(27)), [JobStatus::Cancelled, JobStatus::Waiting]);
    assert_eq!(statuses(Dialect::forgejo(15)), [JobStatus::Waiting, JobStatus::Waiting]);
}

#[test]
fn an_alias_that_loses_its_anchor_costs_the_run() {
    let elsewhere = "  a: {runs-on: go, env: &e {A: b}}\n  b: {runs-on: go, env: *e}\n";
    let inside = "  a: {runs-on: go, env: {A: &v x, B: *v}, steps: [{run: x, env: &e {A: b}}, {run: y, env: *e}]}\n";
    for dialect in GITEA.into_iter().chain(FORGEJO) {
        assert_eq!(fault(dialect, elsewhere).effect, Effect::Refused);
        assert_eq!(expanded(dialect, inside).len(), 1);
    }
}

const CALLEE: &str = "
on:
  workflow_call:
    inputs:
      machine: {type: string, default: go}
      count: {type: number}
    secrets:
      TOKEN: {required: false}
jobs:
  inner: {runs-on: \"${{ inputs.machine }}\"}
  after: {runs-on: \"${{ github.event_name }}\", needs: inner}
  never: {runs-on: go, if: \"inputs.machine == 'x'\"}
";

fn calling(dialect: Dialect, job: &str) -> Result<Vec<ExpandedJob>, Fault> {
    let files = Repository(BTreeMap::from([
        (".gitea/workflows/callee.yml", CALLEE),
        (".gitea/workflows/loop.yml", "on: workflow_call\njobs:\n  again: {uses: ./.gitea/workflows/loop.yml}\n"),
        (".gitea/workflows/plain.yml", "on: push\njobs:\n  a: {runs-on: go}\n"),
    ]));
    expanded_with(dialect, &format!("  call: {{{job}}}\n"), &files, false)
}

#[test]
fn gitea_puts_the_called_jobs_behind_the_caller() {
    let jobs = calling(Dialect::gitea(27), "uses: ./.gitea/workflows/callee.yml, with: {machine: node}").unwrap();
    insta::assert_snapshot!(table(&jobs), @r"
    call | call |  |  | waiting
    inner | inner | node |  | waiting
    after | after | workflow_call | inner | blocked
    never | never | go |  | skipped
    ");
    assert!(jobs[0].is_caller);
}

#[test]
fn forgejo_lets_the_caller_wait_for_the_called_jobs() {
    let jobs = calling(Dialect::forgejo(15), "uses: ./.gitea/workflows/callee.yml, with: {machine: node}").unwrap();
    insta::assert_snapshot!(table(&jobs), @r"
    call | call |  | call.inner+call.after+call.never | blocked
    call.inner | inner | node |  | waiting
    call.after | after |  | call.inner | blocked
    call.never | never | go |  | waiting
    ");
}

#[test]
fn older_forges_leave_a_call_to_the_runner() {
    for dialect in [Dialect::gitea(26), Dialect::forgejo(14)] {
        let jobs = calling(dialect, "uses: ./.gitea/workflows/none.yml").unwrap();
        assert_eq!(table(&jobs), "call | call |  |  | waiting");
    }
}

#[test]
fn a_call_with_labels_is_left_to_the_runner_by_forgejo_only() {
    let job = "runs-on: go, uses: ./.gitea/workflows/callee.yml";
    assert_eq!(calling(Dialect::forgejo(15), job).unwrap().len(), 1);
    assert_eq!(calling(Dialect::gitea(27), job).unwrap().len(), 4);
}

#[test]
fn a_call_that_cannot_be_expanded_costs_the_run() {
    for (job, message) in [
        ("uses: ./.gitea/workflows/none.yml", "the called workflow `./.gitea/workflows/none.yml` does not exist"),
        ("uses: ./.gitea/workflows/plain.yml", "`./.gitea/workflows/plain.yml` does not declare `workflow_call`"),
        ("uses: not a reference", "`uses: not a reference` does not name a workflow"),
        ("uses: ./.gitea/workflows/callee.yml, with: {count: many}", "the input `count` of the called workflow takes a number"),
        (
            "uses: ./.gitea/workflows/callee.yml, secrets: {OTHER: \"${{ secrets.X }}\"}",
            "the called workflow declares no secret `OTHER`",
        ),
    ] {
        let fault = calling(Dialect::gitea(27), job).unwrap_err();
        assert_eq!((fault.effect, fault.message.as_str()), (Effect::Refused, message));
    }
    assert_eq!(calling(Dialect::forgejo(15), "uses: ./.gitea/workflows/none.yml").unwrap_err().effect, Effect::Refused);
}

#[test]
fn a_call_of_itself_is_stuck_on_gitea_and_costs_the_run_on_forgejo() {
    let job = "uses: ./.gitea/workflows/loop.yml";
    let jobs = calling(Dialect::gitea(27), job).unwrap();
    assert_eq!(table(&jobs), "call | call |  |  | blocked\nagain | again |  |  | blocked");
    assert_eq!(calling(Dialect::forgejo(15), job).unwrap_err().effect, Effect::Refused);
}

#[test]
fn what_nobody_looked_at_is_not_taken_for_missing() {
    let text = "on: push\njobs:\n  call: {uses: ./.gitea/workflows/x.yml}\n";
    let dialect = Dialect::gitea(27);
    let workflow = model::read("ci.yml", text.as_bytes(), dialect).unwrap();
    let nothing = Value::empty();
    let context =
        ExpandContext { dialect, github: &nothing, vars: &nothing, inputs: &nothing, needs_approval: false, callees: &NoCallees };
    assert_eq!(expand(&workflow, &context).unwrap_err().effect, Effect::Unknown);
}
