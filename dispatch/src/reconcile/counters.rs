//! Counters that disagree with the open records.
//!
//! The list of open records may be late, and a counter set to what a late list says lets one machine too many through.
//! So a look only suspects. A later one that finds the same, with no claim and no close in between, is right, because no
//! list is late for that long.

use super::Draft;
use crate::plan::Action;
use crate::reason::Reason;
use crate::record::Drift;
use crate::world::{Counter, World};

/// Seconds for which a counter has to look wrong in the same way.
const SURE_AFTER_S: u64 = 60;

/// Plans the correction of each counter that is surely not what the open runners add up to.
pub(super) fn settle(world: &World, plan: &mut Draft) {
    let counted = world.counted();
    for (key, counter) in &world.counters {
        let counted = counted.get(key).copied().unwrap_or(0);
        if counted == counter.value {
            continue;
        }
        let (name, said) = (key.to_string(), counter.value);
        match suspected(counter, counted) {
            None => {
                let drift = Drift { version: counter.version, counted, since: world.now };
                plan.record(Action::Suspect { counter: key.clone(), drift }, Reason::Miscount { counter: name, said, counted });
            }
            Some(drift) if world.now.since_s(drift.since) >= SURE_AFTER_S => {
                let reason = Reason::Drift { counter: name, said, counted };
                plan.end(Action::Repair { counter: key.clone(), drift: drift.clone() }, reason);
            }
            Some(_) => {}
        }
    }
}

/// The same suspicion of the same counter, which nobody has changed since.
fn suspected(counter: &Counter, counted: u64) -> Option<&Drift> {
    counter.drift.as_ref().filter(|drift| drift.version == counter.version && drift.counted == counted)
}
