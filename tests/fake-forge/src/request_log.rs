//! Which requests came, so that a test can count calls.

/// A request and what it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Status of the answer; `None` when a fault kept it back.
    pub status: Option<u16>,
}

impl Served {
    /// Does it match a prefix of `METHOD /path` or of `/path`?
    pub fn starts_with(&self, prefix: &str) -> bool {
        self.path.starts_with(prefix) || format!("{} {}", self.method, self.path).starts_with(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_may_name_the_method() {
        let served = Served { method: "GET".to_owned(), path: "/api/v1/version".to_owned(), status: Some(200) };
        assert!(served.starts_with("/api/v1"));
        assert!(served.starts_with("GET /api"));
        assert!(!served.starts_with("POST /api"));
    }
}
