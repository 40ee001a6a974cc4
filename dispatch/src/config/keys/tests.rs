//! The table against the code that reads by it, and against the files that are made of it.

use regex::Regex;
use serde_json::Value;

use super::{Key, Kind, Presence, ROOT, Section, reference, schema};
use crate::config::{Environment, Loaded, load_text};
use crate::diagnostic::Report;
use crate::pool;

/// The smallest file that is complete, with `{top}`, `{forge}` and `{pool}` to be filled in.
const FRAME: &str = "{top}
forges:
  home:
    url: https://git.example.com/
    token: { env: GITEA_TOKEN }
    webhook_secrets: [{ env: WEBHOOK_SECRET }]
{forge}
pools:
  go:
    labels: [go:host]
    backend: process
{pool}
";

fn environment() -> Environment {
    Environment::from_iter([("GITEA_TOKEN", "a"), ("WEBHOOK_SECRET", "b"), ("AWS_REGION", "eu-west-1")])
}

/// The least that `aws` takes.
const AWS: [(&str, &str); 4] =
    [("table", "runs"), ("subnets", "[subnet-1]"), ("security_groups", "[sg-1]"), ("instance_profile", "machine")];

/// The section `aws` with one key replaced or added.
fn aws_with(key: &str, line: &str) -> String {
    let others = AWS.iter().filter(|(name, _)| *name != key).map(|(name, value)| format!("{name}: {value}, "));
    format!("aws: {{ {}{line} }}", others.collect::<String>())
}

/// The frame with one key replaced or added.
fn file_with(section: &Section, key: &str, value: &str) -> String {
    let line = format!("{key}: {value}");
    let (place, line) = match section.path {
        "" => ("{top}", line),
        "aws" => ("{top}", aws_with(key, &line)),
        "limits" | "serve" => ("{top}", format!("{}: {{ {line} }}", section.path)),
        "pools.NAME" => ("{pool}", format!("    {line}")),
        _ => ("{forge}", format!("    {line}")),
    };
    let given = |old: &&str| !(old.trim_start().starts_with(&format!("{key}:")));
    let frame: Vec<&str> = FRAME.lines().filter(given).collect();
    let frame = match (section.path, key) {
        ("", "forges") => "{top}".to_owned(),
        ("", "pools") => FRAME.split("pools:").next().unwrap().to_owned(),
        _ => frame.join("\n"),
    };
    ["{top}", "{forge}", "{pool}"].iter().fold(frame, |text, other| text.replace(other, if *other == place { &line } else { "" }))
}

fn load(text: &str) -> Result<Loaded, Report> {
    load_text("dispatch.yaml", text, &environment())
}

/// All sections whose keys stand behind a name of their own in the frame.
fn keys() -> impl Iterator<Item = (&'static Section, &'static Key)> {
    let sections =
        super::all_sections().into_iter().filter(|section| !matches!(section.path, "forges.NAME.watch" | "forges.NAME.token"));
    sections.flat_map(|section| section.keys.iter().map(move |key| (section, key)))
}

#[test]
fn every_example_of_the_table_is_accepted() {
    for (section, key) in keys() {
        load(&file_with(section, key.name, key.example)).unwrap_or_else(|report| panic!("{}\n{report}", key.name));
    }
}

#[test]
fn every_key_refuses_what_is_not_of_its_kind() {
    for (section, key) in keys() {
        let wrong = if matches!(key.kind, Kind::Section(_) | Kind::Named(_)) { "[[]]" } else { "{ a: [] }" };
        let report = load(&file_with(section, key.name, wrong)).err().unwrap_or_else(|| panic!("`{}` takes anything", key.name));
        let about = report.findings().iter().find(|finding| finding.key.contains(key.name));
        assert!(about.is_some(), "{}: {report}", key.name);
    }
}

#[test]
fn every_default_of_the_table_holds() {
    let bare = load(&file_with(&ROOT, "stack", "a")).unwrap().config().clone();
    for (section, key) in keys() {
        let Presence::Default(text) = key.presence else { continue };
        let written = load(&file_with(section, key.name, text)).unwrap().config().clone();
        let without_stack =
            |config: &crate::config::Config| format!("{:?}", (&config.forges, &config.pools, &config.limits, &config.serve));
        assert_eq!(without_stack(&written), without_stack(&bare), "{}", key.name);
    }
}

#[test]
fn a_pool_that_says_little_is_like_a_default_pool() {
    let config = load(&file_with(&ROOT, "stack", "a")).unwrap().config().clone();
    let default = pool::defaults(&"process".into(), &pool::DEFAULT_RUNNERS.map(str::to_owned)).remove(0);
    assert_eq!(config.pools, [pool::Pool { instance_types: Vec::new(), ..default }]);
}

#[test]
fn patterns_of_the_schema_accept_examples_and_defaults() {
    fn visit(schema: &Value) {
        let Value::Object(object) = schema else { return };
        if let Some(pattern) = object.get("pattern").and_then(Value::as_str) {
            let pattern = Regex::new(pattern).unwrap();
            let given = object.get("examples").and_then(Value::as_array).into_iter().flatten().chain(object.get("default"));
            for value in given {
                assert!(pattern.is_match(value.as_str().unwrap()), "{pattern} does not accept {value}");
            }
        }
        for key in ["properties", "$defs"] {
            object.get(key).and_then(Value::as_object).into_iter().flatten().for_each(|(_, schema)| visit(schema));
        }
        ["additionalProperties", "items"].iter().filter_map(|key| object.get(*key)).for_each(visit);
        object.get("oneOf").and_then(Value::as_array).into_iter().flatten().for_each(visit);
    }
    visit(&schema().parse().unwrap());
}

#[test]
fn the_schema_refuses_unknown_keys_and_names_required_ones() {
    let schema: Value = schema().parse().unwrap();
    let forge = &schema["properties"]["forges"]["additionalProperties"];
    assert_eq!(forge["additionalProperties"], false);
    assert_eq!(forge["required"], serde_json::json!(["url", "token", "webhook_secrets"]));
    assert_eq!(forge["properties"]["webhook_secrets"]["maxItems"], 2);
    assert_eq!(schema["properties"]["pools"]["additionalProperties"]["properties"]["limit"]["default"], 20);
}

#[test]
fn the_reference_names_every_key_and_every_variable() {
    let page = reference();
    for (_, key) in keys() {
        assert!(page.contains(&format!("| `{}` |", key.name)), "{}", key.name);
    }
    assert!(page.contains("| `DDB_TABLE` |"));
}
