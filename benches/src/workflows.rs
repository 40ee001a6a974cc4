//! One push against a hundred recorded workflow files, parsing included.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

use dispatch::workflow::event::Event;
use dispatch::workflow::{Decided, Dialect, Folder, Scene, Settings, Snapshot, Tree, decide};
use serde_json::Value;

const FILES: usize = 100;

/// What live forges were asked, and the trees that they had.
const RECORDED: &[u8] = include_bytes!("../../dispatch/tests/oracle/push-refs.jsonl.gz");

/// A push, and a repository with a hundred workflow files.
pub(crate) struct Push {
    dialect: Dialect,
    settings: Settings,
    event: Event,
    snapshot: Snapshot,
}

impl Push {
    /// The first hundred files of the recording, and its first push.
    pub(crate) fn recorded(dialect: Dialect) -> Result<Self, Box<dyn std::error::Error>> {
        let mut files = BTreeMap::new();
        for text in BufReader::new(flate2::read::GzDecoder::new(RECORDED)).lines() {
            let mut row: Value = serde_json::from_str(&text?)?;
            for (path, content) in row.get("files").and_then(Value::as_object).into_iter().flatten() {
                let name = path.strip_prefix(".gitea/workflows/").unwrap_or(path).to_owned();
                let text = content.get("text").and_then(Value::as_str).unwrap_or_default();
                if files.len() < FILES {
                    files.insert(name, text.as_bytes().into());
                }
            }
            if let Some(push) = row.pointer_mut("/line/deliveries/0/body") {
                let folders = BTreeMap::from([(".gitea/workflows".to_owned(), Folder::Files(files))]);
                return Self::of(dialect, Tree { folders }, push.take());
            }
        }
        Err("no push is recorded".into())
    }

    fn of(dialect: Dialect, tree: Tree, push: Value) -> Result<Self, Box<dyn std::error::Error>> {
        let event = Event::from_delivery("push", push)?;
        let (before, after) = (event.before.clone().unwrap_or_default(), event.after.clone().unwrap_or_default());
        let mut snapshot = Snapshot::default();
        snapshot.refs.insert(event.reference.clone().unwrap_or_default(), after.clone());
        snapshot.trees.insert(after.clone(), Arc::new(tree));
        snapshot.diffs.insert((before, after), vec!["README.md".to_owned(), "src/main.rs".to_owned()]);
        Ok(Self { dialect, settings: Settings::default_of(dialect), event, snapshot })
    }

    /// What the forge does with it.
    pub(crate) fn decide(&self) -> Decided {
        decide(Scene { dialect: self.dialect, settings: &self.settings, event: &self.event, snapshot: &self.snapshot })
    }
}

/// Whether there is an answer for each file.
pub(crate) fn is_whole(decided: &Decided) -> bool {
    decided.workflows.len() >= FILES
}
