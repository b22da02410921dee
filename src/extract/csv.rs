//! The body, as a file of a spreadsheet.

use axum::extract::{FromRequest, Request};

use super::json::{is_utf8, read_body};
use crate::error::ApiError;

/// The bytes of a body of the type `text/csv`, as they came: what encoding they are really in is for their reader to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csv(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Csv {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        if !is_utf8(request.headers(), "text/csv") {
            return Err(ApiError::not_csv());
        }
        let (parts, body) = request.into_parts();
        read_body(&parts.headers, body).await.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::executor::block_on;
    use mentora_wire::error::ErrorCode;

    use super::*;

    fn sent(content_type: &str, body: impl Into<Body>) -> Result<Csv, ErrorCode> {
        let request = Request::post("https://mentora.example/api/x").header("content-type", content_type);
        block_on(Csv::from_request(request.body(body.into()).unwrap(), &())).map_err(|error| error.code())
    }

    #[test]
    fn csv_by_any_of_its_spellings_is_taken_as_it_comes() {
        for kind in ["text/csv", "Text/CSV; charset=UTF-8", "text/csv; charset=utf-8; header=present"] {
            assert_eq!(sent(kind, vec![0xff, b'a']), Ok(Csv(vec![0xff, b'a'])), "{kind}");
        }
    }

    #[test]
    fn another_type_and_too_long_a_file_are_refused() {
        for kind in ["application/json", "text/plain", "text/csv; charset=utf-16", "text/csvx"] {
            assert_eq!(sent(kind, "email"), Err(ErrorCode::UnsupportedMediaType), "{kind}");
        }
        assert_eq!(sent("text/csv", vec![b'a'; 1024 * 1024 + 1]), Err(ErrorCode::PayloadTooLarge));
    }
}
