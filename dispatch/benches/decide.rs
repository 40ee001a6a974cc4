//! One push against a hundred workflow files, parsing included, on one core.
//!
//! `cargo bench -p dispatch --bench decide` prints the median of many rounds. The target is one millisecond.
#![expect(clippy::print_stderr, reason = "a bench prints what it measured")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dispatch::workflow::event::Event;
use dispatch::workflow::{Dialect, Folder, Scene, Settings, Snapshot, Tree, decide};
use serde_json::Value;

const FILES: usize = 100;
const ROUNDS: usize = 300;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (tree, push) = recorded()?;
    for dialect in [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(15)] {
        let settings = Settings::default_of(dialect);
        let (event, snapshot) = scene(&tree, &push)?;
        let scene = Scene { dialect, settings: &settings, event: &event, snapshot: &snapshot };
        let started = decide(scene).workflows.len();
        let median = median(|| decide(scene));
        eprintln!("{:?} {FILES} files, {started} decisions: {median:?}", dialect.forge);
    }
    Ok(())
}

/// The first hundred files of the suite `push-refs`, and its first push.
fn recorded() -> Result<(Tree, Value), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/push-refs.jsonl.gz");
    let mut files = BTreeMap::new();
    for text in BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path)?)).lines() {
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
            return Ok((Tree { folders }, push.take()));
        }
    }
    Err("no push is recorded".into())
}

fn scene(tree: &Tree, push: &Value) -> Result<(Event, Snapshot), Box<dyn std::error::Error>> {
    let event = Event::from_delivery("push", push.clone())?;
    let (before, after) = (event.before.clone().unwrap_or_default(), event.after.clone().unwrap_or_default());
    let mut snapshot = Snapshot::default();
    snapshot.refs.insert(event.reference.clone().unwrap_or_default(), after.clone());
    snapshot.trees.insert(after.clone(), Arc::new(tree.clone()));
    snapshot.diffs.insert((before, after), vec!["README.md".to_owned(), "src/main.rs".to_owned()]);
    Ok((event, snapshot))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn median<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}
