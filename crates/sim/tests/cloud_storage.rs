//! Signed uploads as a browser makes them, signed here by hand.

mod common;

use common::{fast, get, start};
use mentora_sim::RunningSim;
use reqwest::{Client, Method, RequestBuilder, Response};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use serde_json::Value;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n of a kind";
const PATH: &str = "/pictures/courses/c1/thumbnail/one";
const RANGE: &str = "x-goog-content-length-range";
const FRESH: &str = "x-goog-if-generation-match";
const LONG_AGO: &str = "20190201T090000Z";

struct Signer {
    base: String,
    email: String,
    key: RsaPrivateKey,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// This second, as it is signed.
fn now() -> String {
    let now = std::process::Command::new("date").args(["-u", "+%Y%m%dT%H%M%SZ"]).output().unwrap();
    String::from_utf8(now.stdout).unwrap().trim().to_owned()
}

impl Signer {
    async fn of(sim: &RunningSim) -> Self {
        let account = get(sim, "/sim/service-account.json").await;
        let text = |name: &str| account[name].as_str().unwrap().to_owned();
        let key = RsaPrivateKey::from_pkcs8_pem(&text("private_key")).unwrap();
        Self { base: sim.base_url.clone(), email: text("client_email"), key }
    }

    /// Leave for `method` with these headers, in the order of their names.
    fn url(&self, method: &str, headers: &[(&str, &str)], at: &str) -> String {
        let scope = format!("{}/auto/storage/goog4_request", &at[..8]);
        let credential = format!("{}/{scope}", self.email).replace('@', "%40").replace('/', "%2F");
        let mut headers = [headers, &[("host", "127.0.0.1")]].concat();
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|header| header.0).collect();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let query = format!(
            "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential={credential}&X-Goog-Date={at}&X-Goog-Expires=600\
             &X-Goog-SignedHeaders={}",
            names.join("%3B")
        );
        let canonical = format!("{method}\n{PATH}\n{query}\n{lines}\n{}\nUNSIGNED-PAYLOAD", names.join(";"));
        let text = format!("GOOG4-RSA-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let signature = SigningKey::<Sha256>::new(self.key.clone()).sign(text.as_bytes());
        format!("{}{PATH}?{query}&X-Goog-Signature={}", self.base, hex(&signature.to_bytes()))
    }
}

fn put(url: &str, headers: &[(&str, &str)], content: &[u8]) -> RequestBuilder {
    let request = Client::new().put(url).body(content.to_vec());
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// Status and code of an answer of the XML API.
async fn refusal(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap();
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, code.map_or(body.clone(), |(code, _)| code.to_owned()))
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn what_was_signed_is_taken_once_and_everybody_may_look_at_it() {
    let sim = start(fast()).await;
    let signer = Signer::of(&sim).await;
    let headers = [("content-type", "image/png"), (RANGE, "1,700"), (FRESH, "0")];
    let url = signer.url("PUT", &headers, &now());
    let address = format!("{}{PATH}", sim.base_url);

    assert_eq!(refusal(Client::new().get(&address)).await, is(404, "NoSuchKey"));
    let answer = put(&url, &headers, PNG).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    assert_eq!(refusal(put(&url, &headers, b"another")).await, is(412, "PreconditionFailed"));
    let seen = Client::new().get(&address).send().await.unwrap();
    assert_eq!(
        (seen.status().as_u16(), &seen.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(seen.bytes().await.unwrap(), PNG);
    assert_eq!(refusal(Client::new().get(&url)).await, is(400, "MalformedSecurityHeader"));
}

#[tokio::test]
async fn another_request_than_the_signed_one_is_refused() {
    let sim = start(fast()).await;
    let signer = Signer::of(&sim).await;
    let headers = [("content-type", "image/png"), (RANGE, "2,700")];
    let url = signer.url("PUT", &headers, &now());

    let html = [("content-type", "text/html"), headers[1]];
    assert_eq!(refusal(put(&url, &html, PNG)).await, is(403, "SignatureDoesNotMatch"));
    let larger = [headers[0], (RANGE, "2,7000")];
    assert_eq!(refusal(put(&url, &larger, PNG)).await, is(403, "SignatureDoesNotMatch"));
    let elsewhere = url.replace("/one?", "/two?");
    assert_eq!(refusal(put(&elsewhere, &headers, PNG)).await, is(403, "SignatureDoesNotMatch"));
    let longer = url.replace("Expires=600", "Expires=6000");
    assert_eq!(refusal(put(&longer, &headers, PNG)).await, is(403, "SignatureDoesNotMatch"));
    assert_eq!(refusal(put(&url, &headers[..1], PNG)).await, is(400, "MalformedSecurityHeader"));
    let more = [headers[0], headers[1], ("x-goog-acl", "public-read")];
    assert_eq!(refusal(put(&url, &more, PNG)).await, is(400, "MalformedSecurityHeader"));
    let unsigned = format!("{}{PATH}", sim.base_url);
    assert_eq!(refusal(put(&unsigned, &headers, PNG)).await, is(403, "AccessDenied"));
    for broken in
        [("X-Goog-Date=2", "X-Goog-Date=x"), ("Expires=600", "Expires=0"), ("host", "hos"), ("RSA", "HMAC")]
    {
        let url = url.replace(broken.0, broken.1);
        assert_eq!(refusal(put(&url, &headers, PNG)).await, is(400, "MalformedSecurityHeader"), "{broken:?}");
    }
    assert_eq!(refusal(put(&url, &headers, b"x")).await, is(400, "EntityTooSmall"));
    assert_eq!(refusal(put(&url, &headers, &[7; 701])).await, is(400, "EntityTooLarge"));
    assert_eq!(put(&url, &headers, &[7; 700]).send().await.unwrap().status(), 200, "all of it is allowed");
}

#[tokio::test]
async fn a_url_has_its_time() {
    let sim = start(fast()).await;
    let signer = Signer::of(&sim).await;
    let headers = [("content-type", "image/png")];
    let old = signer.url("PUT", &headers, LONG_AGO);
    assert_eq!(refusal(put(&old, &headers, PNG)).await, is(400, "ExpiredToken"));
    let url = signer.url("PUT", &headers, &now());
    assert_eq!(put(&url, &headers, PNG).send().await.unwrap().status(), 200);
    common::post(&sim, "/sim/expire-urls", "").await;
    assert_eq!(refusal(put(&url, &headers, PNG)).await, is(400, "ExpiredToken"));
}

async fn preflight(sim: &RunningSim, method: &str, headers: &str) -> Response {
    let request = Client::new().request(Method::OPTIONS, format!("{}{PATH}", sim.base_url));
    let request =
        request.header("origin", "https://app.example").header("access-control-request-method", method);
    request.header("access-control-request-headers", headers).send().await.unwrap()
}

#[tokio::test]
async fn pages_may_do_what_the_policy_for_operators_grants() {
    let sim = start(fast()).await;
    let allowed = preflight(&sim, "PUT", &format!("content-type,{RANGE},{FRESH}")).await;
    assert_eq!(allowed.status(), 200);
    assert_eq!(allowed.headers()["access-control-allow-origin"], "*");
    assert!(allowed.headers()["access-control-allow-headers"].to_str().unwrap().contains(RANGE));
    for (method, headers) in [("DELETE", ""), ("PUT", "content-type,x-goog-acl")] {
        let refused = preflight(&sim, method, headers).await;
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{method} {headers}");
    }
}

#[tokio::test]
async fn with_a_token_an_object_is_asked_for_and_deleted() {
    let sim = start(fast()).await;
    let signer = Signer::of(&sim).await;
    let headers = [("content-type", "image/png")];
    let kept = put(&signer.url("PUT", &headers, &now()), &headers, PNG).send().await.unwrap();
    assert_eq!(kept.status(), 200);
    let address = format!("{}/storage/v1/b/pictures/o/courses%2Fc1%2Fthumbnail%2Fone", sim.base_url);
    let call = async |method: Method, query: &str| {
        let request = Client::new().request(method, format!("{address}{query}")).bearer_auth("ya29.sim-any");
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    assert_eq!(Client::new().get(&address).send().await.unwrap().status(), 401);
    let asked = call(Method::GET, "?fields=contentType%2Csize").await;
    assert_eq!(
        asked,
        (200, serde_json::json!({ "contentType": "image/png", "size": PNG.len().to_string() }))
    );
    assert_eq!(call(Method::DELETE, "").await.0, 204);
    let (status, gone) = call(Method::GET, "").await;
    assert_eq!((status, &gone["error"]["errors"][0]["reason"]), (404, &"notFound".into()));
    assert_eq!(call(Method::DELETE, "").await.0, 404);
}
