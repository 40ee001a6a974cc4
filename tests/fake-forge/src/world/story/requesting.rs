//! Pull requests: opened, synchronised, reopened, merged.

use crate::world::account::AccountId;
use crate::world::git::Commit;
use crate::world::repository::{PullRequest, RepositoryId};
use crate::world::run::RunId;
use crate::world::runs::NewRun;
use crate::world::story::Push;
use crate::world::table::World;
use crate::world::workflow::Workflow;

/// A pull request about to be opened.
#[derive(Clone, Debug)]
pub struct NewPullRequest {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Who opens it.
    pub poster: AccountId,
    /// Repository of the branch: the same one, or a fork.
    pub head_repository: RepositoryId,
    /// Branch to be merged.
    pub head_branch: String,
    /// Branch to merge into.
    pub base_branch: String,
    /// The workflows that it starts.
    pub workflows: Vec<Workflow>,
}

impl World {
    /// Opens a pull request. Its runs wait for approval when it comes from the fork of an outsider.
    pub fn open_pull_request(&mut self, repository: RepositoryId, new: NewPullRequest) -> Option<(i64, Vec<RunId>)> {
        let tip = |id: RepositoryId, branch: &str| {
            let row = self.repositories.get(&id)?;
            row.references.get(&format!("refs/heads/{branch}")).cloned()
        };
        let (head_id, merge_base) = (tip(new.head_repository, &new.head_branch)?, tip(repository, &new.base_branch)?);
        self.take_commits(repository, new.head_repository, &head_id);
        let number = self.open_issue(repository);
        let request = PullRequest {
            id: self.next_id("pull request"),
            number,
            title: new.title,
            body: new.body,
            poster: new.poster,
            head_repository: new.head_repository,
            head_branch: new.head_branch,
            head_id,
            former_head_id: None,
            base_branch: new.base_branch,
            merge_base,
            merged: None,
            closed_s: None,
            created_s: self.now_s,
            updated_s: self.now_s,
        };
        self.change_repository(repository, |row| row.pull_requests.push(request));
        Some((number, self.act_on_pull_request(repository, number, "opened", new.poster, new.workflows)))
    }

    /// The commits of a pull request can be read where it is opened, as below `refs/pull/N/head` on a real server.
    fn take_commits(&mut self, into: RepositoryId, from: RepositoryId, tip: &str) {
        let fetched = self.repositories.get(&from).map(|row| row.history(tip, "").into_iter().cloned().collect::<Vec<_>>());
        self.change_repository(into, |row| {
            for commit in fetched.unwrap_or_default() {
                row.commits.entry(commit.id.clone()).or_insert(commit);
            }
        });
    }

    /// Takes over the new tip of the pull request's branch.
    pub fn synchronise_pull_request(
        &mut self,
        repository: RepositoryId,
        number: i64,
        who: AccountId,
        workflows: Vec<Workflow>,
    ) -> Vec<RunId> {
        let tip = self.pull_request(repository, number).and_then(|request| {
            let row = self.repositories.get(&request.head_repository)?;
            row.references.get(&format!("refs/heads/{}", request.head_branch)).cloned()
        });
        if let Some(tip) = tip {
            let from = self.pull_request(repository, number).map_or(repository, |request| request.head_repository);
            self.take_commits(repository, from, &tip);
            self.change_pull_request(repository, number, |request| {
                request.former_head_id = Some(std::mem::replace(&mut request.head_id, tip));
            });
        }
        self.act_on_pull_request(repository, number, "synchronized", who, workflows)
    }

    /// Gives it another title, silently.
    pub fn retitle_pull_request(&mut self, repository: RepositoryId, number: i64, title: &str) {
        self.change_pull_request(repository, number, |request| {
            title.clone_into(&mut request.title);
        });
    }

    /// Closes a pull request without merging.
    pub fn close_pull_request(&mut self, repository: RepositoryId, number: i64, who: AccountId) {
        let now_s = self.now_s;
        self.change_pull_request(repository, number, |request| request.closed_s = Some(now_s));
        self.act_on_pull_request(repository, number, "closed", who, Vec::new());
    }

