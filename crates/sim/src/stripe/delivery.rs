//! Webhooks: each event is signed and sent until it is taken.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use rsa::sha2::Sha256;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::google::keys::now;
use crate::world::World;

/// Stripe waits about so long for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between the first attempt and the second; then it doubles. Stripe waits for minutes and hours.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Stripe gives up after three days, this sim after about two minutes.
const ATTEMPTS: u32 = 16;

/// Where events go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Endpoint {
    /// Its address.
    pub url: String,
    /// What they are signed with, as `whsec_…`.
    pub secret: String,
    /// The secret before, while it is being replaced: events then bear two signatures.
    #[serde(default)]
    pub old_secret: Option<String>,
    /// Names of events that it wants; all when empty.
    #[serde(default)]
    pub events: Vec<String>,
    /// Nothing is sent but by `POST /sim/stripe/redeliver`: late, twice, in another order.
    #[serde(default)]
    pub hold: bool,
}

impl Endpoint {
    fn wants(&self, event: &Value) -> bool {
        self.events.is_empty() || self.events.iter().any(|name| event["type"] == name.as_str())
    }

    /// The header `Stripe-Signature`.
    pub fn signature(&self, body: &[u8], time: i64) -> String {
        let mut header = format!("t={time}");
        for secret in std::iter::once(&self.secret).chain(&self.old_secret) {
            header.push_str(",v1=");
            header.push_str(&hmac_hex(secret, &[time.to_string().as_bytes(), b".", body]));
        }
        header
    }
}

/// Lowercase hexadecimal of an HMAC-SHA256.
fn hmac_hex(secret: &str, parts: &[&[u8]]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let Ok(mac) = mac else { return String::new() }; // keys of any length are good
    let mac = parts.iter().fold(mac, |mac, part| mac.chain_update(part));
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Begins to deliver events, each by itself: which one arrives first is not told.
pub fn deliver_all(world: &Arc<World>, events: Vec<Value>) {
    for event in events {
        let held = world
            .stripe
            .books()
            .endpoint
            .as_ref()
            .is_none_or(|endpoint| endpoint.hold || !endpoint.wants(&event));
        if !held {
            tokio::spawn(deliver(Arc::clone(world), event));
        }
    }
}

async fn deliver(world: Arc<World>, event: Value) {
    let mut pause = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        if matches!(attempt_once(&world, &event, attempt).await, Ok(200..=299)) {
            return;
        }
        let mut stopping = world.stopping.clone();
        tokio::select! {
            () = sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Sends an event, signed as of now, to where events go now. The status that was answered, or why there is none.
pub async fn attempt_once(world: &World, event: &Value, attempt: u32) -> Result<u16, String> {
    let endpoint = world.stripe.books().endpoint.clone();
    let outcome = match endpoint {
        None => Err("no endpoint".to_owned()),
        Some(endpoint) => send(world, &endpoint, event).await,
    };
    world.stripe.books().delivered(event, attempt, &outcome);
    outcome
}

async fn send(world: &World, endpoint: &Endpoint, event: &Value) -> Result<u16, String> {
    // Stripe's bodies have line breaks: who writes them anew before checking them is found out.
    let body = format!("{event:#}");
    let request = world
        .stripe
        .client
        .post(&endpoint.url)
        .timeout(PATIENCE)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", endpoint.signature(body.as_bytes(), now()))
        .body(body);
    match request.send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
