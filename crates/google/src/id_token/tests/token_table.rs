//! One token a row, with what is to be said of it. Keys and signatures are real.

use hmac::{Hmac, Mac as _};
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use sha2::Sha384;

use super::*;
use crate::test_keys::OTHER;
use IdTokenError::{
    Algorithm, Audience, Expired, InTheFuture, Issuer, Missing, NoKeyId, Signature, Subject, UnknownKey,
};

type Verdict = Result<(), IdTokenError>;
type Row = (&'static str, String, Verdict);

const FEWEST_ROWS: usize = 40;

/// The text of [`IdTokenError::Malformed`] is for the log; rows leave it out.
fn malformed() -> IdTokenError {
    IdTokenError::Malformed(String::new())
}

fn verdict(checked: Result<Claims, IdTokenError>) -> Verdict {
    checked.map(drop).map_err(|error| match error {
        IdTokenError::Malformed(_) => malformed(),
        error => error,
    })
}

#[test]
fn every_token_gets_its_verdict() {
    let rows: Vec<Row> = [by_claims(), by_header(), by_signature(), by_shape()].concat();
    for (name, token, expected) in &rows {
        assert_eq!(&verdict(checked(token)), expected, "{name}");
    }
    let refused = rows.iter().filter(|(_, _, expected)| expected.is_err()).count();
    println!("{} tokens, {refused} of them refused", rows.len());
    assert!(rows.len() >= FEWEST_ROWS, "{}", rows.len());
    let mut names: Vec<_> = rows.iter().map(|(name, _, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "two rows have one name");
}

#[test]
fn without_a_signature_claims_are_judged_all_the_same() {
    for (name, claims, expected) in claims_rows() {
        let token = format!("{}.{}.", encoded(&json!({ "alg": "none" })), encoded(&claims));
        assert_eq!(verdict(verify_unsigned(&token, PROJECT, NOW_MS)), expected, "{name}");
    }
}

#[test]
fn a_token_cut_anywhere_is_refused_and_nothing_panics() {
    let good = good();
    for token in (0..good.len()).step_by(7).map(|end| &good[..end]) {
        assert!(checked(token).is_err(), "{token}");
        assert!(verify_unsigned(token, PROJECT, NOW_MS).is_err(), "{token}");
        let _ = (key_id(token), is_unsigned(token));
    }
}

#[test]
fn no_project_accepts_nothing() {
    let nobody = with(with(claims(), "aud", json!("")), "iss", json!("https://securetoken.google.com/"));
    assert_eq!(verify(&signed(&header(), &nobody), "", &keys(), NOW_MS), Err(Audience));
}

fn by_claims() -> Vec<Row> {
    let mut rows: Vec<Row> = claims_rows()
        .into_iter()
        .map(|(name, claims, expected)| (name, signed(&header(), &claims), expected))
        .collect();
    rows.extend([
        ("the subject twice", signed_text(&twice("sub")), Err(malformed())),
        ("the expiry twice", signed_text(&twice("exp")), Err(malformed())),
        ("the audience twice", signed_text(&twice("aud")), Err(malformed())),
        ("claims that are a list", signed(&header(), &json!([])), Err(malformed())),
        ("claims that are no JSON", signed_text("not JSON"), Err(malformed())),
        ("claims that are empty", signed_text(""), Err(malformed())),
    ]);
    rows
}

/// A row for each rule about claims; times are refused by the second.
fn claims_rows() -> Vec<(&'static str, Value, Verdict)> {
    let claim = |name: &str, value: Value| with(claims(), name, value);
    let no = |name: &str| without(claims(), name);
    let custom_tokens =
        "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";
    let session_cookies = "https://session.firebase.google.com/demo-mentora";
    vec![
        ("as Google makes it", claims(), Ok(())),
        ("without what is optional", no("email"), Ok(())),
        ("audience: another project", claim("aud", json!("other")), Err(Audience)),
        ("audience: that of custom tokens", claim("aud", json!(custom_tokens)), Err(Audience)),
        ("audience: in capitals", claim("aud", json!("DEMO-MENTORA")), Err(Audience)),
        ("audience: empty", claim("aud", json!("")), Err(Audience)),
        ("audience: none", no("aud"), Err(Missing("aud"))),
        ("audience: a list with ours", claim("aud", json!(["demo-mentora"])), Err(malformed())),
        ("issuer: another project", claim("iss", json!("https://securetoken.google.com/other")), Err(Issuer)),
        ("issuer: that of session cookies", claim("iss", json!(session_cookies)), Err(Issuer)),
        (
            "issuer: ours and a slash",
            claim("iss", json!("https://securetoken.google.com/demo-mentora/")),
            Err(Issuer),
        ),
        (
            "issuer: ours without TLS",
            claim("iss", json!("http://securetoken.google.com/demo-mentora")),
            Err(Issuer),
        ),
        ("issuer: none", no("iss"), Err(Missing("iss"))),
        ("issuer: a number", claim("iss", json!(7)), Err(malformed())),
        ("subject: 1 character", claim("sub", json!("a")), Ok(())),
        ("subject: 128 characters", claim("sub", json!("課".repeat(128))), Ok(())),
        ("subject: 129 characters", claim("sub", json!("a".repeat(129))), Err(Subject)),
        ("subject: empty", claim("sub", json!("")), Err(Subject)),
        ("subject: none", no("sub"), Err(Missing("sub"))),
        ("subject: null", claim("sub", json!(null)), Err(Missing("sub"))),
        ("subject: a number", claim("sub", json!(7)), Err(malformed())),
        ("expiry: in a second", claim("exp", json!(NOW + 1)), Ok(())),
        ("expiry: now", claim("exp", json!(NOW)), Err(Expired)),
        ("expiry: the epoch", claim("exp", json!(0)), Err(Expired)),
        ("expiry: before the epoch", claim("exp", json!(-1)), Err(Expired)),
        ("expiry: none", no("exp"), Err(Missing("exp"))),
        ("expiry: a word", claim("exp", json!("tomorrow")), Err(malformed())),
        ("expiry: beyond all time", claim("exp", json!(1e300)), Err(malformed())),
        ("expiry: the largest number", claim("exp", json!(u64::MAX)), Err(malformed())),
        ("issued: in 5 minutes", claim("iat", json!(NOW + 300)), Ok(())),
        ("issued: in 5 minutes and a second", claim("iat", json!(NOW + 301)), Err(InTheFuture("iat"))),
        ("issued: never", no("iat"), Err(Missing("iat"))),
        ("issued: an object", claim("iat", json!({})), Err(malformed())),
        ("signed in: at the epoch", claim("auth_time", json!(0)), Ok(())),
        ("signed in: in 5 minutes", claim("auth_time", json!(NOW + 300)), Ok(())),
        (
            "signed in: in 5 minutes and a second",
            claim("auth_time", json!(NOW + 301)),
            Err(InTheFuture("auth_time")),
        ),
        ("signed in: never", no("auth_time"), Err(Missing("auth_time"))),
        ("signed in: a word", claim("auth_time", json!("now")), Err(malformed())),
        ("signed in: half a second", claim("auth_time", json!(1.5)), Err(malformed())),
        ("not before: in 5 minutes", claim("nbf", json!(NOW + 300)), Ok(())),
        ("not before: in 5 minutes and a second", claim("nbf", json!(NOW + 301)), Err(InTheFuture("nbf"))),
        ("address: a list", claim("email", json!(["a@example.org"])), Err(malformed())),
        ("address verified: a word", claim("email_verified", json!("true")), Err(malformed())),
        ("name: an object", claim("name", json!({ "first": "A" })), Err(malformed())),
        ("picture: a number", claim("picture", json!(1)), Err(malformed())),
    ]
}

fn by_header() -> Vec<Row> {
    let head = |name: &str, value: Value| signed(&with(header(), name, value), &claims());
    let no = |name: &str| signed(&without(header(), name), &claims());
    // A key that the token brings along, or points to, is not looked at.
    let own = with(header(), "jwk", jwk("k1", &OTHER));
    let own = with(own, "jku", json!("https://example.org/keys"));
    let retired = with(header(), "kid", json!("k0"));
    vec![
        ("type: none", no("typ"), Ok(())),
        ("type: of access tokens", head("typ", json!("at+jwt")), Ok(())),
        ("algorithm: none, yet signed", head("alg", json!("none")), Err(Algorithm)),
        ("algorithm: none, in disguise", head("alg", json!("nOnE")), Err(Algorithm)),
        ("algorithm: none, unsigned", unsigned_as("none"), Err(Algorithm)),
        ("algorithm: RS256, unsigned", unsigned_as("RS256"), Err(Signature)),
        ("algorithm: HS256 by the key as PEM", by_shared_secret(pem().as_bytes()), Err(Algorithm)),
        ("algorithm: HS256 by the key as DER", by_shared_secret(&der()), Err(Algorithm)),
        ("algorithm: HS256 by the modulus", by_shared_secret(&KEY.n().to_bytes_be()), Err(Algorithm)),
        ("algorithm: ES256 by zeros", with_signature("ES256", &[0; 64]), Err(Algorithm)),
        ("algorithm: RS384", head("alg", json!("RS384")), Err(Algorithm)),
        ("algorithm: PS256", head("alg", json!("PS256")), Err(Algorithm)),
        ("algorithm: in small letters", head("alg", json!("rs256")), Err(Algorithm)),
        ("algorithm: missing", no("alg"), Err(malformed())),
        ("algorithm: null", head("alg", json!(null)), Err(malformed())),
        ("algorithm: a list", head("alg", json!(["RS256"])), Err(malformed())),
        ("key: missing", no("kid"), Err(NoKeyId)),
        ("key: empty", head("kid", json!("")), Err(UnknownKey)),
        ("key: unknown", head("kid", json!("k2")), Err(UnknownKey)),
        ("key: a path to ours", head("kid", json!("../k1")), Err(UnknownKey)),
        ("key: a number", head("kid", json!(1)), Err(malformed())),
        ("key: brought along", signed_by(&OTHER, &own, &claims()), Err(Signature)),
        ("key: retired since", signed(&retired, &with(claims(), "exp", json!(NOW - 9))), Err(Expired)),
        ("extension: one we do not know", head("crit", json!(["exp"])), Err(malformed())),
        ("extension: an empty list", head("crit", json!([])), Err(malformed())),
        ("content: a token in a token", head("cty", json!("JWT")), Err(malformed())),
        ("header: a list", signed(&json!([]), &claims()), Err(malformed())),
        ("header: a word", signed(&json!("RS256"), &claims()), Err(malformed())),
        ("header: null", signed(&json!(null), &claims()), Err(malformed())),
    ]
}

fn by_signature() -> Vec<Row> {
    let good = good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut flipped = bytes.clone();
    flipped[128] ^= 1;
    let sha384 = KEY.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message)).unwrap();
    let raw = KEY.sign(Pkcs1v15Sign::new_unprefixed(), &Sha256::digest(message)).unwrap();
    let raised = with(claims(), "admin", json!(true));
    let signed_with = |bytes: &[u8]| format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let rows = [
        ("signature: by another key", signed_by(&OTHER, &header(), &claims())),
        ("signature: of other claims", format!("{}.{}.{signature}", encoded(&header()), encoded(&raised))),
        ("signature: of another header", {
            let other = with(header(), "typ", json!("jwt"));
            format!("{}.{}.{signature}", encoded(&other), encoded(&claims()))
        }),
        ("signature: a flipped bit", signed_with(&flipped)),
        ("signature: a byte short", signed_with(&bytes[..255])),
        ("signature: a byte long", signed_with(&[bytes.as_slice(), &[0]].concat())),
        ("signature: a zero before it", signed_with(&[&[0], bytes.as_slice()].concat())),
        ("signature: none", signed_with(&[])),
        ("signature: zeros", signed_with(&[0; 256])),
        ("signature: ones", signed_with(&[0xff; 256])),
        ("signature: one", signed_with(&[1])),
        ("signature: over another hash", signed_with(&sha384)),
        ("signature: without the name of its hash", signed_with(&raw)),
        ("signature: the modulus", signed_with(&KEY.n().to_bytes_be())),
    ];
    rows.map(|(name, token)| (name, token, Err(Signature))).to_vec()
}

