//! What the events that were noticed start, on forges that neither list nor announce jobs.

use futures_util::stream::{self, StreamExt};

use crate::forge::{Capabilities, Forge};
use crate::predict::{Prediction, predict};
use crate::record::Notice;
use crate::repository::snapshot;
use crate::service::Service;
use crate::workflow::Settings;
use crate::workflow::event::Event;
use crate::world::{Noticed, World};

/// Commits that are read at the same time; each is many questions.
const READS_AT_ONCE: usize = 2;

/// Seconds after which an event that could not be read is given up: the forge has given up its jobs too.
const TOO_OLD_S: u64 = 86_400;

/// Reads what each notice is about.
pub(super) async fn read(service: &Service, world: &mut World) {
    let reads: Vec<_> = world.notices.values().map(|(notice, _)| one(service, world, notice)).collect();
    let found: Vec<Noticed> = stream::iter(reads).buffered(READS_AT_ONCE).collect().await;
    for ((_, noticed), found) in world.notices.values_mut().zip(found) {
        *noticed = found;
    }
}

async fn one(service: &Service, world: &World, notice: &Notice) -> Noticed {
    let Some(forge) = service.forges.get(&notice.forge) else { return Noticed::Rung };
    let found = match forge.capabilities(false).await {
        Ok(can) if can.predicts() => look(service, notice, forge.as_ref(), can).await,
        Ok(_) => return Noticed::Rung,
        Err(error) => Err(error.to_string()),
    };
    match found {
        Ok(prediction) => Noticed::Predicted(Box::new(prediction)),
        Err(cause) if world.now.since_s(notice.at) >= TOO_OLD_S => Noticed::GivenUp(cause),
        Err(cause) => {
            tracing::warn!(event = %notice.event, repository = %notice.repository, %cause, "an event waits to be read");
            Noticed::Unread(cause)
        }
    }
}

async fn look(service: &Service, notice: &Notice, forge: &dyn Forge, can: Capabilities) -> Result<Prediction, String> {
    let Some(traces) = forge.traces() else { return Err("its commits cannot be read".to_owned()) };
    let payload = serde_json::from_str(&notice.payload).map_err(|error| error.to_string())?;
    // An event that starts nothing on any forge is read, with nothing to show for it.
    let Ok(event) = Event::from_delivery(&notice.event, payload) else { return Ok(Prediction::default()) };
    let settings = Settings::default_of(can.dialect());
    let repository = traces.repository(&notice.repository);
    let snapshot = snapshot(&event, &settings, repository.as_ref()).await.map_err(|error| error.to_string())?;
    Ok(predict(&service.config, can, notice, &event, &snapshot))
}
