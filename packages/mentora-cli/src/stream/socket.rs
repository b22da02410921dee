//! One connection, from its ticket to its close.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use mentora_core::ids::ConversationId;
use mentora_wire::error::ErrorBody;
use mentora_wire::stream::{ClientFrame, CloseCode, SUBPROTOCOL, Seq, StreamRole, TICKET_SUBPROTOCOL_PREFIX};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Response, header};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Client;
use crate::error::CliError;

/// How long a connection may take to come about, and a frame to leave.
const PATIENCE: Duration = Duration::from_secs(10);
/// Silence after which a ping is sent.
const PING_AFTER: Duration = Duration::from_secs(25);
/// Silence after which the connection is dead.
const DEAD_AFTER: Duration = Duration::from_secs(35);

/// An open connection.
pub struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard_at: Instant,
    pinged: bool,
}

/// How a connection came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It broke, or the server let it go for now: connect again.
    Lost,
    /// The ticket was not taken: get another one.
    Unauthorized,
    /// The conversation has ended.
    Ended,
    /// For good.
    Final(&'static str),
}

/// Why there is no connection.
#[derive(Debug)]
pub enum OpenError {
    /// It may be otherwise in a moment.
    Passing,
    /// The ticket was not taken.
    Unauthorized,
    /// For good.
    Final(CliError),
}

impl Ending {
    /// What the close code of the server means.
    #[must_use]
    pub fn of(code: u16) -> Self {
        let is = |close: CloseCode| close.code() == code;
        if is(CloseCode::Unauthorized) {
            Self::Unauthorized
        } else if is(CloseCode::Ended) {
            Self::Ended
        } else if is(CloseCode::Forbidden) {
            Self::Final("you may not follow this conversation any more.")
        } else if is(CloseCode::NotFound) {
            Self::Final("there is no such conversation any more.")
        } else {
            Self::Lost
        }
    }
}

impl Socket {
    /// Connects with a fresh ticket; what came after `cursor` is sent again. Without a `role`, the most is asked for
    /// that is allowed.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(
        client: &Client,
        conversation: &ConversationId,
        cursor: Seq,
        role: Option<StreamRole>,
    ) -> Result<Self, OpenError> {
        let ticket = client
            .ticket(conversation)
            .await
            .map_err(|error| if error.is_passing() { OpenError::Passing } else { OpenError::Final(error) })?;
        let mut url = client.address(&format!("/api/conversations/{conversation}/stream"));
        // Both pairs of schemes are special ones of the URL standard, so the change is always possible.
        let _ = url.set_scheme(if url.scheme() == "https" { "wss" } else { "ws" });
        url.query_pairs_mut().append_pair("cursor", &cursor.0.to_string());
        if role == Some(StreamRole::Listener) {
            url.query_pairs_mut().append_pair("role", "listener");
        }
        let foreign = || OpenError::Final(CliError::Foreign { url: client.url().clone(), status: 200 });
        let mut request = url.as_str().into_client_request().map_err(|_| foreign())?;
        let offered = format!("{SUBPROTOCOL}, {TICKET_SUBPROTOCOL_PREFIX}{ticket}");
        let offered = HeaderValue::try_from(offered).map_err(|_| foreign())?;
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
        match timeout(PATIENCE, connect_async(request)).await {
            Ok(Ok((inner, _))) => Ok(Self { inner, heard_at: Instant::now(), pinged: false }),
            Ok(Err(Error::Http(answer))) => Err(refusal(&answer)),
            Ok(Err(_)) | Err(_) => Err(OpenError::Passing),
        }
    }

    /// Sends a frame. `false`: the connection is gone.
    pub async fn send(&mut self, frame: &ClientFrame) -> bool {
        let Ok(text) = serde_json::to_string(frame) else { return true };
        let sent = timeout(PATIENCE, self.inner.send(Message::text(text))).await;
        matches!(sent, Ok(Ok(())))
    }

    /// The next frame. A silent connection is asked whether it lives, and given up when it does not answer.
    ///
    /// Nothing is lost when this is dropped before it is done.
    ///
    /// # Errors
    /// How the connection came to its end.
    pub async fn next(&mut self) -> Result<Value, Ending> {
        loop {
            let silent_at = self.heard_at + if self.pinged { DEAD_AFTER } else { PING_AFTER };
            let Ok(message) = timeout_at(silent_at, self.inner.next()).await else {
                if self.pinged {
                    return Err(Ending::Lost);
                }
                self.pinged = true;
                if !self.send(&ClientFrame::Ping { received: None }).await {
                    return Err(Ending::Lost);
                }
                continue;
            };
            self.heard_at = Instant::now();
            self.pinged = false;
            match message {
                Some(Ok(Message::Text(text))) => {
                    if let Ok(frame) = serde_json::from_str(&text) {
                        return Ok(frame);
                    }
                }
                // 1005 is the protocol's own for a close without a code.
                Some(Ok(Message::Close(frame))) => {
                    return Err(Ending::of(frame.map_or(1005, |frame| frame.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Ending::Lost),
            }
        }
    }

    /// Leaves, politely but without waiting for long.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.inner.close(None)).await;
    }
}

/// What the server answers instead of a stream.
fn refusal(answer: &Response<Option<Vec<u8>>>) -> OpenError {
    let status = answer.status().as_u16();
    let body = answer.body().as_deref().and_then(|body| serde_json::from_slice::<ErrorBody>(body).ok());
    match (status, body) {
        (401, _) => OpenError::Unauthorized,
        (429 | 500.., _) => OpenError::Passing,
        (_, Some(body)) => OpenError::Final(CliError::Refused(Box::new(body.error))),
        (403, None) => OpenError::Final(CliError::Closed("you may not follow this conversation.")),
        (404, None) => OpenError::Final(CliError::Closed("there is no such conversation.")),
        (_, None) => OpenError::Final(CliError::Closed("it does not offer one here.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_code_says_whether_to_come_back() {
        for code in [1000, 1001, 1005, 1006, 4000, 4008, 4009, 4013, 4500] {
            assert_eq!(Ending::of(code), Ending::Lost, "{code}");
        }
        assert_eq!(Ending::of(4001), Ending::Unauthorized);
        assert_eq!(Ending::of(4010), Ending::Ended);
        for code in [4003, 4004] {
            assert!(matches!(Ending::of(code), Ending::Final(_)), "{code}");
        }
    }

    #[tokio::test]
    async fn a_connection_can_be_encrypted() {
        let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("wss://{}/", nobody.local_addr().unwrap());
        tokio::spawn(async move {
            // The handshake begins, and that is all.
            while nobody.accept().await.is_ok() {}
        });
        let answer = timeout(PATIENCE, connect_async(url)).await.unwrap();
        assert!(matches!(answer, Err(Error::Io(_) | Error::Tls(_))), "{answer:?}");
    }
}
