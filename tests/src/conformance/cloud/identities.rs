//! Identities: given once, taken once.

use dispatch::cloud::{HandOver, IdentityState, Withdrawal};
use secrecy::ExposeSecret;
use userdata::Identity;

use super::{Outcome, Subject, identity};

/// The first one counts, also after it was taken.
pub async fn an_identity_is_given_once(subject: &Subject) -> Outcome {
    let machine = subject.machine("c1").await?;
    assert_eq!(subject.cloud.hand_over(&machine, &identity("first")?).await?, HandOver::Done);
    assert_eq!(subject.cloud.hand_over(&machine, &identity("second")?).await?, HandOver::AlreadyGiven);
    let wire = subject.inside.take(&machine).await.ok_or("there was nothing to take")?;
    let taken = Identity::from_wire(&wire.into())?;
    assert_eq!(taken.token.expose_secret(), "first");
    assert_eq!(subject.cloud.hand_over(&machine, &identity("third")?).await?, HandOver::AlreadyGiven);
    Ok(())
}

/// A later look finds nothing.
pub async fn an_identity_is_taken_once(subject: &Subject) -> Outcome {
    let machine = subject.machine("c2").await?;
    assert_eq!(subject.inside.take(&machine).await, None, "nothing was given");
    subject.cloud.hand_over(&machine, &identity("t")?).await?;
    assert!(subject.inside.take(&machine).await.is_some());
    assert_eq!(subject.inside.take(&machine).await, None);
    Ok(())
}

/// Whoever withdraws is told, each time.
pub async fn a_taken_identity_cannot_be_withdrawn(subject: &Subject) -> Outcome {
    let machine = subject.machine("c3").await?;
    subject.cloud.hand_over(&machine, &identity("t")?).await?;
    subject.inside.take(&machine).await.ok_or("there was nothing to take")?;
    for _ in 0..2 {
        assert_eq!(subject.cloud.withdraw(&machine).await?, Withdrawal::AlreadyTaken);
    }
    Ok(())
}

/// A withdrawal whose answer was lost is asked for again, with the same answer.
pub async fn a_withdrawn_identity_is_neither_taken_nor_given_again(subject: &Subject) -> Outcome {
    let machine = subject.machine("c4").await?;
    subject.cloud.hand_over(&machine, &identity("t")?).await?;
    for _ in 0..2 {
        assert_eq!(subject.cloud.withdraw(&machine).await?, Withdrawal::Withdrawn);
    }
    assert_eq!(subject.inside.take(&machine).await, None);
    assert_eq!(subject.cloud.hand_over(&machine, &identity("again")?).await?, HandOver::AlreadyGiven);
    assert_eq!(subject.inside.take(&machine).await, None);
    Ok(())
}

/// Else a slow worker could still make a runner of a machine that was found to be harmless.
pub async fn who_withdraws_before_any_is_given_bars_the_way(subject: &Subject) -> Outcome {
    let machine = subject.machine("c5").await?;
    for _ in 0..2 {
        assert_eq!(subject.cloud.withdraw(&machine).await?, Withdrawal::Withdrawn);
    }
    assert_eq!(subject.cloud.hand_over(&machine, &identity("t")?).await?, HandOver::AlreadyGiven);
    assert_eq!(subject.inside.take(&machine).await, None);
    Ok(())
}

/// So that a pass need not ask for each machine.
pub async fn the_list_tells_what_became_of_identities(subject: &Subject) -> Outcome {
    let (taken, withdrawn) = (subject.machine("c6").await?, subject.machine("c7").await?);
    let state = async |id| Ok::<_, Box<dyn std::error::Error>>(subject.listed(id).await?.map(|machine| machine.identity));
    assert_eq!(state(&taken).await?, Some(IdentityState::NeverGiven));
    subject.cloud.hand_over(&taken, &identity("t")?).await?;
    subject.cloud.hand_over(&withdrawn, &identity("w")?).await?;
    assert_eq!(state(&taken).await?, Some(IdentityState::Waiting));
    subject.inside.take(&taken).await.ok_or("there was nothing to take")?;
    subject.cloud.withdraw(&withdrawn).await?;
    assert_eq!(state(&taken).await?, Some(IdentityState::Taken));
    assert_eq!(state(&withdrawn).await?, Some(IdentityState::Taken));
    Ok(())
}
