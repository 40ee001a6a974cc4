//! Pushes of branches and tags, and deleting them.

use serde_json::json;

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
    /// The commit to build on instead of the reference's tip: a new branch, a tag, a forced push.
    pub onto: Option<String>,
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

impl World {
    /// Pushes, tells the webhooks, and starts the workflows.
    pub fn push(&mut self, repository: RepositoryId, push: Push) -> Vec<RunId> {
        let Some((before, after, new)) = self.store_commits(repository, &push) else {
            return Vec::new();
        };
        let is_branch = push.reference.starts_with("refs/heads/");
        let created = before == ZERO_ID;
        if created && is_branch {
            self.announce_reference(repository, "create", &push.reference, &after, push.pusher);
        }
        let payload = self.push_json(repository, &push.reference, &before, &after, &new, push.pusher);
        self.announce(repository, "push", "push", &payload);
        if created && !is_branch {
            self.announce_reference(repository, "create", &push.reference, &after, push.pusher);
        }
        // The payload that a run keeps lacks the count of commits.
        let mut kept = payload;
        kept["total_commits"] = json!(0);
        let runs = push.workflows.into_iter().map(|workflow| {
            self.start_run(NewRun {
                repository,
                workflow,
                reference: push.reference.clone(),
                head_id: after.clone(),
                event: "push",
                title: self.title_of(repository, &after),
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
        let row = self.repositories.get_mut(&repository);
        let Some(before) = row.and_then(|row| row.references.remove(reference)) else {
            return;
        };
        if reference.starts_with("refs/tags/") {
            let payload = self.push_json(repository, reference, &before, ZERO_ID, &[], who);
            self.announce(repository, "push", "push", &payload);
        }
        self.announce_reference(repository, "delete", reference, "", who);
    }

    /// Stores the commits and moves the reference. Returns its old and new id, and the new commits.
    fn store_commits(&mut self, repository: RepositoryId, push: &Push) -> Option<(String, String, Vec<String>)> {
        let now_s = self.now_s;
        let row = self.repositories.get_mut(&repository)?;
        let before = row.references.get(&push.reference).cloned();
        let mut tip = push.onto.clone().or_else(|| before.clone());
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
        row.updated_s = now_s;
        Some((before.unwrap_or_else(|| ZERO_ID.to_owned()), after, new))
    }

    fn announce_reference(&mut self, repository: RepositoryId, event: &str, reference: &str, id: &str, who: AccountId) {
        let (kind, short) = match reference.strip_prefix("refs/tags/") {
            Some(tag) => ("tag", tag),
            None => ("branch", reference.trim_start_matches("refs/heads/")),
        };
        let mut payload = json!({
            "ref": short,
            "ref_type": kind,
            "repository": self.repository_json(repository, Some(who)),
            "sender": self.account_json(who),
        });
        match event {
            "create" => payload["sha"] = json!(id),
            _ => payload["pusher_type"] = json!("user"),
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
