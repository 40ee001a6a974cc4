//! Runners that served another job than the one that they were launched for, where no runner can be seen at work (before
//! Gitea 1.24 and Forgejo 15).
//!
//! A forge hands out what waits longest, so two jobs of one kind may swap their runners. Then one job is over without a
//! machine of its own, and the machine of another is gone while its job still waits: the one served the other.

use std::collections::BTreeSet;

use super::{Now, Runners};
use crate::forge::{ForgeJob, JobState};
use crate::phase::Phase;
use crate::record::{JobRecord, RunnerRecord};
use crate::world::{ForgeView, View, World};

/// Corrects what is believed of machines that are gone while their jobs wait or run.
///
/// As long as another one is alive whose job is believed to be over, that one may be at work on, or about to take, the job
/// of the one that is gone: nothing is concluded before it has ended, too.
pub(super) fn settle(world: &World, runners: &mut Runners<'_>) {
    let finishing: Vec<&RunnerRecord> = runners.values().filter(|now| is_finishing(now)).map(|now| now.record).collect();
    let launched_for: BTreeSet<_> = runners.values().map(|now| &now.record.launched_for).collect();
    let mut given = BTreeSet::new();
    for now in runners.values_mut() {
        let Some(view) = believes(world, now.record) else { continue };
        let runner = now.record;
        let other_finishes = finishing.iter().any(|other| is_of_kind(other, runner));
        let free = |job: &&ForgeJob| {
            let record = world.open_job(&runner.forge, job.id);
            let had_none = |record: &JobRecord| record.taken_by.is_none() && !launched_for.contains(&record.key);
            is_over(job, view) && serves(runner, job) && record.is_some_and(had_none) && !given.contains(&job.id)
        };
        match now.phase {
            Phase::Lost { .. } if other_finishes => now.phase = Phase::Unobserved,
            Phase::Interrupted { .. } if other_finishes => now.phase = Phase::Done,
            Phase::Lost { .. } => {
                if let Some(job) = view.jobs.values().find(free) {
                    given.insert(job.id);
                    now.phase = Phase::Takes { job: job.id };
                }
            }
            _ => {}
        }
    }
}

fn is_finishing(now: &Now<'_>) -> bool {
    matches!(now.phase, Phase::Finishes { .. } | Phase::Finishing)
}

/// The forge's view, if who has which job is only believed there, and the runner can have had one.
fn believes<'a>(world: &'a World, runner: &RunnerRecord) -> Option<&'a ForgeView> {
    let view = world.forges.get(&runner.forge).and_then(View::seen)?;
    (runner.handed_over_at.is_some() && !view.capabilities.registrations).then_some(view)
}

/// A forge with a queue shows what is over by showing it no longer.
fn is_over(job: &ForgeJob, view: &ForgeView) -> bool {
    matches!(job.state, JobState::Over { .. }) || (view.capabilities.queue && job.state == JobState::Unknown)
}

fn is_of_kind(one: &RunnerRecord, other: &RunnerRecord) -> bool {
    (&one.forge, &one.scope, &one.labels) == (&other.forge, &other.scope, &other.labels)
}

fn serves(runner: &RunnerRecord, job: &ForgeJob) -> bool {
    runner.scope.covers(&job.repository) && job.labels == runner.labels
}

#[cfg(test)]
mod tests {
    use crate::forge::{ForgeKind, JobState};
    use crate::scene::Scene;

    /// A machine that was launched for job 1, which waits, and is gone; and job 7, which had none.
    fn swapped(minor: u32, other: JobState) -> Vec<String> {
        let scene = Scene::on(ForgeKind::Gitea, 1, minor).booting(0).known(1, JobState::Queued).known(7, other);
        scene.machine_ended(0).planned()
    }

    fn over() -> JobState {
        JobState::Over { conclusion: "success".to_owned(), registration: None }
    }

    #[test]
    fn a_machine_that_is_gone_has_served_the_job_that_is_over_without_one() {
        let lines = swapped(23, over());
        assert!(lines.contains(&"record who took a job: runner took job home/7/1".to_owned()), "{lines:?}");
        assert!(!lines.iter().any(|line| line.starts_with("end a machine")), "its end is not a failure: {lines:?}");
    }

    #[test]
    fn if_there_is_none_it_was_lost() {
        let lines = swapped(23, JobState::Queued);
        assert!(lines.iter().any(|line| line.starts_with("end a machine")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("runner took job")), "{lines:?}");
    }

    #[test]
    fn nothing_is_concluded_while_another_machine_may_have_its_job() {
        let scene = Scene::on(ForgeKind::Gitea, 1, 23).booting(0).known(1, JobState::Queued).booting(1).known(2, over());
        let lines = scene.machine_ended(0).planned();
        assert!(!lines.iter().any(|line| line.starts_with("end a machine") || line.contains("runner took job")), "{lines:?}");
    }

    #[test]
    fn where_runners_can_be_seen_nothing_is_concluded() {
        let lines = swapped(27, over());
        assert!(!lines.iter().any(|line| line.contains("runner took job")), "{lines:?}");
    }
}
