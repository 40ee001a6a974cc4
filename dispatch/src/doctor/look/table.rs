//! The table of records: there, in the form that the store uses, forgetting by itself, with the stream that wakes the worker.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ask;
use crate::aws::signed::{Call, Client, DYNAMODB, Refused};
use crate::doctor::{Check, Topic};

/// What `DescribeTable` says, with the lists as they are, to be compared with what the template makes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::doctor) struct Table {
    #[serde(rename = "TableArn")]
    arn: String,
    #[serde(rename = "TableStatus")]
    status: String,
    key_schema: Value,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    stream_specification: Option<Stream>,
    latest_stream_arn: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Value,
    projection: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    #[serde(default)]
    stream_enabled: bool,
    stream_view_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expiry {
    time_to_live_status: String,
    attribute_name: Option<String>,
}

/// What was found, and the table for those who need it.
pub(in crate::doctor) struct Found {
    pub(in crate::doctor) checks: Vec<Check>,
    pub(in crate::doctor) arn: Option<String>,
    pub(in crate::doctor) stream: Option<String>,
}

/// Compares the table with `made`, the properties that the template gives it.
pub(in crate::doctor) async fn look(client: &Client, name: &str, made: &Value) -> Found {
    let question = json!({ "TableName": name });
    let table = ask::<Table>(client, &Call::json(DYNAMODB, "DescribeTable", &question), "/Table").await;
    let expiry = ask::<Expiry>(client, &Call::json(DYNAMODB, "DescribeTimeToLive", &question), "/TimeToLiveDescription").await;
    let table = match table {
        Ok(table) => table,
        Err(refused) => return Found { checks: vec![missing(name, &refused)], arn: None, stream: None },
    };
    let mut checks = form(name, &table, made);
    checks.push(stream(&table));
    checks.push(forgets(expiry, made));
    Found { checks, arn: Some(table.arn), stream: table.latest_stream_arn }
}

fn missing(name: &str, refused: &Refused) -> Check {
    let remedy = format!(
        "deploy `infra/template.yaml` as a stack of the name `{name}`, or correct `aws.table` (`DDB_TABLE`) and the region"
    );
    Topic::Table.unanswered(refused, &remedy)
}

fn form(name: &str, table: &Table, made: &Value) -> Vec<Check> {
    let status = (table.status != "ACTIVE")
        .then(|| Topic::Table.error(format!("the table `{name}` is {}", table.status), "wait until it is ACTIVE, and ask again"));
    let wrong = wrong_keys(name, table, made).or_else(|| lacking_index(name, table, made));
    let wrong =
        wrong.map(|text| Topic::Table.error(text, "let `infra/template.yaml` make the table; an old dispatcher's is not ours"));
    let found: Vec<Check> = status.into_iter().chain(wrong).collect();
    if found.is_empty() {
        vec![Topic::Table.good(format!("`{name}` has the keys and indexes that the store uses"))]
    } else {
        found
    }
}

fn wrong_keys(name: &str, table: &Table, made: &Value) -> Option<String> {
    let wanted = made.get("KeySchema").unwrap_or(&Value::Null);
    (table.key_schema != *wanted).then(|| format!("the table `{name}` has the keys {}, not {wanted}", table.key_schema))
}

fn lacking_index(name: &str, table: &Table, made: &Value) -> Option<String> {
    let indexes = made.get("GlobalSecondaryIndexes").and_then(|indexes| Vec::<Index>::deserialize(indexes).ok());
    let lacking = indexes?.into_iter().find(|wanted| !table.global_secondary_indexes.contains(wanted))?;
    Some(format!("the table `{name}` has no index `{}` in the form that the store uses", lacking.name))
}

fn stream(table: &Table) -> Check {
    let view = table.stream_specification.as_ref().filter(|stream| stream.stream_enabled).map(|stream| &stream.stream_view_type);
    match view {
        Some(Some(view)) if view == "KEYS_ONLY" => Topic::Table.good("its stream shows keys only"),
        Some(_) => Topic::Table.error(
            "its stream shows whole items, and with them the identities that machines wait for",
            "set the stream's view type to KEYS_ONLY",
        ),
        None => Topic::Table.warning(
            "it has no stream, so new jobs wait for the next minute's pass",
            "enable a stream with the view type KEYS_ONLY, and connect it to the worker",
        ),
    }
}

