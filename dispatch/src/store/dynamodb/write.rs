//! One of our writes as one of `TransactWriteItems`.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem, Update,
};

use super::attribute::{EXPIRES_AT, FENCE, KEY, KIND, LIST, RANK, RECORD, SCHEMA, VALUE, VERSION};
use super::expression::Substitutes;
use super::item::{Attributes, COUNTER, Item, encode, number, text};
use crate::record::SCHEMA as CURRENT;
use crate::store::{Expect, Key, StoreError, Write};

/// What DynamoDB's expressions cannot say at once: a count that is lowered, but not below 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decrease {
    /// There is as much as is taken away.
    #[default]
    Enough,
    /// There is less, or nothing, so 0 is left.
    ToZero,
}

/// The write as DynamoDB takes it.
pub(super) fn item(table: &str, write: &Write, decrease: Decrease) -> Result<TransactWriteItem, StoreError> {
    let built = match write {
        Write::Put { key, expect, record, life } => put(table, key, *expect, encode(key, record, *life)?),
        Write::Delete { key, expect } => delete(table, key, *expect),
        Write::Add { key, by, at_most } => add(table, key, *by, *at_most, decrease),
        Write::Check { key, expect } => check(table, key, *expect),
    };
    built.map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// The primary key of a record's item.
pub(super) fn primary_key(key: &Key) -> Item {
    Item::from([(KEY.to_owned(), text(key.as_str()))])
}

/// A put where the version is known, because whoever may only add records has no right to update them.
fn put(table: &str, key: &Key, expect: Expect, attributes: Attributes) -> Built {
    match expect {
        Expect::Absent => whole(table, key, expect, 1, attributes),
        Expect::Version(version) => whole(table, key, expect, version.saturating_add(1), attributes),
        Expect::Fence(_) => in_place(table, key, expect, &attributes),
    }
}

fn whole(table: &str, key: &Key, expect: Expect, version: u64, attributes: Attributes) -> Built {
    let mut with = Substitutes::default();
    let mut item = primary_key(key);
    item.insert(VERSION.to_owned(), number(version));
    item.extend(attributes.into_iter().map(|(attribute, value)| (attribute.to_owned(), value)));
    let put = Put::builder().table_name(table).set_item(Some(item)).condition_expression(condition(&mut with, expect));
    let put = put.set_expression_attribute_names(with.names()).set_expression_attribute_values(with.values());
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

/// Everything that a record of another kind or life may have left.
const OPTIONAL: [&str; 6] = [RECORD, VALUE, FENCE, LIST, RANK, EXPIRES_AT];

/// An update, because the new version follows from one that is not known.
fn in_place(table: &str, key: &Key, expect: Expect, attributes: &Attributes) -> Built {
    let mut with = Substitutes::default();
    let condition = condition(&mut with, expect);
    let mut set = vec![next_version(&mut with)];
    for (attribute, value) in attributes {
        set.push(format!("{} = {}", with.name(attribute), with.value(attribute, value.clone())));
    }
    let left = OPTIONAL.iter().filter(|optional| attributes.iter().all(|(attribute, _)| attribute != *optional));
    let remove: Vec<_> = left.map(|attribute| with.name(attribute)).collect();
    update(table, key, &set, &remove, condition, &with)
}

fn add(table: &str, key: &Key, by: i64, at_most: Option<u64>, decrease: Decrease) -> Built {
    let mut with = Substitutes::default();
    let condition = if by > 0 { has_room(&mut with, by, at_most) } else { is_as_supposed(&mut with, by, decrease) };
    let value = with.name(VALUE);
    let sum = match decrease {
        Decrease::ToZero => with.value("zero", number(0)),
        Decrease::Enough => {
            let zero = with.value("zero", number(0));
            format!("if_not_exists({value}, {zero}) + {}", with.value("by", number(by)))
        }
    };
    let mut set = vec![next_version(&mut with), format!("{value} = {sum}")];
    for (attribute, fixed) in [(KIND, text(COUNTER)), (SCHEMA, number(CURRENT))] {
        set.push(format!("{} = {}", with.name(attribute), with.value(attribute, fixed)));
    }
    let remove: Vec<_> = [LIST, RANK, EXPIRES_AT].map(|attribute| with.name(attribute)).into();
    update(table, key, &set, &remove, condition, &with)
}

/// Missing counts as 0, unless even that is too much.
fn has_room(with: &mut Substitutes, by: i64, at_most: Option<u64>) -> String {
    let counter = is_counter(with);
    let Some(limit) = at_most else { return format!("{} OR {counter}", is_absent(with)) };
    let room = i128::from(limit) - i128::from(by);
    let in_bounds = format!("{counter} AND {} <= {}", with.name(VALUE), with.value("room", number(room)));
    if room < 0 { in_bounds } else { format!("{} OR ({in_bounds})", is_absent(with)) }
}

fn is_as_supposed(with: &mut Substitutes, by: i64, decrease: Decrease) -> String {
    let counter = is_counter(with);
    let (value, taken) = (with.name(VALUE), with.value("taken", number(by.unsigned_abs())));
    match decrease {
        Decrease::Enough => format!("{counter} AND {value} >= {taken}"),
        Decrease::ToZero => format!("{} OR ({counter} AND {value} < {taken})", is_absent(with)),
    }
}

fn is_counter(with: &mut Substitutes) -> String {
    format!("{} = {}", with.name(KIND), with.value(KIND, text(COUNTER)))
}

fn is_absent(with: &mut Substitutes) -> String {
    format!("attribute_not_exists({})", with.name(KEY))
}

fn condition(with: &mut Substitutes, expect: Expect) -> String {
    match expect {
        Expect::Absent => is_absent(with),
        Expect::Version(version) => format!("{} = {}", with.name(VERSION), with.value("expected", number(version))),
        Expect::Fence(fence) => format!("{} = {}", with.name(FENCE), with.value("expected", number(fence))),
    }
}

fn next_version(with: &mut Substitutes) -> String {
    let (version, none, one) = (with.name(VERSION), with.value("none", number(0)), with.value("one", number(1)));
    format!("{version} = if_not_exists({version}, {none}) + {one}")
}

type Built = Result<TransactWriteItem, BuildError>;

fn update(table: &str, key: &Key, set: &[String], remove: &[String], condition: String, with: &Substitutes) -> Built {
    let expression = format!("SET {} REMOVE {}", set.join(", "), remove.join(", "));
    let update = Update::builder().table_name(table).set_key(Some(primary_key(key))).update_expression(expression);
    let update = update.condition_expression(condition).return_values_on_condition_check_failure(OnFailure::AllOld);
    let update = update.set_expression_attribute_names(with.names()).set_expression_attribute_values(with.values());
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

fn delete(table: &str, key: &Key, expect: Expect) -> Built {
    let mut with = Substitutes::default();
    let condition = condition(&mut with, expect);
    let delete = Delete::builder().table_name(table).set_key(Some(primary_key(key))).condition_expression(condition);
    let delete = delete.set_expression_attribute_names(with.names()).set_expression_attribute_values(with.values());
    Ok(TransactWriteItem::builder().delete(delete.build()?).build())
}

fn check(table: &str, key: &Key, expect: Expect) -> Built {
    let mut with = Substitutes::default();
    let condition = condition(&mut with, expect);
    let check = ConditionCheck::builder().table_name(table).set_key(Some(primary_key(key))).condition_expression(condition);
    let check = check.set_expression_attribute_names(with.names()).set_expression_attribute_values(with.values());
    Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
}
