//! Jobs against runners, in number.

use super::*;

#[test]
fn a_runner_on_its_way_is_enough() {
    for scene in [Scene::new().booting(0), Scene::new().idle(0)] {
        assert_eq!(scene.known(1, JobState::Queued).launches(), 0);
    }
}

#[test]
fn two_jobs_may_swap_their_runners() {
    let swapped = Scene::new().busy(0, 2).idle(1).known(1, JobState::Queued);
    assert_eq!(swapped.planned(), NOTHING, "runner 1 was launched for job 2 and now waits for job 1");
}

#[test]
fn runners_of_other_labels_do_not_count() {
    let mut scene = Scene::new().idle(0).known(1, JobState::Queued);
    scene.runner(0).labels = crate::scene::labels(&["node"]);
    assert_eq!(scene.launches(), 1);
}

#[test]
fn the_oldest_job_without_a_runner_of_its_own_is_launched_for() {
    let scene = Scene::new().idle(0).known(1, JobState::Queued).known(2, JobState::Queued);
    let plan = scene.plan();
    let crate::plan::Action::Claim(claim) = &plan.actions[0].action else { panic!("{plan:?}") };
    assert_eq!(claim.batch.members, [job_key(2)]);
}

#[test]
fn jobs_of_one_kind_share_one_order() {
    let scene = (1..=40).fold(Scene::new(), |scene, id| scene.known(id, JobState::Queued));
    let mut scene = scene;
    scene.config.pools[0].limit = 100;
    assert_eq!(scene.plan().actions.len(), 1);
    assert_eq!(scene.launches(), 40);
    let more = scene.known(41, JobState::Queued);
    assert_eq!(more.plan().actions.len(), 2, "an order holds 40");
}

#[test]
fn limits_hold_the_youngest() {
    let mut scene = (1..=3).fold(Scene::new(), |scene, id| scene.known(id, JobState::Queued));
    scene.config.pools[0].limit = 2;
    assert_eq!(scene.launches(), 2);
    assert_eq!(scene.planned()[0], "note: held: pool `go` limit 2 reached; it is served when a machine ends");
    scene.config.limits.total = Some(1);
    assert_eq!(scene.launches(), 1);
    scene.config.limits.per_owner = Some(0);
    assert_eq!(scene.launches(), 0);
}

#[test]
fn the_counter_decides_even_if_the_records_know_less() {
    let mut scene = Scene::new().known(1, JobState::Queued);
    scene.world.counters.entry(Key::pool(&"go".into())).or_default().value = 20;
    assert_eq!(scene.launches(), 0);
    assert!(scene.planned().iter().any(|line| line.starts_with("suspect a counter: counter counter#pool/go says 20 while 0")));
}

#[test]
fn a_backend_out_of_sight_launches_nothing() {
    let scene = Scene::new().known(1, JobState::Queued).cloud_is_down();
    assert_eq!(scene.planned(), ["note: held: backend `process` cannot be asked: out of order"]);
}

#[test]
fn the_name_of_an_order_changes_with_each_launch_for_the_same_job() {
    let id = |launches| {
        let plan = Scene::new().known(1, JobState::Queued).change_job(1, |job| job.launches = launches).plan();
        let crate::plan::Action::Claim(claim) = &plan.actions[0].action else { panic!("{plan:?}") };
        claim.batch.id.clone()
    };
    assert_eq!(id(0), id(0));
    assert_ne!(id(0), id(1));
}

#[test]
fn each_repository_has_a_limit_of_its_own() {
    let mut scene = (1..=3).fold(Scene::new(), |scene, id| scene.known(id, JobState::Queued));
    scene.config.limits.per_repository = Some(1);
    assert_eq!(scene.launches(), 1);
    scene.forge().jobs.get_mut(&3).unwrap().repository = "acme/other".parse().unwrap();
    assert_eq!(scene.launches(), 2);
    scene.config.limits.per_owner = Some(1);
    assert_eq!(scene.launches(), 1, "both are of one owner");
}
