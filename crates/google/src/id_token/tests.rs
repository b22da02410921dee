//! Every way in which a token can be wrong, as one table; and when keys are asked for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_compact::jwk::JsonWebKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384};

use super::*;
use crate::test_keys::{KEY, OTHER, SHORT};

const PROJECT: &str = "demo-mentora";
/// 2026-11-22T12:00:00Z
const NOW: i64 = 1_795_348_800;
const NOW_MS: i64 = NOW * 1000;

fn jwk(id: &str, key: &RsaPrivateKey) -> Value {
    let public = RsaPublicKey::from(key);
    let mut jwk = serde_json::to_value(JsonWebKey::from(&public)).unwrap();
    jwk["kid"] = json!(id);
    jwk["use"] = json!("sig");
    jwk["alg"] = json!("RS256");
    jwk
}

fn published(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

fn keys() -> KeySet {
    KeySet::parse(&published(&[jwk("k1", &KEY)]), Some("public, max-age=3600"), NOW_MS).unwrap()
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": "https://securetoken.google.com/demo-mentora",
        "aud": "demo-mentora",
        "sub": "student",
        "iat": NOW - 60,
        "auth_time": NOW - 3600,
        "exp": NOW + 3540,
        "email": "student@example.org",
        "email_verified": true,
        "name": "A. Student",
        "picture": "https://example.org/p.png",
        "firebase": { "sign_in_provider": "password" },
    })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn without(mut object: Value, key: &str) -> Value {
    object.as_object_mut().unwrap().remove(key);
    object
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed_by(key: &RsaPrivateKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message)).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_by(&KEY, header, claims)
}

fn good() -> String {
    signed(&header(), &claims())
}

fn checked(token: &str) -> Result<Claims, IdTokenError> {
    verify(token, PROJECT, &keys(), NOW_MS)
}

#[test]
fn a_sound_token_tells_who_is_asking() {
    let expected = Claims {
        sub: "student".into(),
        email: Some("student@example.org".into()),
        email_verified: true,
        name: Some("A. Student".into()),
        picture: Some("https://example.org/p.png".into()),
        admin: false,
        exp: NOW + 3540,
    };
    assert_eq!(checked(&good()), Ok(expected));
    assert_eq!(key_id(&good()), Ok("k1".into()));
}

#[test]
fn only_a_json_true_makes_an_admin() {
    for (value, admin) in [
        (json!(true), true),
        (json!(false), false),
        (json!("true"), false),
        (json!(1), false),
        (json!({}), false),
    ] {
        let token = signed(&header(), &with(claims(), "admin", value.clone()));
        assert_eq!(checked(&token).unwrap().admin, admin, "{value}");
    }
}

#[test]
fn what_is_optional_may_be_missing() {
    let mut bare = claims();
    for claim in ["email", "email_verified", "name", "picture", "firebase"] {
        bare = without(bare, claim);
    }
    let who = checked(&signed(&without(header(), "typ"), &bare)).unwrap();
    assert_eq!((who.email, who.email_verified, who.name, who.picture), (None, false, None, None));
}

