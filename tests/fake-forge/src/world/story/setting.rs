//! The setting of a story: accounts, tokens, repositories, forks.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::account::{Account, AccountId, Token};
use crate::world::repository::{DEFAULT_BRANCH, Repository, RepositoryId};
use crate::world::table::World;

impl World {
    /// Adds a user.
    pub fn add_user(&mut self, name: &str) -> AccountId {
        self.add_account(name, false, None)
    }

    /// Adds a site administrator.
    pub fn add_admin(&mut self, name: &str) -> AccountId {
        self.add_account(name, true, None)
    }

    /// Adds an organisation.
    pub fn add_organisation(&mut self, name: &str, owners: &[AccountId]) -> AccountId {
        self.add_account(name, false, Some(owners.iter().copied().collect()))
    }

    fn add_account(&mut self, name: &str, is_admin: bool, owners: Option<BTreeSet<AccountId>>) -> AccountId {
        let id = self.next_id("account");
        let account = Account { id, name: name.to_owned(), is_admin, owners, created_s: self.now_s };
        self.accounts.insert(id, account);
        id
    }

    /// Makes an API token of a user. Scopes as the forge spells them: `read:repository`, `write:admin`, `all`.
    pub fn add_token(&mut self, user: AccountId, scopes: &[&str]) -> String {
        let text = self.next_secret("token");
        let token = Token { user, scopes: scopes.iter().map(ToString::to_string).collect() };
        self.tokens.insert(text.clone(), token);
        text
    }

    /// Withdraws an API token.
    pub fn revoke_token(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// Makes an empty repository.
    pub fn create_repository(&mut self, owner: AccountId, name: &str) -> RepositoryId {
        let id = self.next_id("repository");
        let repository = Repository {
            id,
            owner,
            name: name.to_owned(),
            private: false,
            parent: None,
            collaborators: BTreeSet::new(),
            created_s: self.now_s,
            updated_s: self.now_s,
            commits: BTreeMap::new(),
            references: BTreeMap::new(),
            tag_objects: BTreeMap::new(),
            pull_requests: Vec::new(),
            last_number: 0,
            last_run_number: 0,
        };
        self.repositories.insert(id, repository);
        id
    }

    /// Changes a repository: private, another name, a collaborator.
    pub fn change_repository(&mut self, id: RepositoryId, change: impl FnOnce(&mut Repository)) {
        if let Some(repository) = self.repositories.get_mut(&id) {
            change(repository);
        }
    }

    /// Copies a repository's default branch into a new one.
    pub fn fork(&mut self, parent: RepositoryId, owner: AccountId, name: &str) -> RepositoryId {
        let id = self.create_repository(owner, name);
        let Some(from) = self.repositories.get(&parent).cloned() else {
            return id;
        };
        let branch = format!("refs/heads/{DEFAULT_BRANCH}");
        self.change_repository(id, |fork| {
            fork.parent = Some(parent);
            fork.commits = from.commits;
            fork.references = from.references.into_iter().filter(|(name, _)| *name == branch).collect();
        });
        id
    }

    /// Opens an issue: only its number matters here, because pull requests share the count.
    pub fn open_issue(&mut self, repository: RepositoryId) -> i64 {
        let row = self.repositories.get_mut(&repository);
        row.map_or(0, |row| {
            row.last_number += 1;
            row.last_number
        })
    }
}
