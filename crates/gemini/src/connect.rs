//! The request that upgrades to a Live socket.

use http::{Request, header};

/// API version in the path: the one that Google's current SDKs use.
pub const API_VERSION: &str = "v1";

/// Builds the upgrade request. The key travels in a header, never in the URL, so that no log can hold it.
///
/// `base_url` is `https://generativelanguage.googleapis.com` or a stand-in, with or without a trailing slash.
///
/// # Errors
/// When the base URL or the key cannot stand in a request.
pub fn upgrade(base_url: &str, api_key: &str) -> Result<Request<()>, http::Error> {
    let base = base_url.trim_end_matches('/');
    let method = "GenerativeService.BidiGenerateContent";
    Request::get(format!("{base}/ws/google.ai.generativelanguage.{API_VERSION}.{method}"))
        .header(header::UPGRADE, "websocket")
        .header("x-goog-api-key", api_key)
        .body(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_in_a_header_and_not_in_the_url() {
        let request = upgrade("https://example.test/", "s3cret").unwrap();
        assert_eq!(
            request.uri(),
            "https://example.test/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent"
        );
        assert_eq!(request.headers()["x-goog-api-key"], "s3cret");
    }

    #[test]
    fn a_key_that_breaks_the_header_is_refused() {
        assert!(upgrade("https://example.test", "two\nlines").is_err());
    }
}
