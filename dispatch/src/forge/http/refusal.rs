//! What a forge means by a status that is no success, and what a person can do about it.

use reqwest::{StatusCode, Url};

use super::answer::Missing;
use super::call::Access;
use super::page;
use crate::forge::ForgeErrorKind::{self, Denied, Malformed, NotSupported, RateLimited, Unreachable};

/// Seconds to wait when the forge does not say.
const WAIT_S: u64 = 60;

/// All that decides the sentence.
pub(super) struct Refusal<'a> {
    pub(super) status: StatusCode,
    pub(super) words: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) access: Access,
    pub(super) missing: Option<Missing>,
    pub(super) location: Option<&'a str>,
    pub(super) retry_after: Option<&'a str>,
    pub(super) root: &'a Url,
}

impl Refusal<'_> {
    /// The kind and the sentence.
    pub(super) fn sentence(&self) -> (ForgeErrorKind, String) {
        let code = self.status.as_u16();
        let words = self.words.as_deref().map(|words| format!(" (“{words}”)")).unwrap_or_default();
        match self.status {
            status if status.is_redirection() => (Denied, self.redirect()),
            StatusCode::UNAUTHORIZED => {
                (Denied, format!("the forge does not accept the token{words}: make a new one{} and set `token`", self.needs()))
            }
            StatusCode::FORBIDDEN => {
                (Denied, format!("the token may not do this{words}: make one{} and set `token`", self.needs()))
            }
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => self.not_found(&words),
            StatusCode::TOO_MANY_REQUESTS => {
                let retry_after_s = self.retry_after.and_then(|text| text.trim().parse().ok()).unwrap_or(WAIT_S);
                (RateLimited { retry_after_s }, format!("too many requests{words}: asked to wait {retry_after_s} s"))
            }
            status if status.is_server_error() => {
                (Unreachable, format!("the forge failed with HTTP {code}{words}: if this lasts, its own log says why"))
            }
            _ => (Malformed, format!("the forge refused with HTTP {code}{words}")),
        }
    }

    /// `with the scope …, of a user who …`: both must hold, a scope gives no right that its owner lacks.
    fn needs(&self) -> String {
        match (&self.scope, self.access) {
            (Some(scope), Access::Token { role, .. }) => format!(" with the scope `{scope}`, of a user who {role},"),
            _ => String::new(),
        }
    }

    fn not_found(&self, words: &str) -> (ForgeErrorKind, String) {
        match (self.missing, self.access) {
            (Some(Missing::Object), Access::Token { role, .. }) => (
                Denied,
                format!(
                    "the forge has no such thing, or hides it from this token{words}: check the name, and that the token's user {role}"
                ),
            ),
            _ => (NotSupported, format!("this release of the forge has no such route (HTTP {})", self.status.as_u16())),
        }
    }

    /// A redirect is never followed: it would carry the token to wherever somebody points.
    fn redirect(&self) -> String {
        let Some(target) = self.location.and_then(|location| self.root.join(location).ok()) else {
            return format!("redirected (HTTP {}) to nowhere: is `url` ({}) the forge's root?", self.status.as_u16(), self.root);
        };
        if target.origin() == self.root.origin() {
            let path = page::excerpt(target.path());
            return format!(
                "moved to `{path}`: it was renamed, so use its new name, or `url` ({}) is not the forge's root",
                self.root
            );
        }
        let host = target.host_str().unwrap_or_default();
        let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("redirected to another place: set `url` to `{}://{host}{port}/` if that is the forge", target.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(status: u16, change: impl FnOnce(&mut Refusal<'_>)) -> (ForgeErrorKind, String) {
        let root: Url = "http://git.example.com/".parse().unwrap();
        let mut refusal = Refusal {
            status: StatusCode::from_u16(status).unwrap(),
            words: None,
            scope: Some("write:repository".to_owned()),
            access: Access::Token { category: "repository", role: "owns it" },
            missing: None,
            location: None,
            retry_after: None,
            root: &root,
        };
        change(&mut refusal);
        refusal.sentence()
    }

    #[test]
    fn a_missing_right_names_scope_and_role() {
        let words = "token does not have at least one of required scope(s)";
        insta::assert_snapshot!(sentence(403, |r| r.words = Some(words.to_owned())).1, @"the token may not do this (“token does not have at least one of required scope(s)”): make one with the scope `write:repository`, of a user who owns it, and set `token`");
        assert_eq!(sentence(401, |_| ()).0, Denied);
    }

    #[test]
    fn a_redirect_names_the_place_to_configure() {
        let (_, elsewhere) = sentence(301, |r| r.location = Some("https://git.example.com/api/v1/version?token=x"));
        assert_eq!(elsewhere, "redirected to another place: set `url` to `https://git.example.com/` if that is the forge");
        let (_, renamed) = sentence(307, |r| r.location = Some("/api/v1/repos/acme/new-name"));
        assert!(renamed.starts_with("moved to `/api/v1/repos/acme/new-name`"), "{renamed}");
        let (_, nowhere) = sentence(302, |_| ());
        assert!(nowhere.contains("to nowhere"), "{nowhere}");
    }

    #[test]
    fn the_forge_says_how_long_to_wait() {
        assert_eq!(sentence(429, |r| r.retry_after = Some("7")).0, RateLimited { retry_after_s: 7 });
        assert_eq!(sentence(429, |r| r.retry_after = Some("Sat, 21 Nov 2026 10:00:00 GMT")).0, RateLimited { retry_after_s: 60 });
    }

    #[test]
    fn a_missing_route_is_another_matter_than_a_missing_thing() {
        assert_eq!(sentence(404, |r| r.missing = Some(Missing::Route)).0, NotSupported);
        assert_eq!(sentence(405, |r| r.missing = Some(Missing::Route)).0, NotSupported);
        assert_eq!(sentence(404, |r| r.missing = Some(Missing::Object)).0, Denied);
    }

    #[test]
    fn what_remains_is_sorted_by_whose_fault_it_is() {
        assert_eq!(sentence(502, |_| ()).0, Unreachable);
        assert_eq!(sentence(422, |_| ()).0, Malformed);
    }
}
