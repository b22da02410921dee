//! What Stripe's own client signed, and which of it it takes (`tests/stripe/signed.test.mjs`): we agree.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mentora_payments::event::Meaning;
use mentora_payments::webhook::receive;
use serde::Deserialize;

/// The client takes what is signed ahead of time, however far; we do not.
const STRICTER: &str = "an hour ahead";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    header: String,
    secret: String,
    received_at_ms: i64,
    payload_base64: String,
    verdict: Verdict,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Taken,
    Refused,
}

#[test]
fn we_take_what_stripes_own_client_takes() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("fixtures/stripe_signed.json")).unwrap();
    assert!(cases.len() >= 25);
    let mut stricter = 0;
    for case in &cases {
        let body = STANDARD.decode(&case.payload_base64).unwrap();
        let received = receive(Some(&case.header), &body, &[&case.secret], case.received_at_ms);
        match &received {
            Ok(event) => {
                assert_eq!(case.verdict, Verdict::Taken, "{}", case.name);
                assert!(matches!(event.meaning, Meaning::Paid(_)), "{}: {event:?}", case.name);
            }
            Err(_) if case.name == STRICTER => stricter += 1,
            Err(error) => assert_eq!(case.verdict, Verdict::Refused, "{}: {error}", case.name),
        }
    }
    assert_eq!(stricter, 1);
}
