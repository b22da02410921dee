//! `POST /api/webhooks/stripe`: nothing of a body is read before its signature was found good.
//!
//! The header is `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]`, and `v1` is the HMAC-SHA256 of `<t>.<body>`. There are
//! two of them while a secret is being replaced. Other schemes (`v0`) are for tests of Stripe's own.
//!
//! Source: <https://docs.stripe.com/webhooks/signature>

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::event::{Event, EventError};

/// How old a signature may be, seconds. Stripe's own clients let it be any time ahead; a clock that wrong is not Stripe's,
/// so that we do not.
pub const TOLERANCE_S: i64 = 300;

/// Why a body is not taken for Stripe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no secret to check with: our own fault, so that Stripe is to try again.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// No header, or one without a time.
    #[error("the header `Stripe-Signature` has no time")]
    NoTime,
    /// No signature of the scheme `v1`.
    #[error("the header `Stripe-Signature` has no signature of the scheme v1")]
    NoSignature,
    /// Another body, another time or another secret was signed.
    #[error("no signature fits the body")]
    Mismatch,
    /// It was good once: a replay, or a clock that is wrong.
    #[error("the signature is {0} s old")]
    TooOld(i64),
    /// It will be good one day: a clock is wrong.
    #[error("the signature is {0} s ahead")]
    Ahead(i64),
}

/// Why there is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is not known to be Stripe's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is Stripe's, but not understood.
    #[error(transparent)]
    Event(#[from] EventError),
}

/// The event in a body that Stripe signed.
///
/// # Errors
/// [`WebhookError`]
pub fn receive(
    header: Option<&str>,
    body: &[u8],
    secrets: &[&str],
    now_ms: i64,
) -> Result<Event, WebhookError> {
    check(header, body, secrets, now_ms)?;
    Ok(Event::parse(body)?)
}

/// Whether Stripe signed these bytes, just now, with one of the secrets (`whsec_…`; two while one replaces the other).
///
/// # Errors
/// [`SignatureError`]
pub fn check(header: Option<&str>, body: &[u8], secrets: &[&str], now_ms: i64) -> Result<(), SignatureError> {
    // Anybody can sign with an empty key.
    let mut secrets = secrets.iter().filter(|secret| !secret.trim().is_empty()).peekable();
    if secrets.peek().is_none() {
        return Err(SignatureError::NoSecret);
    }
    let Signatures { time, v1 } = Signatures::parse(header.unwrap_or_default())?;
    // All are compared, and each to its end: how long it takes tells nothing.
    let mut fits = Choice::from(0);
    for secret in secrets {
        let expected = signature(secret, time, body)?;
        for found in &v1 {
            fits |= expected.as_bytes().ct_eq(found.as_bytes());
        }
    }
    if !bool::from(fits) {
        return Err(SignatureError::Mismatch);
    }
    match now_ms.div_euclid(1_000).saturating_sub(time) {
        age if age > TOLERANCE_S => Err(SignatureError::TooOld(age)),
        age if age < -TOLERANCE_S => Err(SignatureError::Ahead(age.saturating_neg())),
        _ => Ok(()),
    }
}

struct Signatures<'a> {
    time: i64,
    v1: Vec<&'a str>,
}

impl<'a> Signatures<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        let (mut time, mut v1) = (None, Vec::new());
        for (name, value) in header.split(',').filter_map(|item| item.split_once('=')) {
            match name {
                // The last one counts, as with Stripe's own clients.
                "t" => time = Some(value),
                "v1" => v1.push(value),
                _ => {}
            }
        }
        let digits = |value: &&str| value.bytes().all(|byte| byte.is_ascii_digit());
        let time = time.filter(digits).and_then(|value| value.parse().ok()).ok_or(SignatureError::NoTime)?;
        if v1.is_empty() { Err(SignatureError::NoSignature) } else { Ok(Self { time, v1 }) }
    }
}

/// In hexadecimal, in lower case: Stripe takes it in no other, so that neither do we.
fn signature(secret: &str, time: i64, body: &[u8]) -> Result<String, SignatureError> {
    // A key of any length is good; the type does not know.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::NoSecret)?;
    let signed = mac.chain_update(time.to_string()).chain_update(".").chain_update(body);
    Ok(signed.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}
