//! Workflow files and pushes that were made to hurt, or just went wrong: each has an outcome, and it is the forge's.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use dispatch::workflow::event::Event;
use dispatch::workflow::{Decision, Dialect, Folder, Outcome, Scene, Settings, Snapshot, Tree, decide};
use proptest::prelude::*;
use serde_json::json;

const DIALECTS: [Dialect; 4] = [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(11), Dialect::forgejo(15)];

/// What a push of these files, and of changes to those, leads to.
fn decided(dialect: Dialect, files: &[(&str, &[u8])], changed: &[String]) -> Vec<Decision> {
    let contents = files.iter().map(|(name, content)| ((*name).to_owned(), Arc::from(*content))).collect();
    let folders = BTreeMap::from([(".gitea/workflows".to_owned(), Folder::Files(contents))]);
    let mut snapshot = Snapshot::default();
    snapshot.refs.insert("refs/heads/main".to_owned(), "tip".to_owned());
    snapshot.trees.insert("tip".to_owned(), Arc::new(Tree { folders }));
    snapshot.diffs.insert(("old".to_owned(), "tip".to_owned()), changed.to_vec());
    let repository = json!({ "full_name": "acme/app", "default_branch": "main" });
    let payload = json!({ "ref": "refs/heads/main", "before": "old", "after": "tip", "repository": repository });
    let (event, settings) = (Event::from_delivery("push", payload).unwrap(), Settings::default_of(dialect));
    let decided = decide(Scene { dialect, settings: &settings, event: &event, snapshot: &snapshot });
    assert_eq!(decided.why, None);
    decided.workflows
}

/// One line for each file: outcome, jobs, reason.
fn told(dialect: Dialect, files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    lines(&decided(dialect, &files, &[]))
}

fn lines(decisions: &[Decision]) -> String {
    let mut told = String::new();
    for decision in decisions {
        let jobs = match &decision.outcome {
            Outcome::Started { jobs, .. } if jobs.len() > 4 => format!(" {} jobs", jobs.len()),
            Outcome::Started { jobs, .. } => {
                jobs.iter().flat_map(|job| [" ", &job.name, "=", job.status.as_str()]).collect::<Vec<_>>().concat()
            }
            _ => String::new(),
        };
        writeln!(told, "{}: {}{jobs}: {}", decision.workflow, decision.outcome.word(), decision.why).unwrap();
    }
    told
}

const GOOD: (&str, &str) = ("good.yml", "on: push\njobs: {build: {runs-on: go, steps: []}}");
const STARTED: &str = "good.yml: started build=waiting: `push` has no filter\n";

/// A workflow with one job that says this about itself.
fn job(says: &str) -> String {
    format!("on: push\njobs: {{a: {{runs-on: go, steps: [], {says}}}}}")
}

/// A matrix of so many cells.
fn matrix(side: usize, other: usize) -> String {
    let list = |length: usize| (0..length).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    job(&format!("strategy: {{matrix: {{x: [{}], y: [{}]}}}}", list(side), list(other)))
}

#[test]
fn a_bomb_of_aliases_costs_itself_alone() {
    let mut bomb = format!("{}\nx0: &a0 [x, x]\n", job("if: true"));
    for n in 1..30 {
        writeln!(bomb, "x{n}: &a{n} [*a{}, *a{}]", n - 1, n - 1).unwrap();
    }
    for dialect in DIALECTS {
        let expected = "bomb.yml: unknown: it is not known: line 18, column 18: more than 200000 values, aliases counted\n";
        assert_eq!(told(dialect, &[("bomb.yml", &bomb), GOOD]), format!("{expected}{STARTED}"));
    }
}

/// Live forges created 257 and 272 jobs; their constant of 256 is not enforced.
#[test]
fn a_matrix_of_more_than_256_cells_becomes_as_many_jobs() {
    for dialect in DIALECTS {
        for (side, other) in [(1, 257), (16, 17), (100, 100)] {
            let expected = format!("m.yml: started {} jobs: `push` has no filter\n", side * other);
            assert_eq!(told(dialect, &[("m.yml", &matrix(side, other))]), expected);
        }
    }
}

#[test]
fn a_matrix_beyond_all_reason_is_not_expanded_and_not_guessed_at() {
    for dialect in DIALECTS {
        for (side, other) in [(101, 100), (1_500, 1_500)] {
            let expected = "m.yml: unknown: it is not known: line 2, column 55: the matrix has more than 10000 combinations\n";
            assert_eq!(told(dialect, &[GOOD, ("m.yml", &matrix(side, other))]), format!("{STARTED}{expected}"));
        }
    }
}

