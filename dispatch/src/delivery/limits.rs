//! How large a delivery may be.

/// The largest body that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    body_bytes: usize,
}

/// A body limit outside of what can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a delivery limit of {0} bytes cannot be used: give a number from 1 to {max}",
    max = Limits::MAX_BODY_BYTES
)]
pub struct BodyLimitError(usize);

impl Limits {
    /// 25 MiB, as GitHub. Forges have no limit of their own; a push with thousands of files stays far below.
    pub const MAX_BODY_BYTES: usize = 25 * 1024 * 1024;

    /// A limit of at most [`Self::MAX_BODY_BYTES`]: it can be lowered, not raised.
    pub fn new(body_bytes: usize) -> Result<Self, BodyLimitError> {
        if (1..=Self::MAX_BODY_BYTES).contains(&body_bytes) { Ok(Self { body_bytes }) } else { Err(BodyLimitError(body_bytes)) }
    }

    /// The largest body, in bytes. The HTTP server stops reading here.
    pub fn body_bytes(self) -> usize {
        self.body_bytes
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: Self::MAX_BODY_BYTES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_goes_down_but_not_up() {
        assert_eq!(Limits::new(1000).unwrap().body_bytes(), 1000);
        assert_eq!(Limits::new(Limits::MAX_BODY_BYTES).unwrap(), Limits::default());
        for wrong in [0, Limits::MAX_BODY_BYTES + 1] {
            let sentence = Limits::new(wrong).unwrap_err().to_string();
            assert!(sentence.contains("from 1 to 26214400"), "{sentence}");
        }
    }
}
