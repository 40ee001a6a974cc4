//! Each phase, seen the way it is reached.

use super::{EXIT_GRACE_S, Phase, QUIET_S, VISIBILITY_GRACE_S, phase};
use crate::cloud::IdentityState;
use crate::forge::{ForgeKind, JobState};
use crate::identifier::InstanceId;
use crate::pool::{DEFAULT_BOOT_LIMIT_S, DEFAULT_IDLE_LIMIT_S, DEFAULT_MAXIMUM_AGE_S};
use crate::record::{Ending, RunnerRecord};
use crate::scene::{NOW, Scene, job_key, runner_key};

/// The phase of runner 0.
fn seen(scene: &Scene) -> Phase {
    let runner = &scene.world.runners[&runner_key(0)];
    let pool = scene.config.pool(&runner.pool);
    phase(runner, pool, scene.world.forges.get(&runner.forge), scene.world.clouds.get(&runner.backend), scene.world.now)
}

/// What the scene's cloud says about an ended machine.
const HOW: &str = "spot interruption";

#[test]
fn a_claim_is_launched_found_lost_or_unclear() {
    assert_eq!(seen(&Scene::new().claimed(0)), Phase::Unlaunched);
    let found = Phase::Found { instance: InstanceId::new("m-0"), launched_at: NOW };
    assert_eq!(seen(&Scene::new().claimed(0).machine(0)), found);
    assert_eq!(seen(&Scene::new().claimed(0).machine(0).machine_ended(0)), Phase::Lost { how: Some(HOW.to_owned()) });
    assert_eq!(seen(&Scene::new().claimed(0).cloud_is_down()), Phase::Unobserved);
}

#[test]
fn a_machine_without_identity_is_introduced_once() {
    assert_eq!(seen(&Scene::new().launched(0)), Phase::Unintroduced { lost: None });
    let registered = || Scene::new().launched(0).with_runner(0, |runner| runner.registration = Some(100));
    assert_eq!(seen(&registered()), Phase::Unintroduced { lost: Some(100) }, "nobody has that credential");
    for given in [IdentityState::Waiting, IdentityState::Taken] {
        let mut scene = registered();
        scene.instance(0).identity = given;
        assert_eq!(seen(&scene), Phase::Introduced, "only the record did not know");
    }
    let mut silent = registered();
    silent.instance(0).identity = IdentityState::Unknown;
    assert_eq!(seen(&silent), Phase::Booting, "where the cloud cannot tell, the boot limit decides");
    assert_eq!(seen(&silent.after_s(DEFAULT_BOOT_LIMIT_S)), Phase::Hung);
    assert_eq!(seen(&Scene::new().launched(0).after_s(DEFAULT_BOOT_LIMIT_S)), Phase::Hung);
}

#[test]
fn a_runner_boots_comes_online_waits_and_starves() {
    assert_eq!(seen(&Scene::new().booting(0)), Phase::Booting);
    assert_eq!(seen(&Scene::new().booting(0).after_s(DEFAULT_BOOT_LIMIT_S - 1)), Phase::Booting);
    assert_eq!(seen(&Scene::new().booting(0).after_s(DEFAULT_BOOT_LIMIT_S)), Phase::Hung);
    let mut online = Scene::new().booting(0);
    online.registration(0).online = true;
    assert_eq!(seen(&online), Phase::ComesOnline);
    assert_eq!(seen(&Scene::new().idle(0)), Phase::Idle);
    assert_eq!(seen(&Scene::new().idle(0).after_s(DEFAULT_IDLE_LIMIT_S - 1)), Phase::Idle);
    let mut starved = Scene::new().idle(0).after_s(DEFAULT_IDLE_LIMIT_S);
    assert_eq!(seen(&starved), Phase::Starved);
    starved.registration(0).online = false;
    assert_eq!(seen(&starved), Phase::Silent);
}

#[test]
fn an_end_that_was_decided_is_not_derived_again() {
    let half_ended = |runner: &mut RunnerRecord| (runner.registration, runner.ending) = (Some(999), Some(Ending::Failed));
    let scene = Scene::new().booting(0).with_runner(0, half_ended);
    assert_eq!(seen(&scene), Phase::Ending(Ending::Failed), "its registration is gone, as after a job");
    assert_eq!(seen(&scene.forge_is_down()), Phase::Ending(Ending::Failed));
}

