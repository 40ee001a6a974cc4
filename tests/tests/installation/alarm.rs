//! The alarm that nothing was swept.

use serde_json::json;
use tests::installation::Template;

#[test]
fn five_minutes_without_a_sweep_alarm_even_when_nothing_is_measured() {
    let template = Template::ours();
    let alarm = template.properties("NothingSwept");
    let minutes = alarm["Period"].as_u64().zip(alarm["EvaluationPeriods"].as_u64()).map(|(s, periods)| s * periods / 60);
    assert_eq!(minutes, Some(5));
    assert_eq!(alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], "one quiet minute is no alarm");
    assert_eq!(alarm["TreatMissingData"], "breaching");
    assert_eq!((&alarm["Statistic"], &alarm["ComparisonOperator"]), (&json!("Sum"), &json!("LessThanThreshold")));
    assert_eq!(alarm["Threshold"], 1);
}

#[test]
fn the_alarm_counts_what_the_workers_log_says() {
    let template = Template::ours();
    let (alarm, filter) = (template.properties("NothingSwept"), template.properties("Sweeps"));
    assert_eq!(filter["LogGroupName"], json!({ "Ref": "WorkerLog" }));
    let metric = &filter["MetricTransformations"][0];
    assert_eq!((&alarm["MetricName"], &alarm["Namespace"]), (&metric["MetricName"], &metric["MetricNamespace"]));
    assert_eq!(metric.get("DefaultValue"), None, "a default would be a measurement of nothing");
}
