//! What belongs to nobody, and counters that are wrong.

use super::*;

#[test]
fn a_machine_that_no_record_knows_is_ended_after_a_while() {
    let orphan = || Scene::new().machine(0);
    assert_eq!(orphan().after_s(119).planned(), NOTHING);
    assert_eq!(
        orphan().after_s(120).planned(),
        ["end an orphan: machine m-0 carries our tag but no record knows it after 120 s: ending it"]
    );
    assert_eq!(orphan().machine_ended(0).after_s(120).planned(), NOTHING);
}

#[test]
fn one_that_may_be_at_work_is_left_until_its_maximum_age() {
    let working = || {
        let mut scene = Scene::new().machine(0);
        scene.instance(0).identity = IdentityState::Taken;
        let registration = Registration { id: 5, name: "test-m-0".to_owned(), online: true, disabled: false };
        scene.forge().registrations.get_mut(&scope()).unwrap().push(registration);
        scene
    };
    assert_eq!(working().after_s(DEFAULT_MAXIMUM_AGE_S - 1).planned(), NOTHING);
    assert_eq!(working().after_s(DEFAULT_MAXIMUM_AGE_S).planned().len(), 1);
    let mut blind = working().forge_is_down();
    assert_eq!(blind.clone().after_s(DEFAULT_MAXIMUM_AGE_S - 1).planned(), NOTHING);
    blind = blind.after_s(DEFAULT_MAXIMUM_AGE_S);
    assert_eq!(blind.planned().len(), 1, "even with the forge out of sight");
}

#[test]
fn only_registrations_of_this_stack_without_owner_are_ghosts() {
    let registration = |name: &str, online| {
        let mut scene = Scene::new();
        let registration = Registration { id: 5, name: name.to_owned(), online, disabled: false };
        scene.forge().registrations.get_mut(&scope()).unwrap().push(registration);
        scene
    };
    assert_eq!(registration("test-m-9", false).planned(), ["remove a ghost: registration 5 has no machine: removing it"]);
    assert_eq!(registration("test-m-9", true).planned(), NOTHING, "it may be about to take a job");
    assert_eq!(registration("other-m-9", false).planned(), NOTHING, "another installation's");
    assert_eq!(registration("test-2-m-9", false).planned(), NOTHING, "of one whose name begins like ours");
    assert_eq!(registration("test-m-9", false).cloud_is_down().planned(), NOTHING, "its machine may live");
    assert_eq!(Scene::new().booting(0).known(1, JobState::Queued).planned(), NOTHING, "an open runner's own");
}

/// The store's list may be a moment older than the registration.
#[test]
fn a_registration_whose_machine_has_no_other_is_no_ghost() {
    let mut scene = Scene::new().booting(0).known(1, JobState::Queued);
    scene.runner(0).registration = None;
    let removals = |scene: &Scene| scene.planned().iter().filter(|line| line.starts_with("remove a ghost")).count();
    assert_eq!(removals(&scene), 0);
    scene.runner(0).registration = Some(7);
    assert_eq!(removals(&scene), 1, "the machine uses another one");
}

#[test]
fn an_orphan_that_may_begin_any_moment_loses_its_identity_first() {
    let ending = |identity| {
        let mut scene = Scene::new().machine(0).after_s(120);
        scene.instance(0).identity = identity;
        let plan = scene.plan();
        let unless = |action: &Action| if let Action::EndOrphan { unless, .. } = action { Some(*unless) } else { None };
        plan.actions.iter().find_map(|planned| unless(&planned.action))
    };
    assert_eq!(ending(IdentityState::Waiting), Some(Unless::Busy));
    assert_eq!(ending(IdentityState::NeverGiven), Some(Unless::Never));
}

#[test]
fn an_identity_that_nobody_will_take_ends_with_its_orphan() {
    let mut scene = Scene::new().machine(0).machine_ended(0).after_s(120);
    assert_eq!(scene.planned(), NOTHING);
    scene.instance(0).identity = IdentityState::Waiting;
    assert_eq!(scene.planned().len(), 1);
    assert!(matches!(scene.plan().actions[0].action, crate::plan::Action::EndOrphan { .. }));
}

/// A machine works, and the counter of all machines says 3; `drift` was suspected before.
fn miscounted(drift: Option<Drift>) -> Scene {
    let mut scene = Scene::new().busy(0, 1);
    scene.world.counters.insert(Key::total(), Counter { value: 3, version: 8, drift });
    scene
}

#[test]
fn a_counter_that_looks_wrong_is_first_suspected() {
    let scene = miscounted(None);
    let Action::Suspect { drift, .. } = &scene.plan().actions[0].action else { panic!("{:?}", scene.planned()) };
    assert_eq!(*drift, Drift { version: 8, counted: 1, since: scene.world.now });
    assert_eq!(scene.plan().actions.len(), 1);
}

#[test]
fn a_counter_that_still_looks_wrong_a_minute_later_is_corrected() {
    let suspected = Drift { version: 8, counted: 1, since: NOW };
    assert_eq!(miscounted(Some(suspected.clone())).after_s(59).planned(), NOTHING);
    let scene = miscounted(Some(suspected.clone())).after_s(60);
    assert_eq!(scene.planned(), ["correct a counter: counter counter#total said 3 while 1 are open: corrected"]);
    assert!(matches!(&scene.plan().actions[0].action, Action::Repair { drift, .. } if *drift == suspected));
}

#[test]
fn a_suspicion_ends_with_each_claim_and_close() {
    let before = |version, counted| miscounted(Some(Drift { version, counted, since: NOW })).after_s(600);
    for another in [before(7, 1), before(8, 2)] {
        assert!(another.planned()[0].starts_with("suspect a counter"), "{:?}", another.planned());
    }
}

#[test]
fn a_machine_that_a_record_knows_is_no_orphan() {
    let known = Scene::new().launched(0).known(1, JobState::Queued).after_s(200);
    assert!(known.planned().iter().all(|line| !line.starts_with("end")), "{:?}", known.planned());
}

#[test]
fn a_ghost_is_one_whatever_else_works_beside_it() {
    let ghost = |scene: Scene| {
        let mut scene = scene.known(1, JobState::Queued);
        let registration = Registration { id: 5, name: "test-m-9".to_owned(), online: false, disabled: false };
        scene.forge().registrations.get_mut(&scope()).unwrap().push(registration);
        scene.planned().contains(&"remove a ghost: registration 5 has no machine: removing it".to_owned())
    };
    assert!(ghost(Scene::new().booting(0)) && ghost(Scene::new().launched(0)));
}

#[test]
fn a_registration_that_works_or_is_recorded_is_no_ghost() {
    let recorded = Scene::new().booting(0).machine_gone(0).known(1, JobState::Queued);
    assert!(recorded.planned().iter().all(|line| !line.starts_with("remove")), "{:?}", recorded.planned());
    let mut working = Scene::new().job(1, &["go"], JobState::Running { registration: Some(5) });
    let offline = Registration { id: 5, name: "test-m-9".to_owned(), online: false, disabled: false };
    working.forge().registrations.get_mut(&scope()).unwrap().push(offline);
    assert_eq!(working.planned(), NOTHING);
}
