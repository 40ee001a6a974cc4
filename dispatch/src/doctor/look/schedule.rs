//! What wakes the worker: each minute's rule and the table's stream; and when it last finished a pass, which is what counts.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ask;
use crate::aws::signed::{Call, Client, DYNAMODB, EVENTS, LAMBDA, Refused};
use crate::doctor::{Check, Topic};
use crate::record::Record;
use crate::store::Key;
use crate::time::Timestamp;

/// As long as the template's alarm waits.
const QUIET_S: u64 = 300;

/// The stream's connection to a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mapping {
    function_arn: String,
    state: String,
    filter_criteria: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    name: String,
    state: String,
    schedule_expression: Option<String>,
}

/// Looks at what is connected to the stream, and from there at the rules that call the same function.
pub(in crate::doctor) async fn look(client: &Client, table: &str, stream: Option<&str>, now: Timestamp) -> Vec<Check> {
    let mut checks = vec![swept(last_lease(client, table).await, now)];
    let Some(stream) = stream else { return checks };
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("EventSourceArn", stream).finish();
    let call = Call::get(LAMBDA, "ListEventSourceMappings", format!("/2015-03-31/event-source-mappings/?{query}"));
    match ask::<Vec<Mapping>>(client, &call, "/EventSourceMappings").await {
        Err(refused) => checks.push(Topic::Schedule.unanswered(&refused, "ask again")),
        Ok(mappings) => {
            let worker = mappings.first().cloned();
            checks.push(woken(&mappings));
            if let Some(worker) = worker {
                checks.push(timed(rules(client, &worker.function_arn).await));
            }
        }
    }
    checks
}

async fn rules(client: &Client, function: &str) -> Result<Vec<Rule>, Refused> {
    let names = Call::json(EVENTS, "ListRuleNamesByTarget", &json!({ "TargetArn": function }));
    let mut rules = Vec::new();
    for name in ask::<Vec<String>>(client, &names, "/RuleNames").await? {
        rules.push(ask(client, &Call::json(EVENTS, "DescribeRule", &json!({ "Name": name })), "").await?);
    }
    Ok(rules)
}

/// The lease says when a pass last ended, since it is given back then.
async fn last_lease(client: &Client, table: &str) -> Result<Option<Timestamp>, Refused> {
    let key = json!({ "pk": { "S": Key::lease().as_str() } });
    let question = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
    let call = Call::json(DYNAMODB, "GetItem", &question);
    let text: Option<String> = ask(client, &call, "/Item/record/S").await?;
    let Some(text) = text else { return Ok(None) };
    match serde_json::from_str(&text) {
        Ok(Record::Lease(lease)) => Ok(Some(lease.expires_at)),
        _ => Err(Refused::new(&call, "Unreadable", "the worker's lease has another form than this version writes")),
    }
}

fn swept(lease: Result<Option<Timestamp>, Refused>, now: Timestamp) -> Check {
    let remedy = "read the worker's log; is the rule enabled, and does the worker start?";
    match lease {
        Err(refused) => Topic::Schedule.unanswered(&refused, "use the version that is deployed"),
        Ok(None) => Topic::Schedule.error("no pass has ever begun", remedy),
        Ok(Some(until)) if until > now => Topic::Schedule.good("a pass is going on"),
        Ok(Some(until)) if now.since_s(until) > QUIET_S => {
            Topic::Schedule.error(format!("no pass has held the lease for {} s", now.since_s(until)), remedy)
        }
        Ok(Some(until)) => Topic::Schedule.good(format!("the last pass ended {} s ago", now.since_s(until))),
    }
}

