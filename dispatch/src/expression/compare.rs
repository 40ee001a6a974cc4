//! `==`, `<` and their relatives.

use github_actions_expressions::op::BinOp;

use super::coerce::{as_number, to_number};
use super::{Failure, Value, evaluate};

/// Compares two values. Text is compared without regard to case; values of unlike kinds are compared as numbers.
pub(super) fn compare(left: &Value, op: &BinOp, right: &Value, budget: evaluate::Budget) -> Result<bool, Failure> {
    match (left, right) {
        // Two nulls are equal whatever is asked, even `!=`.
        (Value::Null, Value::Null) => Ok(true),
        (Value::Text(left), Value::Text(right)) => holds(&left.to_lowercase(), op, &right.to_lowercase()),
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) | (Value::Timestamp(_), Value::Timestamp(_)) => {
            Err(Failure::Refused("two lists or two maps cannot be compared".to_owned()))
        }
        _ => {
            let number = |value| as_number(value).unwrap_or_else(|| to_number(value, budget));
            holds(&number(left), op, &number(right))
        }
    }
}

fn holds<T: PartialOrd>(left: &T, op: &BinOp, right: &T) -> Result<bool, Failure> {
    match op {
        BinOp::Eq => Ok(left == right),
        BinOp::Neq => Ok(left != right),
        BinOp::Gt => Ok(left > right),
        BinOp::Ge => Ok(left >= right),
        BinOp::Lt => Ok(left < right),
        BinOp::Le => Ok(left <= right),
        BinOp::And | BinOp::Or => Err(Failure::Refused("`&&` and `||` do not compare".to_owned())),
    }
}