#[test]
fn every_wrong_claim_is_refused_for_its_own_reason() {
    use IdTokenError::{Audience, Expired, InTheFuture, Issuer, Missing, Subject};
    let far = NOW + 301;
    let cases = [
        ("another project", with(claims(), "aud", json!("other")), Audience),
        (
            "the audience of custom tokens",
            with(
                claims(),
                "aud",
                json!(
                    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
                ),
            ),
            Audience,
        ),
        ("an empty audience", with(claims(), "aud", json!("")), Audience),
        ("no audience", without(claims(), "aud"), Missing("aud")),
        ("another issuer", with(claims(), "iss", json!("https://securetoken.google.com/other")), Issuer),
        (
            "the issuer of session cookies",
            with(claims(), "iss", json!("https://session.firebase.google.com/demo-mentora")),
            Issuer,
        ),
        (
            "an issuer that only begins well",
            with(claims(), "iss", json!("https://securetoken.google.com/demo-mentora/")),
            Issuer,
        ),
        ("no issuer", without(claims(), "iss"), Missing("iss")),
        ("an empty subject", with(claims(), "sub", json!("")), Subject),
        ("a subject of 129 characters", with(claims(), "sub", json!("a".repeat(129))), Subject),
        ("no subject", without(claims(), "sub"), Missing("sub")),
        ("expired this second", with(claims(), "exp", json!(NOW)), Expired),
        ("expired long ago", with(claims(), "exp", json!(0)), Expired),
        ("expired before the epoch", with(claims(), "exp", json!(-1)), Expired),
        ("no expiry", without(claims(), "exp"), Missing("exp")),
        ("issued in six minutes", with(claims(), "iat", json!(far)), InTheFuture("iat")),
        ("no time of issue", without(claims(), "iat"), Missing("iat")),
        ("signed in in six minutes", with(claims(), "auth_time", json!(far)), InTheFuture("auth_time")),
        ("no time of sign-in", without(claims(), "auth_time"), Missing("auth_time")),
        ("not valid yet", with(claims(), "nbf", json!(far)), InTheFuture("nbf")),
    ];
    for (what, claims, expected) in cases {
        assert_eq!(checked(&signed(&header(), &claims)), Err(expected.clone()), "{what}");
        // An unsigned token gets no further than a signed one.
        let unsigned = format!("{}.{}.", encoded(&json!({ "alg": "none" })), encoded(&claims));
        assert_eq!(verify_unsigned(&unsigned, PROJECT, NOW_MS), Err(expected), "unsigned: {what}");
    }
}

#[test]
fn the_edges_of_the_ranges_are_inside() {
    let cases = [
        with(claims(), "exp", json!(NOW + 1)),
        with(claims(), "iat", json!(NOW + 300)),
        with(claims(), "auth_time", json!(NOW + 300)),
        with(claims(), "auth_time", json!(0)),
        with(claims(), "nbf", json!(NOW + 300)),
        with(claims(), "sub", json!("課".repeat(128))),
        with(claims(), "sub", json!("a")),
    ];
    for claims in cases {
        assert!(checked(&signed(&header(), &claims)).is_ok(), "{claims}");
    }
}

#[test]
fn claims_of_the_wrong_type_are_malformed() {
    let cases = [
        ("aud", json!(["demo-mentora"])),
        ("iss", json!(7)),
        ("sub", json!(7)),
        ("sub", json!(null)),
        ("exp", json!("tomorrow")),
        ("exp", json!(1e300)),
        ("exp", json!(u64::MAX)),
        ("iat", json!({})),
        ("auth_time", json!("now")),
        ("auth_time", json!(1.5)),
        ("email", json!(["a@example.org"])),
        ("email_verified", json!("true")),
        ("name", json!({ "first": "A" })),
        ("picture", json!(1)),
    ];
    for (claim, value) in cases {
        let refused = checked(&signed(&header(), &with(claims(), claim, value.clone())));
        let expected = matches!(&refused, Err(IdTokenError::Malformed(_)))
            || (value.is_null() && refused == Err(IdTokenError::Missing("sub")));
        assert!(expected, "{claim} = {value}: {refused:?}");
    }
}

#[test]
fn a_claim_given_twice_is_malformed() {
    for claim in ["sub", "exp", "aud"] {
        let once = claims();
        let twice = format!("{{\"{claim}\":{},{}", once[claim], once.to_string().trim_start_matches('{'));
        assert!(serde_json::from_str::<Value>(&twice).is_ok());
        let message = format!("{}.{}", encoded(&header()), URL_SAFE_NO_PAD.encode(twice));
        let signature = KEY.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message)).unwrap();
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert!(matches!(checked(&token), Err(IdTokenError::Malformed(_))), "{claim}");
    }
}

