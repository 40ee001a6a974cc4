//! The machine's own bounds: each ends it without network, forge or dispatcher.

use userdata::{Deadlines, RunnerKind};

use crate::bed::Machine;
use crate::bed::specimen::{BOOT_LIMIT_S, IDLE_LIMIT_S, MAXIMUM_AGE_S, identity, specification};

const STOPPED: &[u32] = &[BOOT_LIMIT_S, IDLE_LIMIT_S, MAXIMUM_AGE_S];

/// A runner that reports a polite end and otherwise runs for ever.
const ENDLESS: &str = r#"
trap 'report "told to stop"; exit 0' TERM
report started
while :; do sleep 1000000 & wait; done
"#;

const ENDLESS_JOB: &str = r#"
trap 'report "told to stop"; exit 0' TERM
echo 'msg="task 7 repo is acme/site"'
until [[ ! -e .runner ]]; do :; done
report started
while :; do sleep 1000000 & wait; done
"#;

#[test]
fn no_identity_within_the_boot_limit() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.deadlines = Deadlines::new(1, 1, 3600).unwrap();
    let mut machine = Machine::new(&specification).with_runner("report started").boot();
    let ending = machine.powered_off();
    assert_eq!(ending.how, "shutdown -h now");
    assert!(ending.log.contains("power off: boot limit: no runner was started within 1 s"), "{}", ending.log);
    assert_eq!(machine.count_of("started"), 0);
}

#[test]
fn a_snippet_that_hangs_is_within_the_boot_limit_too() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.snippets = vec![userdata::Snippet::new("hang", "report hanging; sleep 1000000").unwrap()];
    let mut machine = Machine::new(&specification).with_clock_stopped_for(STOPPED).with_runner("").boot();
    machine.wait_for("hanging");
    machine.expire(BOOT_LIMIT_S);
    assert!(machine.powered_off().log.contains("power off: boot limit"));
}

#[test]
fn no_task_within_the_idle_limit() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_clock_stopped_for(STOPPED)
        .with_runner(ENDLESS)
        .with_identity(&identity())
        .boot();
    machine.wait_for("started");
    machine.expire(IDLE_LIMIT_S);
    machine.wait_for("told to stop");
    let ending = machine.powered_off();
    assert!(ending.log.contains("idle limit: no task within 1002 s"), "{}", ending.log);
}

#[test]
fn the_idle_and_boot_limits_do_not_end_a_job() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_clock_stopped_for(STOPPED)
        .with_runner(ENDLESS_JOB)
        .with_identity(&identity())
        .boot();
    machine.wait_for("started");
    for limit_s in [IDLE_LIMIT_S, BOOT_LIMIT_S] {
        machine.expire(limit_s);
        let watchdog = machine.wait_for(&format!("slept {limit_s} for"));
        machine.run_as_root(&format!("while kill -0 {watchdog} 2>/dev/null; do :; done; report watchdog ended"));
        machine.wait_for("watchdog ended");
    }
    machine.expire(MAXIMUM_AGE_S);
    let ending = machine.powered_off();
    assert!(!ending.log.contains("limit:"), "{}", ending.log);
    assert!(ending.log.contains("maximum age of 1003 s reached"), "{}", ending.log);
}

#[test]
fn the_maximum_age_ends_a_job_and_lets_the_runner_report_it() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_clock_stopped_for(STOPPED)
        .with_runner(ENDLESS_JOB)
        .with_identity(&identity())
        .boot();
    machine.wait_for("started");
    machine.expire(MAXIMUM_AGE_S);
    machine.wait_for("told to stop");
    assert!(machine.powered_off().log.contains("maximum age of 1003 s reached"));
}

#[test]
fn a_runner_that_does_not_stop_is_not_waited_for_beyond_the_grace() {
    // The grace is thirty sleeps of one second: let none of them last.
    let quick_seconds = r#"if [[ $1 == 1 ]]; then exit 0; fi; exec /bed/sleep "$1""#;
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_clock_stopped_for(STOPPED)
        .with_program("bed/sleep", include_str!("bed/sleep.sh"))
        .with_program("usr/local/bin/sleep", quick_seconds)
        .with_runner("trap '' TERM; report started; while :; do sleep 1000000; done")
        .with_identity(&identity())
        .boot();
    machine.wait_for("started");
    machine.expire(MAXIMUM_AGE_S);
    assert!(machine.powered_off().log.contains("power off: maximum age"));
}
