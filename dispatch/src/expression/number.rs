//! Numbers as Go prints them.

/// `fmt.Sprint` of a float: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
pub(super) fn shortest(number: f64) -> String {
    go_general(number, &format!("{number:e}"), 6, 'e')
}

/// `%.15G`, which is how the act library turns a float into text.
pub(super) fn fifteen_digits(number: f64) -> String {
    go_general(number, &format!("{number:.14e}"), 15, 'E')
}

/// Rewrites Rust's `1.23e4` the way Go's `g` verbs do, with an exponent if it is below -4 or reaches `limit`.
fn go_general(number: f64, scientific: &str, limit: i32, letter: char) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    if exponent < -4 || exponent >= limit {
        with_exponent(sign, digits, exponent, letter)
    } else {
        format!("{sign}{}", plain(digits, exponent))
    }
}

fn with_exponent(sign: &str, digits: &str, exponent: i32, letter: char) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}{letter}{direction}{:02}", exponent.abs())
}

fn plain(digits: &str, exponent: i32) -> String {
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!("0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0)));
    };
    match digits.split_at_checked(whole) {
        Some(("", fraction)) => format!("0.{fraction}"),
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits}{}", "0".repeat(whole - digits.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by Go 1.26: `%v` and `%.15G`.
    #[test]
    fn floats_print_as_go_prints_them() {
        for (number, short, fifteen) in [
            (1.1, "1.1", "1.1"),
            (1.0, "1", "1"),
            (0.0, "0", "0"),
            (-2.5, "-2.5", "-2.5"),
            (100.0, "100", "100"),
            (0.1 + 0.2, "0.30000000000000004", "0.3"),
            (1e-5, "1e-05", "1E-05"),
            (0.001, "0.001", "0.001"),
            (1e5, "100000", "100000"),
            (1_234_567.0, "1.234567e+06", "1234567"),
            (1e14, "1e+14", "100000000000000"),
            (1e15, "1e+15", "1E+15"),
            (1.0 / 3.0, "0.3333333333333333", "0.333333333333333"),
            (5e-324, "5e-324", "4.94065645841247E-324"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NAN, "NaN", "NaN"),
        ] {
            assert_eq!(shortest(number), short);
            assert_eq!(fifteen_digits(number), fifteen);
        }
    }
}