#[test]
fn a_disabled_runner_is_left_alone_until_no_request_can_be_under_way() {
    let disabled = || Scene::new().idle(0).with_runner(0, |runner| runner.disabled_at = Some(NOW));
    assert_eq!(seen(&disabled()), Phase::Quieting);
    assert_eq!(seen(&disabled().after_s(QUIET_S - 1)), Phase::Quieting);
    assert_eq!(seen(&disabled().after_s(QUIET_S)), Phase::Quiet);
}

#[test]
fn a_job_is_taken_worked_on_and_over() {
    let taking = Scene::new().idle(0).known(7, JobState::Running { registration: Some(100) });
    assert_eq!(seen(&taking), Phase::Takes { job: 7 });
    assert_eq!(seen(&Scene::new().busy(0, 7)), Phase::Busy);
    let over = |scene: Scene| scene.known(7, JobState::Over { conclusion: "success".to_owned(), registration: Some(100) });
    assert_eq!(seen(&over(Scene::new().busy(0, 7))), Phase::Finishes { job: Some(7) });
    let finishing = || over(Scene::new().busy(0, 7)).with_runner(0, |runner| runner.job_over_at = Some(NOW));
    assert_eq!(seen(&finishing().after_s(EXIT_GRACE_S - 1)), Phase::Finishing);
    assert_eq!(seen(&finishing().after_s(EXIT_GRACE_S)), Phase::Done);
    assert_eq!(seen(&finishing().machine_ended(0)), Phase::Done);
}

/// Gitea up to 1.26 and Forgejo run it again under the same id.
#[test]
fn a_job_that_is_run_again_does_not_keep_the_machine_of_its_first_run() {
    let again_elsewhere = |runner: &mut RunnerRecord| runner.registration = Some(99);
    let again = Scene::new().busy(0, 7).with_runner(0, again_elsewhere);
    assert_eq!(seen(&again), Phase::Finishes { job: Some(7) }, "another registration has it");
    let over = Scene::new().busy(0, 7).with_runner(0, |runner| runner.job_over_at = Some(NOW));
    assert_eq!(seen(&over.after_s(EXIT_GRACE_S)), Phase::Done, "it was over once");
}

#[test]
fn a_job_that_was_never_seen_on_the_runner_is_known_by_the_used_up_registration() {
    assert_eq!(seen(&Scene::new().idle(0).registration_gone(0)), Phase::Finishes { job: None });
    assert_eq!(seen(&Scene::new().idle(0).registration_gone(0).machine_ended(0)), Phase::Done);
}

#[test]
fn a_job_that_cannot_be_asked_for_is_over_when_the_registration_is_used_up() {
    let mut unasked = Scene::new().busy(0, 7);
    unasked.forge().jobs.remove(&7);
    assert_eq!(seen(&unasked), Phase::Busy);
    assert_eq!(seen(&unasked.registration_gone(0)), Phase::Finishes { job: Some(7) });
}

#[test]
fn a_busy_runner_has_no_idle_limit_but_a_maximum_age() {
    assert_eq!(seen(&Scene::new().busy(0, 7).after_s(DEFAULT_MAXIMUM_AGE_S - 1)), Phase::Busy);
    assert_eq!(seen(&Scene::new().busy(0, 7).after_s(DEFAULT_MAXIMUM_AGE_S)), Phase::Overtime);
}

#[test]
fn a_vanished_machine_is_lost_interrupted_or_just_not_listed_yet() {
    assert_eq!(seen(&Scene::new().idle(0).machine_ended(0)), Phase::Lost { how: Some(HOW.to_owned()) });
    assert_eq!(seen(&Scene::new().busy(0, 7).machine_ended(0)), Phase::Interrupted { how: Some(HOW.to_owned()) });
    let unlisted = || Scene::new().booting(0).machine_gone(0);
    assert_eq!(seen(&unlisted().after_s(VISIBILITY_GRACE_S - 1)), Phase::Booting);
    assert_eq!(seen(&unlisted().after_s(VISIBILITY_GRACE_S)), Phase::Lost { how: None });
    let claimed_by_a_clock_ahead = unlisted().with_runner(0, |runner| runner.claimed_at = NOW.plus_s(VISIBILITY_GRACE_S));
    assert_eq!(seen(&claimed_by_a_clock_ahead.after_s(2 * VISIBILITY_GRACE_S - 1)), Phase::Booting);
}

