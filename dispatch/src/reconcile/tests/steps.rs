//! What an earlier pass began is carried on.

use super::*;

#[test]
fn an_order_of_unknown_outcome_goes_out_again_once_for_all_its_members() {
    let scene = Scene::new().claimed(0).claimed(1).known(1, JobState::Queued).known(2, JobState::Queued);
    assert_eq!(
        scene.planned(),
        ["repeat a launch: sending the launch order again: an earlier pass ended before it knew the outcome"]
    );
    let mut paused = scene;
    paused.world.control.mode = Mode::Paused;
    assert!(paused.planned().iter().all(|line| !line.starts_with("repeat")), "a paused installation launches nothing");
}

#[test]
fn every_interrupted_step_is_taken_up() {
    let first = |scene: Scene| scene.known(1, JobState::Queued).planned().remove(0);
    assert!(first(Scene::new().claimed(0).machine(0)).starts_with("record a machine: machine m-0 found"));
    assert!(first(Scene::new().launched(0)).starts_with("register a runner"));
    let lost = Scene::new().launched(0).with_runner(0, |runner| runner.registration = Some(100));
    assert!(first(lost).starts_with("register a runner: registration 100 is replaced"));
    let mut given = Scene::new().launched(0).with_runner(0, |runner| runner.registration = Some(100));
    given.instance(0).identity = IdentityState::Taken;
    assert_eq!(first(given), "record a hand-over: identity handed over");
}

#[test]
fn what_happens_at_the_forge_is_recorded() {
    let mut online = Scene::new().booting(0).known(1, JobState::Queued);
    online.registration(0).online = true;
    assert_eq!(online.planned(), ["record a runner as online: runner online"]);
    let takes = Scene::new().idle(0).known(1, JobState::Running { registration: Some(100) });
    assert_eq!(takes.planned(), ["record who took a job: runner took job home/1/1"]);
    let finishes = Scene::new().busy(0, 1).known(1, over("failure"));
    assert_eq!(
        finishes.planned(),
        ["close a job's record: over: the forge says failure", "record that a job is over: over: the forge says failure"]
    );
}

#[test]
fn a_batch_is_closed_when_its_last_runner_is() {
    let mut scene = Scene::new().claimed(0);
    scene.world.runners.clear();
    scene.world.counters.clear();
    assert_eq!(scene.planned().len(), 1);
    assert!(scene.planned()[0].starts_with("close a batch"));
}
