//! Ending machines: only ours, all of them, though one may be gone.
//!
//! EC2 ends none of a call's instances if it refuses one, so those that it does not know are left out and the others asked for
//! again. That EC2 does not know an instance does not prove that it is gone, because its lists lag behind; a machine that
//! lives is shown by a later look, and ended then.

use super::api::{ApiError, Filter};
use super::backend::{Ec2Cloud, failed};
use super::state;
use crate::cloud::{CloudError, IdentityState, Instance};
use crate::identifier::InstanceId;

/// Instances of one call; EC2 takes a thousand.
const MOST_AT_ONCE: usize = 500;

/// Values of one filter that EC2 takes.
const MOST_VALUES: usize = 200;

impl Ec2Cloud {
    pub(super) async fn end(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        self.recognise(instances).await?;
        let alive = |id: &&InstanceId| self.known.is_ours(id) && !self.known.has_ended(id);
        let alive: Vec<InstanceId> = instances.iter().filter(alive).cloned().collect();
        let mut outcome = Ok(());
        for chunk in alive.chunks(MOST_AT_ONCE) {
            outcome = outcome.and(self.end_chunk(chunk.to_vec()).await);
        }
        let may_lie_there: Vec<InstanceId> = instances.iter().filter(|id| !self.known.has_taken(id)).cloned().collect();
        if !may_lie_there.is_empty() {
            outcome = outcome.and(self.items.forget(&may_lie_there).await);
        }
        outcome
    }

    /// Looks for our tag on machines that the last look did not show. One without it is not ours, or gone.
    async fn recognise(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        let strange: Vec<String> = instances.iter().filter(|id| !self.known.is_ours(id)).map(ToString::to_string).collect();
        for values in strange.chunks(MOST_VALUES) {
            let filters = [self.stack_filter(), Filter { name: "instance-id".to_owned(), values: values.to_vec() }];
            let found = self.api.machines(&filters).await.map_err(|error| failed("looking for the machine", &error))?;
            let ours: Vec<Instance> = found.iter().map(|machine| state::instance(machine, IdentityState::Unknown)).collect();
            self.known.ours(&ours);
        }
        Ok(())
    }

    async fn end_chunk(&self, mut instances: Vec<InstanceId>) -> Result<(), CloudError> {
        while !instances.is_empty() {
            let error = match self.api.terminate(&instances).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let unknown = unknown(&error, &instances).ok_or_else(|| failed("ending machines", &error))?;
            instances.retain(|id| !unknown.contains(id));
        }
        Ok(())
    }
}

/// Which of the instances EC2 does not know; none if it refused for another reason.
fn unknown(error: &ApiError, instances: &[InstanceId]) -> Option<Vec<InstanceId>> {
    let ApiError::Refused { code, message, .. } = error else { return None };
    if !matches!(code.as_str(), "InvalidInstanceID.NotFound" | "InvalidInstanceID.Malformed") {
        return None;
    }
    let words: Vec<&str> = message.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    let named: Vec<InstanceId> = instances.iter().filter(|id| words.contains(&id.as_str())).cloned().collect();
    match (named.is_empty(), instances) {
        (false, _) => Some(named),
        // A message that names none can only mean the one that was asked for.
        (true, [only]) => Some(vec![only.clone()]),
        (true, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<InstanceId> {
        names.iter().map(|name| InstanceId::new(*name)).collect()
    }

    fn refused(code: &str, message: &str) -> ApiError {
        ApiError::Refused { code: code.to_owned(), message: message.to_owned(), status: 400 }
    }

    #[test]
    fn those_that_ec2_names_are_left_out() {
        let error = refused("InvalidInstanceID.NotFound", "The instance IDs 'i-1, i-3' do not exist");
        assert_eq!(unknown(&error, &ids(&["i-1", "i-2", "i-3", "i-33"])), Some(ids(&["i-1", "i-3"])));
    }

    #[test]
    fn a_refusal_that_names_nobody_is_about_the_only_one() {
        let error = refused("InvalidInstanceID.NotFound", "no such instance");
        assert_eq!(unknown(&error, &ids(&["i-1"])), Some(ids(&["i-1"])));
        assert_eq!(unknown(&error, &ids(&["i-1", "i-2"])), None);
    }

    #[test]
    fn other_refusals_leave_nobody_out() {
        assert_eq!(unknown(&refused("UnauthorizedOperation", "i-1"), &ids(&["i-1"])), None);
        assert_eq!(unknown(&ApiError::NoAnswer { cause: "i-1".to_owned() }, &ids(&["i-1"])), None);
    }
}
