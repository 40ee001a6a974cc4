//! A workflow file, decided for a push under the rules of four releases.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::workflow::event::Event;
use dispatch::workflow::{Dialect, Folder, Scene, Settings, Snapshot, Tree, decide};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const DIALECTS: [Dialect; 4] = [Dialect::gitea(24), Dialect::gitea(27), Dialect::forgejo(11), Dialect::forgejo(15)];

fuzz_target!(|file: &[u8]| {
    let files = BTreeMap::from([("a.yml".to_owned(), Arc::from(file))]);
    let folders = BTreeMap::from([(".gitea/workflows".to_owned(), Folder::Files(files))]);
    let mut snapshot = Snapshot::default();
    snapshot.refs.insert("refs/heads/main".to_owned(), "tip".to_owned());
    snapshot.trees.insert("tip".to_owned(), Arc::new(Tree { folders }));
    snapshot.diffs.insert(("old".to_owned(), "tip".to_owned()), vec!["docs/a.md".to_owned(), "src/main.rs".to_owned()]);
    let repository = json!({ "full_name": "acme/app", "default_branch": "main" });
    let payload = json!({ "ref": "refs/heads/main", "before": "old", "after": "tip", "repository": repository });
    let event = Event::from_delivery("push", payload).expect("a whole payload");
    for dialect in DIALECTS {
        let settings = Settings::default_of(dialect);
        let decided = decide(Scene { dialect, settings: &settings, event: &event, snapshot: &snapshot });
        // Every file gets an answer, and every answer a sentence.
        assert!(decided.why.is_some() || !decided.workflows.is_empty());
        for decision in &decided.workflows {
            assert!(!decision.why.to_string().is_empty());
        }
    }
});
