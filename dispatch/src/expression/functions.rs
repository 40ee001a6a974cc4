//! The functions that an expression may call.

use github_actions_expressions::call::Function;
use github_actions_expressions::op::BinOp;

use super::coerce::to_text;
use super::compare::compare;
use super::evaluate::Budget;
use super::{Contexts, Failure, Outcome, Value, format, json};

/// Calls a function with evaluated arguments. The parser has checked how many there are.
pub(super) fn call(function: Function, arguments: &[Value], contexts: &Contexts, budget: Budget) -> Result<Value, Failure> {
    let argument = |index: usize| arguments.get(index).unwrap_or(&Value::Null);
    let (first, second) = (argument(0), argument(1));
    match function {
        Function::Contains => contains(first, second, budget).map(Value::Bool),
        Function::StartsWith => Ok(Value::Bool(folded(first).starts_with(&folded(second)))),
        Function::EndsWith => Ok(Value::Bool(folded(first).ends_with(&folded(second)))),
        Function::Format => format::format(&to_text(first), arguments.get(1..).unwrap_or_default()).map(Value::Text),
        Function::Join => Ok(Value::Text(join(first, arguments.get(1)))),
        Function::ToJSON => json::write(first).map(Value::Text),
        Function::FromJSON => json::read(first),
        Function::Success => Ok(Value::Bool(contexts.outcome == Outcome::Success)),
        Function::Always => Ok(Value::Bool(true)),
        Function::Failure => Ok(Value::Bool(contexts.outcome == Outcome::Failure)),
        Function::Cancelled => Err(Failure::Panics("cancelled() asks a job that does not exist yet".to_owned())),
        Function::HashFiles => Err(Failure::Refused("hashFiles has no files to read on the server".to_owned())),
        Function::Case => Err(Failure::Refused("there is no function `case`".to_owned())),
    }
}

fn folded(value: &Value) -> String {
    to_text(value).to_lowercase()
}

fn contains(search: &Value, item: &Value, budget: Budget) -> Result<bool, Failure> {
    match search {
        Value::List(items) => {
            for candidate in items {
                if compare(candidate, &BinOp::Eq, item, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(_) | Value::Timestamp(_) => Ok(false),
        _ => Ok(folded(search).contains(&folded(item))),
    }
}

fn join(items: &Value, separator: Option<&Value>) -> String {
    let separator = separator.map_or(",".to_owned(), to_text);
    match items {
        Value::List(items) => items.iter().map(to_text).collect::<Vec<_>>().join(&separator),
        single => to_text(single),
    }
}
