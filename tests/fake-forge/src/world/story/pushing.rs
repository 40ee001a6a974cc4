//! Pushes of branches and tags, and deleting them.

use serde_json::json;

use crate::json::{Fields as _, Viewer};
use crate::world::account::AccountId;
use crate::world::git::{Commit, CommitRow, ZERO_ID};
use crate::world::repository::RepositoryId;
use crate::world::run::RunId;
use crate::world::runs::NewRun;
use crate::world::table::World;
use crate::world::workflow::Workflow;

/// A push to one reference.
#[derive(Clone, Debug)]
pub struct Push {
    /// Full reference: `refs/heads/main`, `refs/tags/v1`.
    pub reference: String,
    /// Who pushes.
    pub pusher: AccountId,
    /// New commits, oldest first.
    pub commits: Vec<Commit>,
    /// Branch, tag or commit to build on instead of the reference's tip: a new branch, a tag, a forced push.
    pub onto: Option<String>,
    /// Id of the tag object, when it is an annotated tag.
    pub tag_object: Option<String>,
    /// The workflows that this push starts.
    pub workflows: Vec<Workflow>,
}

impl Push {
    /// A push of one commit to a branch.
    pub fn branch(name: &str, pusher: AccountId, message: &str) -> Self {
        Self {
            reference: format!("refs/heads/{name}"),
            pusher,
            commits: vec![Commit::new(message)],
            onto: None,
            tag_object: None,
            workflows: Vec::new(),
        }
    }

    /// A push of a tag at a commit.
    pub fn tag(name: &str, pusher: AccountId, commit: &str) -> Self {
        Self {
            reference: format!("refs/tags/{name}"),
            pusher,
            commits: Vec::new(),
            onto: Some(commit.to_owned()),
            tag_object: None,
            workflows: Vec::new(),
        }
    }

    /// Starts this workflow.
    #[must_use]
    pub fn starts(mut self, workflow: Workflow) -> Self {
        self.workflows.push(workflow);
        self
    }
}

/// What a push did to its reference.
pub(crate) struct Moved {
    /// The old id.
    pub(crate) before: String,
    /// The new id: a commit, also for an annotated tag.
    pub(crate) after: String,
    /// The new commits, oldest first.
    pub(crate) new: Vec<String>,
}

impl World {
    /// Pushes, tells the webhooks, and starts the workflows.
    pub fn push(&mut self, repository: RepositoryId, push: Push) -> Vec<RunId> {
        match self.store_commits(repository, &push) {
            Some(moved) => self.announce_push(repository, push, &moved),
            None => Vec::new(),
        }
    }

    pub(super) fn announce_push(&mut self, repository: RepositoryId, push: Push, moved: &Moved) -> Vec<RunId> {
        let shown = push.tag_object.as_ref().unwrap_or(&moved.after);
        let is_branch = push.reference.starts_with("refs/heads/");
        let created = moved.before == ZERO_ID;
        if created && is_branch {
            self.announce_reference(repository, "create", &push.reference, shown, push.pusher);
        }
        let payload = self.push_json(repository, &push.reference, moved, shown, push.pusher);
        self.announce(repository, "push", "push", &payload);
        if created && !is_branch {
            self.announce_reference(repository, "create", &push.reference, shown, push.pusher);
        }
        // The payload that a run keeps lacks the count of commits.
        let mut kept = payload;
        kept.set("total_commits", json!(0));
        let runs = push.workflows.into_iter().map(|workflow| {
            self.start_run(NewRun {
                repository,
                workflow,
                reference: push.reference.clone(),
                head_id: moved.after.clone(),
                event: "push",
                title: self.title_of(repository, &moved.after),
                actor: push.pusher,
                pull_request: None,
                from_fork: false,
                needs_approval: false,
                supersedes: true,
                event_payload: kept.clone(),
            })
        });
        runs.collect()
    }

