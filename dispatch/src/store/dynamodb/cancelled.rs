//! What the reasons of a cancelled transaction mean: a conflict of ours, another way to write it, or a disturbance.

use aws_sdk_dynamodb::types::CancellationReason;

use super::item::count;
use super::write::Decrease;
use crate::store::{Conflict, Write};

/// The outcome of a cancelled transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// The first expectation that was not met.
    Conflict(Conflict),
    /// Counts were supposed to be high enough, or too low, and are not: so they are to be lowered.
    Otherwise(Vec<Decrease>),
    /// Nothing is wrong with our writes: competing transactions, throttling. The codes.
    Disturbed(String),
}

/// What `reasons`, one for each of `writes`, mean; `tried` is how each decrease was written.
pub(super) fn judge(writes: &[Write], tried: &[Decrease], reasons: &[CancellationReason]) -> Cancelled {
    let mut otherwise = tried.to_vec();
    for ((write, reason), decrease) in writes.iter().zip(reasons).zip(&mut otherwise) {
        if reason.code() != Some(UNMET) {
            continue;
        }
        match unmet(write, reason) {
            Ok(needed) => *decrease = needed,
            Err(conflict) => return Cancelled::Conflict(conflict),
        }
    }
    if otherwise == tried { Cancelled::Disturbed(codes(reasons)) } else { Cancelled::Otherwise(otherwise) }
}

/// The code of an expectation that was not met.
pub(super) const UNMET: &str = "ConditionalCheckFailed";

fn unmet(write: &Write, reason: &CancellationReason) -> Result<Decrease, Conflict> {
    let key = write.key().clone();
    let Write::Add { by, .. } = write else { return Err(Conflict { key, at_limit: false }) };
    match reason.item().map(count) {
        Some(None) => Err(Conflict { key, at_limit: false }),
        Some(Some(_)) | None if *by > 0 => Err(Conflict { key, at_limit: true }),
        Some(Some(value)) if value >= by.unsigned_abs() => Ok(Decrease::Enough),
        Some(Some(_)) | None => Ok(Decrease::ToZero),
    }
}

/// Each code once; `None` is how AWS calls the absence of one.
fn codes(reasons: &[CancellationReason]) -> String {
    let mut codes: Vec<_> = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(", ")
}
