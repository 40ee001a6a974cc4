//! Durations: `90s`, `10m`, `3h30m`, `14d`.

use super::{Refusal, Scalar};
use crate::diagnostic::quoted;

/// A length of time in whole seconds, from one second to ten years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Seconds(pub(in crate::config) u64);

/// From the longest to the shortest, the order in which they are written.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

const LONGEST_S: u64 = 3_650 * 86_400;

impl Scalar for Seconds {
    fn parse(text: &str) -> Result<Self, Refusal> {
        match seconds(text) {
            Some(0) => Err(Refusal::new("a duration of nothing would end everything at once", "write a duration such as `10m`")),
            Some(total) if total <= LONGEST_S => Ok(Self(total)),
            Some(_) => Err(Refusal::new(format!("{} is longer than ten years", quoted(text)), "write a shorter one")),
            None if is_number(text) => {
                Err(Refusal::new(format!("{} has no unit", quoted(text)), format!("write `{text}s` if seconds are meant")))
            }
            None => Err(Refusal::new(
                format!("{} is not a duration", quoted(text)),
                "write whole numbers with units, such as `90s`, `10m`, `3h30m` or `14d`",
            )),
        }
    }
}

/// The sum of all parts, if they are well formed and each unit comes after the longer ones.
fn seconds(text: &str) -> Option<u64> {
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit = tail.chars().next()?;
        let (_, length) = units.by_ref().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
        rest = tail.get(unit.len_utf8()..)?;
    }
    (!text.is_empty()).then_some(total)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_parts() {
        for (text, seconds) in [("60s", 60), ("10m", 600), ("3h30m", 12_600), ("14d", 1_209_600), ("1d1h1m1s", 90_061)] {
            assert_eq!(Seconds::parse(text), Ok(Seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_ambiguous_is_refused_with_what_to_write() {
        let refusal = |text: &str| Seconds::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("600"), @"`600` has no unit: write `600s` if seconds are meant");
        insta::assert_snapshot!(refusal("0m"), @"a duration of nothing would end everything at once: write a duration such as `10m`");
        insta::assert_snapshot!(refusal("4000d"), @"`4000d` is longer than ten years: write a shorter one");
        for text in ["", "10 minutes", "1.5h", "-1h", "30m3h", "1h1h", "500ms", "h", "99999999999999999999d", "10µ"] {
            assert!(refusal(text).contains("is not a duration"), "{text}");
        }
    }
}
