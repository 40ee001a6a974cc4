//! What each job gets, or why it gets nothing.

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

#[test]
fn a_job_taken_by_a_runner_of_ours_is_not_taken_elsewhere() {
    let running = JobState::Running { registration: None };
    assert_eq!(Scene::new().known(1, running.clone()).planned(), ["close a job's record: taken by a runner that is not ours"]);
    let taken = Scene::new().known(1, JobState::Running { registration: Some(9) });
    let taken = taken.change_job(1, |job| job.taken_by = Some(crate::scene::runner_key(7)));
    assert_eq!(taken.planned(), NOTHING, "whatever became of that runner");
    assert_eq!(Scene::on(ForgeKind::Gitea, 1, 24).known(1, running.clone()).planned(), NOTHING, "it does not say whose");
    assert_eq!(Scene::on(ForgeKind::Forgejo, 11, 0).known(1, running).planned(), NOTHING, "it lists no runners");
}

#[test]
fn a_forge_out_of_sight_holds_its_own_jobs_only() {
    let scene = Scene::new().known(1, JobState::Queued).known_away(5, JobState::Blocked).forge_is_down();
    let away = "note: held: the forge does not list it as queued yet";
    assert_eq!(scene.planned(), [away, "note: held: forge `home` cannot be asked: no answer within 10 s"]);
}

#[test]
fn a_forks_job_is_in_the_way_of_its_own_queue_only() {
    let mut elsewhere = Scene::new().known(1, JobState::Queued).known(2, JobState::Queued);
    elsewhere.forge().trust.insert(1, Trust::Fork);
    assert_eq!(elsewhere.clone().launches(), 0);
    let mut other_repository = elsewhere.clone();
    other_repository.forge().jobs.get_mut(&1).unwrap().repository = "acme/other".parse().unwrap();
    assert_eq!(other_repository.launches(), 1);
    let mut here = Scene::new().known(1, JobState::Queued).known_away(2, JobState::Queued);
    here.forge().trust.insert(1, Trust::Fork);
    assert_eq!(here.launches(), 1, "the job of the other forge");
}
