//! How machines are ended.

use dispatch::cloud::InstanceState;
use dispatch::identifier::InstanceId;

use super::{Outcome, Subject, identity};

async fn is_over(subject: &Subject, id: &InstanceId) -> Result<bool, Box<dyn std::error::Error>> {
    Ok(subject.listed(id).await?.is_none_or(|machine| matches!(machine.state, InstanceState::Ended { .. })))
}

/// And no other.
pub async fn an_ended_machine_is_over(subject: &Subject) -> Outcome {
    let (ended, other) = (subject.machine("b1").await?, subject.machine("b2").await?);
    subject.cloud.terminate(std::slice::from_ref(&ended)).await?;
    assert!(is_over(subject, &ended).await? && !is_over(subject, &other).await?);
    Ok(())
}

/// Whoever was faster.
pub async fn ending_twice_is_ending_once(subject: &Subject) -> Outcome {
    let machine = subject.machine("b3").await?;
    for _ in 0..2 {
        subject.cloud.terminate(std::slice::from_ref(&machine)).await?;
        assert!(is_over(subject, &machine).await?);
    }
    Ok(())
}

/// A list may name what is long gone.
pub async fn what_nobody_knows_is_gone_already_and_keeps_no_other_alive(subject: &Subject) -> Outcome {
    let machine = subject.machine("b4").await?;
    let strange = InstanceId::new("i-00000000000000000");
    subject.cloud.terminate(&[strange.clone(), machine.clone()]).await?;
    assert!(is_over(subject, &machine).await?);
    subject.cloud.terminate(&[strange]).await?;
    Ok(())
}

/// Nobody shall find it later.
pub async fn a_machine_that_ends_leaves_no_identity_to_be_taken(subject: &Subject) -> Outcome {
    let machine = subject.machine("b5").await?;
    subject.cloud.hand_over(&machine, &identity("t")?).await?;
    subject.cloud.terminate(std::slice::from_ref(&machine)).await?;
    assert_eq!(subject.inside.take(&machine).await, None);
    Ok(())
}
