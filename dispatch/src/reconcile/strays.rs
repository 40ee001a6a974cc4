//! Machines and registrations of ours that no record knows, and batches that are over.

use super::Draft;
use crate::cloud::{IdentityState, Instance, InstanceState};
use crate::identifier::{BackendName, ForgeName, InstanceId, RunnerKey, Scope};
use crate::plan::{Action, Unless};
use crate::pool::DEFAULT_MAXIMUM_AGE_S;
use crate::reason::Reason;
use crate::world::{ForgeView, View, World};

/// Seconds for which a machine without a record is left alone: its record may be on its way.
pub(super) const ORPHAN_GRACE_S: u64 = 120;

/// Plans the end of everything that belongs to nobody.
pub(super) fn settle(world: &World, plan: &mut Draft) {
    for (backend, view) in &world.clouds {
        for instance in view.seen().into_iter().flatten() {
            orphan(world, backend, instance, plan);
        }
    }
    for (forge, view) in &world.forges {
        if let View::Seen(view) = view {
            ghosts(world, forge, view, plan);
        }
    }
    for batch in world.batches.keys() {
        let first = RunnerKey { batch: batch.clone(), index: 0 };
        let of_batch = world.runners.range(first..).next().is_some_and(|(runner, _)| runner.batch == *batch);
        if !of_batch {
            plan.record(Action::CloseBatch(batch.clone()), Reason::Served);
        }
    }
}

fn orphan(world: &World, backend: &BackendName, instance: &Instance, plan: &mut Draft) {
    let known = instance.runner.as_ref().is_some_and(|runner| world.runners.contains_key(runner));
    let age_s = world.now.since_s(instance.launched_at);
    if known || age_s < ORPHAN_GRACE_S {
        return;
    }
    if let Some(unless) = ending(world, instance, age_s) {
        let reason = Reason::Orphan { instance: instance.id.clone(), age_s };
        plan.end(Action::EndOrphan { backend: backend.clone(), instance: instance.id.clone(), unless }, reason);
    }
}

/// Whether an orphan is ended, and what must be made sure of first.
fn ending(world: &World, instance: &Instance, age_s: u64) -> Option<Unless> {
    match (&instance.state, instance.identity) {
        (InstanceState::Alive, _) if age_s >= DEFAULT_MAXIMUM_AGE_S => Some(Unless::Never),
        // It never began to work, and may do so any moment: only one whose identity is taken back is ended.
        (InstanceState::Alive, IdentityState::Waiting) => Some(Unless::Busy),
        (InstanceState::Alive, _) => cannot_be_busy(world, instance).then_some(Unless::Never),
        // Its identity still lies there, and nobody will take it.
        (InstanceState::Ended { .. }, IdentityState::Waiting) => Some(Unless::Never),
        (InstanceState::Ended { .. }, _) => None,
    }
}

/// Without a record only the forge can tell whether a machine works; if it cannot be asked, the maximum age decides.
fn cannot_be_busy(world: &World, instance: &Instance) -> bool {
    if instance.identity == IdentityState::NeverGiven {
        return true;
    }
    let Some((forge, scope)) = &instance.serves else { return false };
    let view = world.forges.get(forge).and_then(View::seen);
    let registrations = view.and_then(|view| view.registrations.get(scope));
    let name = instance.id.runner_name(&world.stack);
    registrations.is_some_and(|known| !known.iter().any(|registration| registration.name == name))
}

/// A registration that carries our stack's name, that no open runner has, and that was never used.
fn ghosts(world: &World, forge: &ForgeName, view: &ForgeView, plan: &mut Draft) {
    for (scope, registrations) in &view.registrations {
        for registration in registrations.iter().filter(|registration| !registration.online) {
            let Some(instance) = InstanceId::named_by(&registration.name, &world.stack) else { continue };
            let idle = view.running_on(registration.id).is_none();
            if idle && !has_owner(world, forge, scope, registration.id, &instance) {
                let action = Action::RemoveGhost { forge: forge.clone(), scope: scope.clone(), registration: registration.id };
                plan.end(action, Reason::Ghost { registration: registration.id });
            }
        }
    }
}

/// Whether an open runner has the registration, or a machine may be using it whose record is gone, or came from a list
/// that does not show yet which registration it has.
fn has_owner(world: &World, forge: &ForgeName, scope: &Scope, registration: u64, machine: &InstanceId) -> bool {
    let recorded = world
        .runners
        .values()
        .any(|runner| runner.forge == *forge && runner.scope == *scope && runner.registration == Some(registration));
    let alive = |instance: &Instance| instance.state == InstanceState::Alive && instance.id == *machine;
    let has_another = |instance: &Instance| {
        let runner = instance.runner.as_ref().and_then(|runner| world.runners.get(runner));
        runner.is_some_and(|runner| runner.registration.is_some())
    };
    let in_use = |view: &View<Vec<Instance>>| match view {
        View::Seen(instances) => instances.iter().any(|instance| alive(instance) && !has_another(instance)),
        View::Unreachable(_) => true,
    };
    recorded || world.clouds.values().any(in_use)
}
