//! Signed URLs against Google's published ones, and what is asked of the JSON API.

use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::signed_url::Stamp;
use super::*;
use crate::service_account::{AccessToken, ServiceAccount, parse_token_response};
use crate::test_keys::KEY;

const NOW_MS: i64 = 1_795_348_800_000;
const BUCKET: Bucket<'_> = Bucket { base_url: STORAGE_URL, name: "pictures" };

/// Values that Google publishes. Its signatures are checked with the public key, so no private one lies here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    client_email: String,
    modulus: String,
    exponent: u32,
    cases: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    base: String,
    path: String,
    bucket: String,
    object: String,
    method: String,
    headers: Vec<(String, String)>,
    at_ms: i64,
    seconds: u32,
    signature: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(pair).collect()
}

fn upload<'a>(headers: &'a [(&'a str, &'a str)]) -> SignedUrl<'a> {
    SignedUrl { bucket: BUCKET, object: "a/b c.png", method: "PUT", headers, expires_seconds: 600 }
}

fn account() -> ServiceAccount {
    let pem = KEY.to_pkcs8_pem(LineEnding::LF).unwrap();
    let file = json!({ "client_email": "m@p.iam.gserviceaccount.com", "private_key": pem.as_str() });
    ServiceAccount::parse(&file.to_string()).unwrap()
}

fn token() -> AccessToken {
    let body = json!({ "access_token": "ya29.t", "expires_in": 3600 }).to_string();
    parse_token_response(&http::Response::new(body.into_bytes()), 0).unwrap()
}

fn response(status: u16, body: Value) -> http::Response<Vec<u8>> {
    http::Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}

#[test]
fn google_has_signed_the_very_texts_that_we_would_sign() {
    let vectors: Vectors = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let modulus = BigUint::from_bytes_be(&bytes(&vectors.modulus));
    let key = RsaPublicKey::new(modulus, vectors.exponent.into()).unwrap();
    assert_eq!(vectors.cases.len(), 21);
    for case in vectors.cases {
        let headers: Vec<(&str, &str)> = case.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let request = SignedUrl {
            bucket: Bucket { base_url: &case.base, name: &case.bucket },
            object: &case.object,
            method: &case.method,
            headers: &headers,
            expires_seconds: case.seconds,
        };
        let ours = request.unsigned(&vectors.client_email, case.at_ms).unwrap();
        assert!(ours.url.starts_with(&format!("{}{}?", case.base, case.path)), "{}", ours.url);
        let signed = Sha256::digest(&ours.string_to_sign);
        let verified = key.verify(Pkcs1v15Sign::new::<Sha256>(), &signed, &bytes(&case.signature));
        assert!(verified.is_ok(), "{} of {}: {}", case.method, case.object, ours.string_to_sign);
    }
}

#[test]
fn an_upload_bears_our_signature_over_its_type_and_its_size() {
    let headers = [("x-goog-content-length-range", "1,700"), ("Content-Type", "image/png")];
    let request = upload(&headers);
    let url = request.sign(&account(), NOW_MS).unwrap();
    let (unsigned, signature) = url.split_once("&X-Goog-Signature=").unwrap();
    assert_eq!(
        unsigned,
        "https://storage.googleapis.com/pictures/a/b%20c.png?X-Goog-Algorithm=GOOG4-RSA-SHA256\
         &X-Goog-Credential=m%40p.iam.gserviceaccount.com%2F20261122%2Fauto%2Fstorage%2Fgoog4_request\
         &X-Goog-Date=20261122T120000Z&X-Goog-Expires=600\
         &X-Goog-SignedHeaders=content-type%3Bhost%3Bx-goog-content-length-range"
    );
    let signed = request.unsigned("m@p.iam.gserviceaccount.com", NOW_MS).unwrap().string_to_sign;
    let key = RsaPublicKey::from(&*KEY);
    key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&signed), &bytes(signature)).unwrap();

    let larger = [("x-goog-content-length-range", "1,701"), ("Content-Type", "image/png")];
    let other = upload(&larger).unsigned("m@p.iam.gserviceaccount.com", NOW_MS).unwrap();
    assert_ne!(other.string_to_sign, signed, "the size is bound");
}

