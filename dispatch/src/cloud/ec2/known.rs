//! What the last look showed, so that not every question is asked again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::api::Image;
use crate::cloud::{IdentityState, Instance, InstanceState};
use crate::identifier::InstanceId;
use crate::time::Timestamp;

/// Seconds for which the image behind an SSM parameter is remembered.
const PARAMETER_S: u64 = 300;

/// Machines of our stack and images, as last seen by this process.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Facts>);

#[derive(Debug, Default)]
struct Facts {
    machines: BTreeMap<InstanceId, (InstanceState, IdentityState)>,
    images: BTreeMap<String, Image>,
    parameters: BTreeMap<String, (Timestamp, String)>,
}

impl Known {
    fn facts<T>(&self, use_it: impl FnOnce(&mut Facts) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A full look: what it did not show is forgotten.
    pub(super) fn seen(&self, instances: &[Instance]) {
        let machines = instances.iter().map(|one| (one.id.clone(), (one.state.clone(), one.identity))).collect();
        self.facts(|facts| facts.machines = machines);
    }

    /// Machines that were just launched, or just found to be ours.
    pub(super) fn ours(&self, instances: &[Instance]) {
        self.facts(|facts| {
            for one in instances {
                facts.machines.entry(one.id.clone()).or_insert_with(|| (one.state.clone(), one.identity));
            }
        });
    }

    /// Whether the machine carries our stack's tag, as far as we have seen.
    pub(super) fn is_ours(&self, instance: &InstanceId) -> bool {
        self.facts(|facts| facts.machines.contains_key(instance))
    }

    /// Whether the machine was seen to be over, which is final.
    pub(super) fn has_ended(&self, instance: &InstanceId) -> bool {
        self.facts(|facts| matches!(facts.machines.get(instance), Some((InstanceState::Ended { .. }, _))))
    }

    /// Whether its identity was seen to be taken, which is final.
    pub(super) fn has_taken(&self, instance: &InstanceId) -> bool {
        self.facts(|facts| matches!(facts.machines.get(instance), Some((_, IdentityState::Taken))))
    }

    /// An image never changes.
    pub(super) fn image(&self, id: &str) -> Option<Image> {
        self.facts(|facts| facts.images.get(id).cloned())
    }

    pub(super) fn remember_image(&self, id: &str, image: &Image) {
        self.facts(|facts| facts.images.insert(id.to_owned(), image.clone()));
    }

    /// The image that a parameter named a moment ago.
    pub(super) fn parameter(&self, name: &str, now: Timestamp) -> Option<String> {
        let fresh = |(at, image): &(Timestamp, String)| (now.since_s(*at) < PARAMETER_S).then(|| image.clone());
        self.facts(|facts| facts.parameters.get(name).and_then(fresh))
    }

    pub(super) fn remember_parameter(&self, name: &str, now: Timestamp, image: &str) {
        self.facts(|facts| facts.parameters.insert(name.to_owned(), (now, image.to_owned())));
    }
}
