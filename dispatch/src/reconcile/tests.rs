//! The decisions, told as small stories.

use crate::cloud::IdentityState;
use crate::forge::{ForgeKind, JobState, Registration, Trust};
use crate::plan::Action;
use crate::pool::{DEFAULT_BOOT_LIMIT_S, DEFAULT_IDLE_LIMIT_S, DEFAULT_MAXIMUM_AGE_S, ForkPullRequests};
use crate::record::{Drift, Mode};
use crate::scene::{NOW, Scene, job_key, scope};
use crate::store::Key;
use crate::world::Counter;

const NOTHING: [String; 0] = [];

fn over(conclusion: &str) -> JobState {
    JobState::Over { conclusion: conclusion.to_owned(), registration: None }
}

mod jobs {
    use super::*;

    #[test]
    fn a_quiet_world_needs_nothing() {
        assert_eq!(Scene::new().planned(), NOTHING);
    }

    #[test]
    fn a_waiting_job_gets_one_machine() {
        assert_eq!(Scene::new().known(1, JobState::Queued).launches(), 1);
    }

    #[test]
    fn a_job_that_only_the_queue_shows_gets_a_record_and_a_machine() {
        let planned = Scene::new().queued(1).planned();
        assert_eq!(planned[0], "open a job's record: found in the queue of `home`; no delivery had announced it");
        assert!(planned[1].starts_with("launch machines: pool `go`: launching machine"), "{planned:?}");
        assert_eq!(planned.len(), 2);
    }

    #[test]
    fn a_job_that_cannot_be_taken_yet_waits_without_a_machine() {
        assert_eq!(Scene::new().known(1, JobState::Blocked).planned(), ["note: held: the forge does not list it as queued yet"]);
        assert_eq!(Scene::new().job(1, &["go"], JobState::Blocked).planned(), NOTHING);
    }

    #[test]
    fn what_is_over_gone_or_taken_elsewhere_is_closed() {
        assert_eq!(Scene::new().known(1, over("cancelled")).planned(), ["close a job's record: over: the forge says cancelled"]);
        assert_eq!(
            Scene::new().known(1, JobState::Unknown).planned(),
            ["close a job's record: over: the forge lists the job no longer"]
        );
        let elsewhere = Scene::new().known(1, JobState::Running { registration: Some(9) });
        assert_eq!(elsewhere.planned(), ["close a job's record: taken by a runner that is not ours"]);
    }

    #[test]
    fn a_job_that_could_not_be_asked_for_stays_open() {
        assert_eq!(Scene::new().record(1).planned(), NOTHING);
    }

    #[test]
    fn nothing_is_launched_for_what_the_queue_does_not_show() {
        let down = Scene::new().record(1).forge_is_down();
        assert_eq!(down.planned(), ["note: held: forge `home` cannot be asked: no answer within 10 s"]);
    }

    #[test]
    fn jobs_without_labels_or_pool_are_not_ours() {
        assert_eq!(Scene::new().job(1, &[], JobState::Queued).planned(), NOTHING);
        assert_eq!(Scene::new().job(1, &["windows"], JobState::Queued).planned(), NOTHING);
    }

    #[test]
    fn a_pool_taken_away_closes_the_record_with_the_reason() {
        let mut scene = Scene::new().known(1, JobState::Queued);
        scene.config.pools.remove(0);
        assert!(scene.planned()[0].starts_with("close a job's record: no pool covers the labels [go]"));
    }

    #[test]
    fn a_job_queued_again_under_its_old_id_is_a_new_generation() {
        let mut scene = Scene::new().queued(1);
        scene.world.closed_generations.insert(("home".into(), 1), 2);
        assert_eq!(scene.planned()[0], "open a job's record: queued again under the same job id (generation 3): a re-run");
        assert_eq!(scene.launches(), 1);
    }

    #[test]
    fn a_record_whose_job_was_taken_and_waits_again_is_closed_first() {
        let scene = Scene::new().known(1, JobState::Queued).change_job(1, |job| job.taken_by = Some(crate::scene::runner_key(0)));
        assert_eq!(scene.planned(), ["close a job's record: over: the forge lists the job no longer"]);
    }

    #[test]
    fn the_switch_holds_jobs_with_its_reason() {
        for (mode, word) in [(Mode::Paused, "paused"), (Mode::Draining, "draining"), (Mode::Stopped, "stopped")] {
            let mut scene = Scene::new().known(1, JobState::Queued);
            scene.world.control.mode = mode;
            assert_eq!(scene.planned(), [format!("note: held: the installation is {word}; `dispatch resume` lets it go on")]);
        }
    }

    #[test]
    fn a_note_is_made_once() {
        let mut scene = Scene::new().known(1, JobState::Queued);
        scene.world.control.mode = Mode::Paused;
        let reason = scene.plan().actions[0].reason.clone();
        let scene = scene.change_job(1, |job| job.story.add(NOW, &reason));
        assert_eq!(scene.planned(), NOTHING);
    }

    #[test]
    fn a_job_that_machines_failed_waits_longer_each_time_and_not_for_ever() {
        let failed = |failures| {
            let until = NOW.plus_s(60);
            Scene::new().known(1, JobState::Queued).change_job(1, |job| (job.failures, job.not_before) = (failures, Some(until)))
        };
        let until = NOW.plus_s(60);
        let waits = |what: &str| [format!("note: held: {what} {until}")];
        assert_eq!(failed(0).planned(), waits("no machine was to be had, as told above; the next try follows at"));
        assert_eq!(failed(2).planned(), waits("2 machines in a row did not take it; the next follows at"));
        assert_eq!(failed(1).launches(), 0);
        assert_eq!(failed(1).after_s(60).launches(), 1);
        assert_eq!(failed(5).after_s(6_000).launches(), 0);
        assert!(failed(5).planned()[0].contains("5 machines in a row did not take it, so no more are launched"));
    }

    #[test]
    fn a_forks_job_runs_only_where_it_may() {
        let trust = |trust| {
            let mut scene = Scene::new().known(1, JobState::Queued);
            scene.forge().trust.insert(1, trust);
            scene
        };
        assert_eq!(trust(Trust::Fork).launches(), 0);
        assert_eq!(trust(Trust::Unknown { cause: "no run".to_owned() }).launches(), 0);
        let mut allowed = trust(Trust::Fork);
        allowed.config.pools[0].fork_pull_requests = ForkPullRequests::Allow;
        assert_eq!(allowed.launches(), 1);
    }

    #[test]
    fn nothing_is_launched_beside_a_forks_job_that_could_take_the_runner() {
        let beside = |handles: bool| {
            let mut scene = Scene::new().known(1, JobState::Queued).known(2, JobState::Queued);
            scene.forge().trust.insert(1, Trust::Fork);
            if handles {
                for id in [1, 2] {
                    scene.forge().jobs.get_mut(&id).unwrap().handle = Some(format!("h{id}"));
                }
            }
            scene
        };
        assert_eq!(beside(false).launches(), 0);
        assert!(beside(false).planned().iter().any(|line| line.contains("a job of a fork waits in the same queue")));
        assert_eq!(beside(true).launches(), 1, "a handle binds the runner to its job");
    }
}

mod balance {
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
        assert!(
            scene.planned().iter().any(|line| line.starts_with("suspect a counter: counter counter#pool/go says 20 while 0"))
        );
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
}

mod endings {
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
        assert_eq!(
            overtime.planned(),
            ["end a machine: 12600 s old, which is the maximum age: ending the machine whatever it does"]
        );
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
}

mod steps {
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
}

mod strays {
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
}
