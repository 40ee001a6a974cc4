//! What live forges decided, action by action, against what `decide` says.
//!
//! Every suite holds one repository's story, told by several forges: `oracle/README.md` describes the files. An answer
//! agrees if a workflow file leads to the same runs, each with the same event and the same jobs in every field.
//! `oracle/deviations.txt` lists the lines that are known to differ and why; it may only shrink.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use dispatch::explain::recorded::{Answer, Line, Memory, Run, dialect_of};
use dispatch::workflow::{Folder, Settings, Tree};
use serde_json::Value;

/// How many decisions of one suite and version agree.
#[derive(Default)]
struct Score {
    agree: usize,
    decisions: usize,
    deviations: BTreeMap<String, Vec<String>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

/// The recorded lines of one suite by version, and its trees.
fn load(suite: &str) -> (BTreeMap<String, Vec<Value>>, BTreeMap<String, Arc<Tree>>) {
    let file = std::fs::File::open(folder().join(format!("{suite}.jsonl.gz"))).unwrap();
    let (mut versions, mut trees) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::new());
    for text in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
        let row: Value = serde_json::from_str(&text.unwrap()).unwrap();
        if let Some(name) = row["tree"].as_str() {
            trees.insert(name.to_owned(), Arc::new(tree(&row["files"])));
        } else {
            let version = row["version"].as_str().unwrap().to_owned();
            versions.entry(version).or_default().push(row["line"].clone());
        }
    }
    (versions, trees)
}

fn tree(files: &Value) -> Tree {
    let mut tree = Tree::default();
    for (path, content) in files.as_object().unwrap() {
        let mut parts = path.splitn(3, '/');
        let folder = format!("{}/{}", parts.next().unwrap(), parts.next().unwrap());
        let content = match content["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => base64::prelude::BASE64_STANDARD.decode(content["base64"].as_str().unwrap()).unwrap(),
        };
        let entry = tree.folders.entry(folder).or_insert_with(|| Folder::Files(BTreeMap::new()));
        let Folder::Files(files) = entry else { unreachable!() };
        files.insert(parts.next().unwrap().to_owned(), content.into());
    }
    tree
}

/// The tree without workflow files is named by the hash of nothing, and holds no line in the recording.
fn tree_named(trees: &BTreeMap<String, Arc<Tree>>, name: &str) -> Arc<Tree> {
    if name == "e3b0c44298fc" { Arc::default() } else { Arc::clone(&trees[name]) }
}

/// Decides one version's story from its beginning.
fn score(suite: &str, version: &str, lines: &[Value], trees: &BTreeMap<String, Arc<Tree>>) -> Score {
    let dialect = dialect_of(Path::new(version)).unwrap();
    let settings = Settings::default_of(dialect);
    let mut memory = Memory::default();
    let mut score = Score::default();
    for line in lines {
        let parsed: Line = serde_json::from_value(line.clone()).unwrap();
        let decided = memory.decide(dialect, &settings, &parsed, &mut |name| Ok(tree_named(trees, name))).unwrap();
        let answer = Answer::new(parsed.id.clone(), &decided);
        let expected: Vec<Run> = serde_json::from_value(line["decided"].clone()).unwrap();
        let (ours, theirs) = (by_workflow(answer.decided), by_workflow(expected));
        let names: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        let seen = usize::try_from(line["workflows_seen"].as_u64().unwrap()).unwrap().max(names.len());
        let wrong: Vec<_> = names.into_iter().filter(|name| ours.get(*name) != theirs.get(*name)).collect();
        score.decisions += seen;
        score.agree += seen - wrong.len();
        for name in wrong {
            let told = format!("{name}\n    ours:   {:?}\n    theirs: {:?}", ours.get(name), theirs.get(name));
            let id = format!("{version} {}", parsed.id);
            score.deviations.entry(id).or_default().push(told);
        }
    }
    println!("{suite:14} {version:14} {} of {}", score.agree, score.decisions);
    score
}

fn by_workflow(mut runs: Vec<Run>) -> BTreeMap<String, Vec<Run>> {
    runs.sort();
    let mut by_workflow = BTreeMap::<_, Vec<_>>::new();
    for run in runs {
        by_workflow.entry(run.workflow.clone()).or_default().push(run);
    }
    by_workflow
}

/// `VERSION ID: reason`, one a line.
fn known_deviations(suite: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder().join("deviations.txt")).unwrap();
    let entries = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let ids = entries.map(|line| line.split_once(": ").expect("`VERSION ID: reason`").0.to_owned());
    ids.filter(|id| id.split_once(' ').is_some_and(|(_, id)| id.starts_with(&format!("{suite}/")))).collect()
}

fn check(suite: &str) {
    let (versions, trees) = load(suite);
    assert!(versions.len() >= 4, "four forges told the story");
    let known = known_deviations(suite);
    let mut deviations = BTreeMap::new();
    for (version, lines) in &versions {
        let score = score(suite, version, lines, &trees);
        assert!(score.decisions > 0);
        deviations.extend(score.deviations);
    }
    for (id, told) in &deviations {
        assert!(known.contains(id), "{id} differs from what the forge did:\n{}", told.join("\n"));
    }
    let cured: Vec<_> = known.iter().filter(|id| !deviations.contains_key(*id)).collect();
    assert!(cured.is_empty(), "these agree now; take them out of deviations.txt: {cured:?}");
}

macro_rules! suites {
    ($($name:ident $suite:literal),* $(,)?) => {
        $(#[test] fn $name() { check($suite); })*
    };
}

suites! {
    issues_releases_and_other_events "events",
    jobs_of_a_started_workflow "jobs",
    files_that_break_the_forge "poison",
    pull_requests "pull-request",
    pushes_against_paths "push-paths",
    pushes_against_branches_and_tags "push-refs",
    shapes_of_yaml "yaml-shapes",
}