    /// Opens it again.
    pub fn reopen_pull_request(
        &mut self,
        repository: RepositoryId,
        number: i64,
        who: AccountId,
        workflows: Vec<Workflow>,
    ) -> Vec<RunId> {
        self.change_pull_request(repository, number, |request| request.closed_s = None);
        self.act_on_pull_request(repository, number, "reopened", who, workflows)
    }

    /// Merges it with `commit`, which is pushed to the base branch and starts `workflows`.
    pub fn merge_pull_request(
        &mut self,
        repository: RepositoryId,
        number: i64,
        who: AccountId,
        commit: Commit,
        workflows: Vec<Workflow>,
    ) -> Vec<RunId> {
        let now_s = self.now_s;
        let Some(request) = self.pull_request(repository, number).cloned() else {
            return Vec::new();
        };
        let mut push = Push {
            reference: format!("refs/heads/{}", request.base_branch),
            pusher: who,
            commits: vec![commit],
            onto: None,
            tag_object: None,
            workflows,
        };
        let moved = self.store_merge(repository, &mut push, &request.head_id, &request.merge_base);
        let Some(moved) = moved else {
            return Vec::new();
        };
        let merge_id = moved.after.clone();
        self.change_pull_request(repository, number, |request| {
            request.closed_s = Some(now_s);
            request.merged = Some((merge_id, who, now_s));
        });
        self.act_on_pull_request(repository, number, "closed", who, Vec::new());
        // Git's hook tells of the push, not the request that merged.
        self.as_itself(|world| world.announce_push(repository, push, &moved))
    }

    pub(crate) fn pull_request(&self, repository: RepositoryId, number: i64) -> Option<&PullRequest> {
        let row = self.repositories.get(&repository)?;
        row.pull_requests.iter().find(|request| request.number == number)
    }

    fn change_pull_request(&mut self, repository: RepositoryId, number: i64, change: impl FnOnce(&mut PullRequest)) {
        let now_s = self.now_s;
        let row = self.repositories.get_mut(&repository);
        let found = row.and_then(|row| row.pull_requests.iter_mut().find(|request| request.number == number));
        if let Some(request) = found {
            request.updated_s = now_s;
            change(request);
        }
    }

    /// Tells the webhooks what happened to it and starts its workflows.
    fn act_on_pull_request(
        &mut self,
        repository: RepositoryId,
        number: i64,
        action: &str,
        who: AccountId,
        workflows: Vec<Workflow>,
    ) -> Vec<RunId> {
        let Some(request) = self.pull_request(repository, number).cloned() else {
            return Vec::new();
        };
        let payload = self.pull_request_event_json(repository, &request, action, who);
        let kept = self.pull_request_kept_json(repository, &request, action, who);
        let synchronised = action == "synchronized";
        let fine = if synchronised { "pull_request_sync" } else { "pull_request" };
        self.announce(repository, "pull_request", fine, &payload);
        let from_fork = request.head_repository != repository;
        let outsider = !self.may_write(repository, request.poster);
        let title = match action {
            "opened" => request.title.clone(),
            _ => self.title_of(request.head_repository, &request.head_id),
        };
        let runs = workflows.into_iter().map(|workflow| {
            self.start_run(NewRun {
                repository,
                workflow,
                reference: format!("refs/pull/{number}/head"),
                head_id: request.head_id.clone(),
                event: "pull_request",
                title: title.clone(),
                actor: who,
                pull_request: Some(number),
                from_fork,
                needs_approval: from_fork && outsider,
                supersedes: synchronised,
                event_payload: kept.clone(),
            })
        });
        runs.collect()
    }

    /// May this account push to the repository?
    pub(crate) fn may_write(&self, repository: RepositoryId, who: AccountId) -> bool {
        let row = self.repositories.get(&repository);
        self.administers(repository, who) || row.is_some_and(|row| row.collaborators.contains(&who))
    }

    /// May this account change the repository's settings?
    pub(crate) fn administers(&self, repository: RepositoryId, who: AccountId) -> bool {
        let owner = self.repositories.get(&repository).and_then(|row| self.accounts.get(&row.owner));
        match (owner, self.accounts.get(&who)) {
            (Some(owner), Some(who)) => owner.is_owned_by(who),
            _ => false,
        }
    }
}
