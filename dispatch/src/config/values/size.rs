//! Sizes: `64KiB`, `25MiB`; of disks: `30GiB`.

use super::{Refusal, Scalar};
use crate::delivery::Limits;
use crate::diagnostic::quoted;

/// The size of a delivery in bytes, from one to what is ever read of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Bytes(pub(in crate::config) usize);

/// `B` comes last because the others end with it.
const UNITS: [(&str, usize); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];

const LARGEST: usize = Limits::MAX_BODY_BYTES;

impl Scalar for Bytes {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let shown = quoted(text);
        match bytes(text) {
            Some(bytes @ 1..=LARGEST) => Ok(Self(bytes)),
            Some(_) => Err(Refusal::new(format!("{shown} is not between `1B` and `25MiB`"), "write a size such as `5MiB`")),
            None => Err(Refusal::new(
                format!("{shown} is not a size with its unit"),
                "write a whole number with `B`, `KiB`, `MiB` or `GiB`, such as `25MiB`",
            )),
        }
    }
}

/// The size of a disk in gibibytes, from one to what a gp3 volume may have at least in every region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Gibibytes(pub(in crate::config) u32);

const LARGEST_DISK: u32 = 16_384;

impl Scalar for Gibibytes {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let shown = quoted(text);
        let number = text.strip_suffix("GiB").filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        match number.and_then(|number| number.parse().ok()) {
            Some(gibibytes @ 1..=LARGEST_DISK) => Ok(Self(gibibytes)),
            Some(_) => Err(Refusal::new(format!("{shown} is not between `1GiB` and `16384GiB`"), "write a size such as `30GiB`")),
            None => Err(Refusal::new(format!("{shown} is not the size of a disk"), "write whole gibibytes, such as `30GiB`")),
        }
    }
}

fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = UNITS.iter().find_map(|(name, bytes)| Some((text.strip_suffix(name)?, bytes)))?;
    let digits_only = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<usize>().ok().filter(|_| digits_only)?.checked_mul(*unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_carry_a_binary_unit() {
        for (text, bytes) in [("512B", 512), ("64KiB", 65_536), ("25MiB", 26_214_400)] {
            assert_eq!(Bytes::parse(text), Ok(Bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_what_to_write() {
        let refusal = |text: &str| Bytes::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("25MB"), @"`25MB` is not a size with its unit: write a whole number with `B`, `KiB`, `MiB` or `GiB`, such as `25MiB`");
        insta::assert_snapshot!(refusal("1GiB"), @"`1GiB` is not between `1B` and `25MiB`: write a size such as `5MiB`");
        for text in ["0B", "", "25", "26MiB", "MiB", "-1B", "+1B", "1.5MiB", "99999999999GiB"] {
            assert!(Bytes::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn disks_are_measured_in_gibibytes() {
        assert_eq!(Gibibytes::parse("30GiB"), Ok(Gibibytes(30)));
        let refusal = |text: &str| Gibibytes::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("30GB"), @"`30GB` is not the size of a disk: write whole gibibytes, such as `30GiB`");
        insta::assert_snapshot!(refusal("0GiB"), @"`0GiB` is not between `1GiB` and `16384GiB`: write a size such as `30GiB`");
        for text in ["", "30", "GiB", "+3GiB", "1.5GiB", "16385GiB", "99999999999GiB"] {
            assert!(Gibibytes::parse(text).is_err(), "{text}");
        }
    }
}
