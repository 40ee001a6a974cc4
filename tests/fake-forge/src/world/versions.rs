//! The wake-up counters: a runner is given work only when its scope's counter has moved since it last asked.

use std::collections::{BTreeMap, BTreeSet};

use super::runner::Scope;

/// One counter per scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskVersions(BTreeMap<Scope, i64>);

impl TaskVersions {
    /// Something became waiting at `place`: the counters of its repository, its owner and the instance rise.
    /// No counter of owner *and* repository exists: the defect that starves a runner with both.
    pub(crate) fn bump(&mut self, place: Scope) {
        let scopes = BTreeSet::from([Scope::INSTANCE, Scope::owner(place.owner), Scope::repository(place.repository)]);
        for scope in scopes {
            *self.0.entry(scope).or_default() += 1;
        }
    }

    /// What a runner of `scope` is told. A missing counter makes the server bump and answer 1, each time.
    pub(crate) fn latest(&mut self, scope: Scope) -> i64 {
        if let Some(version) = self.0.get(&scope) {
            return *version;
        }
        self.bump(scope);
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_counters_rise_together() {
        let mut versions = TaskVersions::default();
        versions.bump(Scope { owner: 4, repository: 1 });
        versions.bump(Scope { owner: 4, repository: 2 });
        assert_eq!(versions.latest(Scope::INSTANCE), 2);
        assert_eq!(versions.latest(Scope::owner(4)), 2);
        assert_eq!(versions.latest(Scope::repository(1)), 1);
    }

    /// The stuck runner: version 1 for ever, and everybody else's counters run away.
    #[test]
    fn a_runner_with_owner_and_repository_is_told_one_for_ever() {
        let mut versions = TaskVersions::default();
        let pair = Scope { owner: 4, repository: 1 };
        for poll in 1..=3 {
            versions.bump(pair);
            assert_eq!(versions.latest(pair), 1);
            assert_eq!(versions.latest(Scope::repository(1)), 2 * poll);
        }
    }
}
