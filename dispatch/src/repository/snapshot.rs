//! All that one event asks of a repository, collected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Commit, Entry, EntryKind, Listing, Repository, Unavailable, changed};
use crate::workflow::event::{Event, Kind};
use crate::workflow::{Folder, Settings, Snapshot, Tree};

/// Reads what `event` is decided by. What the repository does not have stays unknown.
///
/// Refs that the event names are taken as of the event, others as of now.
pub async fn snapshot(event: &Event, settings: &Settings, repository: &dyn Repository) -> Result<Snapshot, Unavailable> {
    let mut reader = Reader { settings, repository, listings: BTreeMap::new(), snapshot: Snapshot::default() };
    let commits = reader.commits_of(event).await?;
    for commit in &commits.all() {
        reader.files(commit).await?;
        reader.message(commit).await?;
    }
    for (before, after) in commits.pairs(event) {
        reader.difference(&before, &after).await?;
    }
    Ok(reader.snapshot)
}

/// The commits that one event is about.
#[derive(Default)]
struct Commits {
    /// The one whose files are looked at.
    own: Option<String>,
    /// The tip of a pull request's base branch.
    base: Option<String>,
}

struct Reader<'a> {
    settings: &'a Settings,
    repository: &'a dyn Repository,
    listings: BTreeMap<String, Option<Listing>>,
    snapshot: Snapshot,
}

impl Commits {
    fn all(&self) -> BTreeSet<String> {
        self.own.iter().chain(&self.base).cloned().collect()
    }

    /// What is compared with what: a push with what was there; a pull request with its merge base or with the tip of its base
    /// branch, which depends on the release.
    fn pairs(&self, event: &Event) -> BTreeSet<(String, String)> {
        let request = event.pull_request.as_ref();
        let pushed = event.before.as_ref().filter(|_| event.kind == Kind::Push);
        let befores = pushed.into_iter().chain(request.and_then(|request| request.merge_base.as_ref())).chain(&self.base);
        let afters: BTreeSet<_> = self.own.iter().chain(request.map(|request| &request.head_commit)).collect();
        befores.flat_map(|before| afters.iter().map(|after| (before.clone(), (*after).clone()))).collect()
    }
}

impl Reader<'_> {
    async fn commits_of(&mut self, event: &Event) -> Result<Commits, Unavailable> {
        if let Some(request) = &event.pull_request {
            let merged = request.merge_commit.clone().filter(|_| event.action == "closed");
            let base = self.reference(&format!("refs/heads/{}", request.base_branch)).await?;
            let base = base.unwrap_or_else(|| request.base_commit.clone());
            return Ok(Commits { own: Some(merged.unwrap_or_else(|| request.head_commit.clone())), base: Some(base) });
        }
        let own = match (event.kind, &event.reference) {
            (Kind::Push, Some(reference)) if !event.is_deletion() => self.pushed(reference, event.after.as_deref()).await?,
            (Kind::Push, _) => None,
            (Kind::Create | Kind::Release, Some(reference)) => self.reference(reference).await?,
            _ => self.reference(&format!("refs/heads/{}", event.default_branch)).await?,
        };
        Ok(Commits { own, base: None })
    }

    /// A pushed ref stood at this commit when the event happened, wherever it stands now. An annotated tag is peeled.
    async fn pushed(&mut self, reference: &str, after: Option<&str>) -> Result<Option<String>, Unavailable> {
        let Some(after) = after else { return self.reference(reference).await };
        let peeled = self.repository.commit(after).await?.map_or_else(|| after.to_owned(), |commit| self.remember(commit));
        self.snapshot.refs.insert(reference.to_owned(), peeled.clone());
        Ok(Some(peeled))
    }

    async fn reference(&mut self, reference: &str) -> Result<Option<String>, Unavailable> {
        let Some(commit) = self.repository.commit(reference).await? else { return Ok(None) };
        let id = self.remember(commit);
        self.snapshot.refs.insert(reference.to_owned(), id.clone());
        Ok(Some(id))
    }

    fn remember(&mut self, commit: Commit) -> String {
        self.snapshot.messages.insert(commit.id.clone(), commit.message);
        commit.id
    }

    async fn message(&mut self, commit: &str) -> Result<(), Unavailable> {
        if !self.snapshot.messages.contains_key(commit)
            && let Some(commit) = self.repository.commit(commit).await?
        {
            self.remember(commit);
        }
        Ok(())
    }

    async fn listing(&mut self, commit: &str) -> Result<Option<&Listing>, Unavailable> {
        if !self.listings.contains_key(commit) {
            let listing = self.repository.listing(commit).await?;
            self.listings.insert(commit.to_owned(), listing);
        }
        Ok(self.listings.get(commit).and_then(Option::as_ref))
    }

    async fn difference(&mut self, before: &str, after: &str) -> Result<(), Unavailable> {
        self.listing(after).await?;
        self.listing(before).await?;
        if let (Some(Some(old)), Some(Some(new))) = (self.listings.get(before), self.listings.get(after)) {
            let paths = changed(old, new);
            self.snapshot.diffs.insert((before.to_owned(), after.to_owned()), paths);
        }
        Ok(())
    }

    async fn files(&mut self, commit: &str) -> Result<(), Unavailable> {
        let Some(listing) = self.listing(commit).await?.cloned() else { return Ok(()) };
        let mut tree = Tree::default();
        for folder in &self.settings.workflow_folders {
            let content = match listing.get(folder) {
                None => self.folder(commit, &listing, &format!("{folder}/")).await?.map(Folder::Files),
                Some(Entry { kind: EntryKind::File, .. }) => Some(Folder::NotAFolder),
                Some(Entry { kind: EntryKind::Submodule, id, .. }) => Some(self.submodule(&id.clone()).await?),
            };
            tree.folders.extend(content.map(|content| (folder.clone(), content)));
        }
        self.snapshot.trees.insert(commit.to_owned(), Arc::new(tree));
        Ok(())
    }

    /// A submodule's commit may lie in the same repository.
    async fn submodule(&mut self, commit: &str) -> Result<Folder, Unavailable> {
        let Some(listing) = self.listing(commit).await?.cloned() else { return Ok(Folder::NotAFolder) };
        Ok(self.folder(commit, &listing, "").await?.map_or(Folder::NotAFolder, Folder::Submodule))
    }

    /// The YAML files whose path begins with `prefix`; nothing if no file of any kind does.
    async fn folder(&self, commit: &str, listing: &Listing, prefix: &str) -> Result<Option<Files>, Unavailable> {
        let inside = listing.range(prefix.to_owned()..).take_while(|(path, _)| path.starts_with(prefix));
        let inside: Vec<(&str, &Entry)> = inside.map(|(path, entry)| (path.as_str(), entry)).collect();
        if inside.is_empty() {
            return Ok(None);
        }
        let is_yaml = |path: &str| [".yml", ".yaml"].iter().any(|end| path.ends_with(end));
        let wanted: Vec<_> = inside.into_iter().filter(|(path, entry)| is_yaml(path) && entry.kind == EntryKind::File).collect();
        let contents = self.repository.contents(commit, &wanted).await?;
        let names = wanted.iter().map(|(path, _)| path.strip_prefix(prefix).unwrap_or(path).to_owned());
        Ok(Some(names.zip(contents.into_iter().map(Arc::from)).collect()))
    }
}

/// Path below a folder → content.
type Files = BTreeMap<String, Arc<[u8]>>;
