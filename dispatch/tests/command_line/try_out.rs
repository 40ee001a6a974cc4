//! `dispatch try`, the first thing that anybody types.

use std::path::Path;

use crate::command::{Answer, bare};

async fn tried(folder: &Path, arguments: &[&str]) -> Answer {
    Answer::of(bare(folder).arg("try").args(arguments)).await.exits(0).without_escapes()
}

fn is_empty(folder: &Path) -> bool {
    folder.read_dir().unwrap().next().is_none()
}

#[tokio::test]
async fn it_ends_well_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let answer = tried(folder.path(), &[]).await;
    let last = answer.data.lines().last().unwrap();
    assert!(last.starts_with("done in ") && last.ends_with(" ms; nothing is left behind"), "{last}");
    assert_eq!(answer.talk, "");
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn programs_read_one_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let steps = tried(folder.path(), &["--json"]).await.json();
    let last = steps.last().unwrap();
    assert_eq!((&last["step"], &last["text"]), (&"done".into(), &"nothing is left".into()));
    assert!(steps.iter().all(|step| step["after_ms"].is_u64()), "{steps:?}");
}

#[tokio::test]
async fn two_at_once_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    tokio::join!(tried(folder.path(), &[]), tried(folder.path(), &["--json"]));
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn a_configuration_that_is_wrong_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dispatch.yaml"), "nonsense").unwrap();
    tried(folder.path(), &[]).await;
}
