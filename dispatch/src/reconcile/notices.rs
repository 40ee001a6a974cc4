//! What becomes of the events that were noticed.

use super::Draft;
use crate::plan::Action;
use crate::predict::Prediction;
use crate::reason::Reason;
use crate::record::Notice;
use crate::world::{Noticed, World};

/// Plans what was read; what was not stays for the next pass.
pub(super) fn settle(world: &World, plan: &mut Draft) {
    for (key, (notice, noticed)) in &world.notices {
        let prediction = match noticed {
            Noticed::Unread(_) => continue,
            Noticed::Rung => Prediction::default(),
            Noticed::Predicted(prediction) => prediction.as_ref().clone(),
            Noticed::GivenUp(cause) => given_up(notice, cause),
        };
        let reason = Reason::Announced { delivery: notice.id.clone() };
        plan.record(Action::Read { notice: key.clone(), prediction: Box::new(prediction) }, reason);
    }
}

fn given_up(notice: &Notice, cause: &str) -> Prediction {
    let (event, repository) = (notice.event.clone(), notice.repository.to_string());
    let never = Reason::NeverRead { event, repository, cause: cause.to_owned() };
    Prediction { unclear: vec![never], ..Prediction::default() }
}
