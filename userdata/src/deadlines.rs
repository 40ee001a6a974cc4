//! The bounds that a machine keeps by itself, without network, forge or dispatcher.

use crate::Refusal;

/// Deadlines in seconds, counted on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub struct Deadlines {
    boot_limit_s: u32,
    idle_limit_s: u32,
    maximum_age_s: u32,
}

impl Deadlines {
    /// - `boot_limit_s`: from the start of the script until the identity is taken and the runner started.
    /// - `idle_limit_s`: from there until the runner logs its first task (`task N repo is …`).
    /// - `maximum_age_s`: from the start of the script, whatever happens; up to 35 days.
    pub fn new(boot_limit_s: u32, idle_limit_s: u32, maximum_age_s: u32) -> Result<Self, Refusal> {
        let limits = [("boot_limit_s", boot_limit_s), ("idle_limit_s", idle_limit_s), ("maximum_age_s", maximum_age_s)];
        for (name, limit_s) in limits {
            if limit_s == 0 {
                return Err(Refusal::of(name, "0", "would end the machine at once", "give at least one second"));
            }
            if limit_s > maximum_age_s {
                let value = limit_s.to_string();
                return Err(Refusal::of(name, &value, "is beyond `maximum_age_s`", "lower it, or raise `maximum_age_s`"));
            }
        }
        if maximum_age_s > 35 * 24 * 3600 {
            let value = maximum_age_s.to_string();
            return Err(Refusal::of("maximum_age_s", &value, "is more than 35 days", "bound the machine's life"));
        }
        Ok(Self { boot_limit_s, idle_limit_s, maximum_age_s })
    }

    /// Seconds until the runner must have started.
    pub const fn boot_limit_s(self) -> u32 {
        self.boot_limit_s
    }

    /// Seconds from the runner's start until its first task.
    pub const fn idle_limit_s(self) -> u32 {
        self.idle_limit_s
    }

    /// Seconds after which the machine powers off, busy or not.
    pub const fn maximum_age_s(self) -> u32 {
        self.maximum_age_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_could_never_be_reached_is_refused() {
        assert!(Deadlines::new(300, 600, 3600).is_ok());
        assert!(Deadlines::new(3601, 600, 3600).is_err());
        assert!(Deadlines::new(300, 3601, 3600).is_err());
    }

    #[test]
    fn no_limit_and_an_endless_one_are_refused() {
        for (boot, idle, age) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, u32::MAX)] {
            assert!(Deadlines::new(boot, idle, age).is_err(), "{boot} {idle} {age}");
        }
    }
}
