//! Each check can fail: a world in which one job runs on one machine, and somebody who does what he must not.

use std::sync::{Arc, Mutex};

use super::Promise;
use crate::simulator::agenda::Millis;
use crate::simulator::processes::Processes;
use crate::simulator::scenario::read;
use crate::simulator::story::Story;
use crate::simulator::world::{Shared, World, lock};

const STORY: &str = "forge gitea 1.27\npool go: labels go, limit 1\nat 0:10: job of acme/tour wants go, lasts 30m";

/// The only machine.
const MACHINE: u64 = 1;

/// The world of the story, with or without anybody who serves it.
fn world_at(at: Millis, served: bool) -> Shared {
    let script = Arc::new(read(STORY).unwrap());
    let world: Shared = Arc::new(Mutex::new(World::new(script.clone(), Story::untold())));
    {
        let mut world = lock(&world);
        world.place_others();
        world.plan_jobs();
        world.watch_demands();
    }
    let mut processes = Processes::new(&world, script.settings.clone());
    if served {
        processes.run(at);
    } else {
        let mut world = lock(&world);
        while let Some(event) = world.agenda.next(at) {
            event(&mut world);
        }
    }
    world
}

/// Which promises are broken when somebody does something while the job runs.
fn broken_by(what: impl FnOnce(&mut World)) -> Vec<Promise> {
    let world = world_at(180_000, true);
    let mut world = lock(&world);
    assert!(world.cloud.machines.get(&MACHINE).is_some_and(crate::simulator::cloud::Machine::works), "the job should run");
    assert!(world.checks.violations.is_empty(), "{:?}", world.checks.violations);
    what(&mut world);
    world.checks.violations.iter().map(|violation| violation.promise).collect()
}

fn change(world: &mut World, change: impl FnOnce(&mut crate::simulator::cloud::Machine)) {
    change(world.cloud.machines.get_mut(&MACHINE).unwrap());
}

#[test]
fn a_job_that_nobody_serves_is_forgotten() {
    let forgotten = |minutes: Millis| {
        let world = world_at(minutes * 60_000, false);
        let world = lock(&world);
        world.checks.violations.iter().map(|violation| violation.promise).collect::<Vec<_>>()
    };
    assert_eq!(forgotten(10), []);
    assert_eq!(forgotten(12), [Promise::NothingForgotten]);
}

#[test]
fn a_second_machine_for_the_job_is_one_too_many() {
    let broken = broken_by(|world| {
        let machine = world.cloud.machines[&MACHINE].clone();
        world.cloud.machines.insert(MACHINE + 1, machine);
        world.check_launch(MACHINE + 1, 0);
    });
    assert_eq!(broken, [Promise::LimitsHold, Promise::NothingDoubled]);
}

#[test]
fn a_busy_machine_may_be_ended_at_its_bound_only() {
    assert_eq!(broken_by(|world| world.check_termination(MACHINE)), [Promise::NoBusyKill]);
    let at_its_bound = broken_by(|world| {
        change(world, |machine| machine.limits.age = 180_000);
        world.check_termination(MACHINE);
    });
    assert_eq!(at_its_bound, []);
}

#[test]
fn the_registration_of_a_busy_runner_may_not_be_removed() {
    let broken = broken_by(|world| {
        let registration = world.cloud.machines[&MACHINE].registration.unwrap();
        world.check_deregistration(registration);
    });
    assert_eq!(broken, [Promise::NoRacingRemoval]);
}

#[test]
fn an_identity_is_taken_once_and_by_one() {
    let again = broken_by(|world| {
        change(world, |machine| machine.takes = 2);
        world.check_take(MACHINE);
    });
    assert_eq!(again, [Promise::IdentityOnce]);
    let by_another = broken_by(|world| {
        let machine = world.cloud.machines[&MACHINE].clone();
        world.cloud.machines.insert(MACHINE + 1, machine);
        world.check_take(MACHINE);
    });
    assert_eq!(by_another, [Promise::IdentityOnce]);
}

#[test]
fn what_others_have_is_not_ours_to_end_or_remove() {
    let machine = broken_by(|world| world.check_whose(&dispatch::identifier::InstanceId::new("i-other")));
    assert_eq!(machine, [Promise::OthersUntouched]);
    let runner = broken_by(|world| {
        let named = |(_, row): &(&u64, &crate::simulator::forge::Row)| row.name.starts_with("sim-2-");
        let id = world.forge.registrations.iter().find(named).map(|(id, _)| *id).unwrap();
        world.check_deregistration(id);
    });
    assert_eq!(runner, [Promise::OthersUntouched]);
}

#[test]
fn a_machine_beyond_its_bound_is_a_zombie() {
    let broken = broken_by(|world| {
        change(world, |machine| machine.limits.age = 60_000);
        world.check_age(MACHINE);
    });
    assert_eq!(broken, [Promise::NoZombie]);
}

#[test]
fn whatever_is_left_after_the_end_is_named() {
    let world = world_at(180_000, true);
    let mut world = lock(&world);
    world.check_nothing_left();
    let told: Vec<&str> = world.checks.violations.iter().map(|violation| violation.what.as_str()).collect();
    assert_eq!(told.len(), 1);
    for what in ["machine i-00001", "at the forge", "open record job#home/", "open record runner#"] {
        assert!(told[0].contains(what), "{what}: {}", told[0]);
    }
}
