//! What the forge does with all workflow files when one event arrives.
//!
//! The files of a tree are decided together and in tree order, because the forge's own code can panic over one of them
//! and then loses others: over a file that it only looks at, all of the event; over one whose run it creates, those that
//! come after it. The steps follow the forge: is the event looked at at all ([`gate`]), where do the files come from
//! ([`source`]), which entries are started ([`detect`]), and what becomes of each ([`start`]).

mod approval;
mod decision;
mod detect;
mod expansion;
mod gate;
mod schedules;
mod source;
mod start;

#[cfg(test)]
mod tests;

pub use decision::{Decided, Decision, Outcome};

use super::event::{Activities, Event, activities};
use super::{Dialect, Forge, Settings, Snapshot};

/// Everything that a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Whose rules.
    pub dialect: Dialect,
    /// How the forge is set up.
    pub settings: &'a Settings,
    /// What happened.
    pub event: &'a Event,
    /// What is known of the repository.
    pub snapshot: &'a Snapshot,
}

/// Decides every workflow file that the event asks about.
pub fn decide(scene: Scene<'_>) -> Decided {
    let files = match gate::passes(scene).and_then(|()| detect::Files::read(scene)) {
        Ok(files) => files,
        Err(why) => return Decided::nothing(why),
    };
    if let Some(why) = gate::skip_word(scene, &files) {
        return Decided { why: None, workflows: files.all(&why) };
    }
    let workflows = match activities(scene.event, scene.dialect) {
        Activities::Nothing => {
            return Decided::nothing(gate::not_evaluated("removing all labels starts nothing"));
        }
        Activities::Known(times) => evaluated(scene, &files, &times).flatten().collect(),
        Activities::Labels => either_label(scene, &files),
    };
    Decided { why: None, workflows }
}

/// The decisions of each time that the forge evaluates all files.
fn evaluated(scene: Scene<'_>, files: &detect::Files<'_>, times: &[Vec<&'static str>]) -> impl Iterator<Item = Vec<Decision>> {
    detect::evaluations(scene, files, times).into_iter().map(move |evaluation| match evaluation {
        Ok(detected) => start::all(scene, files, detected),
        Err(lost) => files.all(&lost),
    })
}

/// Labels changed, but not known how: what holds either way holds. Forgejo evaluates once for each label, so that whatever
/// starts does so an unknown number of times.
fn either_label(scene: Scene<'_>, files: &detect::Files<'_>) -> Vec<Decision> {
    const UNKNOWN: &str = "which labels were added or removed, and how many";
    let times = [vec!["labeled"], vec!["unlabeled"]];
    let mut either = evaluated(scene, files, &times);
    let pairs = either.next().unwrap_or_default().into_iter().zip(either.next().unwrap_or_default());
    let decisions = pairs.map(|(one, other)| one.if_equal(&other, UNKNOWN));
    match scene.dialect.forge {
        Forge::Gitea => decisions.collect(),
        Forge::Forgejo => decisions.map(|one| one.if_nothing(UNKNOWN)).collect(),
    }
}