#[test]
fn what_cannot_be_signed_is_said() {
    let refused = |request: SignedUrl<'_>, now| request.unsigned("m@p", now).unwrap_err();
    for expires_seconds in [0, MAX_EXPIRES_SECONDS + 1] {
        assert_eq!(refused(SignedUrl { expires_seconds, ..upload(&[]) }, NOW_MS), SignError::Time);
    }
    for now in [-1, i64::MIN, i64::MAX] {
        assert_eq!(refused(upload(&[]), now), SignError::Time, "{now}");
    }
    for base_url in ["", "/relative", "not a url"] {
        let bucket = Bucket { base_url, ..BUCKET };
        assert_eq!(refused(SignedUrl { bucket, ..upload(&[]) }, NOW_MS), SignError::BaseUrl, "{base_url}");
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    let days = [
        (0, "19700101"),
        (951_782_400, "20000229"),
        (1_709_164_800, "20240229"),
        (1_798_761_599, "20261231"),
        (4_107_542_400, "21000301"),
        (253_402_300_799, "99991231"),
    ];
    for (seconds, date) in days {
        assert_eq!(Stamp::of(seconds * 1000 + 999).unwrap().date, date);
    }
    assert_eq!(Stamp::of(1_798_761_599_999).unwrap().time, "20261231T235959Z");
    assert_eq!(Stamp::of(253_402_300_800_000), None);
}

#[test]
fn an_object_is_asked_for_and_deleted_with_a_token() {
    let asked = BUCKET.metadata_request("a/b c.png", &token()).unwrap();
    let uri =
        "https://storage.googleapis.com/storage/v1/b/pictures/o/a%2Fb%20c.png?fields=contentType%2Csize";
    assert_eq!((asked.method().as_str(), asked.uri().to_string().as_str()), ("GET", uri));
    assert_eq!(asked.headers()["authorization"], "Bearer ya29.t");
    let deleted = BUCKET.delete_request("a/b", &token()).unwrap();
    assert_eq!(deleted.method(), http::Method::DELETE);
    assert_eq!(deleted.uri().path(), "/storage/v1/b/pictures/o/a%2Fb");
    assert_eq!(BUCKET.public_url("a/b c.png"), "https://storage.googleapis.com/pictures/a/b%20c.png");
}

#[test]
fn every_answer_of_the_store_is_understood_or_named() {
    let found = response(200, json!({ "contentType": "image/png", "size": "5242880" }));
    let metadata = Metadata { content_type: "image/png".into(), size: 5_242_880 };
    assert_eq!(parse_metadata(&found), Ok(Some(metadata)));
    for not_understood in [json!({ "size": 7 }), json!({ "size": "-7" }), json!({}), json!([])] {
        let answer = parse_metadata(&response(200, not_understood));
        assert!(matches!(answer, Err(StorageError::Malformed(_))), "{answer:?}");
    }
    assert_eq!(parse_metadata(&response(404, json!({}))), Ok(None));
    assert_eq!(parse_deleted(&response(204, Value::Null)), Ok(true));
    assert_eq!(parse_deleted(&response(404, Value::Null)), Ok(false));
    assert_eq!(parse_deleted(&response(401, Value::Null)), Err(StorageError::Token));
    assert_eq!(parse_deleted(&response(403, Value::Null)), Err(StorageError::Forbidden));
    for status in [408, 429, 500, 503] {
        assert!(matches!(parse_deleted(&response(status, Value::Null)), Err(StorageError::Unavailable(_))));
    }
    assert!(matches!(parse_deleted(&response(302, Value::Null)), Err(StorageError::Malformed(_))));
}
