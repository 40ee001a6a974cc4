//! Who exists on the forge and what their tokens may do.

use std::collections::BTreeSet;

/// Row id of a user or an organisation; both share one table.
pub type AccountId = i64;

/// A user or an organisation.
#[derive(Clone, Debug)]
pub struct Account {
    /// Row id.
    pub id: AccountId,
    /// Login name.
    pub name: String,
    /// Site administrator.
    pub is_admin: bool,
    /// For an organisation: the ids of its owners. `None` for a user.
    pub owners: Option<BTreeSet<AccountId>>,
    pub(crate) created_s: i64,
}

impl Account {
    /// Is it an organisation?
    pub fn is_organisation(&self) -> bool {
        self.owners.is_some()
    }

    /// May `user` change the settings of what this account owns?
    pub(crate) fn is_owned_by(&self, user: &Self) -> bool {
        user.is_admin || self.id == user.id || self.owners.as_ref().is_some_and(|owners| owners.contains(&user.id))
    }
}

/// An API token. Its text is the key under which the world keeps it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) user: AccountId,
    /// Scopes as the forge spells them: `read:repository`, `write:admin`, `all`.
    pub(crate) scopes: BTreeSet<String>,
}

impl Token {
    /// Does the token cover `category` (`repository`, `organization`, `admin`, `user`)? Writing implies reading.
    pub(crate) fn covers(&self, category: &str, write: bool) -> bool {
        self.scopes.contains("all")
            || self.scopes.contains(&format!("write:{category}"))
            || (!write && self.scopes.contains(&format!("read:{category}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_implies_reading_but_not_the_reverse() {
        let token = |scope: &str| Token { user: 1, scopes: BTreeSet::from([scope.to_owned()]) };
        assert!(token("write:repository").covers("repository", false));
        assert!(!token("read:repository").covers("repository", true));
        assert!(!token("write:repository").covers("admin", false));
        assert!(token("all").covers("admin", true));
    }
}
