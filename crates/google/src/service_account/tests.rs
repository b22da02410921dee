//! What is sent, what comes back, and when.

use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

use super::*;
use crate::test_keys::{KEY, SHORT};

const NOW: i64 = 1_795_348_800;
const NOW_MS: i64 = NOW * 1000;

fn pem(key: &RsaPrivateKey) -> String {
    key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

fn key_file(private_key: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "demo-mentora",
        "private_key_id": "0123abcd",
        "private_key": private_key,
        "client_email": "mentora@demo-mentora.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
    .to_string()
}

fn account() -> ServiceAccount {
    ServiceAccount::parse(&key_file(&pem(&KEY))).unwrap()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn response(status: u16, body: Value) -> http::Response<Vec<u8>> {
    http::Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}

#[test]
fn an_assertion_is_what_google_wants_and_bears_the_accounts_signature() {
    let assertion = account().assertion(NOW_MS).unwrap();
    let parts: Vec<&str> = assertion.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{assertion}") };
    assert_eq!(decoded(header), json!({ "typ": "JWT", "alg": "RS256", "kid": "0123abcd" }));
    let expected = json!({
        "iss": "mentora@demo-mentora.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/datastore https://www.googleapis.com/auth/firebase.messaging \
                  https://www.googleapis.com/auth/devstorage.read_write",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": NOW,
        "exp": NOW + 3600,
    });
    assert_eq!(decoded(claims), expected);
    let signed = Sha256::digest(format!("{header}.{claims}"));
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    RsaPublicKey::from(&*KEY).verify(Pkcs1v15Sign::new::<Sha256>(), &signed, &signature).unwrap();
}

#[test]
fn the_request_is_a_form_sent_to_the_configured_endpoint() {
    let request = account().token_request("http://127.0.0.1:9009/token", NOW_MS).unwrap();
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), "http://127.0.0.1:9009/token");
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    let body = String::from_utf8(request.into_body()).unwrap();
    let assertion = body
        .strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")
        .unwrap();
    assert!(assertion.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
}

#[test]
fn line_breaks_of_the_key_survive_every_shell() {
    let good = key_file(&pem(&KEY));
    let twice_escaped = key_file(&pem(&KEY).replace('\n', "\\n"));
    let expanded = good.replace("\\n", "\n");
    let expanded_for_windows = good.replace("\\n", "\r\n");
    for text in [good, twice_escaped, expanded, expanded_for_windows] {
        let account = ServiceAccount::parse(&text).unwrap();
        assert!(account.assertion(NOW_MS).is_ok(), "{text}");
    }
}

#[test]
fn what_is_no_key_file_is_refused_without_being_quoted() {
    for text in
        ["", "{}", "[]", "null", "\"s3cret\"", "-----BEGIN s3cret", r#"{"client_email":"a","private_key":7}"#]
    {
        let error = ServiceAccount::parse(text).unwrap_err();
        assert!(matches!(error, ServiceAccountError::Malformed(_)), "{text}");
        assert!(!error.to_string().contains("s3cret"));
    }
    let nobody = json!({ "client_email": "", "private_key": "x" }).to_string();
    assert!(ServiceAccount::parse(&nobody).is_err());
}

#[test]
fn a_key_that_cannot_sign_is_an_error_and_not_a_panic() {
    let truncated = pem(&KEY).replace("-----END", "-----EN");
    for private_key in ["", "s3cret", &pem(&SHORT), &truncated] {
        let account = ServiceAccount::parse(&key_file(private_key)).unwrap();
        let error = account.assertion(NOW_MS).unwrap_err();
        assert!(matches!(error, ServiceAccountError::PrivateKey(_)));
        assert!(!error.to_string().contains("s3cret"));
    }
}

#[test]
fn debug_output_shows_neither_key_nor_token() {
    let shown = format!("{:?}", account());
    assert!(shown.contains("mentora@") && !shown.contains("PRIVATE"));
    let token =
        parse_token_response(&response(200, json!({ "access_token": "s3cret", "expires_in": 3599 })), NOW_MS);
    assert!(!format!("{token:?}").contains("s3cret"));
}

#[test]
fn a_token_is_used_until_five_minutes_before_its_end() {
    let reply =
        response(200, json!({ "access_token": "ya29.x", "expires_in": 3599, "token_type": "Bearer" }));
    let token = parse_token_response(&reply, NOW_MS).unwrap();
    assert_eq!(token.secret(), "ya29.x");
    assert!(token.usable(NOW_MS + 3_298_999));
    assert!(!token.usable(NOW_MS + 3_299_000));
    let brief =
        parse_token_response(&response(200, json!({ "access_token": "x", "expires_in": 60 })), NOW_MS)
            .unwrap();
    assert!(!brief.usable(NOW_MS));
}

#[test]
fn an_answer_that_makes_no_sense_grants_nothing() {
    for body in [
        json!({}),
        json!([]),
        json!({ "access_token": "x" }),
        json!({ "access_token": "", "expires_in": 3599 }),
        json!({ "access_token": "a b", "expires_in": 3599 }),
        json!({ "access_token": "a\r\nb", "expires_in": 3599 }),
        json!({ "access_token": "x", "expires_in": 0 }),
        json!({ "access_token": "x", "expires_in": -1 }),
        json!({ "access_token": "x", "expires_in": "3599" }),
        json!({ "id_token": "x", "expires_in": 3599 }),
    ] {
        assert_eq!(
            parse_token_response(&response(200, body.clone()), NOW_MS),
            Err(TokenError::Malformed),
            "{body}"
        );
    }
}

#[test]
fn a_refusal_lasts_and_a_hiccup_passes() {
    let refused = json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." });
    for (status, transient) in
        [(400, false), (401, false), (403, false), (408, true), (429, true), (500, true), (503, true)]
    {
        let error = parse_token_response(&response(status, refused.clone()), NOW_MS).unwrap_err();
        assert_eq!(error.is_transient(), transient, "{status}");
    }
    let error = parse_token_response(&response(400, refused), NOW_MS).unwrap_err();
    let expected =
        TokenError::Refused { error: "invalid_grant".into(), description: "Invalid JWT Signature.".into() };
    assert_eq!(error, expected);
    let page = http::Response::builder().status(404).body(b"<html>".to_vec()).unwrap();
    assert!(matches!(parse_token_response(&page, NOW_MS), Err(TokenError::Refused { .. })));
}

#[test]
fn every_error_of_the_token_endpoint_is_understood() {
    let told = |error: &str, description: &str| json!({ "error": error, "error_description": description });
    for (status, body, transient) in [
        (400, told("invalid_grant", "Invalid JWT Signature."), false),
        (400, told("invalid_grant", "Invalid grant: account not found"), false),
        (400, told("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)"), false),
        (400, told("invalid_scope", "Invalid OAuth scope or ID token audience provided."), false),
        (400, told("unsupported_grant_type", "Invalid grant_type: "), false),
        (401, told("invalid_client", "The OAuth client was not found."), false),
        (401, told("unauthorized_client", "Client is unauthorized to retrieve access tokens"), false),
        (403, told("access_denied", "Service account is disabled."), false),
        (429, told("rate_limit_exceeded", ""), true),
        (500, told("internal_failure", "Backend Error"), true),
        (502, json!("<html>"), true),
        (503, json!({ "error": { "code": 503, "status": "UNAVAILABLE" } }), true),
        (404, json!({ "error": { "code": 404, "status": "NOT_FOUND" } }), false),
    ] {
        let error = parse_token_response(&response(status, body.clone()), NOW_MS).unwrap_err();
        assert_eq!(error.is_transient(), transient, "{status} {body}");
        if let TokenError::Refused { error, .. } = &error {
            assert_eq!(error, body["error"].as_str().unwrap_or_default());
        }
    }
}

fn token(secret: &str) -> AccessToken {
    parse_token_response(&response(200, json!({ "access_token": secret, "expires_in": 3599 })), NOW_MS)
        .unwrap()
}

#[test]
fn one_call_fetches_while_others_wait_and_all_share_the_token() {
    let mut cache = TokenCache::new();
    assert_eq!(cache.look(NOW_MS), Lookup::Fetch);
    assert_eq!(cache.look(NOW_MS + 1), Lookup::Wait);
    cache.fetched(token("a"));
    assert_eq!(cache.look(NOW_MS + 2), Lookup::Use(token("a")));
    assert_eq!(cache.look(NOW_MS + 3_299_000), Lookup::Fetch);
}

#[test]
fn a_fetch_that_never_comes_back_is_made_again() {
    let mut cache = TokenCache::new();
    assert_eq!(cache.look(NOW_MS), Lookup::Fetch);
    assert_eq!(cache.look(NOW_MS + 4_999), Lookup::Wait);
    assert_eq!(cache.look(NOW_MS + 5_000), Lookup::Fetch);
}

#[test]
fn after_a_failure_there_is_a_pause() {
    let mut cache = TokenCache::new();
    cache.look(NOW_MS);
    cache.failed(NOW_MS);
    assert_eq!(cache.look(NOW_MS + 999), Lookup::GiveUp);
    assert_eq!(cache.look(NOW_MS + 1_000), Lookup::Fetch);
}

#[test]
fn a_refused_token_is_dropped_but_not_the_one_that_took_its_place() {
    let mut cache = TokenCache::new();
    cache.look(NOW_MS);
    cache.fetched(token("old"));
    cache.refused(&token("old"));
    assert_eq!(cache.look(NOW_MS), Lookup::Fetch);
    cache.fetched(token("new"));
    cache.refused(&token("old"));
    assert_eq!(cache.look(NOW_MS), Lookup::Use(token("new")));
}
