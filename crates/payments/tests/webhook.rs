//! What is taken for Stripe's, what is not, and what it then means; signed here by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use hmac::{Hmac, Mac as _};
use mentora_payments::event::{EventError, Meaning};
use mentora_payments::webhook::{SignatureError, WebhookError, check, receive};
use proptest::prelude::*;
use sha2::Sha256;

const NOW: i64 = 1_795_348_800;
const SECRET: &str = "whsec_one";
const OTHER: &str = "whsec_two";
const BODY: &[u8] = r#"{"id":"evt_1","object":"event","type":"customer.created","created":1795348800,"livemode":false,"data":{"object":{"name":"Zoë 小明"}}}"#.as_bytes();

fn signed(secret: &str, time: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(time).chain_update(".").chain_update(body).finalize();
    mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn good() -> String {
    signed(SECRET, &NOW.to_string(), BODY)
}

fn at(time: i64) -> String {
    format!("t={time},v1={}", signed(SECRET, &time.to_string(), BODY))
}

fn verdict(header: &str) -> Result<(), SignatureError> {
    check(Some(header), BODY, &[SECRET], NOW * 1_000)
}

#[test]
fn what_stripe_signed_is_taken() {
    let (good, bad) = (good(), signed(OTHER, &NOW.to_string(), BODY));
    for (case, header) in [
        ("as it is sent", format!("t={NOW},v1={good}")),
        ("two signatures, the first fits", format!("t={NOW},v1={good},v1={bad}")),
        ("two signatures, the second fits", format!("t={NOW},v1={bad},v1={good}")),
        ("another scheme before", format!("t={NOW},v0={bad},v1={good}")),
        ("another scheme after", format!("t={NOW},v1={good},v0={bad}")),
        ("a scheme of the future", format!("t={NOW},v1={good},v2=x=y,w")),
        ("the signature first", format!("v1={good},t={NOW}")),
        ("two times, the last is the signed one", format!("t={},v1={good},t={NOW}", NOW - 1)),
        ("almost too old", at(NOW - 300)),
        ("somewhat ahead", at(NOW + 300)),
    ] {
        assert_eq!(verdict(&header), Ok(()), "{case}: {header}");
    }
}

#[test]
fn what_stripe_did_not_sign_is_refused() {
    use SignatureError::{Ahead, Mismatch, NoSignature, NoTime, TooOld};
    let good = good();
    for (case, header, expected) in [
        ("nothing", String::new(), NoTime),
        ("no time", format!("v1={good}"), NoTime),
        ("an empty time", format!("t=,v1={good}"), NoTime),
        ("a time that is no number", format!("t=now,v1={good}"), NoTime),
        ("a time with more behind it", format!("t={NOW}x,v1={good}"), NoTime),
        ("a negative time", format!("t=-{NOW},v1={good}"), NoTime),
        ("a time beyond all numbers", format!("t={NOW}{NOW},v1={good}"), NoTime),
        ("two times, the last is none", format!("t={NOW},v1={good},t=now"), NoTime),
        ("no signature", format!("t={NOW}"), NoSignature),
        ("only another scheme", format!("t={NOW},v0={good}"), NoSignature),
        ("a space after the comma", format!("t={NOW}, v1={good}"), NoSignature),
        ("semicolons", format!("t={NOW};v1={good}"), NoTime),
        ("an empty signature", format!("t={NOW},v1="), Mismatch),
        ("a signature cut short", format!("t={NOW},v1={}", &good[..63]), Mismatch),
        ("a signature that goes on", format!("t={NOW},v1={good}0"), Mismatch),
        ("in upper case", format!("t={NOW},v1={}", good.to_uppercase()), Mismatch),
        ("another time than was signed", format!("t={},v1={good}", NOW - 1), Mismatch),
        ("two times, the first is the signed one", format!("t={NOW},v1={good},t={}", NOW - 1), Mismatch),
        ("another secret", format!("t={NOW},v1={}", signed(OTHER, &NOW.to_string(), BODY)), Mismatch),
        ("an empty secret", format!("t={NOW},v1={}", signed("", &NOW.to_string(), BODY)), Mismatch),
        ("too old", at(NOW - 301), TooOld(301)),
        ("from 1970", at(0), TooOld(NOW)),
        ("too far ahead", at(NOW + 301), Ahead(301)),
        ("at the end of time", at(i64::MAX), Ahead(i64::MAX - NOW)),
    ] {
        assert_eq!(verdict(&header), Err(expected), "{case}: {header}");
    }
    assert_eq!(check(None, BODY, &[SECRET], NOW * 1_000), Err(NoTime));
}

#[test]
fn every_byte_of_the_body_is_signed() {
    let header = format!("t={NOW},v1={}", good());
    let text = std::str::from_utf8(BODY).unwrap();
    let reserialised: serde_json::Value = serde_json::from_str(text).unwrap();
    for (case, body) in [
        ("one byte changed", text.replace("evt_1", "evt_2").into_bytes()),
        ("a byte lost", BODY[..BODY.len() - 1].to_vec()),
        ("a line break added", [BODY, b"\n"].concat()),
        ("the same, written otherwise", format!("{reserialised:#}").into_bytes()),
        ("nothing", Vec::new()),
    ] {
        let verdict = check(Some(&header), &body, &[SECRET], NOW * 1_000);
        assert_eq!(verdict, Err(SignatureError::Mismatch), "{case}");
    }
}

#[test]
fn while_a_secret_is_replaced_both_are_good() {
    let by = |secret| format!("t={NOW},v1={}", signed(secret, &NOW.to_string(), BODY));
    for secret in [SECRET, OTHER] {
        assert_eq!(check(Some(&by(secret)), BODY, &[SECRET, OTHER], NOW * 1_000), Ok(()));
    }
    let third = check(Some(&by("whsec_three")), BODY, &[SECRET, OTHER], NOW * 1_000);
    assert_eq!(third, Err(SignatureError::Mismatch));
}

#[test]
fn without_a_secret_nothing_is_taken_not_even_what_an_empty_one_signed() {
    let header = format!("t={NOW},v1={}", signed("", &NOW.to_string(), BODY));
    for secrets in [&[][..], &[""], &[" ", ""]] {
        assert_eq!(check(Some(&header), BODY, secrets, NOW * 1_000), Err(SignatureError::NoSecret));
    }
    let besides = check(Some(&header), BODY, &["", SECRET], NOW * 1_000);
    assert_eq!(besides, Err(SignatureError::Mismatch));
}

#[test]
fn only_then_is_the_body_read() {
    let receive = |body: &[u8], signed_body: &[u8]| {
        let header = format!("t={NOW},v1={}", signed(SECRET, &NOW.to_string(), signed_body));
        receive(Some(&header), body, &[SECRET], NOW * 1_000)
    };
    let event = receive(BODY, BODY).unwrap();
    assert_eq!((event.id.as_str(), event.meaning), ("evt_1", Meaning::Nothing));
    assert_eq!(receive(b"hello", BODY), Err(WebhookError::Signature(SignatureError::Mismatch)));
    let huge = vec![b'['; 1 << 20];
    for (case, body) in [
        ("not JSON", &b"hello"[..]),
        ("nothing", b""),
        ("not UTF-8", b"{\"id\":\"\xff\"}"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("broken off", &BODY[..40]),
        ("deep", &huge),
    ] {
        let verdict = receive(body, body);
        assert!(matches!(verdict, Err(WebhookError::Event(EventError::NotJson(_)))), "{case}: {verdict:?}");
    }
    assert_eq!(receive(b"{}", b"{}"), Err(WebhookError::Event(EventError::NotAnEvent)));
}

proptest! {
    #[test]
    fn no_header_is_a_way_in(header in ".{0,200}|(t=[0-9]{0,20},?|v1=[0-9a-f]{0,70},?){0,6}") {
        prop_assert!(check(Some(&header), BODY, &[SECRET], NOW * 1_000).is_err());
    }

    #[test]
    fn any_bytes_that_were_signed_are_taken_at_any_time(
        body in prop::collection::vec(any::<u8>(), 0..200),
        secret in "[!-~]{1,200}",
        time in 0..i64::MAX / 1_000,
    ) {
        let header = format!("t={time},v1={}", signed(&secret, &time.to_string(), &body));
        prop_assert_eq!(check(Some(&header), &body, &[&secret], time * 1_000), Ok(()));
    }

    #[test]
    fn no_time_of_ours_is_too_strange(now_ms in any::<i64>()) {
        let _ = check(Some(&at(NOW)), BODY, &[SECRET], now_ms);
    }
}
