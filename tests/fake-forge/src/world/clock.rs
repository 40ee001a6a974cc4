//! Time as the forge writes it. The world never reads a clock: seconds since 1970 are given.

/// How JSON shows a moment; zero is "never", which Go's servers write as the epoch.
pub(crate) fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// The moment that a JSON text names; anything else is "never".
pub(crate) fn seconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second)
}

/// The moment as HTTP's `Date` writes it.
pub(crate) fn http_date(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_round_trip() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_795_254_890), "2026-11-21T09:54:50Z");
        assert_eq!(seconds("2026-11-21T09:54:50Z"), 1_795_254_890);
        assert_eq!(seconds("yesterday"), 0);
        assert_eq!(http_date(1_795_254_890), "Sat, 21 Nov 2026 09:54:50 GMT");
    }
}
