//! Webhooks and the deliveries that wait to be sent.

use std::collections::BTreeSet;

use super::runner::Scope;

/// Row id of a webhook.
pub type HookId = i64;

/// A webhook.
#[derive(Clone)]
pub struct Webhook {
    /// Row id.
    pub id: HookId,
    /// Where deliveries go.
    pub url: String,
    /// Key of the signature; without one the signature is empty.
    pub secret: Option<String>,
    /// Names as the API takes them: `push`, `workflow_job`, `pull_request`, …
    pub events: BTreeSet<String>,
    /// Whose events: the instance's (a system hook), an owner's or a repository's.
    pub scope: Scope,
    /// Body as a form with the single field `payload`.
    pub form: bool,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Webhook")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// Does it want this event? `pull_request` covers every sub-type of it.
    pub(crate) fn wants(&self, event: &str, event_type: &str) -> bool {
        self.events.contains(event) || self.events.contains(event_type)
    }

    /// The value of the header `…-Hook-Installation-Target-Type`.
    pub(crate) fn target_type(&self, owner_is_organisation: bool) -> &'static str {
        match self.scope {
            Scope { repository, .. } if repository != 0 => "repository",
            Scope { owner: 0, .. } => "system",
            _ if owner_is_organisation => "organization",
            _ => "user",
        }
    }
}

/// One message to one webhook, ready to be sent. Made at most once per event and hook; never retried.
#[derive(Clone)]
pub struct Delivery {
    /// Counts up from 1.
    pub id: i64,
    /// The UUID of the `…-Delivery` headers.
    pub uuid: String,
    /// Where it goes.
    pub url: String,
    /// Coarse name: the `…-Event` headers.
    pub event: String,
    /// Fine name: the `…-Event-Type` headers.
    pub event_type: String,
    /// The JSON text that is signed, also when it travels as a form.
    pub body: String,
    pub(crate) secret: Option<String>,
    pub(crate) form: bool,
    pub(crate) target_type: &'static str,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Delivery")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(events: &[&str], scope: Scope) -> Webhook {
        Webhook {
            id: 1,
            url: "http://127.0.0.1:1/hook".to_owned(),
            secret: Some("quiet".to_owned()),
            events: events.iter().map(ToString::to_string).collect(),
            scope,
            form: false,
        }
    }

    #[test]
    fn pull_request_covers_its_sub_types() {
        let hook = hook(&["pull_request"], Scope::INSTANCE);
        assert!(hook.wants("pull_request", "pull_request_sync"));
        assert!(!hook.wants("push", "push"));
    }

    #[test]
    fn the_target_type_follows_the_scope() {
        assert_eq!(hook(&[], Scope::INSTANCE).target_type(true), "system");
        assert_eq!(hook(&[], Scope::owner(4)).target_type(true), "organization");
        assert_eq!(hook(&[], Scope::owner(4)).target_type(false), "user");
        assert_eq!(hook(&[], Scope::repository(1)).target_type(true), "repository");
    }

    #[test]
    fn debug_output_hides_the_secret() {
        assert!(!format!("{:?}", hook(&[], Scope::INSTANCE)).contains("quiet"));
    }
}
