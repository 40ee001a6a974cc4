//! Limits hold: per pool, owner and repository, and for all together.

use dispatch::identifier::{PoolName, Scope};

use super::Promise;
use crate::simulator::agenda::Millis;
use crate::simulator::script::Script;
use crate::simulator::world::World;

/// How long our records may lag behind the end of a machine.
pub(super) const NOTICE_MS: Millis = 150_000;

/// What has a limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Total,
    Pool(PoolName),
    Owner(String),
    Repository(String),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Use {
    machines: u64,
    full_since: Option<Millis>,
    was_full: Vec<(Millis, Millis)>,
}

impl Use {
    /// When no further machine was allowed.
    pub(super) fn full(&self, now: Millis) -> impl Iterator<Item = (Millis, Millis)> {
        self.was_full.iter().copied().chain(self.full_since.map(|since| (since, now)))
    }
}

impl World {
    pub(super) fn occupy(&mut self, place: &Place) {
        let now = self.now();
        let limit = limit_of(&self.script, place);
        let used = self.checks.places.entry(place.clone()).or_default();
        used.machines += 1;
        let machines = used.machines;
        if limit.is_some_and(|limit| machines >= limit) {
            used.full_since.get_or_insert(now);
        }
        if let Some(limit) = limit.filter(|limit| machines > *limit) {
            self.violate(Promise::LimitsHold, format!("{machines} machines at {place:?}, which may have {limit}"));
        }
    }

    fn leave_place(&mut self, place: &Place) {
        let now = self.now();
        let used = self.checks.places.entry(place.clone()).or_default();
        used.machines = used.machines.saturating_sub(1);
        let Some(since) = used.full_since.take() else { return };
        match used.was_full.last_mut() {
            Some((_, until)) if since <= *until => *until = now + NOTICE_MS,
            _ => used.was_full.push((since, now + NOTICE_MS)),
        }
    }

    pub(super) fn leave_places(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number).filter(|machine| !machine.settled) else { return };
        for place in places(&machine.scope, &machine.pool) {
            self.leave_place(&place);
        }
    }
}

/// What a machine counts against.
pub(super) fn places(scope: &Scope, pool: &PoolName) -> Vec<Place> {
    let mut places = vec![Place::Total, Place::Pool(pool.clone())];
    match scope {
        Scope::Repository(repository) => {
            places.push(Place::Owner(repository.owner().to_owned()));
            places.push(Place::Repository(repository.to_string()));
        }
        Scope::Organisation(owner) => places.push(Place::Owner(owner.clone())),
        Scope::Instance => {}
    }
    places
}

fn limit_of(script: &Script, place: &Place) -> Option<u64> {
    let limits = &script.settings.limits;
    let limit = match place {
        Place::Total => limits.total,
        Place::Owner(_) => limits.per_owner,
        Place::Repository(_) => limits.per_repository,
        Place::Pool(name) => script.settings.pools.iter().find(|pool| pool.name == *name).map(|pool| pool.limit),
    };
    limit.map(u64::from)
}
