//! A schedule that cannot be read, on the default branch: Forgejo ≥ 13 then starts nothing at all.

use super::super::event::Kind;
use super::super::model::{Cron, Fault, Workflow};
use super::super::{Why, cron};
use super::Scene;

/// `Err` if a push to the default branch fails over the schedules of `workflow`, which it would have to store.
pub(super) fn check(scene: Scene<'_>, workflow: &Workflow) -> Result<(), Why> {
    let is_default = scene.event.branch() == Some(&scene.event.default_branch);
    if scene.event.kind != Kind::Push || !is_default || !scene.dialect.is_forgejo_from(13) {
        return Ok(());
    }
    for Cron { line, span } in workflow.on.iter().filter_map(|entry| entry.schedule.as_ref()).flatten() {
        if let Err(message) = cron::check(line) {
            let fault = Fault::panics(*span, format!("`{line}` is no schedule: {message}"));
            return Err(Why::Lost { file: workflow.id.clone(), fault });
        }
    }
    Ok(())
}
