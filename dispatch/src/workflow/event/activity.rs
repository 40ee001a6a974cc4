//! The activity types of an event: what `types` is compared with.

use super::super::{Dialect, Forge};
use super::{Event, Kind};

/// How often the forge evaluates workflows for one event, and under which names each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activities {
    /// One evaluation for each element; any of its names may match.
    Known(Vec<Vec<&'static str>>),
    /// Labels changed and it is not known which way: one evaluation at least, under either name.
    Labels,
    /// The forge evaluates nothing.
    Nothing,
}

/// Every name that can come out of [`activities`].
const NAMES: [&str; 23] = [
    "opened",
    "edited",
    "closed",
    "reopened",
    "assigned",
    "unassigned",
    "review_requested",
    "review_request_removed",
    "milestoned",
    "demilestoned",
    "created",
    "deleted",
    "published",
    "requested",
    "in_progress",
    "completed",
    "synchronized",
    "synchronize",
    "labeled",
    "unlabeled",
    "submitted",
    "reviewed",
    "updated",
];

/// The activities of `event`.
pub fn activities(event: &Event, dialect: Dialect) -> Activities {
    let one = |names: &[&'static str]| Activities::Known(vec![names.to_vec()]);
    match (event.kind, &*event.action) {
        (_, "label_cleared") => Activities::Nothing,
        (_, "label_updated") => label_updates(event, dialect),
        (kind, "synchronized") if kind.is_pull_request() => one(&["synchronize"]),
        (Kind::PullRequestReviewComment, "reviewed") => one(&["created", "edited"]),
        (kind, "reviewed") if kind.is_review() => one(&["submitted", "edited"]),
        (kind, _) if kind.is_review() => one(&[]),
        (Kind::Release, "updated") => one(&["edited"]),
        (Kind::Package, "created") => one(&["published"]),
        (_, action) => match NAMES.iter().find(|name| **name == action) {
            Some(name) => one(&[name]),
            None => one(&[]),
        },
    }
}

/// Gitea evaluates once: a pull request as `labeled`, an issue (≥ 1.25) by what really happened. Forgejo ≥ 9 evaluates
/// once for each label.
fn label_updates(event: &Event, dialect: Dialect) -> Activities {
    let tells_apart = match dialect.forge {
        Forge::Gitea => event.kind.is_issue() && dialect.is_gitea_from(25),
        Forge::Forgejo => dialect.is_forgejo_from(9),
    };
    match event.labels {
        _ if !tells_apart => Activities::Known(vec![vec!["labeled"]]),
        None => Activities::Labels,
        Some(change) if dialect.forge == Forge::Gitea => {
            let names = [("labeled", change.added), ("unlabeled", change.removed)];
            Activities::Known(vec![names.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect()])
        }
        Some(change) => {
            let added = std::iter::repeat_n(vec!["labeled"], change.added);
            Activities::Known(added.chain(std::iter::repeat_n(vec!["unlabeled"], change.removed)).collect())
        }
    }
}