fn by_shape() -> Vec<Row> {
    let good = good();
    let deep = format!("{}.{}.", encoded(&header()), URL_SAFE_NO_PAD.encode("[".repeat(5000)));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (_, payload) = message.split_once('.').unwrap();
    let last = signature.chars().last().unwrap();
    // The last character carries four bits that belong to no byte.
    let loose = format!("{}{}", good.strip_suffix(last).unwrap(), if last == 'A' { 'B' } else { 'Z' });
    let padded_to = |bytes: usize| {
        let bare = signed(&header(), &with(claims(), "note", json!(""))).len();
        signed(&header(), &with(claims(), "note", json!("a".repeat((bytes - bare) * 3 / 4))))
    };
    let largest = padded_to(MAX_TOKEN_BYTES);
    assert!(largest.len() <= MAX_TOKEN_BYTES && largest.len() > MAX_TOKEN_BYTES - 4, "{}", largest.len());
    let refused = [
        ("shape: nothing", String::new()),
        ("shape: a blank", " ".to_owned()),
        ("shape: a zero byte", "\0".to_owned()),
        ("shape: a word", "token".to_owned()),
        ("shape: one dot", ".".to_owned()),
        ("shape: two dots", "..".to_owned()),
        ("shape: two parts", message.to_owned()),
        ("shape: four parts", format!("{good}.AAAA")),
        ("shape: five parts, as if encrypted", "a.b.c.d.e".to_owned()),
        ("shape: a blank in front", format!(" {good}")),
        ("shape: a line end behind", format!("{good}\n")),
        ("shape: the scheme in front", format!("Bearer {good}")),
        ("shape: not ASCII", "ÄÖÜ.課.程".to_owned()),
        ("shape: empty objects", "e30.e30.e30".to_owned()),
        ("base64: padded", format!("{good}==")),
        ("base64: the other alphabet", format!("{message}.++//")),
        ("base64: characters of none", format!("{message}.****")),
        ("base64: bits left over", loose),
        ("base64: a header of none", format!("*.{payload}.{signature}")),
        ("size: 5,000 brackets", deep),
        ("size: a byte too much", format!("{largest}{}", "A".repeat(MAX_TOKEN_BYTES + 1 - largest.len()))),
        ("size: a megabyte", "a".repeat(1024 * 1024)),
    ];
    let mut rows = refused.map(|(name, token)| (name, token, Err(malformed()))).to_vec();
    rows.push(("size: the largest there may be", largest, Ok(())));
    rows
}

