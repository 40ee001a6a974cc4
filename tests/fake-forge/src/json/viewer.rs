//! In whose eyes an object is shown: permissions and e-mail addresses depend on it.

use crate::world::AccountId;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// Nobody in particular: no permission at all, and placeholders for addresses. Gitea's runs, `create`, dispatches.
    Nobody,
    /// A visitor without an account: may read what is public.
    Visitor,
    /// Somebody with every permission: `workflow_job`.
    Owner,
    /// This account.
    Account(AccountId),
}
