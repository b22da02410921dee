//! The model's socket: one task opens it; what it says comes by way of the relay.

use std::rc::Rc;

use mentora_core::time::Millis;
use mentora_gemini::{Loss, ServerEvent, SessionConfig, connect, server};
use mentora_session::Input;
use mentora_wire::stream::audio;
use worker::web_sys::BinaryType;
use worker::{Fetch, Headers, Request, RequestInit, WebSocket};

use super::shell::{AtHand, Shell};
use crate::platform::config::GeminiConfig;
use crate::platform::metrics::{self, Point, Side, Socket};

/// The socket that is open, or being opened.
#[derive(Debug)]
pub(super) struct Model {
    /// Which opening it is.
    pub(super) generation: u32,
    /// There once it is open.
    pub(super) socket: Option<WebSocket>,
    /// Since when.
    pub(super) opened: Millis,
}

/// What is measured of the socket: that it was opened, or how long it was open.
pub(super) fn point(config: &GeminiConfig, open_ms: Option<i64>) -> Point<'_> {
    Point::Socket(Socket { open_ms, side: Side::Model(&config.live_model), code: 0 })
}

/// Opens the socket and sends the setup.
pub(super) async fn run(shell: Rc<Shell>, generation: u32, setup: SessionConfig) {
    let begun = open(shell.gemini()).await.and_then(|socket| begin(&shell, generation, &socket, &setup));
    if let Err((loss, detail)) = begun {
        lose(&shell, generation, loss, detail);
        shell.arm().await;
    }
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

fn begin(shell: &Rc<Shell>, generation: u32, socket: &WebSocket, setup: &SessionConfig) -> Result<(), Lost> {
    let broken = |error: worker::Error| (Loss::RetryWithHandle, error.to_string());
    // Google's frames are binary, and the default of this platform hands those over as a Blob that cannot be read.
    socket.as_ref().set_binary_type(BinaryType::Arraybuffer);
    if !shell.keep_model(generation, socket) {
        // It was given up while it was being opened. Nothing was said in it: another may have resumed the session.
        let _ = socket.accept().and_then(|()| socket.close(Some(1000), Some("not needed any more")));
        return Err((Loss::RetryWithHandle, "given up".into()));
    }
    shell.metrics().write(&point(shell.gemini(), None));
    socket.accept().and_then(|()| socket.send_with_str(setup.to_message().to_string())).map_err(broken)
}

/// The socket is gone.
pub(super) fn closed(shell: &Rc<Shell>, generation: u32, code: u16, reason: &str) {
    lose(shell, generation, Loss::of_close(code, reason), format!("{code} {reason}"));
}

fn lose(shell: &Rc<Shell>, generation: u32, loss: Loss, detail: String) {
    // One that we have closed ourselves is no loss.
    if shell.forget_model(generation) {
        let model = &shell.gemini().live_model;
        shell.metrics().write(&Point::Model(metrics::Model::Lost { model, loss }));
    }
    shell.feed(Input::ModelLost { generation, loss, detail }, AtHand::Nothing);
}

/// The model says something that was not relayed.
pub(super) fn said(shell: &Rc<Shell>, generation: u32, text: &str) {
    let said = match server::parse(text) {
        Ok(said) => said,
        Err(error) => return shell.note("model.unreadable", &error.to_string()),
    };
    for event in said {
        match event {
            ServerEvent::Audio { data, sample_rate } => match audio::base64_len(&data) {
                Some(bytes) => {
                    let input = Input::ModelAudio { generation, bytes, sample_rate };
                    shell.feed(input, AtHand::Base64(data));
                }
                None => shell.note("model.unreadable", "sound that is not base64"),
            },
            event => shell.feed(Input::Model { generation, event }, AtHand::Nothing),
        }
    }
}