#[test]
fn the_header_decides_nothing_but_the_key() {
    use IdTokenError::{Algorithm, NoKeyId, Signature, UnknownKey};
    let cases = [
        ("not signed", with(header(), "alg", json!("none")), Algorithm),
        ("not signed, in disguise", with(header(), "alg", json!("None")), Algorithm),
        ("a shared secret", with(header(), "alg", json!("HS256")), Algorithm),
        ("another hash", with(header(), "alg", json!("RS384")), Algorithm),
        ("another padding", with(header(), "alg", json!("PS256")), Algorithm),
        ("an elliptic curve", with(header(), "alg", json!("ES256")), Algorithm),
        ("lower case", with(header(), "alg", json!("rs256")), Algorithm),
        ("no key id", without(header(), "kid"), NoKeyId),
        ("an empty key id", with(header(), "kid", json!("")), UnknownKey),
        ("an unknown key id", with(header(), "kid", json!("k2")), UnknownKey),
        ("a key id with a path", with(header(), "kid", json!("../k1")), UnknownKey),
    ];
    for (what, header, expected) in cases {
        assert_eq!(checked(&signed(&header, &claims())), Err(expected), "{what}");
    }
    // A key that the token brings along, or points to, is not looked at.
    let own = with(header(), "jwk", jwk("k1", &OTHER));
    let own = with(own, "jku", json!("https://example.org/keys"));
    assert_eq!(checked(&signed_by(&OTHER, &own, &claims())), Err(Signature));
}

#[test]
fn a_malformed_header_is_malformed() {
    let cases = [
        without(header(), "alg"),
        with(header(), "alg", json!(null)),
        with(header(), "alg", json!(["RS256"])),
        with(header(), "kid", json!(1)),
        with(header(), "crit", json!(["exp"])),
        with(header(), "crit", json!([])),
        with(header(), "cty", json!("JWT")),
        json!([]),
        json!("RS256"),
        json!(null),
    ];
    for header in cases {
        let refused = checked(&signed(&header, &claims()));
        assert!(matches!(refused, Err(IdTokenError::Malformed(_))), "{header}: {refused:?}");
    }
}

#[test]
fn a_signature_must_be_that_of_the_named_key_over_this_very_token() {
    let good = good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[128] ^= 1;
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let raised = with(claims(), "admin", json!(true));
    let sha384 = KEY.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message)).unwrap();
    let with_signature = |bytes: &[u8]| format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let cases = [
        ("another key", signed_by(&OTHER, &header(), &claims())),
        ("a flipped bit", with_signature(&flipped)),
        ("too short", with_signature(&bytes[..255])),
        ("too long", with_signature(&[bytes.as_slice(), &[0]].concat())),
        ("none", format!("{message}.")),
        ("zeros", with_signature(&[0; 256])),
        ("ones", with_signature(&[0xff; 256])),
        ("one byte", with_signature(&[1])),
        ("another hash", with_signature(&sha384)),
        ("other claims", format!("{}.{}.{signature}", encoded(&header()), encoded(&raised))),
        ("the modulus itself", with_signature(&KEY.n().to_bytes_be())),
    ];
    for (what, token) in cases {
        assert_eq!(checked(&token), Err(IdTokenError::Signature), "{what}");
    }
}

#[test]
fn what_is_no_token_is_refused_and_nothing_panics() {
    let good = good();
    let padded = format!("{good}==");
    let deep = format!("{}.{}.", encoded(&header()), URL_SAFE_NO_PAD.encode("[".repeat(5000)));
    let long = format!("{good}{}", "a".repeat(MAX_TOKEN_BYTES));
    let garbage = [
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        " ",
        "\0",
        "Bearer x",
        "ÄÖÜ.課.程",
        "e30.e30.",
        "e30.e30.e30",
        "=.=.=",
        "bnVsbA.bnVsbA.",
        &padded,
        &deep,
        &long,
    ];
    let mut truncated: Vec<&str> = (0..good.len()).step_by(7).map(|end| &good[..end]).collect();
    truncated.extend(garbage);
    for token in truncated {
        assert!(checked(token).is_err(), "{token}");
        assert!(verify_unsigned(token, PROJECT, NOW_MS).is_err(), "{token}");
        let _ = (key_id(token), is_unsigned(token));
    }
}

#[test]
fn no_project_accepts_nothing() {
    let nobody = with(with(claims(), "aud", json!("")), "iss", json!("https://securetoken.google.com/"));
    assert_eq!(verify(&signed(&header(), &nobody), "", &keys(), NOW_MS), Err(IdTokenError::Audience));
}

