//! Orders and the machines that they bring.

use std::collections::BTreeSet;

use dispatch::cloud::{Instance, InstanceState};
use dispatch::identifier::InstanceId;

use super::{Outcome, Subject};

fn ids(machines: &[Instance]) -> BTreeSet<InstanceId> {
    machines.iter().map(|machine| machine.id.clone()).collect()
}

/// In the answer and in the list, whoever launched it.
pub async fn every_member_gets_a_machine_that_says_whose_it_is(subject: &Subject) -> Outcome {
    let batch = subject.batch("a1", 3)?;
    let launched = subject.launch(&batch).await?;
    for machines in [launched, subject.cloud.instances().await?] {
        let mut indexes = Vec::new();
        for machine in &machines {
            let runner = machine.runner.as_ref().ok_or("a machine does not say for which member it is")?;
            assert_eq!((&runner.batch, machine.pool.as_ref()), (&batch.id, Some(&batch.pool)));
            assert_eq!(machine.serves, Some((batch.forge.clone(), batch.scope.clone())));
            assert_eq!(machine.state, InstanceState::Alive);
            indexes.push(runner.index);
        }
        indexes.sort_unstable();
        assert_eq!(indexes, [0, 1, 2]);
    }
    Ok(())
}

/// As after a crash, or a lost answer.
pub async fn an_order_that_is_sent_again_brings_the_same_machines(subject: &Subject) -> Outcome {
    let batch = subject.batch("a2", 2)?;
    let first = ids(&subject.launch(&batch).await?);
    assert_eq!(ids(&subject.launch(&batch).await?), first);
    assert_eq!(ids(&subject.cloud.instances().await?), first);
    Ok(())
}

/// Even of the same size.
pub async fn another_order_brings_other_machines(subject: &Subject) -> Outcome {
    let first = subject.machine("a3").await?;
    let second = subject.machine("a4").await?;
    assert_ne!(first, second);
    assert_eq!(subject.cloud.instances().await?.len(), 2);
    Ok(())
}

/// It may stay visible for a while, but never as alive.
pub async fn a_machine_that_ends_by_itself_is_shown_as_ended_or_no_more(subject: &Subject) -> Outcome {
    let machine = subject.machine("a5").await?;
    subject.inside.power_off(&machine).await;
    let listed = subject.listed(&machine).await?;
    assert!(listed.is_none_or(|machine| matches!(machine.state, InstanceState::Ended { .. })));
    Ok(())
}
