//! One request: where it goes, what it carries, and what the token must be allowed for it.

use reqwest::{Method, Url};
use serde_json::Value;

/// A request that is still to be sent. Without `Debug`: the body may hold a registration token.
#[derive(Clone)]
pub(crate) struct Call {
    pub(super) method: Method,
    pub(super) access: Access,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

/// What a call needs from the API token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing; the token is not even sent.
    Anonymous,
    /// A scope of this category, in the hands of somebody who `role`.
    Token {
        /// `admin`, `organization` or `repository`: decided by the first part of the route.
        category: &'static str,
        /// Such as `is a site administrator`.
        role: &'static str,
    },
}

impl Call {
    /// A call of `method` to the path of these segments below the forge's root.
    pub(crate) fn new<S: AsRef<str>>(method: Method, access: Access, segments: impl IntoIterator<Item = S>) -> Self {
        let segments = segments.into_iter().map(|segment| segment.as_ref().to_owned()).collect();
        Self { method, access, segments, query: Vec::new(), body: None }
    }

    /// Adds one parameter; the same name may come more than once.
    #[must_use]
    pub(crate) fn query(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Sends this as JSON.
    #[must_use]
    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// How errors name the call: method and path, without parameters.
    pub(super) fn what(&self) -> String {
        format!("{} /{}", self.method, self.segments.join("/"))
    }

    /// The address below `root`, each segment escaped on its own, so that no name can leave its place.
    pub(super) fn address(&self, root: &Url) -> Url {
        let mut url = root.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}

impl Access {
    /// The scope by its name in the forge's token form, such as `write:repository`.
    pub(super) fn scope(self, method: &Method) -> Option<String> {
        let verb = if *method == Method::GET { "read" } else { "write" };
        match self {
            Self::Anonymous => None,
            Self::Token { category, .. } => Some(format!("{verb}:{category}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: Access = Access::Token { category: "repository", role: "can read it" };

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        let root: Url = "https://git.example.com/forge/".parse().unwrap();
        let call = Call::new(Method::GET, READER, ["api", "v1", "orgs", "a/../../admin?x", "jobs"]).query("page", &2);
        assert_eq!(call.address(&root).as_str(), "https://git.example.com/forge/api/v1/orgs/a%2F..%2F..%2Fadmin%3Fx/jobs?page=2");
    }

    #[test]
    fn reading_needs_less_than_writing() {
        assert_eq!(READER.scope(&Method::GET).as_deref(), Some("read:repository"));
        assert_eq!(READER.scope(&Method::DELETE).as_deref(), Some("write:repository"));
        assert_eq!(Access::Anonymous.scope(&Method::GET), None);
    }
}
