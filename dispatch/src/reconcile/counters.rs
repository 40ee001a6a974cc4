//! Counters that disagree with the open records.

use std::collections::BTreeMap;

use super::Draft;
use crate::plan::Action;
use crate::reason::Reason;
use crate::store::Key;
use crate::world::World;

/// Plans the correction of each counter that is not what the open runners add up to.
pub(super) fn settle(world: &World, plan: &mut Draft) {
    let counted = counted(world);
    for (counter, said) in &world.counters {
        let counted = counted.get(counter).copied().unwrap_or(0);
        let by = i64::try_from(counted).unwrap_or(i64::MAX).saturating_sub_unsigned(*said);
        if by != 0 {
            let reason = Reason::Drift { counter: counter.to_string(), said: *said, counted };
            plan.end(Action::Repair { counter: counter.clone(), by }, reason);
        }
    }
}

fn counted(world: &World) -> BTreeMap<Key, u64> {
    let mut places = BTreeMap::<_, u64>::new();
    for runner in world.runners.values() {
        *places.entry((&runner.forge, &runner.scope, &runner.pool)).or_default() += 1;
    }
    let mut counted = BTreeMap::new();
    for ((forge, scope, pool), runners) in places {
        for key in Key::counters(forge, scope, pool) {
            *counted.entry(key).or_default() += runners;
        }
    }
    counted
}
