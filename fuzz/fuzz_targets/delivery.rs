//! The name of an event on the first line, then the body of a webhook: read for the edge, and decided.
#![no_main]

use dispatch::event::parse_json;
use dispatch::workflow::event::Event;
use dispatch::workflow::{Dialect, Scene, Settings, Snapshot, decide};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (name, body) = text.split_once('\n').unwrap_or(("push", text));
    if let Err(refusal) = parse_json(name, body.as_bytes()) {
        assert!(!refusal.to_string().contains('\u{1b}'));
    }
    let Ok(payload) = serde_json::from_str(body) else { return };
    let Ok(event) = Event::from_delivery(name, payload) else { return };
    for dialect in [Dialect::gitea(27), Dialect::forgejo(15)] {
        let settings = Settings::default_of(dialect);
        let _decided = decide(Scene { dialect, settings: &settings, event: &event, snapshot: &Snapshot::default() });
    }
});
