//! Whatever dies, the machine powers off.

use userdata::RunnerKind;

use crate::bed::Machine;
use crate::bed::specimen::{identity, specification};

const WAITING: &str = "report started; sleep 1000000";

fn busy_machine(runner: &str) -> Machine {
    let machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(runner).with_identity(&identity()).boot();
    machine.wait_for("started");
    machine
}

#[test]
fn the_runner_fails() {
    let ending = busy_machine("report started; exit 3").powered_off();
    assert!(ending.log.contains("power off: the runner ended with status 3"), "{}", ending.log);
}

#[test]
fn the_runner_is_killed() {
    let mut machine = busy_machine(WAITING);
    machine.run_as_root("kill -KILL $(cat /run/dispatch/runner.pid)");
    let ending = machine.powered_off();
    assert!(ending.log.contains("power off: the runner ended with status 137"), "{}", ending.log);
}

#[test]
fn the_runner_leaves_a_process_behind_that_keeps_its_output_open() {
    let ending = busy_machine("report started; sleep 1000000 & exit 0").powered_off();
    assert!(ending.log.contains("power off: the runner ended with status 0"), "{}", ending.log);
}

#[test]
fn the_script_is_killed() {
    let mut machine = busy_machine(WAITING);
    machine.run_as_root("kill -KILL $(cat /bed/script.pid)");
    let ending = machine.powered_off();
    assert_eq!(ending.how, "shutdown -h now");
    assert!(ending.log.contains("power off: the first-boot script is gone"), "{}", ending.log);
}

#[test]
fn the_script_is_killed_with_its_process_group() {
    let mut machine = busy_machine(WAITING);
    machine.run_as_root("kill -KILL -- -$(cut -d' ' -f5 /proc/$(cat /bed/script.pid)/stat)");
    assert!(machine.powered_off().log.contains("power off: the first-boot script is gone"));
}

#[test]
fn the_script_is_told_to_stop_and_tells_the_runner() {
    let mut machine = busy_machine("trap 'report told to stop; exit' TERM; report started; sleep 1000000 & wait");
    machine.run_as_root("kill -TERM $(cat /bed/script.pid)");
    machine.wait_for("told to stop");
    let ending = machine.powered_off();
    assert!(ending.log.contains("power off: the first-boot script failed with status 143"), "{}", ending.log);
}

#[test]
fn a_command_of_the_script_fails() {
    let mut machine =
        Machine::new(&specification(RunnerKind::Gitea)).with_runner("").with_program("usr/bin/useradd", "exit 9").boot();
    let ending = machine.powered_off();
    assert!(ending.log.contains("a command failed with status 9"), "{}", ending.log);
    assert!(ending.log.contains("power off: the first-boot script failed with status 9"), "{}", ending.log);
}

#[test]
fn the_log_cannot_be_written() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.log_file = userdata::AbsolutePath::parse("/dev/null/log").unwrap();
    let mut machine = Machine::new(&specification).with_runner("exit 4").with_identity(&identity()).boot();
    let ending = machine.powered_off();
    assert!(ending.console.contains("power off: the runner ended with status 4"), "{}", ending.console);
}

#[test]
fn shutdown_is_missing() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).without("usr/local/sbin/shutdown").boot();
    assert_eq!(machine.powered_off().how, "poweroff -f");
}

#[test]
fn shutdown_claims_to_work_and_does_not() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_program("usr/local/sbin/shutdown", "report asked")
        .with_clock_stopped_for(&[90])
        .boot();
    machine.wait_for("asked");
    machine.expire(90);
    assert_eq!(machine.powered_off().how, "poweroff -f");
}

#[test]
fn shutdown_hangs() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_program("usr/local/sbin/shutdown", "report asked; sleep 1000000")
        .with_clock_stopped_for(&[90])
        .boot();
    machine.wait_for("asked");
    machine.expire(90);
    assert_eq!(machine.powered_off().how, "poweroff -f");
}

#[test]
fn only_systemctl_works() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .without("usr/local/sbin/shutdown")
        .without("usr/local/sbin/poweroff")
        .boot();
    assert_eq!(machine.powered_off().how, "systemctl poweroff -ff");
}

#[test]
fn only_the_kernel_is_left() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .without("usr/local/sbin/shutdown")
        .without("usr/local/sbin/poweroff")
        .without("usr/local/sbin/systemctl")
        .boot();
    assert_eq!(machine.powered_off().how, "o");
}