/// A row for each of `cells`, written `{x: 1, y: 2}` with what else is said of it.
fn entries(cells: impl Iterator<Item = usize>, also: &str) -> String {
    cells.map(|n| format!("{{x: {}, y: {}{also}}}", n / 100, n % 100)).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_matrix_with_as_many_entries_as_cells_is_expanded_like_any_other() {
    let list = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let (exclude, include) = (entries(3..10_000, ""), entries(0..10_000, ", extra: 1"));
    let matrix = job(&format!("strategy: {{matrix: {{x: [{list}], y: [{list}], exclude: [{exclude}]}}}}"));
    let extended = job(&format!("strategy: {{matrix: {{x: [{list}], y: [{list}], include: [{include}]}}}}"));
    for dialect in DIALECTS {
        let left = "m.yml: started a (0, 0)=waiting a (0, 1)=waiting a (0, 2)=waiting: `push` has no filter\n";
        assert_eq!(told(dialect, &[("m.yml", &matrix)]), left);
        let [decision] = &decided(dialect, &[("m.yml", extended.as_bytes())], &[])[..] else { panic!("one decision") };
        let Outcome::Started { jobs, .. } = &decision.outcome else { panic!("{decision:?}") };
        assert_eq!((jobs.len(), &*jobs[0].name, &*jobs[9_999].name), (10_000, "a (1, 0, 0)", "a (1, 99, 99)"));
    }
}

#[test]
fn a_matrix_whose_entries_would_fill_the_memory_is_not_guessed_at() {
    let extra = (0..2_000).map(|n| format!("k{n}: 1")).collect::<Vec<_>>().join(", ");
    let list = (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let matrix = job(&format!("strategy: {{matrix: {{x: [1], y: [{list}], include: [{{x: 1, {extra}}}]}}}}"));
    for dialect in DIALECTS {
        let expected =
            "m.yml: unknown: it is not known: line 2, column 55: the combinations of the matrix have more than 1000000 values\n";
        assert_eq!(told(dialect, &[GOOD, ("m.yml", &matrix)]), format!("{STARTED}{expected}"));
    }
}

#[test]
fn a_file_of_more_than_a_mebibyte_is_cut_by_newer_gitea_only() {
    let large = format!("on: push\n{}jobs: {{build: {{runs-on: go, steps: []}}}}\n", "# x\n".repeat(300_000));
    for dialect in DIALECTS {
        let expected = if dialect == Dialect::gitea(27) {
            "good.yml: not started: the forge does not accept the file: line 1, column 1: there are no `jobs`\n"
        } else {
            STARTED
        };
        assert_eq!(told(dialect, &[("good.yml", &large)]), expected, "{dialect}");
    }
}

#[test]
fn ten_thousand_changed_files_are_all_compared() {
    let filtered = "on: {push: {paths: ['src/**/deep/*.rs']}}\njobs: {build: {runs-on: go, steps: []}}";
    let mut changed: Vec<String> = (0..10_000).map(|n| format!("vendor/{n}/deep/file.c")).collect();
    for dialect in DIALECTS {
        let of = |changed: &[String]| lines(&decided(dialect, &[("f.yml", filtered.as_bytes())], changed));
        assert_eq!(of(&changed), "f.yml: not started: paths filter `src/**/deep/*.rs` matched none of 10000 changed files\n");
        changed.push("src/very/deep/a.rs".to_owned());
        assert!(lines(&decided(dialect, &[("f.yml", filtered.as_bytes())], &changed)).starts_with("f.yml: started"));
        changed.pop();
    }
}

#[test]
fn jobs_that_wait_for_each_other_are_stored_and_wait_for_ever() {
    let cycle =
        "on: push\njobs: {a: {runs-on: go, needs: b}, b: {runs-on: go, needs: a}, c: {runs-on: go, needs: c}, d: {runs-on: go}}";
    for dialect in DIALECTS {
        let expected = "c.yml: started a=blocked b=blocked c=blocked d=waiting: `push` has no filter\n";
        assert_eq!(told(dialect, &[("c.yml", cycle)]), expected);
    }
}

/// No forge looks at `if` before the job exists; a label that cannot be evaluated becomes an empty one, or stays as it is.
#[test]
fn an_unknown_function_matters_where_the_forge_evaluates_it() {
    for dialect in DIALECTS {
        assert_eq!(told(dialect, &[("i.yml", &job("if: nope(1)"))]), "i.yml: started a=waiting: `push` has no filter\n");
        let labels = "on: push\njobs: {a: {runs-on: '${{ nope(1) }}', steps: []}}";
        let [decision] = &decided(dialect, &[("l.yml", labels.as_bytes())], &[])[..] else { panic!("one decision") };
        let Outcome::Started { jobs, .. } = &decision.outcome else { panic!("{decision:?}") };
        let expected = if dialect == Dialect::forgejo(15) { "${{ nope(1) }}" } else { "" };
        assert_eq!(jobs[0].runs_on, [expected], "{dialect}");
    }
}

#[test]
fn a_pattern_that_does_not_compile_is_named_and_satisfies_nothing() {
    for dialect in DIALECTS {
        let invalid = "on: {push: {branches: ['[']}}\njobs: {build: {runs-on: go, steps: []}}";
        let told = told(dialect, &[GOOD, ("p.yml", invalid)]);
        let expected =
            "p.yml: not started: branches filter: `[` is not a pattern that the forge understands: `[` is never closed\n";
        assert_eq!(told, format!("{STARTED}{expected}"));
    }
}

#[test]
fn where_the_forge_itself_crashes_the_same_files_are_lost_and_the_cause_is_named() {
    for dialect in DIALECTS {
        let told = told(dialect, &[("crash.yml", "on: push\njobs: {a: }"), GOOD]);
        if dialect == Dialect::gitea(27) {
            assert_eq!(
                told,
                format!(
                    "crash.yml: not started: the forge does not accept the file: line 2, column 8: the job `a` is empty\n{STARTED}"
                )
            );
        } else {
            let expected = "not started: `crash.yml` breaks the forge: line 2, column 8: the job `a` is empty\n";
            assert_eq!(told, format!("crash.yml: {expected}good.yml: {expected}"), "{dialect}");
        }
    }
}

#[test]
fn a_file_that_is_nested_deeper_than_we_read_is_not_guessed_at() {
    for depth in [210, 5_000, 100_000] {
        let deep = format!("on: push\nx: {}{}", "[".repeat(depth), "]".repeat(depth));
        for dialect in DIALECTS {
            let told = told(dialect, &[("deep.yml", &deep), GOOD]);
            let place = "deep.yml: unknown: it is not known: line 2, column ";
            assert!(told.starts_with(place) && told.contains(": nested deeper than"), "{told}");
            assert!(told.ends_with(STARTED), "{told}");
        }
    }
}

#[test]
fn what_is_no_workflow_at_all_costs_itself_alone() {
    let files: [(&str, &[u8], &str); 8] = [
        ("a.yml", b"", "line 1, column 1: there is no `on`"),
        ("b.yml", b"~", "line 1, column 1: there is no `on`"),
        ("c.yml", b"[a]", "line 1, column 1: a mapping is expected here, not a list"),
        ("d.yml", b"hello", "line 1, column 1: a mapping is expected here, not text"),
        ("e.yml", b"on: push\xff\n", "line 1, column 9: this byte is not UTF-8"),
        ("f.yml", b"\x00\x00", "line 1, column 1: the control character \\u{0} is not allowed"),
        ("g.yml", b"on: push\njobs: {a: [x\n", "line 2, column 11: unclosed bracket"),
        ("good.yml", GOOD.1.as_bytes(), ""),
    ];
    let contents: Vec<_> = files.iter().map(|(name, content, _)| (*name, *content)).collect();
    for dialect in DIALECTS {
        let told = lines(&decided(dialect, &contents, &[]));
        let outcome = if dialect == Dialect::forgejo(15) {
            "failed: the forge shows a failed run, because it does not accept the file"
        } else {
            "not started: the forge does not accept the file"
        };
        for ((name, _, fault), line) in files.iter().zip(told.lines()).take(7) {
            assert!(line.starts_with(&format!("{name}: {outcome}: {fault}")), "{line}");
        }
        assert!(told.ends_with(STARTED), "{told}");
    }
}

/// Pieces of which workflows, and things that are almost workflows, are made.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "on: ",
        "push",
        "\n",
        "  ",
        "jobs:",
        "a:",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "- ",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "|\n",
        "'",
        "\"",
        "branches: ",
        "paths-ignore: ",
        "!",
        "**",
        "[a-",
        "\\",
        "runs-on: ",
        "${{ ",
        " }}",
        "matrix.",
        "fromJSON(",
        "'[1]'",
        ")",
        "strategy: ",
        "matrix: ",
        "include: ",
        "needs: ",
        "uses: ",
        "./.gitea/workflows/a.yml",
        "schedule: ",
        "cron: ",
        "* * * * *",
        "~",
        "#",
        "---\n",
        "types: ",
        "concurrency: ",
        "group: ",
        "\u{0}",
        "\u{feff}",
        "é",
        "9999999999999999999",
        "0x",
        "1e999",
        "2026-11-21",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_can_be_written_ends_the_program(pieces in prop::collection::vec(piece(), 0..60)) {
        let (loose, within) = (pieces.concat(), job(&pieces.concat()));
        for dialect in DIALECTS {
            let decisions = decided(dialect, &[("a.yml", loose.as_bytes()), ("b.yml", within.as_bytes())], &[]);
            prop_assert!(decisions.len() >= 2);
        }
    }
}
