//! Frames from the server. A server may be newer than we are: what is not known here is passed over, but its place in
//! the log counts.

use mentora_wire::stream::{Event, PrivateFrame, Seq};
use serde::Deserialize as _;
use serde_json::Value;

/// A frame from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Everybody's: it has a place in the log.
    Event {
        /// Its place.
        seq: Seq,
        /// What happened; `None` when it is of a kind that is not known here.
        event: Option<Box<Event>>,
    },
    /// Ours alone.
    Private(Box<PrivateFrame>),
}

impl Incoming {
    /// Reads a frame; `None` when it is none of ours.
    #[must_use]
    pub fn parse(json: &Value) -> Option<Self> {
        match json.get("seq").and_then(Value::as_u64) {
            Some(seq) => {
                Some(Self::Event { seq: Seq(seq), event: Event::deserialize(json).ok().map(Box::new) })
            }
            None => PrivateFrame::deserialize(json).ok().map(|frame| Self::Private(Box::new(frame))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mentora_wire::stream::SessionState;
    use serde_json::json;

    #[test]
    fn an_event_has_its_place_and_a_private_frame_has_none() {
        let event = Event::SessionState { session: SessionState::Active };
        assert_eq!(
            Incoming::parse(&json!({"seq": 3, "type": "session_state", "session": "active"})),
            Some(Incoming::Event { seq: Seq(3), event: Some(Box::new(event)) })
        );
        assert_eq!(
            Incoming::parse(&json!({"type": "pong"})),
            Some(Incoming::Private(Box::new(PrivateFrame::Pong {})))
        );
    }

    #[test]
    fn an_event_of_an_unknown_kind_still_has_its_place() {
        let unknown = json!({"seq": 4, "type": "credits", "balanceMicros": 1});
        assert_eq!(Incoming::parse(&unknown), Some(Incoming::Event { seq: Seq(4), event: None }));
        assert_eq!(Incoming::parse(&json!({"type": "weather"})), None);
        assert_eq!(Incoming::parse(&json!([1])), None);
    }
}
