//! What a recording has shown so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{DecidedLine, Error, Line, TimelineEntry};
use crate::workflow::event::{Event, Kind, LabelChange};
use crate::workflow::{Dialect, Outcome, Scene, Settings, Snapshot, Tree, decide};

/// What earlier lines tell about later ones: commits do not change, and trust stays.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    diffs: BTreeMap<(String, String), Vec<String>>,
    messages: BTreeMap<String, String>,
    trees: BTreeMap<String, Arc<Tree>>,
    trusted: BTreeSet<String>,
    built: BTreeSet<String>,
    labels: BTreeMap<(String, i64), BTreeSet<String>>,
}

impl Memory {
    /// Decides the deliveries of one line and remembers what it shows. `read` gives the tree of a name.
    pub fn decide(
        &mut self,
        dialect: Dialect,
        settings: &Settings,
        line: &Line,
        read: &mut dyn FnMut(&str) -> Result<Arc<Tree>, Error>,
    ) -> Result<DecidedLine, Error> {
        for (commit, tree) in &line.trees {
            self.trees.insert(commit.clone(), read(tree)?);
        }
        self.remember_diffs(line);
        for delivery in &line.deliveries {
            self.remember_messages(&delivery.body);
        }
        let mut decided = Vec::new();
        for delivery in &line.deliveries {
            let Ok(mut event) = Event::from_delivery(&delivery.event_type, delivery.body.clone()) else {
                continue;
            };
            self.complete_labels(line, &mut event);
            let snapshot = self.snapshot(line);
            let scene = Scene { dialect, settings, event: &event, snapshot: &snapshot };
            let outcome = decide(scene);
            self.remember_runs(&event, outcome.workflows.iter().map(|decision| &decision.outcome));
            decided.push(outcome);
        }
        Ok(decided)
    }

    fn snapshot(&self, line: &Line) -> Snapshot {
        Snapshot {
            refs: line.refs.clone(),
            trees: self.trees.clone(),
            diffs: self.diffs.clone(),
            messages: self.messages.clone(),
            variables: Some(line.vars.clone().unwrap_or_default()),
            disabled: line.disabled.iter().flatten().cloned().collect(),
            trusted: self.trusted.clone(),
            built: self.built.clone(),
            is_alone: true,
        }
    }

    fn remember_diffs(&mut self, line: &Line) {
        for (commits, rows) in &line.diffs {
            let Some((before, after)) = commits.split_once("..") else {
                continue;
            };
            let paths = rows.iter().filter_map(|row| row.get(1).cloned().flatten()).collect();
            self.diffs.insert((before.to_owned(), after.to_owned()), paths);
        }
    }

    fn remember_messages(&mut self, body: &Value) {
        let commits = body.get("commits").and_then(Value::as_array).into_iter().flatten();
        for commit in commits.chain(body.get("head_commit")) {
            if let (Some(id), Some(message)) =
                (commit.get("id").and_then(Value::as_str), commit.get("message").and_then(Value::as_str))
            {
                self.messages.insert(id.to_owned(), message.to_owned());
            }
        }
    }

    fn remember_runs<'a>(&mut self, event: &Event, mut outcomes: impl Iterator<Item = &'a Outcome>) {
        let Some(request) = &event.pull_request else {
            return;
        };
        if event.kind == Kind::PullRequest && outcomes.any(|outcome| matches!(outcome, Outcome::Started { .. })) {
            self.built.insert(request.head_commit.clone());
        }
        if request.merge_commit.is_some() {
            self.trusted.insert(request.author.clone());
        }
    }

    /// What changed about labels: by the timeline, or else by the labels that the payload had the last time.
    fn complete_labels(&mut self, line: &Line, event: &mut Event) {
        let Some(subject) =
            ["issue", "pull_request"].iter().find_map(|key| event.payload.get(key).filter(|value| value.is_object()))
        else {
            return;
        };
        let repository = event.payload.pointer("/repository/full_name").and_then(Value::as_str).unwrap_or_default();
        let number = subject.get("number").and_then(Value::as_i64).unwrap_or_default();
        let names = subject.get("labels").and_then(Value::as_array).into_iter().flatten();
        let now: BTreeSet<String> = names.filter_map(|label| Some(label.get("name")?.as_str()?.to_owned())).collect();
        // What is opened with labels is followed by an event that adds them.
        let told = if event.action == "opened" { BTreeSet::new() } else { now.clone() };
        let before = self.labels.insert((repository.to_owned(), number), told);
        if event.action == "label_updated" && event.labels.is_none() {
            event.labels = line.timeline.as_deref().and_then(last_change).or_else(|| {
                let before = before.unwrap_or_default();
                let change = LabelChange { added: now.difference(&before).count(), removed: before.difference(&now).count() };
                (change != LabelChange::default()).then_some(change)
            });
        }
    }
}

/// The entries of the last moment in the timeline.
fn last_change(timeline: &[TimelineEntry]) -> Option<LabelChange> {
    let moment = &timeline.last()?.created_at;
    let entries = || timeline.iter().rev().take_while(|entry| entry.created_at == *moment);
    let added = entries().filter(|entry| entry.body == "1").count();
    Some(LabelChange { added, removed: entries().count() - added })
}
