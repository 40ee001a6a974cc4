//! From what EC2 shows of an instance to whether the machine lives.

use super::api::Machine;
use super::tags;
use crate::cloud::{IdentityState, Instance, InstanceState};
use crate::identifier::InstanceId;
use crate::text::printable;

/// The machine, but for its identity, of which EC2 knows nothing.
pub(super) fn instance(machine: &Machine, identity: IdentityState) -> Instance {
    Instance {
        id: InstanceId::new(machine.id.as_str()),
        runner: tags::runner(&machine.tags, machine.launch_index),
        pool: tags::pool(&machine.tags),
        serves: tags::serves(&machine.tags),
        launched_at: machine.launched_at,
        state: state(machine),
        identity,
    }
}

/// A stopped instance counts as alive: its disk costs money and anybody may start it again, so it must be ended like any other.
/// Machines of ours never stop by themselves; their shutdown terminates them.
pub(super) fn state(machine: &Machine) -> InstanceState {
    match machine.state.as_str() {
        "shutting-down" | "terminated" => InstanceState::Ended { how: how(machine) },
        _ => InstanceState::Alive,
    }
}

fn how(machine: &Machine) -> Option<String> {
    let code = machine.reason_code.as_deref()?;
    let told = match code {
        "Server.SpotInstanceTermination" | "Server.SpotInstanceShutdown" => "EC2 took the spot instance back",
        "Server.InsufficientInstanceCapacity" => "EC2 had no capacity left while it started",
        "Server.ScheduledStop" => "EC2 retired its hardware",
        "Server.InternalError" => "EC2 failed while it started",
        "Client.InstanceInitiatedShutdown" => "it powered off by itself",
        "Client.UserInitiatedShutdown" => "it was terminated by a call",
        "Client.VolumeLimitExceeded" => "the account's limit for volumes was reached while it started",
        "Client.InvalidSnapshot.NotFound" => "the snapshot of its image is gone",
        "Client.InternalError" => "it could not start: its encrypted disk may need a key that it may not use",
        _ => return Some(printable(machine.reason.as_deref().unwrap_or(code), 200)),
    };
    Some(format!("{told} ({code})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(state: &str, code: Option<&str>) -> Machine {
        Machine {
            state: state.to_owned(),
            reason_code: code.map(str::to_owned),
            reason: code.map(|code| format!("{code}: as EC2 says it")),
            ..Machine::default()
        }
    }

    #[test]
    fn only_what_is_over_has_ended() {
        for alive in ["pending", "running", "stopping", "stopped", "new-word"] {
            assert_eq!(state(&machine(alive, None)), InstanceState::Alive, "{alive}");
        }
        for over in ["shutting-down", "terminated"] {
            assert_eq!(state(&machine(over, None)), InstanceState::Ended { how: None }, "{over}");
        }
    }

    #[test]
    fn the_end_of_a_machine_is_told_in_words() {
        let told = |code: &str| match state(&machine("terminated", Some(code))) {
            InstanceState::Ended { how } => how.unwrap_or_default(),
            InstanceState::Alive => String::new(),
        };
        assert_eq!(told("Server.SpotInstanceTermination"), "EC2 took the spot instance back (Server.SpotInstanceTermination)");
        assert_eq!(told("Client.InstanceInitiatedShutdown"), "it powered off by itself (Client.InstanceInitiatedShutdown)");
        assert_eq!(told("Server.New"), "Server.New: as EC2 says it");
    }

    #[test]
    fn a_machine_without_readable_tags_is_still_one_of_ours() {
        let seen = instance(&Machine { id: "i-1".to_owned(), ..Machine::default() }, IdentityState::Unknown);
        assert_eq!((seen.id.as_str(), seen.runner, seen.pool, seen.serves), ("i-1", None, None, None));
    }
}