/// Claims in which one stands twice, with the same value.
fn twice(claim: &str) -> String {
    let once = claims();
    let text = format!("{{\"{claim}\":{},{}", once[claim], once.to_string().trim_start_matches('{'));
    assert!(serde_json::from_str::<Value>(&text).is_ok());
    text
}

fn signed_text(claims: &str) -> String {
    let message = format!("{}.{}", encoded(&header()), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message)).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn unsigned_as(algorithm: &str) -> String {
    with_signature(algorithm, &[])
}

fn with_signature(algorithm: &str, signature: &[u8]) -> String {
    let header = with(header(), "alg", json!(algorithm));
    format!("{}.{}.{}", encoded(&header), encoded(&claims()), URL_SAFE_NO_PAD.encode(signature))
}

/// The classic: what is public serves as the secret of a shared-secret algorithm.
fn by_shared_secret(secret: &[u8]) -> String {
    let token = unsigned_as("HS256");
    let message = token.trim_end_matches('.');
    let code = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(message).finalize().into_bytes();
    format!("{token}{}", URL_SAFE_NO_PAD.encode(code))
}

fn pem() -> String {
    RsaPublicKey::from(&*KEY).to_public_key_pem(LineEnding::LF).unwrap()
}

fn der() -> Vec<u8> {
    RsaPublicKey::from(&*KEY).to_public_key_der().unwrap().into_vec()
}
