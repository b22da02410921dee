//! `POST /api/conversations/{id}/stream/messages`

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ErrorCode, FieldError};
use crate::stream::ClientFrame;

/// Most frames of one request.
pub const MAX_MESSAGES: usize = 32;

/// What a client of the stream says: one frame, or up to 32 in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StreamMessages {
    /// One.
    One(ClientFrame),
    /// Several.
    Several(Vec<ClientFrame>),
}

impl StreamMessages {
    /// Parses and checks a body: all of it is frames, or none is taken.
    ///
    /// # Errors
    /// What is wrong with which frame.
    pub fn parse(bytes: &[u8]) -> Result<Vec<ClientFrame>, Vec<FieldError>> {
        let wrong = |path: &str, problem: &str| vec![FieldError::new(path, problem)];
        let body = serde_json::from_slice(bytes).map_err(|error| wrong("", &error.to_string()))?;
        let (frames, is_list) = match body {
            Value::Array(frames) => (frames, true),
            frame => (vec![frame], false),
        };
        if frames.is_empty() || frames.len() > MAX_MESSAGES {
            return Err(wrong("", "must be 1 to 32 frames"));
        }
        let mut offences = Vec::new();
        let mut all = Vec::with_capacity(frames.len());
        for (at, frame) in frames.iter().enumerate() {
            match ClientFrame::parse(&frame.to_string()) {
                Ok(frame) => all.push(frame),
                Err(bad) => {
                    let path = if is_list { format!("[{at}]") } else { String::new() };
                    offences.push(FieldError::new(path, bad.to_string()));
                }
            }
        }
        if offences.is_empty() { Ok(all) } else { Err(offences) }
    }
}

/// Answer to `POST /api/conversations/{id}/stream/messages`: what became of each frame, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamMessagesAnswer {
    /// One for each frame.
    pub results: Vec<StreamMessageResult>,
}

/// What became of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamMessageResult {
    /// Whether it was taken. That it was stored is said by `turn_stored`, on the stream.
    #[cfg_attr(feature = "openapi", schema(example = true))]
    pub accepted: bool,
    /// The message, when the frame bears one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "m-1"))]
    pub client_message_id: Option<String>,
    /// Why it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub error: Option<StreamMessageRefusal>,
}

/// Why a frame was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamMessageRefusal {
    /// For programs.
    #[cfg_attr(feature = "openapi", schema(example = "TURN_IN_PROGRESS"))]
    pub code: ErrorCode,
    /// For people.
    #[cfg_attr(feature = "openapi", schema(example = "The tutor has not answered yet."))]
    pub message: String,
}

// By hand, for the length of the list.
#[cfg(feature = "openapi")]
mod schema {
    use serde_json::json;
    use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
    use utoipa::openapi::{Ref, RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::{MAX_MESSAGES, StreamMessages};
    use crate::stream::ClientFrame;

    impl PartialSchema for StreamMessages {
        fn schema() -> RefOr<Schema> {
            let frame = || Ref::from_schema_name("ClientFrame");
            let several = ArrayBuilder::new().items(frame()).min_items(Some(1)).max_items(Some(MAX_MESSAGES));
            let text = "Lying can be right: it may save a life.";
            let example = json!([{ "type": "text_input", "text": text, "clientMessageId": "m-1" }]);
            OneOfBuilder::new().item(frame()).item(several).examples([example]).into()
        }
    }

    impl ToSchema for StreamMessages {
        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push(("ClientFrame".to_owned(), ClientFrame::schema()));
            ClientFrame::schemas(schemas);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"type":"text_input","text":"Hi","clientMessageId":"m"}"#;

    #[test]
    fn one_frame_or_several_are_read() {
        assert_eq!(StreamMessages::parse(TEXT.as_bytes()).map(|frames| frames.len()), Ok(1));
        let two = format!(r#"[{TEXT},{{"type":"stop"}}]"#);
        assert_eq!(StreamMessages::parse(two.as_bytes()).map(|frames| frames.len()), Ok(2));
    }

    #[test]
    fn the_wrong_frame_is_named() {
        let paths = |body: &str| {
            let offences = StreamMessages::parse(body.as_bytes()).unwrap_err();
            offences.into_iter().map(|offence| offence.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&format!(r#"[{TEXT},{{"type":"sudo"}},7]"#)), ["[1]", "[2]"]);
        for body in ["", "[]", "{}", "null", r#""ping""#, &format!("[{}]", vec![TEXT; 33].join(","))] {
            assert_eq!(paths(body), [""], "{body}");
        }
        assert_eq!(paths(&"[".repeat(100_000)), [""], "however deep");
    }
}
