//! Push messages by the service that the configuration names.

use mentora_firestore::{Transport, TransportError};
use mentora_google::fcm::{self, Answer, Message};

use super::config::Config;
use super::google::AsServiceAccount;

/// How long FCM may take for one message, ms.
pub const DEADLINE_MS: u32 = 8_000;

/// Sends push messages.
#[derive(Debug, Clone)]
pub struct Pusher<T = AsServiceAccount> {
    transport: T,
    base_url: String,
    project_id: String,
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// FCM said.
    Answered(Answer),
    /// It never left.
    NotSent(String),
    /// It left, and FCM did not say whether it took it.
    Unknown(String),
}

impl Pusher {
    /// The one of the configuration; none where push messages are not set up.
    #[must_use]
    pub fn of(config: &Config) -> Option<Self> {
        let account = config.service_account.clone()?;
        Some(Self::over(AsServiceAccount { account, token_url: config.token_url.clone() }, config))
    }
}

impl<T: Transport> Pusher<T> {
    /// The same over another transport, which puts on the access token.
    pub fn over(transport: T, config: &Config) -> Self {
        Self { transport, base_url: config.fcm_url.clone(), project_id: config.project_id.clone() }
    }

    /// Sends a message to one device, once.
    pub async fn send(&self, message: &Message<'_>) -> Pushed {
        let request = match message.request(&self.base_url, &self.project_id) {
            Ok(request) => request,
            Err(error) => return Pushed::NotSent(error.to_string()),
        };
        match self.transport.send(request, DEADLINE_MS).await {
            Ok(reply) => Pushed::Answered(fcm::read(&reply)),
            Err(TransportError::NotSent(why)) => Pushed::NotSent(why),
            Err(error @ (TransportError::TimedOut | TransportError::Broken(_))) => {
                Pushed::Unknown(error.to_string())
            }
        }
    }
}
