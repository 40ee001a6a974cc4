//! What happened, as lines for people; kept only when somebody will read them.

use super::agenda::Millis;

/// A story while it is told.
#[derive(Debug, Default)]
pub struct Story {
    lines: Option<Vec<(Millis, String)>>,
}

impl Story {
    /// Nobody listens.
    pub fn untold() -> Self {
        Self::default()
    }

    /// Somebody listens.
    pub fn told() -> Self {
        Self { lines: Some(Vec::new()) }
    }

    /// Adds a line.
    pub fn add(&mut self, at: Millis, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push((at, line()));
        }
    }

    /// The lines so far.
    pub fn lines(&self) -> &[(Millis, String)] {
        self.lines.as_deref().unwrap_or_default()
    }
}

/// A time as a stop watch shows it: `1:02:03.4`.
pub fn clock(at: Millis) -> String {
    let (tenths, seconds, minutes, hours) = (at / 100 % 10, at / 1_000 % 60, at / 60_000 % 60, at / 3_600_000);
    format!("{hours}:{minutes:02}:{seconds:02}.{tenths}")
}
