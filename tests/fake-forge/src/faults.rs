//! Breaking routes on purpose.

use std::time::Duration;

use crate::request_log::Served;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error of the server, 500 or another, before anything happened.
    Status(u16),
    /// A proxy's page (502, HTML) before anything happened.
    HtmlPage,
    /// Never an answer; nothing happens.
    Hang,
    /// The right answer, late.
    Slow(Duration),
    /// 401: the token is no longer good.
    Unauthorized,
    /// 403: the token lacks this scope, such as `read:admin`.
    MissingScope(String),
    /// 429 with this many seconds to wait.
    TooManyRequests(u32),
    /// 200 and a body cut in the middle.
    Garbage,
    /// It happens, but the connection breaks before the answer.
    LostAnswer,
}

/// A fault, where it strikes and how often.
#[derive(Clone, Debug)]
struct Rule {
    prefix: String,
    fault: Fault,
    /// `None` is for ever.
    left: Option<u32>,
}

/// The faults in force; the newest that matches wins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Rule>);

impl Faults {
    pub(crate) fn add(&mut self, prefix: &str, fault: Fault, times: Option<u32>) {
        self.0.push(Rule { prefix: prefix.to_owned(), fault, left: times });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this request, which uses it up once.
    pub(crate) fn strike(&mut self, request: &Served) -> Option<Fault> {
        let live = |rule: &&mut Rule| rule.left != Some(0) && request.starts_with(&rule.prefix);
        let rule = self.0.iter_mut().rev().find(live)?;
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Served {
        Served { method: "GET".to_owned(), path: path.to_owned(), status: None }
    }

    #[test]
    fn a_fault_strikes_as_often_as_told_and_only_there() {
        let mut faults = Faults::default();
        faults.add("/api/v1/admin", Fault::Status(500), Some(1));
        assert_eq!(faults.strike(&request("/api/v1/version")), None);
        assert_eq!(faults.strike(&request("/api/v1/admin/actions/jobs")), Some(Fault::Status(500)));
        assert_eq!(faults.strike(&request("/api/v1/admin/actions/jobs")), None);
    }

    #[test]
    fn the_newest_fault_wins_and_all_can_be_healed() {
        let mut faults = Faults::default();
        faults.add("/", Fault::Hang, None);
        faults.add("GET /api", Fault::Garbage, None);
        assert_eq!(faults.strike(&request("/api")), Some(Fault::Garbage));
        faults.clear();
        assert_eq!(faults.strike(&request("/api")), None);
    }
}
