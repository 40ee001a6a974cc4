//! What is not ours, in the same account and at the same forge: nobody may touch it.

use dispatch::cloud::{IdentityState, Instance, InstanceState};
use dispatch::identifier::{InstanceId, Scope};
use dispatch::label::LabelSet;

use super::checks::Promise;
use super::forge::Row;
use super::install::STACK;
use super::world::{World, moment};

impl World {
    /// Places the runners and machines of others. One installation's name begins like ours.
    pub(super) fn place_others(&mut self) {
        self.cloud.others = vec![machine("i-other"), machine("i-someone")];
        for scope in self.scopes() {
            for stack in [format!("{STACK}-2"), "other".to_owned()] {
                let id = self.forge.next_id();
                self.forge.registrations.insert(id, runner(format!("{stack}-i-{id:05}"), scope.clone()));
            }
        }
    }

    /// Every scope in which something may be registered.
    fn scopes(&self) -> Vec<Scope> {
        let repositories = self.script.jobs.iter().filter_map(|job| job.repository.parse().ok()).map(Scope::Repository);
        let owners = self.script.jobs.iter().filter_map(|job| job.repository.split('/').next());
        let mut scopes: Vec<Scope> = repositories.chain(owners.map(|owner| Scope::Organisation(owner.to_owned()))).collect();
        scopes.push(Scope::Instance);
        scopes.sort();
        scopes.dedup();
        scopes
    }

    /// Somebody asks the cloud to end a machine.
    pub(super) fn check_whose(&mut self, id: &InstanceId) {
        if self.cloud.others.iter().any(|other| other.id == *id) {
            self.violate(Promise::OthersUntouched, format!("machine {id} of somebody else is ended"));
        }
    }

    /// Somebody disables or removes a registration.
    pub(super) fn check_touch(&mut self, registration: u64) {
        let name = self.forge.registrations.get(&registration).map(|row| row.name.clone());
        if let Some(name) = name.filter(|name| is_foreign(name)) {
            self.violate(
                Promise::OthersUntouched,
                format!("runner {registration} (`{name}`) of another installation is touched"),
            );
        }
    }
}

/// Whether a runner's name is not one of ours.
pub(super) fn is_foreign(name: &str) -> bool {
    name.strip_prefix(STACK).is_none_or(|rest| !rest.starts_with("-i-"))
}

fn machine(id: &str) -> Instance {
    Instance {
        id: InstanceId::new(id),
        runner: None,
        pool: None,
        serves: None,
        launched_at: moment(0),
        state: InstanceState::Alive,
        identity: IdentityState::NeverGiven,
    }
}

/// A runner that is off just now.
fn runner(name: String, scope: Scope) -> Row {
    Row { name, scope, labels: LabelSet::new(), disabled: false, job: None, last_contact: None, connected: false }
}
