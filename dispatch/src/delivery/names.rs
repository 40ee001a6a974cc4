//! What the headers say about a delivery: its id, its event's two names, and which kind of forge wrote it.

use http::HeaderMap;

use super::Refusal;

/// The forge's own headers first, then those it sends for compatibility.
const FAMILIES: [&str; 4] = ["x-forgejo-", "x-gitea-", "x-gogs-", "x-github-"];

/// Longest id or name that is accepted; a delivery id is a UUID and event names stay below 32 characters.
const MAX_LENGTH: usize = 64;

/// Which kind of forge the headers look like. Unsigned: good for a hint in a sentence, not for a decision that the
/// configuration can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeHint {
    /// Some `X-Forgejo-*` header: Forgejo ≥ 7. Gitea sends none.
    Forgejo,
    /// Some `X-Gitea-*` header and none of Forgejo's.
    Gitea,
}

/// The unsigned names of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) id: String,
    pub(super) event: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) forge: Option<ForgeHint>,
    pub(super) tells_target: bool,
}

impl Names {
    /// Reads the headers; refuses a delivery without an id, or with neither of the event's names.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let names = Self {
            id: first(headers, "delivery", "X-Gitea-Delivery")?.ok_or(Refusal::Header { header: "X-Gitea-Delivery" })?,
            event: first(headers, "event", "X-Gitea-Event")?,
            event_type: first(headers, "event-type", "X-Gitea-Event-Type")?,
            forge: hint(headers),
            tells_target: headers.contains_key("x-gitea-hook-installation-target-type"),
        };
        if names.event.is_none() && names.event_type.is_none() {
            return Err(Refusal::Header { header: "X-Gitea-Event-Type" });
        }
        Ok(names)
    }
}

/// The first value that is not empty: Forgejo leaves the coarse name of `package` empty.
fn first(headers: &HeaderMap, suffix: &str, header: &'static str) -> Result<Option<String>, Refusal> {
    let found = FAMILIES.iter().filter_map(|family| headers.get(format!("{family}{suffix}"))).find(|value| !value.is_empty());
    match found {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Ok(text) if is_plain(text) => Ok(Some(text.to_owned())),
            _ => Err(Refusal::Header { header }),
        },
    }
}

/// Short and harmless in a log line, a reply, or a key of the store.
fn is_plain(text: &str) -> bool {
    text.len() <= MAX_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn hint(headers: &HeaderMap) -> Option<ForgeHint> {
    let any = |family| headers.keys().any(|name| name.as_str().starts_with(family));
    if any("x-forgejo-") {
        Some(ForgeHint::Forgejo)
    } else if any("x-gitea-") {
        Some(ForgeHint::Gitea)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &str)]) -> Result<Names, Refusal> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Names::read(&headers)
    }

    #[test]
    fn each_family_of_headers_suffices_alone() {
        let families =
            [("forgejo", Some(ForgeHint::Forgejo)), ("gitea", Some(ForgeHint::Gitea)), ("gogs", None), ("github", None)];
        for (family, forge) in families {
            let headers: HeaderMap = [("delivery", "1-a"), ("event", "issue_comment"), ("event-type", "pull_request_comment")]
                .into_iter()
                .map(|(suffix, value)| {
                    let name = format!("X-{family}-{suffix}");
                    (name.parse().unwrap(), value.parse().unwrap())
                })
                .collect();
            let expected = Names {
                id: "1-a".into(),
                event: Some("issue_comment".into()),
                event_type: Some("pull_request_comment".into()),
                forge,
                tells_target: false,
            };
            assert_eq!(Names::read(&headers), Ok(expected), "{family}");
        }
    }

    #[test]
    fn an_empty_name_is_no_name() {
        let names = read(&[("X-Forgejo-Delivery", "1"), ("X-Forgejo-Event", ""), ("X-Forgejo-Event-Type", "package")]).unwrap();
        assert_eq!(names.event, None);
        assert_eq!(names.event_type.as_deref(), Some("package"));
    }

    #[test]
    fn a_missing_or_malformed_header_is_named() {
        let refused = |headers: &[_]| read(headers).unwrap_err().to_string();
        let event = ("X-Gitea-Event", "push");
        assert!(refused(&[event]).contains("X-Gitea-Delivery"));
        assert!(refused(&[("X-Gitea-Delivery", "1")]).contains("X-Gitea-Event-Type"));
        for wrong in ["a b", "a\tb", "ä", "{}", &"x".repeat(65)] {
            assert!(refused(&[("X-Gitea-Delivery", wrong), event]).contains("X-Gitea-Delivery"));
            assert!(refused(&[("X-Gitea-Delivery", "1"), ("X-Gitea-Event", wrong)]).contains("X-Gitea-Event"));
        }
    }
}