#[test]
fn with_the_forge_out_of_sight_only_the_age_decides() {
    assert_eq!(seen(&Scene::new().busy(0, 7).forge_is_down()), Phase::Busy, "what ran still runs");
    assert_eq!(seen(&Scene::new().idle(0).forge_is_down()), Phase::Unobserved);
    assert_eq!(seen(&Scene::new().idle(0).machine_ended(0).forge_is_down()), Phase::Unobserved, "it may have served a job");
    assert_eq!(seen(&Scene::new().idle(0).forge_is_down().after_s(DEFAULT_MAXIMUM_AGE_S)), Phase::Overtime);
}

#[test]
fn with_the_cloud_out_of_sight_nothing_is_concluded() {
    assert_eq!(seen(&Scene::new().busy(0, 7).cloud_is_down().after_s(DEFAULT_MAXIMUM_AGE_S)), Phase::Unobserved);
}

#[test]
fn a_clock_set_back_ends_nothing() {
    let mut scene = Scene::new().idle(0);
    scene.world.now = crate::time::Timestamp::from_seconds(1);
    assert_eq!(seen(&scene), Phase::Idle);
}

#[test]
fn a_clock_set_forward_ends_no_busy_runner() {
    let mut scene = Scene::new().busy(0, 7).after_s(10 * DEFAULT_MAXIMUM_AGE_S);
    scene.instance(0).launched_at = scene.world.now;
    assert_eq!(seen(&scene), Phase::Busy, "the cloud knows that it is young");
}

#[test]
fn where_a_handle_binds_the_job_is_known_by_it() {
    let bound = |state| {
        let mut scene = Scene::on(ForgeKind::Forgejo, 15, 0).idle(0).known(7, state);
        scene.forge().jobs.get_mut(&7).unwrap().handle = Some("h".to_owned());
        scene.with_runner(0, |runner| runner.handle = Some("h".to_owned()))
    };
    assert_eq!(seen(&bound(JobState::Running { registration: None })), Phase::Takes { job: 7 });
    assert_eq!(seen(&bound(JobState::Queued)), Phase::Idle);
}

#[test]
fn where_the_forge_tells_nothing_the_job_that_it_was_launched_for_is_believed_to_be_its() {
    let old = |state| Scene::on(ForgeKind::Forgejo, 11, 0).booting(0).known(1, state);
    assert_eq!(seen(&old(JobState::Running { registration: None })), Phase::Takes { job: 1 });
    assert_eq!(seen(&old(JobState::Unknown)), Phase::Finishes { job: Some(1) });
    assert_eq!(seen(&old(JobState::Queued)), Phase::Unobserved);
}

#[test]
fn what_is_only_believed_kills_no_runner_that_may_have_swapped_its_job() {
    let over = |scene: Scene| scene.with_runner(0, |runner| runner.job_over_at = Some(NOW)).after_s(EXIT_GRACE_S);
    let unknown = |major| over(Scene::on(ForgeKind::Forgejo, major, 0).booting(0).known(1, JobState::Unknown));
    assert_eq!(seen(&unknown(11)), Phase::Finishing);
    assert_eq!(seen(&over(Scene::new().busy(0, 7).known(7, JobState::Unknown))), Phase::Done);
    let old = over(Scene::on(ForgeKind::Forgejo, 11, 0).booting(0)).after_s(DEFAULT_MAXIMUM_AGE_S);
    assert_eq!(seen(&old), Phase::Overtime);
}

#[test]
fn a_runner_of_a_removed_pool_still_ends() {
    let mut scene = Scene::new().busy(0, 7).after_s(DEFAULT_MAXIMUM_AGE_S);
    scene.config.pools.clear();
    assert_eq!(seen(&scene), Phase::Overtime);
}

#[test]
fn the_job_of_a_record_counts_even_if_the_forge_shows_another() {
    let scene = Scene::new()
        .busy(0, 7)
        .with_runner(0, |runner| runner.job = Some(job_key(8)))
        .known(8, JobState::Running { registration: None });
    assert_eq!(seen(&scene), Phase::Busy);
}
