//! Registered runners, and the tokens that register them.

use super::account::AccountId;
use super::repository::RepositoryId;

/// Row id of a runner.
pub type RunnerId = i64;

/// Seconds without contact after which a runner counts as offline.
const OFFLINE_AFTER_S: i64 = 60;
/// Seconds after its last sign of work during which a runner counts as busy.
const BUSY_FOR_S: i64 = 10;

/// Whose jobs a runner may take. Zero is "none", as in the forges' tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Jobs of this user's or organisation's repositories.
    pub owner: AccountId,
    /// Jobs of this repository.
    pub repository: RepositoryId,
}

impl Scope {
    /// Every job of the instance.
    pub const INSTANCE: Self = Self { owner: 0, repository: 0 };

    /// Jobs of one owner.
    pub fn owner(id: AccountId) -> Self {
        Self { owner: id, repository: 0 }
    }

    /// Jobs of one repository.
    pub fn repository(id: RepositoryId) -> Self {
        Self { owner: 0, repository: id }
    }

    /// May a runner of this scope take a job of `repository`, owned by `owner`?
    pub(crate) fn includes(self, owner: AccountId, repository: RepositoryId) -> bool {
        match self {
            Self { repository: wanted, .. } if wanted != 0 => wanted == repository,
            Self { owner: wanted, .. } => wanted == 0 || wanted == owner,
        }
    }
}

/// A registration.
#[derive(Clone)]
pub struct Runner {
    /// Row id.
    pub id: RunnerId,
    /// Its public half.
    pub uuid: String,
    /// Its secret half. The forges keep a hash; a test may want to play the runner.
    pub token: String,
    /// Its name.
    pub name: String,
    /// Whose jobs it may take.
    pub scope: Scope,
    /// Label names it declared last.
    pub labels: Vec<String>,
    /// One job only.
    pub ephemeral: bool,
    /// Switched off by `PATCH` (Gitea 1.26).
    pub disabled: bool,
    /// Deleted; kept so that finished jobs can still name it.
    pub deleted: bool,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) last_online_s: i64,
    pub(crate) last_active_s: i64,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Runner")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("scope", &self.scope)
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// Heard of within the last minute.
    pub(crate) fn is_online(&self, now_s: i64) -> bool {
        now_s - self.last_online_s <= OFFLINE_AFTER_S
    }

    /// Reported on a task within the last ten seconds.
    pub(crate) fn is_busy(&self, now_s: i64) -> bool {
        self.is_online(now_s) && now_s - self.last_active_s <= BUSY_FOR_S
    }

    /// Forgejo's word for it.
    pub(crate) fn status_word(&self, now_s: i64) -> &'static str {
        match (self.is_online(now_s), self.is_busy(now_s)) {
            (false, _) => "offline",
            (true, true) => "active",
            (true, false) => "idle",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_includes_its_own_jobs_only() {
        let (owner, repository) = (4, 1);
        assert!(Scope::INSTANCE.includes(owner, repository));
        assert!(Scope::owner(4).includes(owner, repository));
        assert!(!Scope::owner(5).includes(owner, repository));
        assert!(Scope::repository(1).includes(owner, repository));
        assert!(!Scope::repository(2).includes(owner, repository));
        // The row with both ids set is a repository runner when it comes to picking.
        let pair = Scope { owner: 9, repository: 1 };
        assert!(pair.includes(owner, repository));
    }
}
