//! Sending deliveries: one attempt, five seconds, no retry. What the receiver said is kept, as in the forge's delivery log.

use std::time::Duration;

use super::signature;
use crate::flavour::Flavour;
use crate::world::Delivery;

/// The forges' `DELIVER_TIMEOUT`.
const TIME_OUT: Duration = Duration::from_secs(5);

/// Who decides when deliveries go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steering {
    /// They go out by themselves, in order.
    #[default]
    Automatic,
    /// They stay in the outbox until the test sends, loses, doubles or reorders them.
    ByHand,
}

/// A line of the delivery log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery's id.
    pub delivery: i64,
    /// Its fine name.
    pub event_type: String,
    /// The status it got; `None` when nobody answered in time.
    pub status: Option<u16>,
    /// What the receiver said.
    pub response: String,
}

/// The HTTP client of the forge.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: reqwest::Client,
    flavour: Flavour,
}

impl Sender {
    pub(crate) fn new(flavour: Flavour) -> reqwest::Result<Self> {
        // Somebody else may have installed it first; any provider will do.
        _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(TIME_OUT).user_agent("Go-http-client/1.1").build()?;
        Ok(Self { client, flavour })
    }

    /// Makes the one attempt.
    pub(crate) async fn send(&self, delivery: &Delivery) -> Attempt {
        let (status, response) = match self.try_send(delivery).await {
            Ok((status, text)) => (Some(status), text),
            Err(error) => (None, error.to_string()),
        };
        Attempt { delivery: delivery.id, event_type: delivery.event_type.clone(), status, response }
    }

    async fn try_send(&self, delivery: &Delivery) -> reqwest::Result<(u16, String)> {
        let body = if delivery.form {
            form_urlencoded::Serializer::new(String::new()).append_pair("payload", &delivery.body).finish()
        } else {
            delivery.body.clone()
        };
        let mut request = self.client.post(&delivery.url).body(body);
        for (name, value) in signature::headers(self.flavour, delivery) {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }
}