fn forgets(expiry: Result<Expiry, Refused>, made: &Value) -> Check {
    let wanted = made.pointer("/TimeToLiveSpecification/AttributeName").and_then(Value::as_str).unwrap_or_default();
    let remedy = format!("enable time to live on the attribute `{wanted}`");
    match expiry {
        Ok(expiry) if expiry.time_to_live_status.starts_with("ENABL") && expiry.attribute_name.as_deref() == Some(wanted) => {
            Topic::Table.good(format!("closed records are forgotten by `{wanted}`"))
        }
        Ok(_) => Topic::Table.warning(format!("closed records are never forgotten: `{wanted}` is not its time to live"), remedy),
        Err(refused) => Topic::Table.unanswered(&refused, &remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn made() -> Value {
        let key = |name: &str, role: &str| json!({ "AttributeName": name, "KeyType": role });
        json!({
            "KeySchema": [key("pk", "HASH")],
            "GlobalSecondaryIndexes": [{
                "IndexName": "list", "KeySchema": [key("list", "HASH"), key("rank", "RANGE")], "Projection": { "ProjectionType": "ALL" },
            }],
            "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
        })
    }

    /// What AWS documents as the answer, with what the template makes.
    fn described() -> Value {
        let mut table = json!({
            "TableArn": "arn:aws:dynamodb:eu-west-1:1:table/runs", "TableName": "runs", "TableStatus": "ACTIVE", "ItemCount": 0,
            "LatestStreamArn": "arn:aws:dynamodb:eu-west-1:1:table/runs/stream/2026",
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "KEYS_ONLY" },
        });
        table["KeySchema"] = made()["KeySchema"].clone();
        table["GlobalSecondaryIndexes"] = made()["GlobalSecondaryIndexes"].clone();
        table["GlobalSecondaryIndexes"][0]["IndexStatus"] = json!("ACTIVE");
        table
    }

    fn judged(change: impl FnOnce(&mut Value)) -> Vec<(Verdict, String)> {
        let mut table = described();
        change(&mut table);
        let table = Table::deserialize(table).unwrap();
        let checks = form("runs", &table, &made()).into_iter().chain([stream(&table)]);
        checks.filter(|check| check.verdict != Verdict::Good).map(|check| (check.verdict, check.text)).collect()
    }

    #[test]
    fn the_templates_table_is_good() {
        assert_eq!(judged(|_| {}), []);
    }

    #[test]
    fn another_dispatchers_table_is_told() {
        let keys = judged(|table| table["KeySchema"] = json!([{ "AttributeName": "id", "KeyType": "HASH" }]));
        assert!(keys[0].1.contains(r#""AttributeName":"id""#), "{keys:?}");
        let index = judged(|table| table["GlobalSecondaryIndexes"] = json!([]));
        assert_eq!(index, [(Verdict::Error, "the table `runs` has no index `list` in the form that the store uses".to_owned())]);
        let narrow = judged(|table| table["GlobalSecondaryIndexes"][0]["Projection"] = json!({ "ProjectionType": "KEYS_ONLY" }));
        assert_eq!(narrow, index);
    }

    #[test]
    fn a_table_that_is_made_just_now_is_waited_for() {
        assert_eq!(judged(|table| table["TableStatus"] = json!("CREATING"))[0].1, "the table `runs` is CREATING");
    }

    #[test]
    fn a_stream_with_identities_is_worse_than_none() {
        let whole = judged(|table| table["StreamSpecification"]["StreamViewType"] = json!("NEW_IMAGE"));
        assert_eq!(whole.iter().map(|(verdict, _)| *verdict).collect::<Vec<_>>(), [Verdict::Error]);
        let none = judged(|table| drop(table.as_object_mut().unwrap().remove("StreamSpecification")));
        assert_eq!(none.iter().map(|(verdict, _)| *verdict).collect::<Vec<_>>(), [Verdict::Warning]);
    }

    #[test]
    fn forgetting_needs_the_right_attribute() {
        let expiry = |status: &str, name: Option<&str>| {
            let expiry = Expiry { time_to_live_status: status.to_owned(), attribute_name: name.map(str::to_owned) };
            forgets(Ok(expiry), &made()).verdict
        };
        assert_eq!(expiry("ENABLED", Some("expires_at")), Verdict::Good);
        assert_eq!(expiry("ENABLED", Some("ttl")), Verdict::Warning);
        assert_eq!(expiry("DISABLED", None), Verdict::Warning);
    }

    #[test]
    fn a_missing_table_says_how_it_is_made() {
        let call = Call::json(DYNAMODB, "DescribeTable", &Value::Null);
        let check = missing("runs", &Refused::new(&call, "ResourceNotFoundException", "no"));
        assert!(check.verdict == Verdict::Error && check.remedy.unwrap().contains("a stack of the name `runs`"));
    }
}
