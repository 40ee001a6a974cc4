//! Expressions as the forges' own evaluator answers them.

use proptest::prelude::*;

use super::*;

fn contexts() -> Contexts {
    let event = serde_json::json!({"commits": [{"id": "a"}, {"id": "b"}], "number": 7, "draft": false});
    let github = Value::Map(vec![
        ("ref_name".to_owned(), Value::text("main")),
        ("event".to_owned(), event.into()),
        ("run_id".to_owned(), Value::Unknown { name: "github.run_id".to_owned() }),
    ]);
    let matrix = Value::Map(vec![("os".to_owned(), Value::text("linux")), ("v".to_owned(), Value::Integer(8))]);
    let mut contexts = Contexts::new()
        .with("github", github)
        .with("vars", Value::texts([("RUNNER", "go")]))
        .with("needs", Value::empty())
        .with("matrix", matrix);
    contexts.outcome = Outcome::Success;
    contexts
}

fn value(expression: &str) -> Value {
    evaluate(expression, &contexts()).unwrap_or_else(|failure| panic!("{expression}: {failure}"))
}

fn failure(expression: &str) -> Failure {
    evaluate(expression, &contexts()).expect_err(expression)
}

#[test]
fn contexts_are_reached_whatever_the_case() {
    for (expression, expected) in [
        ("github.ref_name", Value::text("main")),
        ("GITHUB['REF_NAME']", Value::text("main")),
        ("vars.runner", Value::text("go")),
        ("matrix.v", Value::Integer(8)),
        ("vars.missing", Value::Null),
        ("vars.missing.deeper", Value::Null),
        ("github.event.commits[1].id", Value::text("b")),
        ("github.event.commits[9].id", Value::Null),
        ("github.event.commits.*.id", Value::List(vec![Value::text("a"), Value::text("b")])),
        ("fromJSON('{\"a\":{\"b\":1}}').a.b", Value::Float(1.0)),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn unlike_values_are_compared_as_numbers_and_text_without_case() {
    for (expression, expected) in [
        ("'MAIN' == github.ref_name", true),
        ("vars.missing == ''", true),
        ("vars.missing == 'x'", false),
        ("vars.missing == null", true),
        // Two nulls are "equal" even when asked whether they differ.
        ("vars.missing != null", true),
        ("matrix.v == '8'", true),
        ("'0x10' == 16", true),
        ("'(3)' == 3", true),
        ("'1 == 1' == 1", false),
        ("true == 1", true),
        ("'x' < 'Y'", true),
        ("NaN == NaN", false),
        ("Infinity > 1", true),
    ] {
        assert_eq!(value(expression), Value::Bool(expected), "{expression}");
    }
}

#[test]
fn and_and_or_return_one_of_their_sides() {
    assert_eq!(value("vars.missing || 'go'"), Value::text("go"));
    assert_eq!(value("github.ref_name == 'main' && 'go' || 'node'"), Value::text("go"));
    assert_eq!(value("'' && nothing.of.this"), Value::text(""));
    assert_eq!(value("!vars.missing"), Value::Bool(true));
}

#[test]
fn functions_follow_the_act_library() {
    for (expression, expected) in [
        ("contains('Hello', 'ELL')", "true"),
        ("contains(fromJSON('[1,2]'), '2')", "true"),
        ("contains(fromJSON('{\"a\":1}'), 'a')", "false"),
        ("startsWith('Main', 'ma')", "true"),
        ("endsWith(12, 2)", "true"),
        ("format('{0}-{1}', 'go', 64)", "go-64"),
        ("join(fromJSON('[\"a\",1,null]'))", "a,1,"),
        ("join(fromJSON('[\"a\",\"b\"]'), '-')", "a-b"),
        ("toJSON('<')", "\"\\u003c\""),
        ("success()", "true"),
        ("failure()", "false"),
        ("always()", "true"),
        ("1e20", "1E+20"),
    ] {
        assert_eq!(to_text(&value(expression)), expected, "{expression}");
    }
}

#[test]
fn the_forge_refuses_what_it_does_not_know() {
    for expression in [
        "nonsense('x')",
        "case(true, 1, 2)",
        "hashFiles('x')",
        "nothing.of.this",
        "fromJSON('{')",
        "fromJSON('[]') == fromJSON('[]')",
        "+1",
        ".5",
        "99999999999999999999",
    ] {
        assert!(matches!(failure(expression), Failure::Refused(_)), "{expression}");
    }
    assert!(matches!(failure("github.ref =="), Failure::Syntax { .. }));
    assert!(matches!(failure("cancelled()"), Failure::Panics(_)));
}

#[test]
fn what_only_the_forge_knows_is_named() {
    assert_eq!(failure("format('{0}', github.run_id)"), Failure::Depends { on: "github.run_id".to_owned() });
    assert_eq!(value("github.ref_name || github.run_id"), Value::text("main"));
}

#[test]
fn where_the_forge_waits_for_needs_a_missing_output_is_named() {
    let mut waiting = contexts();
    let expression = "fromJSON(needs.plan.outputs.matrix)";
    assert!(matches!(evaluate(expression, &waiting), Err(Failure::Refused(_))));
    waiting.refuse_missing_needs = true;
    waiting.refuse_missing_matrix = true;
    assert_eq!(evaluate(expression, &waiting), Err(Failure::Depends { on: "needs.plan".to_owned() }));
    assert_eq!(evaluate("matrix.nothing", &waiting), Err(Failure::Depends { on: "matrix.nothing".to_owned() }));
    assert_eq!(evaluate("matrix.os", &waiting), Ok(Value::text("linux")));
}

#[test]
fn expressions_inside_of_text_become_text() {
    for (text, expected) in [
        ("plain", "plain"),
        ("${{ vars.RUNNER }}-x64", "go-x64"),
        ("{${{ matrix.v }}}'s", "{8}'s"),
        ("${{ '}}' }}", "}}"),
        ("${{ fromJSON('[1]') }} ${{ fromJSON('{}') }}", "Array Object"),
        ("${{ vars.missing }}", ""),
        ("${{ never closed", "${{ never closed"),
        // The parts are pasted into one call of `format`, so a comma passes.
        ("${{ 1, 2 }}", "1"),
    ] {
        assert_eq!(interpolate(text, &contexts()).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_single_expression_keeps_its_type() {
    assert_eq!(evaluate_scalar("${{ matrix.v }}", &contexts()), Ok(Value::Integer(8)));
    assert_eq!(evaluate_scalar("${{ matrix.v }} ", &contexts()), Ok(Value::text("8 ")));
    assert_eq!(evaluate_scalar("8", &contexts()), Ok(Value::text("8")));
}

#[test]
fn what_is_left_open_makes_the_forge_panic() {
    for text in ["${{ 'x }}", "}} ${{ x"] {
        assert!(matches!(interpolate(text, &contexts()), Err(Failure::Panics(_))), "{text}");
    }
}

#[test]
fn newer_forges_survive_an_open_quote() {
    let mut newer = contexts();
    newer.survives_open_quotes = true;
    assert!(matches!(interpolate("${{ 'x }}", &newer), Err(Failure::Refused(_))));
    assert!(matches!(interpolate("}} ${{ x", &newer), Err(Failure::Panics(_))));
}

#[test]
fn failures_are_sentences() {
    insta::assert_snapshot!(failure("a == "), @"`a ==` cannot be parsed: unexpected end of expression at its character 5");
    insta::assert_snapshot!(failure("github.run_id"), @"the value depends on `github.run_id`, which is not known yet");
}

#[test]
fn nesting_without_bounds_is_no_danger() {
    let deep = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(evaluate(&deep(300), &contexts()), Ok(Value::Integer(1)));
    assert_eq!(evaluate(&format!("{}1", "!".repeat(300)), &contexts()), Err(Failure::TooLarge));
    let doubling = format!("{}'\"'{}", "toJSON(".repeat(40), ")".repeat(40));
    assert_eq!(evaluate(&doubling, &contexts()), Err(Failure::TooLarge));
}

proptest! {
    /// No text, however hostile, ends the process.
    #[test]
    fn any_text_has_a_value_or_a_failure(text in "\\PC{0,60}", tokens in "([a-z.\\[\\]()'*!=<>&|,0-9 {}$]|fromJSON|format|github|\\$\\{\\{|\\}\\}){0,40}") {
        for text in [&text, &tokens] {
            let _ = evaluate(text, &contexts());
            let _ = interpolate(text, &contexts());
            let _ = evaluate_scalar(text, &contexts());
        }
    }
}