#[test]
fn a_made_up_token_is_accepted_unsigned_and_nowhere_else() {
    let identity = Identity {
        sub: "teacher".into(),
        email: Some("t@example.org".into()),
        name: Some("T".into()),
        admin: true,
    };
    let token = unsigned_token(PROJECT, &identity, NOW_MS);
    assert!(is_unsigned(&token));
    let who = verify_unsigned(&token, PROJECT, NOW_MS).unwrap();
    assert_eq!((who.sub.as_str(), who.email.as_deref(), who.admin), ("teacher", Some("t@example.org"), true));
    assert!(who.email_verified);
    assert_eq!(who.exp, NOW + 3600);

    assert_eq!(checked(&token), Err(IdTokenError::Algorithm));
    assert_eq!(key_id(&token), Err(IdTokenError::Algorithm));
    assert_eq!(verify_unsigned(&token, "other", NOW_MS), Err(IdTokenError::Audience));
    assert_eq!(verify_unsigned(&token, PROJECT, NOW_MS + 3_600_000), Err(IdTokenError::Expired));
    assert_eq!(verify_unsigned(&format!("{token}AAAA"), PROJECT, NOW_MS), Err(IdTokenError::Signature));
    // The other way round: a signed token is not one of ours.
    assert_eq!(verify_unsigned(&good(), PROJECT, NOW_MS), Err(IdTokenError::Algorithm));
}

#[test]
fn a_made_up_token_says_nothing_of_what_it_was_not_told() {
    let token = unsigned_token(PROJECT, &Identity { sub: "s".into(), ..Identity::default() }, NOW_MS);
    let who = verify_unsigned(&token, PROJECT, NOW_MS).unwrap();
    assert_eq!((who.email, who.email_verified, who.name, who.admin), (None, false, None, false));
}

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

#[test]
fn one_request_fetches_the_first_keys_while_others_wait() {
    let mut cache = KeyCache::new();
    assert_eq!(cache.look("k1", NOW_MS), Lookup::Fetch);
    assert_eq!(cache.look("k1", NOW_MS + 10), Lookup::Wait);
    cache.fetched(keys());
    assert_eq!(cache.look("k1", NOW_MS + 20), Lookup::Use);
}

#[test]
fn without_any_key_the_next_attempt_follows_after_a_second() {
    let mut cache = KeyCache::new();
    assert_eq!(cache.look("k1", NOW_MS), Lookup::Fetch);
    cache.failed();
    assert_eq!(cache.look("k1", NOW_MS + 999), Lookup::Use);
    assert!(cache.keys().is_none());
    assert_eq!(cache.look("k1", NOW_MS + 1000), Lookup::Fetch);
}

#[test]
fn a_fetch_whose_request_was_cancelled_does_not_hold_up_others_for_ever() {
    let mut cache = KeyCache::new();
    assert_eq!(cache.look("k1", NOW_MS), Lookup::Fetch);
    assert_eq!(cache.look("k1", NOW_MS + 4999), Lookup::Wait);
    assert_eq!(cache.look("k1", NOW_MS + 5000), Lookup::Fetch);
}

#[test]
fn an_unknown_key_is_asked_for_at_most_once_a_minute() {
    let mut cache = KeyCache::new();
    cache.look("k1", NOW_MS);
    cache.fetched(keys());
    assert_eq!(cache.look("k2", NOW_MS + 59_999), Lookup::Use);
    assert_eq!(cache.look("k2", NOW_MS + 60_000), Lookup::Fetch);
    assert_eq!(cache.look("k2", NOW_MS + 60_010), Lookup::Wait);
    cache.fetched(keys());
    assert_eq!(cache.look("k2", NOW_MS + 60_020), Lookup::Use);
    assert_eq!(cache.look("k3", NOW_MS + 119_000), Lookup::Use);
}

#[test]
fn stale_keys_are_used_while_and_after_a_fetch_fails() {
    let mut cache = KeyCache::new();
    cache.look("k1", NOW_MS);
    cache.fetched(keys());
    let stale = NOW_MS + 3_600_000;
    assert_eq!(cache.look("k1", stale), Lookup::Fetch);
    assert_eq!(cache.look("k1", stale + 10), Lookup::Use);
    cache.failed();
    assert_eq!(cache.look("k1", stale + 20), Lookup::Use);
    assert!(
        verify(
            &signed(&header(), &with(claims(), "exp", json!(NOW + 9000))),
            PROJECT,
            cache.keys().unwrap(),
            stale
        )
        .is_ok()
    );
    assert_eq!(cache.look("k1", stale + 60_000), Lookup::Fetch);
}
