//! What a client says when it asks for a stream: a WebSocket (RFC 6455, section 4), or server-sent events.

use axum::http::{HeaderMap, header};
use mentora_wire::stream::{SUBPROTOCOL, Seq, TICKET_SUBPROTOCOL_PREFIX};

use crate::error::ApiError;

/// The subprotocols that a client offers, in its order.
fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let names = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    names.map(str::trim).filter(|name| !name.is_empty())
}

/// The ticket among the subprotocols: the one place where a browser can put something of its own.
pub fn ticket(headers: &HeaderMap) -> Option<&str> {
    offered(headers).find_map(|name| name.strip_prefix(TICKET_SUBPROTOCOL_PREFIX))
}

/// Whether a WebSocket is asked for.
pub fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.split(',').any(|one| one.trim().eq_ignore_ascii_case("websocket")))
}

/// Whether server-sent events are asked for.
pub fn is_events(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let kinds = lines.flat_map(|line| line.split(',')).filter_map(|kind| kind.split(';').next());
    kinds.into_iter().any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// Where a reader of server-sent events takes up: at the last `id` that it saw.
///
/// # Errors
/// `VALIDATION_ERROR`
pub fn last_event_id(headers: &HeaderMap) -> Result<Option<Seq>, ApiError> {
    let Some(id) = headers.get("last-event-id").filter(|id| !id.is_empty()) else { return Ok(None) };
    let seq = id.to_str().ok().and_then(|id| id.parse().ok());
    seq.map(|seq| Some(Seq(seq)))
        .ok_or_else(|| ApiError::invalid_field("last-event-id", "is not the `id` of an event of this stream"))
}

/// The subprotocol that the answer selects. A client that offers none gets none, or it would hang up; one that
/// offers others than ours speaks something else.
///
/// # Errors
/// `VALIDATION_ERROR`
pub fn selected(headers: &HeaderMap) -> Result<Option<&'static str>, ApiError> {
    let mut names = offered(headers).peekable();
    if names.peek().is_none() {
        return Ok(None);
    }
    names.any(|name| name == SUBPROTOCOL).then_some(Some(SUBPROTOCOL)).ok_or_else(|| {
        ApiError::invalid_field(
            "sec-websocket-protocol",
            "does not offer `mentora.v1`, the one that is spoken here",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn offering(protocols: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(protocols).unwrap())])
    }

    #[test]
    fn a_browser_brings_its_ticket_as_a_subprotocol() {
        let headers = offering("mentora.v1, ticket.abc.def");
        assert_eq!(ticket(&headers), Some("abc.def"));
        assert_eq!(selected(&headers), Ok(Some("mentora.v1")));
        assert_eq!(ticket(&offering("mentora.v1")), None);
    }

    #[test]
    fn a_client_without_subprotocols_gets_none() {
        assert_eq!(selected(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_client_that_speaks_something_else_is_told() {
        assert!(selected(&offering("graphql-ws")).is_err());
        assert!(selected(&offering("ticket.abc")).is_err());
    }

    #[test]
    fn server_sent_events_are_asked_for_by_their_type() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("text/html, Text/Event-Stream;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_events(&headers), expected, "{accept}");
        }
        assert!(!is_events(&HeaderMap::new()));
    }

    #[test]
    fn a_reader_takes_up_at_the_id_it_saw_last() {
        let at = |id: &'static str| {
            let name = header::HeaderName::from_static("last-event-id");
            last_event_id(&HeaderMap::from_iter([(name, HeaderValue::from_static(id))]))
        };
        assert_eq!(at("17"), Ok(Some(Seq(17))));
        assert_eq!(at(""), Ok(None), "a browser that has seen none");
        assert!(at("-1").is_err());
        assert_eq!(last_event_id(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn an_upgrade_is_known_in_any_case() {
        for (value, expected) in [("websocket", true), ("WebSocket", true), ("h2c", false), ("", false)] {
            let headers = HeaderMap::from_iter([(header::UPGRADE, HeaderValue::from_static(value))]);
            assert_eq!(is_websocket(&headers), expected, "{value}");
        }
        assert!(!is_websocket(&HeaderMap::new()));
    }
}
