//! The headers that every answer of the API bears.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Names the request in our log and in the client's.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long it took.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Longest id of a request that is taken from the client, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// The client's own id of its request, when it can stand in a log line as it is.
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    ((1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.bytes().all(sane)).then_some(id)
}

/// Says which request was answered, and after how long.
pub fn identify(headers: &mut HeaderMap, request_id: &str, total_ms: i64) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Ok(timing) = HeaderValue::from_str(&format!("total;dur={total_ms}")) {
        headers.insert(SERVER_TIMING, timing);
    }
}

/// Keeps a browser from taking an answer for anything but data, and everybody from keeping it.
pub fn protect(headers: &mut HeaderMap) {
    const NOTHING: HeaderValue =
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    const ALWAYS: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Only a page has a policy of its own.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: &str) -> HeaderMap {
        HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(id).unwrap())])
    }

    #[test]
    fn a_sane_request_id_is_taken_and_no_other() {
        assert_eq!(request_id(&HeaderMap::new()), None);
        assert_eq!(request_id(&sent("7f3a-1.b:2_c")), Some("7f3a-1.b:2_c"));
        for bad in ["", "a b", "a\"b", "a{b}", &"a".repeat(129)] {
            assert_eq!(request_id(&sent(bad)), None, "{bad}");
        }
    }

    #[test]
    fn an_answer_that_may_be_kept_says_so_itself() {
        let mut headers =
            HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"))]);
        protect(&mut headers);
        assert_eq!(headers[header::CACHE_CONTROL], "max-age=60");
        let mut headers = HeaderMap::new();
        protect(&mut headers);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
}
