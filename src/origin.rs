//! Which web pages may talk to us: our own, and those of `ALLOWED_ORIGINS`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};

/// What a page may read of an answer beside the few headers that it always may.
const EXPOSED: &str = "x-request-id, server-timing, location, retry-after, etag";
/// What a page may send.
const ACCEPTED: &str = "authorization, content-type, idempotency-key, if-match, last-event-id, x-request-id";
/// The methods of the API.
const METHODS: &str = "GET, POST, PATCH, DELETE";
/// Seconds for which a browser may remember the answer; Chromium remembers no longer.
const REMEMBER_SECONDS: u32 = 7200;

/// What may be said to the page that sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// No page sent it, or one of our own.
    Own,
    /// A page of an allowed origin.
    Allowed(HeaderValue),
    /// A page of an origin that nobody allowed.
    Foreign,
}

impl Origin {
    /// Reads the origin of a request.
    pub fn of<B>(request: &Request<B>, allowed: &[String]) -> Self {
        let Some(origin) = request.headers().get(header::ORIGIN) else {
            return Self::Own;
        };
        let Ok(text) = origin.to_str() else {
            return Self::Foreign;
        };
        if is_own(request, text) {
            Self::Own
        } else if allowed.iter().any(|one| one.trim_end_matches('/').eq_ignore_ascii_case(text)) {
            Self::Allowed(origin.clone())
        } else {
            Self::Foreign
        }
    }

    /// Tells the browser what the page may read. A foreign page is told nothing, so the browser keeps all from it.
    pub fn grant(&self, headers: &mut HeaderMap) {
        // Whoever keeps the answer must know that another page gets another one.
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let Self::Allowed(origin) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }

    /// Tells the browser what the page may send.
    pub fn grant_preflight(&self, headers: &mut HeaderMap) {
        self.grant(headers);
        if *self != Self::Foreign {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ACCEPTED));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(REMEMBER_SECONDS));
        }
    }
}

/// Whether a request is the browser's own question before the page's request.
pub fn is_preflight<B>(request: &Request<B>) -> bool {
    const ASKED: HeaderName = header::ACCESS_CONTROL_REQUEST_METHOD;
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(ASKED)
}

fn is_own<B>(request: &Request<B>, origin: &str) -> bool {
    let (Some(scheme), Some(host)) = (request.uri().scheme_str(), request.uri().authority()) else {
        return false;
    };
    origin.split_once("://").is_some_and(|(theirs, rest)| {
        theirs.eq_ignore_ascii_case(scheme) && rest.eq_ignore_ascii_case(host.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_page(origin: &str) -> Request<()> {
        Request::get("https://mentora.example/api/courses").header("origin", origin).body(()).unwrap()
    }

    fn read(origin: &str) -> Origin {
        Origin::of(&from_page(origin), &["https://school.example".into(), "http://localhost:5173/".into()])
    }

    #[test]
    fn a_request_without_a_page_is_not_held_back() {
        let request = Request::get("https://mentora.example/api/courses").body(()).unwrap();
        assert_eq!(Origin::of(&request, &[]), Origin::Own);
    }

    #[test]
    fn our_own_pages_are_always_allowed() {
        assert_eq!(read("https://mentora.example"), Origin::Own);
    }

    #[test]
    fn only_the_exact_origins_of_the_list_are_allowed() {
        for allowed in ["https://school.example", "http://localhost:5173"] {
            assert_eq!(read(allowed), Origin::Allowed(HeaderValue::from_str(allowed).unwrap()), "{allowed}");
        }
        for foreign in [
            "http://mentora.example",
            "https://mentora.example:8443",
            "https://school.example.evil.example",
            "https://evil-school.example",
            "http://school.example",
            "http://localhost:5174",
            "null",
            "",
        ] {
            assert_eq!(read(foreign), Origin::Foreign, "{foreign}");
        }
    }

    #[test]
    fn an_allowed_page_is_named_and_a_foreign_one_is_told_nothing() {
        let granted = |origin: &str| {
            let mut headers = HeaderMap::new();
            read(origin).grant_preflight(&mut headers);
            headers
        };
        let allowed = granted("https://school.example");
        assert_eq!(allowed[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://school.example");
        assert!(allowed[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().contains("authorization"));
        let foreign = granted("https://evil.example");
        assert_eq!(foreign.len(), 1, "{foreign:?}");
        assert_eq!(foreign[header::VARY], "origin");
    }

    #[test]
    fn only_a_browsers_question_is_a_preflight() {
        let asked = Request::options("https://mentora.example/api/courses")
            .header("origin", "https://school.example")
            .header("access-control-request-method", "POST");
        assert!(is_preflight(&asked.body(()).unwrap()));
        let bare = Request::options("https://mentora.example/api/courses").body(()).unwrap();
        assert!(!is_preflight(&bare));
    }
}
