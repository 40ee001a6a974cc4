//! Users and organisations.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Fields as _, Viewer};
use crate::flavour::Flavour;
use crate::world::{Account, AccountId, World, clock::rfc3339};

/// The id and name of the user that acts for the forge itself.
const ACTIONS_USER: (AccountId, &str) = (-2, "gitea-actions");

impl World {
    /// A user object. Organisations use the same one where they own things.
    pub(crate) fn account_json(&self, id: AccountId) -> Value {
        let account = self.accounts.get(&id);
        let name = account.map_or(ACTIONS_USER.1, |account| account.name.as_str());
        let base = self.acting_url();
        let mut user = json!({
            "id": account.map_or(ACTIONS_USER.0, |account| account.id),
            "login": name,
            "login_name": "",
            "source_id": 0,
            "full_name": "",
            "email": self.placeholder_email(id, name),
            "avatar_url": avatar_url(&base, name),
            "html_url": format!("{base}/{name}"),
            "language": "",
            "is_admin": false,
            "last_login": "0001-01-01T00:00:00Z",
            "created": rfc3339(account.map_or(0, |account| account.created_s)),
            "restricted": false,
            "active": false,
            "prohibit_login": false,
            "location": "",
            "website": "",
            "description": "",
            "visibility": "public",
            "followers_count": 0,
            "following_count": 0,
            "starred_repos_count": 0,
            "username": name,
        });
        if self.flavour().is_forgejo() {
            user.set("pronouns", json!(""));
        }
        user
    }

    /// A user object as its own user or an administrator sees it; others see no more than everybody.
    pub(crate) fn account_seen_json(&self, id: AccountId, viewer: Viewer) -> Value {
        let mut user = self.account_json(id);
        let Viewer::Account(viewer) = viewer else {
            return user;
        };
        let (Some(seen), Some(viewer)) = (self.accounts.get(&id), self.accounts.get(&viewer)) else {
            return user;
        };
        if viewer.is_admin || viewer.id == id {
            user.set("email", json!(real_email(seen)));
            user.set("active", json!(true));
            user.set("is_admin", json!(seen.is_admin));
        }
        user
    }

    /// The owner of a repository; whoever sees the repository sees the true address.
    pub(crate) fn owner_json(&self, id: AccountId, viewer: Viewer) -> Value {
        let mut owner = self.account_json(id);
        if let (Some(seen), true) = (self.accounts.get(&id), viewer != Viewer::Nobody) {
            owner.set("email", json!(real_email(seen)));
        }
        owner
    }

    /// The `organization` of a delivery.
    pub(crate) fn organisation_json(&self, id: AccountId) -> Value {
        let name = self.accounts.get(&id).map_or("", |account| account.name.as_str());
        json!({
            "id": id,
            "name": name,
            "full_name": "",
            "email": "",
            "avatar_url": avatar_url(&self.acting_url(), name),
            "description": "",
            "website": "",
            "location": "",
            "visibility": "public",
            "repo_admin_change_team_access": false,
            "username": name,
        })
    }

    /// What stands for a private address.
    fn placeholder_email(&self, id: AccountId, name: &str) -> String {
        let host = self.host_name();
        if self.flavour().is_forgejo() || self.flavour() < Flavour::Gitea1_26 {
            format!("{name}@noreply.{host}")
        } else {
            format!("{id}+{name}@noreply.{host}")
        }
    }
}

/// The address in the account's settings: organisations have none.
pub(super) fn real_email(account: &Account) -> String {
    if account.is_organisation() { String::new() } else { format!("{}@example.test", account.name) }
}

fn avatar_url(base: &str, name: &str) -> String {
    let hash: String = hex::encode(Sha256::digest(name)).chars().take(32).collect();
    format!("{base}/avatars/{hash}")
}
