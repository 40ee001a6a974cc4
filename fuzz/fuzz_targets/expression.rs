//! Text with `${{ … }}`, interpolated, evaluated, and taken for a condition.
#![no_main]

use dispatch::expression::{Contexts, Value, evaluate_scalar, holds, interpolate};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let github = json!({ "event": { "number": 7, "labels": ["a", { "b": null }] }, "ref": "refs/heads/main" });
    let contexts = Contexts::new()
        .with("github", Value::from(github))
        .with("vars", Value::Unknown { name: "vars".to_owned() })
        .with("matrix", Value::texts([("os", "linux")]));
    let _answers = (interpolate(text, &contexts), evaluate_scalar(text, &contexts), holds(text, &contexts));
});
