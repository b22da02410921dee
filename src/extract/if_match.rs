//! The version that a change is meant for.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use mentora_durable::repositories::Version;

use crate::error::ApiError;

/// What `If-Match` demands: the version that the caller has seen. None where it demands nothing, or `*`: whatever is
/// there. It is compared when the write happens, by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<Version>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let mut given = parts.headers.get_all(header::IF_MATCH).iter();
        let (Some(etag), None) = (given.next(), given.next()) else {
            return if parts.headers.contains_key(header::IF_MATCH) {
                Err(not_one())
            } else {
                Ok(Self(None))
            };
        };
        read(etag.to_str().map_err(|_| not_one())?.trim())
    }
}

fn read(etag: &str) -> Result<IfMatch, ApiError> {
    if etag == "*" {
        return Ok(IfMatch(None));
    }
    // A weak one never matches where a change is at stake (RFC 9110, 13.1.1).
    let (weak, quoted) = etag.strip_prefix("W/").map_or((false, etag), |rest| (true, rest));
    let opaque = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let opaque = opaque.filter(|opaque| !opaque.contains('"')).ok_or_else(not_one)?;
    Ok(IfMatch(Some(if weak { Version::NONE } else { Version::decode(opaque) })))
}

fn not_one() -> ApiError {
    ApiError::invalid_field("If-Match", "is not one entity tag, as `\"60a9b3c1f2e40\"`, nor `*`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use futures::executor::block_on;

    fn sent(values: &[&str]) -> Result<Option<Version>, ()> {
        let request = Request::patch("https://mentora.example/api/topics/t");
        let request = values.iter().fold(request, |request, value| request.header("if-match", *value));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        block_on(IfMatch::from_request_parts(&mut parts, &())).map(|IfMatch(seen)| seen).map_err(|_| ())
    }

    #[test]
    fn an_etag_of_ours_demands_its_version_and_nothing_demands_none() {
        let seen = Version::decode("60a9b3c1f2e40");
        assert_eq!(sent(&["\"60a9b3c1f2e40\""]), Ok(Some(seen)));
        assert_eq!(sent(&[]), Ok(None));
        assert_eq!(sent(&["*"]), Ok(None));
    }

    #[test]
    fn what_was_never_an_etag_of_ours_matches_nothing() {
        for etag in ["\"abc-def\"", "\"\"", "W/\"60a9b3c1f2e40\""] {
            assert_eq!(sent(&[etag]), Ok(Some(Version::NONE)), "{etag}");
        }
    }

    #[test]
    fn what_is_no_single_entity_tag_is_refused() {
        for etags in [&["abc"][..], &[""], &["\"a\", \"b\""], &["\"a\"", "\"b\""], &["\"a"], &["*", "*"]] {
            assert_eq!(sent(etags), Err(()), "{etags:?}");
        }
    }
}
