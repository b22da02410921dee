//! The body, as JSON.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt as _;
use mentora_core::limits::MAX_BODY_BYTES;
use mentora_wire::body;

use crate::error::ApiError;

/// A body that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// A body that may be absent; then it is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonOrNothing<T>(pub T);

impl<T: body::Body, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type());
        }
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body).await?;
        body::parse(&bytes).map(Self).map_err(ApiError::invalid)
    }
}

impl<T: body::Body + Default, S: Send + Sync> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let json = is_json(request.headers());
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body).await?;
        match (bytes.is_empty(), json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => body::parse(&bytes).map(Self).map_err(ApiError::invalid),
            (false, false) => Err(ApiError::unsupported_media_type()),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    is_utf8(headers, "application/json")
}

/// Whether a body is of this type. Text is UTF-8 and nothing else here, so a `charset` of another kind is another type.
pub(super) fn is_utf8(headers: &HeaderMap, wanted: &str) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let same = parts.next().is_some_and(|kind| kind == wanted);
    same && parts.all(|parameter| {
        parameter.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    })
}

/// Reads a body and stops at the limit: its announced length may be missing, or a lie.
///
/// # Errors
/// `413` beyond the limit, `400` for one that breaks off.
pub async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, ApiError> {
    read_body_within(headers, body, MAX_BODY_BYTES).await
}

/// As [`read_body`], with another limit.
///
/// # Errors
/// As [`read_body`].
pub async fn read_body_within(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(ApiError::payload_too_large(most));
    }
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            ApiError::invalid_field("", "the body broke off before its end").with_internal(error)
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(ApiError::payload_too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use mentora_wire::error::ErrorCode;
    use mentora_wire::rest::{CreateAssignment, EndConversation, PostTurn};

    fn sent(content_type: Option<&str>, body: impl Into<Body>) -> Request {
        let request = Request::post("https://mentora.example/api/x");
        let request = content_type.into_iter().fold(request, |r, t| r.header("content-type", t));
        request.body(body.into()).unwrap()
    }

    fn refusal<T: body::Body>(content_type: Option<&str>, body: impl Into<Body>) -> (ErrorCode, Vec<String>) {
        let Err(error) = block_on(Json::<T>::from_request(sent(content_type, body), &())) else {
            panic!("the body was accepted");
        };
        let details = error.render("r").error.details;
        let fields = details.get("fields").and_then(|fields| fields.as_array().cloned()).unwrap_or_default();
        let paths = fields.iter().map(|field| field["path"].as_str().unwrap().to_owned()).collect();
        (error.code(), paths)
    }

    fn offences<T: body::Body>(body: &str) -> Vec<String> {
        let (code, paths) = refusal::<T>(Some("application/json"), body.to_owned());
        assert_eq!(code, ErrorCode::ValidationError);
        paths
    }

    const TURN: &str = r#"{"text":"Lying is wrong.","clientMessageId":"m1"}"#;

    #[test]
    fn json_by_any_of_its_spellings_is_read() {
        for kind in
            ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
        {
            let turn = block_on(Json::<PostTurn>::from_request(sent(Some(kind), TURN), &()));
            assert_eq!(turn.unwrap().0.text, "Lying is wrong.", "{kind}");
        }
    }

    #[test]
    fn another_content_type_or_none_is_refused() {
        for kind in
            [None, Some("text/plain"), Some("application/jsonp"), Some("application/json; charset=utf-16")]
        {
            assert_eq!(refusal::<PostTurn>(kind, TURN).0, ErrorCode::UnsupportedMediaType, "{kind:?}");
        }
    }

    #[test]
    fn an_offence_is_named_by_its_path() {
        for (body, path) in [
            ("", ""),
            ("{", ""),
            ("[]", ""),
            (r#"{"text":"a","clientMessageId":"m"} x"#, ""),
            (r#"{"text":7,"clientMessageId":"m"}"#, "text"),
            (r#"{"text":"a","clientMessageId":"m","audio":1}"#, "audio"),
            (r#"{"text":"","clientMessageId":"m"}"#, "text"),
            (r#"{"text":"a","clientMessageId":""}"#, "clientMessageId"),
        ] {
            assert!(offences::<PostTurn>(body).iter().any(|found| found == path), "{body}");
        }
        let deep = r#"{"courseId":"c","title":"t","aiConfig":{"maxTurns":"many"}}"#;
        assert_eq!(offences::<CreateAssignment>(deep), ["aiConfig.maxTurns"]);
    }

    #[test]
    fn all_ranges_are_reported_together() {
        let body = r#"{"courseId":"c","title":"","startAt":5,"dueAt":5,"aiConfig":{"maxTurns":0}}"#;
        assert_eq!(offences::<CreateAssignment>(body), ["title", "dueAt", "aiConfig.maxTurns"]);
    }

    #[test]
    fn a_text_of_20001_characters_is_refused_and_one_of_20000_is_not() {
        let turn = |chars| format!(r#"{{"text":"{}","clientMessageId":"m"}}"#, "語".repeat(chars));
        assert_eq!(offences::<PostTurn>(&turn(20_001)), ["text"]);
        let longest = sent(Some("application/json"), turn(20_000));
        assert!(block_on(Json::<PostTurn>::from_request(longest, &())).is_ok());
    }

    #[test]
    fn a_body_beyond_the_limit_is_refused_while_it_is_read() {
        let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
        let (code, _) = refusal::<PostTurn>(Some("application/json"), Body::from_stream(endless));
        assert_eq!(code, ErrorCode::PayloadTooLarge);
    }

    #[test]
    fn a_body_that_breaks_off_is_the_clients_fault() {
        let broken =
            futures::stream::iter([Ok(TURN.as_bytes().to_vec()), Err(std::io::Error::other("gone"))]);
        let (code, _) = refusal::<PostTurn>(Some("application/json"), Body::from_stream(broken));
        assert_eq!(code, ErrorCode::ValidationError);
    }

    #[test]
    fn a_body_that_may_be_absent_needs_no_content_type() {
        let nothing = block_on(JsonOrNothing::<EndConversation>::from_request(sent(None, ""), &()));
        assert_eq!(nothing.unwrap().0, EndConversation::default());
        let text = block_on(JsonOrNothing::<EndConversation>::from_request(sent(None, "bye"), &()));
        assert_eq!(text.unwrap_err().code(), ErrorCode::UnsupportedMediaType);
    }
}
