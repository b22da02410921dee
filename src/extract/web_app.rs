//! Where the web app is that sent a request.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::context::Context;
use crate::error::ApiError;

/// The origin of the page that sent the request, if it may talk to us, or else our own: people who are sent elsewhere
/// come back to it. As `https://mentora.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebApp(pub String);

impl<S: Send + Sync> FromRequestParts<S> for WebApp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let context = Context::of(&parts.extensions)?;
        of(parts, &context.config().allowed_origins)
    }
}

fn of(parts: &Parts, allowed: &[String]) -> Result<WebApp, ApiError> {
    let page = parts.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let page = page.and_then(|page| {
        allowed.iter().map(|one| one.trim_end_matches('/')).find(|one| one.eq_ignore_ascii_case(page))
    });
    if let Some(page) = page {
        return Ok(WebApp(page.to_owned()));
    }
    match (parts.uri.scheme_str(), parts.uri.authority()) {
        (Some(scheme), Some(authority)) => Ok(WebApp(format!("{scheme}://{authority}"))),
        _ => Err(ApiError::internal_error("the request does not say where it was sent")),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn people_come_back_to_where_they_were_but_to_no_foreign_page() {
        let allowed = ["https://school.example/".to_owned()];
        let sent = |origin: &str| {
            let request =
                Request::post("https://mentora.example/api/wallets/me/checkout").header("origin", origin);
            of(&request.body(()).unwrap().into_parts().0, &allowed).unwrap().0
        };
        assert_eq!(sent("https://school.example"), "https://school.example");
        for own in ["https://mentora.example", "https://evil.example", "null", ""] {
            assert_eq!(sent(own), "https://mentora.example", "{own}");
        }
    }
}
