//! What a push, or a pull request, of the branch that is checked out would start.

use serde_json::{Value, json};

use super::question::{Question, Unanswerable, short};
use crate::repository::{Branch, Commit, Listing, Repository, WorkTree, changed};
use crate::workflow::event::NO_COMMIT;

/// What is known of the place.
struct Place<'a> {
    tree: &'a WorkTree,
    branch: Branch,
    head: Commit,
    default_branch: String,
    notes: Vec<String>,
}

/// A push of the branch that is checked out, from what the remote was last seen to have, or from `since`.
pub async fn push(tree: &WorkTree, since: Option<&str>) -> Result<Question, Unanswerable> {
    let place = Place::of(tree).await?;
    let before = match since {
        Some(since) => Some(place.found(since).await?),
        None => place.pushed(&place.branch.name).await?,
    };
    let (id, branch) = (place.head.id.clone(), place.branch.name.clone());
    let files = place.changed_by_tip().await?;
    let payload = json!({
        "ref": format!("refs/heads/{branch}"),
        "before": before.as_ref().map_or(NO_COMMIT, |commit| &commit.id),
        "after": id,
        "head_commit": { "id": id, "message": place.head.message, "modified": files },
        "repository": place.repository().await?,
    });
    let from = match &before {
        Some(before) if before.id == id => format!(": nothing new since {}", short(&id)),
        Some(before) => format!(" from {} to {}", short(&before.id), short(&id)),
        None => format!(", new at its remote, at {}", short(&id)),
    };
    let nothing = before.filter(|before| before.id == id).map(|_| {
        format!("`{branch}` is already where its remote was last seen, so a push would send nothing: `--since REV` compares with an earlier commit")
    });
    Ok(place.into_question("push", payload, format!("a push of `{branch}`{from}"))?.note(nothing))
}

/// The opening of a pull request from the branch that is checked out into `base`, or else into the default branch.
pub async fn pull_request(tree: &WorkTree, base: Option<&str>) -> Result<Question, Unanswerable> {
    let place = Place::of(tree).await?;
    let base = base.unwrap_or(&place.default_branch).to_owned();
    if base == place.branch.name {
        let sentence =
            format!("`{base}` cannot be merged into itself: check another branch out, or name the target with `--base`");
        return Err(Unanswerable::question(sentence));
    }
    let tip = match place.pushed(&base).await? {
        Some(tip) => tip,
        None => place.found(&format!("refs/heads/{base}")).await?,
    };
    let (head, branch) = (place.head.id.clone(), place.branch.name.clone());
    let merge_base = tree.merge_base(&tip.id, &head).await?;
    let repository = place.repository().await?;
    let title = place.head.message.lines().next().unwrap_or_default();
    let payload = json!({
        "action": "opened",
        "number": 0,
        "pull_request": {
            "number": 0,
            "title": title,
            "merge_base": merge_base,
            "base": { "ref": base, "sha": tip.id, "repo_id": 1, "repo": repository },
            "head": { "ref": branch, "sha": head, "repo_id": 1, "repo": repository },
        },
        "repository": repository,
    });
    place.into_question("pull_request", payload, format!("the opening of a pull request from `{branch}` into `{base}`"))
}

impl<'a> Place<'a> {
    async fn of(tree: &'a WorkTree) -> Result<Self, Unanswerable> {
        let Some(branch) = tree.branch().await? else {
            return Err(Unanswerable::question("no branch is checked out, so nothing would be pushed: check one out"));
        };
        let Some(head) = tree.commit("HEAD").await? else {
            return Err(Unanswerable::question("there is no commit yet, so nothing would be pushed"));
        };
        let default_branch = default_branch(tree, &branch).await?;
        let notes = uncommitted(tree.uncommitted().await?).into_iter().collect();
        Ok(Self { tree, branch, head, default_branch, notes })
    }

    /// Where the remote's branch of this name was last seen.
    async fn pushed(&self, branch: &str) -> Result<Option<Commit>, Unanswerable> {
        match &self.branch.remote {
            Some(remote) => Ok(self.tree.commit(&format!("refs/remotes/{remote}/{branch}")).await?),
            None => Ok(None),
        }
    }

    async fn found(&self, revision: &str) -> Result<Commit, Unanswerable> {
        let commit = self.tree.commit(revision).await?;
        commit.ok_or_else(|| Unanswerable::question(format!("there is no commit `{revision}` here: fetch it, or name another")))
    }

    /// What the last commit changes against its first parent, which is what a forge looks at when a branch is new. A merge
    /// shows nothing.
    async fn changed_by_tip(&self) -> Result<Vec<String>, Unanswerable> {
        let after = self.tree.listing(&self.head.id).await?.unwrap_or_default();
        let before = match self.head.parents.as_slice() {
            [] => Listing::new(),
            [parent] => self.tree.listing(parent).await?.unwrap_or_default(),
            _ => return Ok(Vec::new()),
        };
        Ok(changed(&before, &after))
    }

    async fn repository(&self) -> Result<Value, Unanswerable> {
        let address = match &self.branch.remote {
            Some(remote) => self.tree.address(remote).await?.unwrap_or_default(),
            None => String::new(),
        };
        let full_name = full_name(&address);
        let name = full_name.rsplit('/').next().unwrap_or_default();
        Ok(json!({
            "full_name": full_name,
            "name": name,
            "default_branch": self.default_branch,
            "permissions": { "push": true },
        }))
    }

    fn into_question(self, event_type: &str, payload: Value, about: String) -> Result<Question, Unanswerable> {
        let mut question = Question::new(event_type, payload, about)?;
        question.notes = self.notes;
        Ok(question)
    }
}

/// As the remote says, else the usual names, else the branch itself.
async fn default_branch(tree: &WorkTree, branch: &Branch) -> Result<String, Unanswerable> {
    let mut places = vec!["refs/heads".to_owned()];
    if let Some(remote) = &branch.remote {
        if let Some(name) = tree.default_branch(remote).await? {
            return Ok(name);
        }
        places.insert(0, format!("refs/remotes/{remote}"));
    }
    for place in places {
        for name in ["main", "master"] {
            if tree.commit(&format!("{place}/{name}")).await?.is_some() {
                return Ok(name.to_owned());
            }
        }
    }
    Ok(branch.name.clone())
}

fn uncommitted(files: usize) -> Option<String> {
    match files {
        0 => None,
        1 => Some("one file is not committed; what a push sends is what is committed".to_owned()),
        _ => Some(format!("{files} files are not committed; what a push sends is what is committed")),
    }
}

/// The last two parts of an address, whichever way it is written.
fn full_name(address: &str) -> String {
    let path = address.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = path.rsplit(['/', ':']);
    match (parts.next(), parts.next()) {
        (Some(name), Some(owner)) if !name.is_empty() && !owner.is_empty() => format!("{owner}/{name}"),
        _ => "local/repository".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_after_its_address() {
        for address in ["https://git.example.com/acme/tour.git", "git@git.example.com:acme/tour.git", "ssh://git@h:22/acme/tour/"]
        {
            assert_eq!(full_name(address), "acme/tour");
        }
        assert_eq!(full_name(""), "local/repository");
    }
}
