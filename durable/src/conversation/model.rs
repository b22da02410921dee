//! The model's socket: one task opens it, reads it to its end, and reports what it says.

use std::rc::Rc;

use futures::StreamExt as _;
use mentora_gemini::{Loss, ServerEvent, SessionConfig, connect, server};
use mentora_session::Input;
use worker::web_sys::BinaryType;
use worker::{Fetch, Headers, Request, RequestInit, WebSocket, WebsocketEvent};

use super::shell::{AtHand, Shell};
use crate::platform::clock;
use crate::platform::config::GeminiConfig;
use crate::platform::metrics::{self, Point, Side, Socket};

/// The socket that is open, or being opened.
#[derive(Debug)]
pub(super) struct Model {
    /// Which opening it is.
    pub(super) generation: u32,
    /// There once it is open.
    pub(super) socket: Option<WebSocket>,
}

/// Opens the socket, sends the setup, and reports until it is gone.
pub(super) async fn run(shell: Rc<Shell>, generation: u32, setup: SessionConfig) {
    let name = shell.gemini().live_model.clone();
    let (loss, detail) = match open(shell.gemini()).await {
        Ok(socket) => {
            let opened = clock::now();
            let tell = |open_ms| {
                shell.metrics().write(&Point::Socket(Socket { open_ms, side: Side::Model(&name), code: 0 }));
            };
            tell(None);
            let lost = converse(&shell, generation, &socket, &setup).await;
            tell(Some(clock::now().since(opened)));
            lost
        }
        Err(lost) => lost,
    };
    // One that we have closed ourselves is no loss.
    if shell.forget_model(generation) {
        shell.metrics().write(&Point::Model(metrics::Model::Lost { model: &name, loss }));
    }
    shell.feed_and_arm(Input::ModelLost { generation, loss, detail }, AtHand::Nothing).await;
}

type Lost = (Loss, String);

/// HTTP status of an upgrade.
const SWITCHING_PROTOCOLS: u16 = 101;

async fn open(config: &GeminiConfig) -> Result<WebSocket, Lost> {
    let key = config.api_key.as_ref().map(|key| key.expose()).unwrap_or_default();
    if key.is_empty() && !config.offline {
        return Err((Loss::FatalAuth, "`GEMINI_API_KEY` is not set".into()));
    }
    // A stand-in takes any key, but wants one, as Google does.
    let key = if key.is_empty() { "offline" } else { key };
    let request =
        connect::upgrade(&config.base_url, key).map_err(|error| (Loss::FatalConfig, error.to_string()))?;
    let broken = |error: worker::Error| (Loss::RetryWithHandle, error.to_string());
    let headers = Headers::from(request.headers());
    let mut init = RequestInit::new();
    init.with_headers(headers);
    let request = Request::new_with_init(&request.uri().to_string(), &init).map_err(broken)?;
    let mut response = Fetch::Request(request).send().await.map_err(broken)?;
    let status = response.status_code();
    let refused = |loss| (loss, format!("the upgrade was answered with {status}"));
    if status == SWITCHING_PROTOCOLS {
        return response.websocket().ok_or_else(|| refused(Loss::RetryWithHandle));
    }
    // What was said tells a key that is not good from a place that is not served; unread, the status has to do.
    let said = response.text().await.unwrap_or_default();
    Err(refused(Loss::of_refusal(status, &said)))
}

async fn converse(shell: &Rc<Shell>, generation: u32, socket: &WebSocket, setup: &SessionConfig) -> Lost {
    let broken = |error: worker::Error| (Loss::RetryWithHandle, error.to_string());
    // Google's frames are binary, and the default of this platform hands those over as a Blob that cannot be read.
    socket.as_ref().set_binary_type(BinaryType::Arraybuffer);
    let mut events = match socket.events() {
        Ok(events) => events,
        Err(error) => return broken(error),
    };
    if let Err(error) = socket.accept() {
        return broken(error);
    }
    if !shell.keep_model(generation, socket) {
        // It was given up while it was being opened. Nothing was said in it: another may have resumed the session.
        let _ = socket.close(Some(1000), Some("not needed any more"));
        return (Loss::RetryWithHandle, "given up".into());
    }
    if let Err(error) = socket.send_with_str(setup.to_message().to_string()) {
        return broken(error);
    }
    while let Some(event) = events.next().await {
        match event {
            Ok(WebsocketEvent::Message(message)) => {
                let bytes =
                    message.text().map(String::into_bytes).or_else(|| message.bytes()).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                match server::parse(&text) {
                    Ok(said) => report(shell, generation, said).await,
                    Err(error) => shell.note("model.unreadable", &error.to_string()),
                }
            }
            Ok(WebsocketEvent::Close(close)) => {
                return (
                    Loss::of_close(close.code(), &close.reason()),
                    format!("{} {}", close.code(), close.reason()),
                );
            }
            Err(error) => return broken(error),
        }
    }
    (Loss::RetryWithHandle, "the socket ended".into())
}

async fn report(shell: &Rc<Shell>, generation: u32, said: Vec<ServerEvent>) {
    for event in said {
        match event {
            ServerEvent::Audio { data, sample_rate } => {
                // Four characters of base64 are three bytes; padding is less than a sample.
                let bytes = data.trim_end_matches('=').len() / 4 * 3;
                let input = Input::ModelAudio { generation, bytes, sample_rate };
                shell.feed(input, AtHand::Base64(data));
            }
            event => shell.feed(Input::Model { generation, event }, AtHand::Nothing),
        }
    }
    shell.arm().await;
}
