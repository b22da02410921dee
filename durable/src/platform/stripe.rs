//! Calls to Stripe: each with a deadline, and asked again where that may help. A purchase bears an idempotency key, and
//! the others only read, so that nothing is done twice.

use http::{Request, Response};
use mentora_firestore::Transport as _;
use mentora_payments::api::{Api, StripeError};
use mentora_payments::charges::{self, Page, Query};
use mentora_payments::checkout::{self, Purchase, Session};
use mentora_payments::payment_intent::{self, PaymentIntent};

use super::config::StripeConfig;
use super::fetch::Fetch;
use super::pause::Pause;

/// How long one answer may take, ms: somebody waits for it in front of a screen.
const DEADLINE_MS: u32 = 8_000;
/// Before the second try, and the third.
const PAUSES_MS: [u32; 2] = [250, 1_000];

/// Stripe, as the configuration names it.
#[derive(Debug, Clone, Copy)]
pub struct Stripe<'a> {
    api: Api<'a>,
}

impl<'a> Stripe<'a> {
    /// None without a key.
    #[must_use]
    pub fn of(config: &'a StripeConfig) -> Option<Self> {
        let key = config.secret_key.as_ref()?;
        Some(Self { api: Api { base_url: &config.base_url, secret_key: key.expose() } })
    }

    /// Opens a page on which a purchase is paid.
    ///
    /// # Errors
    /// [`StripeError`]
    pub async fn open_session(&self, purchase: &Purchase<'_>) -> Result<Session, StripeError> {
        ask(&purchase.request(&self.api)?, checkout::parse_session).await
    }

    /// A payment.
    ///
    /// # Errors
    /// [`StripeError`]
    pub async fn payment(&self, id: &str) -> Result<PaymentIntent, StripeError> {
        ask(&payment_intent::request(&self.api, id)?, payment_intent::parse).await
    }

    /// A page of what was charged.
    ///
    /// # Errors
    /// [`StripeError`]
    pub async fn charges(&self, query: &Query<'_>) -> Result<Page, StripeError> {
        ask(&query.request(&self.api)?, charges::parse_page).await
    }
}

async fn ask<R>(
    request: &Request<Vec<u8>>,
    read: fn(&Response<Vec<u8>>) -> Result<R, StripeError>,
) -> Result<R, StripeError> {
    let mut pauses = PAUSES_MS.into_iter();
    loop {
        let reply = Fetch.send(request.clone(), DEADLINE_MS).await;
        let reply = reply.map_err(|error| StripeError::Unavailable(error.to_string()));
        match (reply.and_then(|reply| read(&reply)), pauses.next()) {
            (Err(error), Some(pause)) if error.may_pass() => Pause::of(pause).await,
            (answer, _) => return answer,
        }
    }
}
