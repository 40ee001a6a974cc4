//! For tests: a repository with workflow files, and things that happen to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::event::Event;
use super::{Decided, Decision, Dialect, Folder, Outcome, Scene, Settings, Snapshot, Tree, decide};

pub(super) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A repository whose default branch `main` is at the commit `tip`.
pub(super) struct Story {
    pub(super) dialect: Dialect,
    pub(super) snapshot: Snapshot,
}

impl Story {
    pub(super) fn of(dialect: Dialect) -> Self {
        let mut snapshot = Snapshot::default();
        snapshot.refs.insert("refs/heads/main".to_owned(), "tip".to_owned());
        Self { dialect, snapshot }
    }

    /// Adds a file to the commit's folder `.gitea/workflows`; a body without `jobs` gets one.
    pub(super) fn file(self, commit: &str, name: &str, text: &str) -> Self {
        let job = "\njobs: {build: {runs-on: go, steps: []}}\n";
        let text = if text.contains("jobs:") { text.to_owned() } else { format!("{text}{job}") };
        self.folder(commit, ".gitea/workflows", &[(name, &text)])
    }

    pub(super) fn folder(mut self, commit: &str, folder: &str, files: &[(&str, &str)]) -> Self {
        let tree = self.snapshot.trees.entry(commit.to_owned()).or_default();
        let entry = Arc::make_mut(tree).folders.entry(folder.to_owned());
        let Folder::Files(known) = entry.or_insert_with(|| Folder::Files(BTreeMap::new())) else { panic!("no folder") };
        known.extend(files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().into())));
        self
    }

    pub(super) fn tree(mut self, commit: &str, folder: &str, content: Folder) -> Self {
        let tree: &mut Arc<Tree> = self.snapshot.trees.entry(commit.to_owned()).or_default();
        Arc::make_mut(tree).folders.insert(folder.to_owned(), content);
        self
    }

    pub(super) fn reference(mut self, name: &str, commit: &str) -> Self {
        self.snapshot.refs.insert(name.to_owned(), commit.to_owned());
        self
    }

    pub(super) fn diff(mut self, before: &str, after: &str, paths: &[&str]) -> Self {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        self.snapshot.diffs.insert((before.to_owned(), after.to_owned()), paths);
        self
    }

    pub(super) fn message(mut self, commit: &str, message: &str) -> Self {
        self.snapshot.messages.insert(commit.to_owned(), message.to_owned());
        self
    }

    /// What one delivery leads to.
    pub(super) fn decided(&self, event_type: &str, body: Value) -> Decided {
        let event = Event::from_delivery(event_type, body).unwrap();
        let settings = Settings::default_of(self.dialect);
        decide(Scene { dialect: self.dialect, settings: &settings, event: &event, snapshot: &self.snapshot })
    }

    /// One line a decision: `ci.yml push: started, …`.
    pub(super) fn told(&self, event_type: &str, body: Value) -> String {
        let decided = self.decided(event_type, body);
        let whole = decided.why.map(|why| format!("nothing: {why}"));
        whole.into_iter().chain(decided.workflows.iter().map(tell)).collect::<Vec<_>>().join("\n")
    }

    /// The runs that one delivery leads to: `ci.yml push`.
    pub(super) fn runs(&self, event_type: &str, body: Value) -> Vec<String> {
        let workflows = self.decided(event_type, body).workflows.into_iter();
        let runs = workflows.filter(|decision| matches!(decision.outcome, Outcome::Started { .. } | Outcome::Failed { .. }));
        runs.map(|decision| format!("{} {}", decision.workflow, decision.event)).collect()
    }
}

fn tell(decision: &Decision) -> String {
    let line = decision.span.map_or_else(String::new, |span| format!(" (line {})", span.line));
    format!("{} {}{line}: {}: {}", decision.workflow, decision.event, decision.outcome.word(), decision.why)
}

pub(super) fn repository() -> Value {
    json!({"full_name": "acme/app", "default_branch": "main", "archived": false, "permissions": {"push": true}})
}

fn with(mut body: Value, more: Value) -> Value {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

pub(super) fn push(reference: &str) -> Value {
    with(event(), json!({"ref": reference, "before": "old", "after": "tip"}))
}

pub(super) fn first_push(reference: &str, message: &str, files: &[&str]) -> Value {
    let head = json!({"id": "tip", "message": message, "added": files, "removed": [], "modified": []});
    with(event(), json!({"ref": reference, "before": ZERO, "after": "tip", "head_commit": head}))
}

pub(super) fn event() -> Value {
    json!({"repository": repository(), "sender": {"login": "alice"}})
}

pub(super) fn issue(action: &str) -> Value {
    with(event(), json!({"action": action, "issue": {"number": 1, "labels": []}}))
}

pub(super) fn release(action: &str) -> Value {
    with(event(), json!({"action": action, "release": {"tag_name": "v1"}}))
}

/// Pull request 7 from `topic` (commit `head`) to `main`, branched off at `fork`.
pub(super) fn pull_request(action: &str) -> Value {
    let base = json!({"ref": "main", "sha": "tip", "repo_id": 1, "repo": {"permissions": {"push": true}}});
    let head = json!({"ref": "topic", "sha": "head", "repo_id": 1});
    let request = json!({
        "number": 7, "title": "Title", "merged": false, "merge_base": "fork",
        "base": base, "head": head, "user": {"login": "alice"},
    });
    with(event(), json!({"action": action, "pull_request": request}))
}

/// The same pull request from the fork of mallory, who may not write; `sender` does something about it.
pub(super) fn fork_request(action: &str, sender: &str) -> Value {
    let mut body = pull_request(action);
    body["sender"] = json!({"login": sender});
    body["pull_request"]["user"] = json!({"login": "mallory"});
    body["pull_request"]["head"]["repo_id"] = json!(2);
    body["pull_request"]["base"]["repo"]["permissions"]["push"] = json!(sender != "mallory");
    body
}
