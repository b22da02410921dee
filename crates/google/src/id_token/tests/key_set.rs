//! Which published keys are taken, and for how long.

use super::*;
use crate::test_keys::SHORT;

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let body = published(&[
        with(jwk("enc", &KEY), "use", json!("enc")),
        with(jwk("rs512", &KEY), "alg", json!("RS512")),
        without(jwk("", &KEY), "kid"),
        jwk("short", &SHORT),
        json!({ "kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kty": "RSA", "kid": "empty", "n": "", "e": "" }),
        json!({ "kty": "RSA", "kid": "garbage", "n": "*", "e": "AQAB" }),
        json!("text"),
        without(without(jwk("good", &KEY), "use"), "alg"),
    ]);
    let keys = KeySet::parse(&body, None, NOW_MS).unwrap();
    for id in ["enc", "rs512", "", "short", "ec", "empty", "garbage"] {
        assert!(keys.key(id).is_none(), "{id}");
    }
    assert!(keys.key("good").is_some());
}

#[test]
fn a_reply_without_a_usable_key_is_no_key_set() {
    assert_eq!(KeySet::parse(br#"{"keys":[]}"#, None, NOW_MS).err(), Some(KeySetError::Empty));
    for body in ["", "{}", "[]", "<html>", r#"{"keys":{}}"#, r#"{"k1":"-----BEGIN CERTIFICATE-----"}"#] {
        let refused = KeySet::parse(body.as_bytes(), None, NOW_MS);
        assert!(matches!(refused, Err(KeySetError::Malformed(_))), "{body}");
    }
}

#[test]
fn keys_stay_fresh_as_long_as_the_reply_allows_but_a_day_at_most() {
    let body = published(&[jwk("k1", &KEY)]);
    let fresh_for = |cache_control: Option<&str>| {
        let keys = KeySet::parse(&body, cache_control, NOW_MS).unwrap();
        [0, 1, 59, 3600, 86_400].into_iter().filter(|s| keys.fresh(NOW_MS + s * 1000)).count()
    };
    assert_eq!(fresh_for(Some("public, max-age=60, must-revalidate, no-transform")), 3);
    assert_eq!(fresh_for(Some("Public,Max-Age=3601")), 4);
    assert_eq!(fresh_for(Some("max-age=999999999")), 4);
    for header in [
        None,
        Some(""),
        Some("public"),
        Some("max-age=0"),
        Some("max-age=-5"),
        Some("max-age=soon"),
        Some("max-age=99999999999999999999"),
        Some("no-store, max-age=60"),
        Some("max-age=60, no-cache"),
    ] {
        assert_eq!(fresh_for(header), 0, "{header:?}");
    }
}