fn woken(mappings: &[Mapping]) -> Check {
    let enabled: Vec<&Mapping> = mappings.iter().filter(|mapping| mapping.state.starts_with("Enabl")).collect();
    match enabled.as_slice() {
        [] => Topic::Schedule.warning(
            "nothing is connected to the table's stream, so new jobs wait for the next minute's pass",
            "connect the stream to the worker, filtered to new keys that begin with `job#`",
        ),
        [mapping] if mapping.filter_criteria.is_none() => Topic::Schedule.warning(
            "the stream is not filtered, so each write of the worker wakes it again, and is paid for",
            "filter it to new keys that begin with `job#`, as `infra/template.yaml` does",
        ),
        [_] => Topic::Schedule.good("new jobs wake the worker"),
        _ => Topic::Schedule.warning("several functions are connected to the table's stream", "leave one worker connected"),
    }
}

fn timed(rules: Result<Vec<Rule>, Refused>) -> Check {
    let remedy = "connect a rule with `rate(1 minute)` to the worker";
    match rules {
        Err(refused) => Topic::Schedule.unanswered(&refused, remedy),
        Ok(rules) => {
            let timed = rules.iter().find(|rule| rule.schedule_expression.is_some());
            match timed.map(|rule| (rule, rule.schedule_expression.as_deref())) {
                None => Topic::Schedule.error("no rule of EventBridge calls the worker", remedy),
                Some((rule, _)) if rule.state == "DISABLED" => Topic::Schedule.error(
                    format!("the rule `{}` is disabled", rule.name),
                    format!("run `aws events enable-rule --name {}`", rule.name),
                ),
                Some((_, Some("rate(1 minute)" | "cron(* * * * ? *)"))) => {
                    Topic::Schedule.good("a rule calls the worker each minute")
                }
                Some((rule, other)) => Topic::Schedule.warning(
                    format!("the rule `{}` calls the worker by `{}`, not each minute", rule.name, other.unwrap_or_default()),
                    "use `rate(1 minute)`: what a webhook does not bring is found only then",
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    #[test]
    fn what_counts_is_when_the_last_pass_ended() {
        let at = |ended_s| swept(Ok(Some(Timestamp::from_seconds(ended_s))), NOW);
        assert_eq!(at(10_030).text, "a pass is going on");
        assert_eq!(at(9_990).text, "the last pass ended 10 s ago");
        assert_eq!((at(9_700).verdict, at(9_699).verdict), (Verdict::Good, Verdict::Error));
        assert_eq!(swept(Ok(None), NOW).text, "no pass has ever begun");
    }

    #[test]
    fn the_stream_must_be_connected_once_and_filtered() {
        let mapping =
            |state: &str, filter| Mapping { function_arn: "arn".to_owned(), state: state.to_owned(), filter_criteria: filter };
        let filtered = mapping("Enabled", Some(json!({ "Filters": [] })));
        assert_eq!(woken(std::slice::from_ref(&filtered)).verdict, Verdict::Good);
        for (mappings, word) in [
            (vec![], "nothing is connected"),
            (vec![mapping("Disabled", Some(json!({})))], "nothing is connected"),
            (vec![mapping("Enabled", None)], "not filtered"),
            (vec![filtered.clone(), filtered], "several"),
        ] {
            let check = woken(&mappings);
            assert!(check.verdict == Verdict::Warning && check.text.contains(word), "{check:?}");
        }
    }

    #[test]
    fn each_minute_is_what_the_rule_must_say() {
        let rule = |state: &str, expression: Option<&str>| {
            let rule = Rule { name: "r".into(), state: state.into(), schedule_expression: expression.map(str::to_owned) };
            timed(Ok(vec![rule])).verdict
        };
        assert_eq!(rule("ENABLED", Some("rate(1 minute)")), Verdict::Good);
        assert_eq!(rule("ENABLED", Some("rate(5 minutes)")), Verdict::Warning);
        assert_eq!(rule("DISABLED", Some("rate(1 minute)")), Verdict::Error);
        assert_eq!(rule("ENABLED", None), Verdict::Error);
        assert_eq!(timed(Ok(vec![])).verdict, Verdict::Error);
    }
}
