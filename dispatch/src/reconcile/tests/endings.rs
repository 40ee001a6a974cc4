//! When a runner ends, and how.

use super::*;

#[test]
fn a_runner_that_nobody_needs_is_made_harmless_first() {
    let ends = |scene: Scene| scene.planned()[0].clone();
    assert_eq!(ends(Scene::new().launched(0)), "end a machine: not needed: 1 runners wait for 0 jobs with these labels");
    assert_eq!(ends(Scene::new().booting(0)), "end a machine: not needed: 1 runners wait for 0 jobs with these labels");
    assert_eq!(ends(Scene::new().idle(0)), "disable a runner: not needed: 1 runners wait for 0 jobs with these labels");
}

#[test]
fn a_forge_that_cannot_disable_leaves_it_to_the_machine() {
    assert_eq!(Scene::on(ForgeKind::Gitea, 1, 25).idle(0).planned(), NOTHING);
    assert_eq!(Scene::on(ForgeKind::Gitea, 1, 25).idle(0).after_s(DEFAULT_IDLE_LIMIT_S).planned(), NOTHING);
}

#[test]
fn a_disabled_runner_ends_when_it_is_quiet() {
    let disabled = || Scene::new().idle(0).with_runner(0, |runner| runner.disabled_at = Some(NOW));
    assert_eq!(disabled().after_s(9).planned(), NOTHING);
    assert_eq!(disabled().after_s(10).planned(), ["end a machine: took nothing more: ending the machine"]);
}

#[test]
fn what_came_least_far_goes_first() {
    let scene = Scene::new().idle(0).booting(1).known(1, JobState::Queued);
    let plan = scene.plan();
    assert_eq!(plan.actions.len(), 1);
    assert!(matches!(&plan.actions[0].action, crate::plan::Action::End { runner, .. } if runner.index == 1), "{plan:?}");
}

#[test]
fn limits_of_time_are_kept() {
    let hung = Scene::new().booting(0).known(1, JobState::Queued).after_s(DEFAULT_BOOT_LIMIT_S);
    assert_eq!(hung.planned(), ["end a machine: not online 600 s after launch, which is the boot limit: ending the machine"]);
    let starved = Scene::new().idle(0).known(1, JobState::Queued).after_s(DEFAULT_IDLE_LIMIT_S);
    assert_eq!(
        starved.planned(),
        ["disable a runner: online for 300 s without taking a job, which is the idle limit: ending the machine"]
    );
    let overtime = Scene::new().busy(0, 1).after_s(DEFAULT_MAXIMUM_AGE_S);
    assert_eq!(overtime.planned(), ["end a machine: 12600 s old, which is the maximum age: ending the machine whatever it does"]);
}

#[test]
fn a_busy_runner_is_left_alone() {
    assert_eq!(Scene::new().busy(0, 1).after_s(DEFAULT_MAXIMUM_AGE_S - 1).planned(), NOTHING);
    assert_eq!(Scene::new().busy(0, 1).forge_is_down().after_s(DEFAULT_MAXIMUM_AGE_S - 1).planned(), NOTHING);
}

#[test]
fn a_lost_machine_is_closed_before_another_is_launched() {
    let scene = Scene::new().idle(0).machine_ended(0).known(1, JobState::Queued);
    assert_eq!(scene.planned(), ["end a machine: the machine disappeared before its runner took a job (spot interruption)"]);
}

/// A clock that did not tell it so may put its end off once more.
#[test]
fn a_runner_that_takes_nothing_more_is_closed_before_another_is_launched() {
    let quiet = || Scene::new().idle(0).known(1, JobState::Queued).with_runner(0, |runner| runner.disabled_at = Some(NOW));
    let ends = "end a machine: took nothing more: ending the machine";
    assert_eq!(quiet().after_s(10).planned(), [ends]);
    assert_eq!(quiet().idle(2).after_s(10).planned(), [ends], "the other one is needed");
}

/// Its registration is removed, and its machine refused to end.
#[test]
fn an_end_that_is_not_complete_goes_on_and_says_nothing_about_others() {
    let ending = |ending| Scene::new().booting(0).with_runner(0, |runner| runner.ending = Some(ending));
    let goes_on = "end a machine: what an earlier pass could not end of it is ended now";
    for verdict in [Ending::Failed, Ending::Unneeded] {
        assert_eq!(ending(verdict).planned(), [goes_on]);
        assert_eq!(ending(verdict).idle(1).known(2, JobState::Queued).planned(), [goes_on], "the other one is needed");
    }
    assert_eq!(ending(Ending::Failed).known(1, JobState::Queued).launches(), 0, "its job gets the next when it is gone");
    assert_eq!(ending(Ending::Unneeded).known(1, JobState::Queued).launches(), 1, "nobody waited for it");
}

#[test]
fn an_interrupted_job_is_told_what_to_expect() {
    let scene = Scene::new().busy(0, 1).machine_ended(0);
    assert_eq!(
        scene.planned(),
        [
            "end a machine: the machine disappeared in the middle of its job (spot interruption): the forge fails the job after 10 to 15 minutes; re-run it then"
        ]
    );
}

#[test]
fn stopping_ends_everything_and_draining_what_waits() {
    let mut stopped = Scene::new().busy(0, 1);
    stopped.world.control.mode = Mode::Stopped;
    assert_eq!(stopped.planned(), ["end a machine: emergency stop: ending the machine"]);
    let mut draining = Scene::new().busy(0, 1).idle(1).known(2, JobState::Queued);
    draining.world.control.mode = Mode::Draining;
    assert_eq!(draining.planned()[0], "disable a runner: not needed: the installation is draining");
    assert_eq!(draining.planned().len(), 1, "the busy one finishes");
}

#[test]
fn a_surplus_is_no_reason_to_act_while_the_forge_is_out_of_sight() {
    assert_eq!(Scene::new().idle(0).forge_is_down().planned(), NOTHING);
}

#[test]
fn what_never_left_goes_before_what_is_on_its_way() {
    let ended = |scene: Scene| {
        let plan = scene.known(1, JobState::Queued).plan();
        let of = |action: &Action| if let Action::End { runner, .. } = action { Some(runner.index) } else { None };
        plan.actions.iter().map(|planned| of(&planned.action)).collect::<Vec<_>>()
    };
    assert_eq!(ended(Scene::new().booting(0).launched(1)), [Some(1)], "one without its identity");
    assert_eq!(ended(Scene::new().claimed(0).idle(1)), [None], "an order that may not have arrived is sent again");
    let mut hung = Scene::new().booting(0).booting(1).after_s(DEFAULT_BOOT_LIMIT_S);
    hung.instance(1).launched_at = NOW.plus_s(500);
    assert_eq!(ended(hung), [Some(0)], "one that hangs");
}

#[test]
fn a_runner_bound_to_a_job_that_waits_no_more_can_take_nothing() {
    let bound = Scene::on(ForgeKind::Forgejo, 15, 0).idle(0).with_runner(0, |runner| runner.handle = Some("h1".to_owned()));
    assert_eq!(bound.planned(), ["end a machine: not needed: 1 runners wait for 0 jobs with these labels"]);
}

#[test]
fn a_lost_machine_is_told_as_lost_even_if_nobody_needs_it() {
    let lost = Scene::new().idle(0).machine_ended(0);
    assert_eq!(lost.planned(), ["end a machine: the machine disappeared before its runner took a job (spot interruption)"]);
}
