//! Whether a cron line is one, as the forges' parser (`robfig/cron`, standard fields) sees it.

/// The fields in order, with their bounds and the names that may stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of month", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("day of week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Words that stand for a whole line.
const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Says what is wrong with `line`, if anything.
pub(super) fn check(line: &str) -> Result<(), String> {
    let line = without_zone(line)?;
    if line.starts_with('@') {
        return word(line);
    }
    let fields: Vec<_> = line.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("it has {} fields instead of 5", fields.len()));
    }
    for (text, (name, least, most, names)) in fields.into_iter().zip(FIELDS) {
        for part in text.split(',').filter(|part| !part.is_empty()) {
            range(part, least, most, names).ok_or_else(|| format!("`{part}` is no {name}"))?;
        }
    }
    Ok(())
}

fn without_zone(line: &str) -> Result<&str, String> {
    match line.strip_prefix("TZ=").or_else(|| line.strip_prefix("CRON_TZ=")) {
        None => Ok(line),
        Some(rest) => match rest.split_once(' ') {
            Some((zone, rest)) if jiff::tz::TimeZone::get(zone).is_ok() || !zone.is_empty() => Ok(rest.trim()),
            _ => Err("after the time zone nothing follows".to_owned()),
        },
    }
}

fn word(line: &str) -> Result<(), String> {
    let every = line
        .strip_prefix("@every ")
        .is_some_and(|rest| rest.ends_with(['s', 'm', 'h']) && rest.starts_with(|c: char| c.is_ascii_digit()));
    if WORDS.contains(&line) || every {
        return Ok(());
    }
    Err("the word is not known".to_owned())
}

/// `*`, `5`, `1-5`, each perhaps with `/step`.
fn range(part: &str, least: u32, most: u32, names: &[&str]) -> Option<()> {
    let (span, step) = part.split_once('/').map_or((part, None), |(span, step)| (span, Some(step)));
    if let Some(step) = step {
        step.parse::<u32>().ok().filter(|step| *step > 0)?;
    }
    if matches!(span, "*" | "?") {
        return Some(());
    }
    let value = |text: &str| {
        let named = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let number = named.and_then(|index| u32::try_from(index).ok()).map(|index| index + least);
        number.or_else(|| text.parse().ok()).filter(|number| (least..=most).contains(number))
    };
    let (first, last) = span.split_once('-').unwrap_or((span, span));
    (value(first)? <= value(last)?).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_the_forge_stores() {
        for line in [
            "0 3 * * *",
            "*/5 0-6 1,15 jan-mar MON",
            "? ? ? ? ?",
            "0/10 * * * 0-6/2",
            "@daily",
            "@every 5m",
            "TZ=Europe/Paris 0 3 * * *",
            "CRON_TZ=UTC @hourly",
        ] {
            assert_eq!(check(line), Ok(()), "{line}");
        }
    }

    #[test]
    fn lines_that_it_cannot_read_say_why() {
        let why = |line: &str| check(line).unwrap_err();
        assert_eq!(why("x"), "it has 1 fields instead of 5");
        assert_eq!(why("60 * * * *"), "`60` is no minute");
        assert_eq!(why("0 24 * * *"), "`24` is no hour");
        assert_eq!(why("0 0 0 * *"), "`0` is no day of month");
        assert_eq!(why("0 0 * * 7"), "`7` is no day of week");
        assert_eq!(why("*/0 * * * *"), "`*/0` is no minute");
        assert_eq!(why("5-1 * * * *"), "`5-1` is no minute");
        assert_eq!(why("@fortnightly"), "the word is not known");
        assert_eq!(why("TZ=UTC"), "after the time zone nothing follows");
    }
}
