//! The router as it stands in front of every handler: what it refuses before anything is looked up. Natively, without
//! bindings: whatever got through to a handler's work would fail here for want of a platform.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures::executor::block_on;
use mentora::context::Context;
use mentora::router::documented;
use mentora::service;
use mentora_core::time::Millis;
use mentora_durable::platform::config::{Config, Settings};
use serde_json::Value;
use worker::wasm_bindgen::{JsCast as _, JsValue};

struct Variables(BTreeMap<&'static str, &'static str>);

impl Settings for Variables {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }
}

fn config(environment: &'static str) -> Config {
    let variables = [
        ("ENVIRONMENT", environment),
        ("FIREBASE_PROJECT_ID", "demo-mentora"),
        ("ALLOWED_ORIGINS", "https://school.example"),
    ];
    Config::read(&Variables(variables.into())).unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

fn ask_of(environment: &'static str, request: Request<Body>) -> Answer {
    let env = JsValue::NULL.unchecked_into();
    let context = Context::new(env, Arc::new(config(environment)), "r1".into(), Millis(1_795_000_000_000));
    block_on(async {
        let answer = service::answer(request, context).await;
        let answer = service::finish(answer, "r1", 7);
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    })
}

fn ask(request: Request<Body>) -> Answer {
    ask_of("production", request)
}

fn request(method: &str, path: &str) -> Request<Body> {
    let uri = format!("https://mentora.example{path}");
    Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()
}

fn with(mut request: Request<Body>, headers: &[(&'static str, &'static str)]) -> Request<Body> {
    request.headers_mut().extend(headers.iter().map(|(name, value)| {
        (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
    }));
    request
}

fn code(answer: &Answer) -> &str {
    answer.body["error"]["code"].as_str().unwrap_or_default()
}

/// A path of the table with something in the place of each of its place-holders.
fn filled(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "c1".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// What asks nobody who they are. Of a webhook it is the body that is signed.
const OPEN: [&str; 6] = [
    "/api/health",
    "/api/config",
    "/api/openapi.json",
    "/api/docs",
    "/api/dev/sign-in",
    "/api/webhooks/stripe",
];

#[test]
fn every_route_that_is_not_open_asks_who_is_there_before_anything_else() {
    let guarded = documented().into_iter().filter(|route| !OPEN.contains(&route.path));
    let mut count = 0;
    for route in guarded {
        let path = filled(route.path);
        for path in [path.clone(), path + "?unknown=1"] {
            let answer = ask(request(&route.method.to_uppercase(), &path));
            // The one route that takes a ticket as well must read its query first to find it.
            let expected =
                if path.contains("/stream?") { StatusCode::BAD_REQUEST } else { StatusCode::UNAUTHORIZED };
            assert_eq!(answer.status, expected, "{} {path}: {}", route.method, answer.body);
        }
        count += 1;
    }
    assert!(count >= 22, "{count}");
}

#[test]
fn who_is_not_signed_in_is_told_how_to_be() {
    for authorization in [None, Some("Basic dTpw"), Some("Bearer ")] {
        let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
        let answer = ask(with(request("GET", "/api/courses"), &headers));
        assert_eq!(code(&answer), "UNAUTHORIZED");
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
        let message = answer.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("Authorization: Bearer"), "{message}");
    }
}

#[test]
fn a_path_that_nobody_serves_is_not_found_in_the_one_error_body() {
    for path in ["/api", "/api/", "/api/nothing", "/api/courses/a/b", "/api/courses/", "/api/Health"] {
        let answer = ask(request("GET", path));
        assert_eq!((answer.status, code(&answer)), (StatusCode::NOT_FOUND, "NOT_FOUND"), "{path}");
        assert_eq!(answer.body["error"]["requestId"], "r1");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    }
}

#[test]
fn a_method_that_nobody_serves_is_told_the_methods_that_are() {
    for (method, path, allow) in [
        ("DELETE", "/api/courses", "GET,HEAD,POST"),
        ("PUT", "/api/courses/c1", "GET,HEAD,PATCH,DELETE"),
        ("PUT", "/api/users/me", "GET,HEAD,PATCH,DELETE"),
        ("GET", "/api/users/me/devices/d1", "DELETE"),
        ("PUT", "/api/topics/t1", "GET,HEAD,PATCH,DELETE"),
        ("GET", "/api/courses/c1/announcements/n1", "DELETE"),
        ("GET", "/api/courses/c1/../join", ""),
        ("GET", "/api/conversations/c1/turns", "POST"),
        ("OPTIONS", "/api/health", "GET,HEAD"),
    ] {
        let answer = ask(request(method, path));
        if allow.is_empty() {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            continue;
        }
        assert_eq!(
            (answer.status, code(&answer)),
            (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            "{path}"
        );
        assert_eq!(answer.headers[header::ALLOW], allow, "{path}");
    }
}

#[test]
fn every_answer_bears_its_request_its_time_and_its_protection() {
    for path in ["/api/config", "/api/courses", "/api/nothing"] {
        let headers = ask(request("GET", path)).headers;
        assert_eq!(headers["x-request-id"], "r1", "{path}");
        assert_eq!(headers["server-timing"], "total;dur=7", "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[test]
fn the_page_of_the_api_has_a_policy_of_its_own_and_no_script_in_it() {
    let answer = ask(request("GET", "/api/docs"));
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.headers.get_all(header::CONTENT_SECURITY_POLICY).iter().count(), 1);
}

#[test]
fn the_public_settings_hold_no_secret() {
    let answer = ask(request("GET", "/api/config"));
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["environment"], "production");
    assert_eq!(answer.body["features"]["devSignIn"], false);
    assert_eq!(ask_of("local", request("GET", "/api/config")).body["features"]["devSignIn"], true);
}

#[test]
fn what_is_for_development_is_not_there_elsewhere() {
    for environment in ["production", "staging"] {
        for (method, path) in
            [("POST", "/api/dev/sign-in"), ("GET", "/v1/projects/p/databases/(default)/documents")]
        {
            let answer = ask_of(environment, request(method, path));
            assert_eq!(
                (answer.status, code(&answer)),
                (StatusCode::NOT_FOUND, "NOT_FOUND"),
                "{environment} {path}"
            );
        }
    }
}

#[test]
fn development_sign_in_checks_its_body() {
    let json = [("content-type", "application/json")];
    let sign_in = |headers: &[(&'static str, &'static str)], body: &'static str| {
        let mut request = with(request("POST", "/api/dev/sign-in"), headers);
        *request.body_mut() = Body::from(body);
        ask_of("local", request)
    };
    assert_eq!(sign_in(&[], "{}").status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (body, path) in [("{}", "uid"), (r#"{"uid":"a b"}"#, "uid"), (r#"{"uid":"a","root":true}"#, "root")] {
        let answer = sign_in(&json, body);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.body["error"]["details"]["fields"][0]["path"], path, "{}", answer.body);
    }
}

#[test]
fn a_page_of_an_allowed_origin_may_call_and_a_foreign_one_may_not() {
    let asked = |origin| {
        let preflight = [("origin", origin), ("access-control-request-method", "POST")];
        ask(with(request("OPTIONS", "/api/courses"), &preflight))
    };
    let allowed = asked("https://school.example");
    assert_eq!(allowed.status, StatusCode::NO_CONTENT);
    assert_eq!(allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://school.example");
    let foreign = asked("https://evil.example");
    assert!(!foreign.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));

    // A refusal must be readable, too, or the page could not tell the user what to do.
    let refused = ask(with(request("GET", "/api/courses"), &[("origin", "https://school.example")]));
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://school.example");
}

#[test]
fn a_page_of_a_foreign_origin_opens_no_stream() {
    let upgrade = [("origin", "https://evil.example"), ("upgrade", "websocket")];
    let answer = ask(with(request("GET", "/api/conversations/c1/stream?ticket=a.b"), &upgrade));
    assert_eq!((answer.status, code(&answer)), (StatusCode::FORBIDDEN, "FORBIDDEN"));
}
