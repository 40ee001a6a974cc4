//! What wakes the worker.

use serde_json::{Value, json};
use tests::installation::Template;

fn events() -> Value {
    Template::ours().properties("Worker")["Events"].clone()
}

#[test]
fn the_worker_is_woken_each_minute() {
    assert_eq!(events()["EachMinute"], json!({ "Type": "Schedule", "Properties": { "Schedule": "rate(1 minute)" } }));
}

#[test]
fn new_jobs_and_bells_wake_it_and_its_own_writes_do_not() {
    let stream = &events()["NewJobs"]["Properties"];
    assert_eq!(stream["Stream"], json!({ "Fn::GetAtt": "Table.StreamArn" }));
    let filters = stream["FilterCriteria"]["Filters"].as_array().expect("filters");
    let patterns: Vec<Value> =
        filters.iter().filter_map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok()).collect();
    let keys = json!([{ "prefix": "job#" }, { "prefix": "bell#" }]);
    assert_eq!(patterns, [json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": { "pk": { "S": keys } } } })]);
}

#[test]
fn a_wake_that_fails_is_kept_and_not_repeated_for_long() {
    let template = Template::ours();
    for bounds in [&events()["NewJobs"]["Properties"], &template.properties("Worker")["EventInvokeConfig"]] {
        assert!(bounds["MaximumRetryAttempts"].as_u64().is_some_and(|retries| retries <= 2), "{bounds}");
        let age_s = bounds["MaximumRecordAgeInSeconds"].as_u64().or(bounds["MaximumEventAgeInSeconds"].as_u64());
        assert_eq!(age_s, Some(60), "{bounds}");
        let failed = &bounds["DestinationConfig"]["OnFailure"];
        assert_eq!(failed, &json!({ "Type": "SQS", "Destination": { "Fn::GetAtt": "FailedWakes.Arn" } }));
    }
}

/// The function keeps the last ten seconds free, and a pass lasts at most as long as its lease.
#[test]
fn a_worker_is_over_when_the_next_minutes_comes() {
    assert_eq!(Template::ours().properties("Worker")["Timeout"], 60);
}

#[cfg(feature = "dynamodb")]
#[test]
fn the_filter_is_what_the_store_says() {
    let pattern = events()["NewJobs"]["Properties"]["FilterCriteria"]["Filters"][0]["Pattern"].clone();
    let pattern: Value = serde_json::from_str(pattern.as_str().expect("a pattern")).expect("JSON");
    assert_eq!(pattern, dispatch::store::dynamodb::stream_filter());
}