    /// Deletes a branch or a tag.
    pub fn delete_reference(&mut self, repository: RepositoryId, reference: &str, who: AccountId) {
        let Some(row) = self.repositories.get_mut(&repository) else {
            return;
        };
        let Some(commit) = row.references.remove(reference) else {
            return;
        };
        if reference.starts_with("refs/tags/") {
            let moved =
                Moved { before: row.tag_objects.remove(reference).unwrap_or(commit), after: ZERO_ID.to_owned(), new: Vec::new() };
            let payload = self.push_json(repository, reference, &moved, ZERO_ID, who);
            self.announce(repository, "push", "push", &payload);
        }
        self.announce_reference(repository, "delete", reference, "", who);
    }

    /// Stores the commits and moves the reference.
    fn store_commits(&mut self, repository: RepositoryId, push: &Push) -> Option<Moved> {
        let now_s = self.now_s;
        let row = self.repositories.get_mut(&repository)?;
        let before = row.references.get(&push.reference).cloned();
        let onto = push.onto.as_ref().and_then(|name| row.resolve(name)).map(|row| row.id.clone());
        let mut tip = onto.or_else(|| before.clone());
        let mut new = Vec::new();
        for commit in push.commits.iter().cloned() {
            let parent = tip.as_ref().and_then(|id| row.commits.get(id));
            let commit = CommitRow::on_top_of(parent, commit, push.pusher, now_s);
            tip = Some(commit.id.clone());
            new.push(commit.id.clone());
            row.commits.insert(commit.id.clone(), commit);
        }
        let after = tip?;
        row.references.insert(push.reference.clone(), after.clone());
        if let Some(object) = &push.tag_object {
            row.tag_objects.insert(push.reference.clone(), object.clone());
        }
        row.updated_s = now_s;
        let before = before.unwrap_or_else(|| ZERO_ID.to_owned());
        Some(Moved { before, after, new })
    }

    /// Puts the changes of `head` since `base` into one commit on top of `reference`.
    /// The push then shows the merged commits too.
    pub(super) fn store_merge(&mut self, repository: RepositoryId, push: &mut Push, head: &str, base: &str) -> Option<Moved> {
        let row = self.repositories.get(&repository)?;
        let merged: Vec<String> = row.history(head, base).iter().map(|row| row.id.clone()).collect();
        let (old, new) = (&row.commits.get(base)?.files, &row.commits.get(head)?.files);
        let changed = new.iter().filter(|(path, file)| old.get(*path).is_none_or(|old| old.content != file.content));
        let written: Vec<(String, String)> = changed.map(|(path, file)| (path.clone(), file.content.clone())).collect();
        let removed = old.keys().filter(|path| !new.contains_key(*path)).cloned().collect();
        if let Some(commit) = push.commits.first_mut() {
            commit.write.extend(written);
            commit.remove = removed;
        }
        let mut moved = self.store_commits(repository, push)?;
        moved.new.splice(0..0, merged);
        Some(moved)
    }

    fn announce_reference(&mut self, repository: RepositoryId, event: &str, reference: &str, id: &str, who: AccountId) {
        let (kind, short) = match reference.strip_prefix("refs/tags/") {
            Some(tag) => ("tag", tag),
            None => ("branch", reference.trim_start_matches("refs/heads/")),
        };
        let long = self.flavour.is_forgejo();
        let viewer = match event {
            "create" => Viewer::Nobody,
            _ => Viewer::Account(who),
        };
        let mut payload = json!({
            "ref": if long { reference } else { short },
            "ref_type": kind,
            "repository": self.repository_json(repository, viewer),
            "sender": self.account_json(who),
        });
        match event {
            "create" => payload.set("sha", json!(id)),
            _ => payload.set("pusher_type", json!("user")),
        }
        self.announce(repository, event, event, &payload);
    }

    /// First line of a commit's message.
    pub(super) fn title_of(&self, repository: RepositoryId, commit: &str) -> String {
        self.repositories
            .get(&repository)
            .and_then(|row| row.commits.get(commit))
            .and_then(|row| row.message.lines().next())
            .unwrap_or_default()
            .to_owned()
    }
}
