//! Mail by the service that the configuration names.

use mentora_firestore::{Transport, TransportError};
use mentora_mail::send::{self, Answer};
use mentora_mail::{Mailbox, Message, Written};

use super::config::Config;
use super::fetch::Fetch;

/// How long SendGrid may take, ms. Nobody waits for it in front of a screen.
const DEADLINE_MS: u32 = 15_000;

/// What a stand-in is shown in place of a key: it wants one, as SendGrid does.
const OFFLINE_KEY: &str = "SG.offline";

/// Sends mail. Without `Debug`: it holds the key.
#[derive(Clone)]
pub struct Mailer<T = Fetch> {
    transport: T,
    base_url: String,
    api_key: String,
    from: Mailbox,
}

/// What came of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// SendGrid said.
    Answered(Answer),
    /// It never left.
    NotSent(String),
    /// It left, and SendGrid did not say whether it took it.
    Unknown(String),
}

impl Mailer {
    /// The one of the configuration; none where mail is not set up.
    #[must_use]
    pub fn of(config: &Config) -> Option<Self> {
        Self::over(Fetch, config)
    }
}

impl<T: Transport> Mailer<T> {
    /// The same over another transport.
    pub fn over(transport: T, config: &Config) -> Option<Self> {
        let mail = &config.mail;
        let own_key = mail.api_key.as_ref().map(|key| key.expose().to_owned());
        Some(Self {
            transport,
            base_url: mail.base_url.clone(),
            api_key: own_key.or_else(|| mail.offline.then(|| OFFLINE_KEY.to_owned()))?,
            from: mail.from.clone()?,
        })
    }

    /// Sends a letter, once. `notification` is our own id of it.
    pub async fn send(&self, to: Mailbox, written: Written, notification: String) -> Posted {
        let message = Message { from: self.from.clone(), to, written, notification };
        let request = match message.request(&self.base_url, &self.api_key) {
            Ok(request) => request,
            Err(error) => return Posted::NotSent(error.to_string()),
        };
        match self.transport.send(request, DEADLINE_MS).await {
            Ok(reply) => Posted::Answered(send::read(&reply)),
            Err(TransportError::NotSent(why)) => Posted::NotSent(why),
            Err(error @ (TransportError::TimedOut | TransportError::Broken(_))) => {
                Posted::Unknown(error.to_string())
            }
        }
    }
}
