//! The relay before this object, which hands plain chunks of sound on by itself (`src/relay.js`). All that Rust knows of
//! it stands here. What it may do is decided in `mentora-session`.
//!
//! The relay calls back only out of an event of a socket, and nothing here makes it call: no call into Rust can come in
//! while another one holds a borrow.

use mentora_core::limits::MAX_AUDIO_CHUNK_BYTES;
use mentora_core::time::Millis;
use mentora_gemini::layout;
use mentora_session::{AnswerGrant, Input, Sound, SpeechGrant};
use mentora_wire::stream::{AudioMode, audio};
use wasm_bindgen::prelude::*;
use worker::js_sys::Reflect;
use worker::web_sys::WebSocket as Socket;
use worker::{Error, Result, State, WebSocket};

/// Under which name `src/entry.js` leaves the relay at the object's state.
const NAME: &str = "relay";
/// Bytes of the tutor's PCM that last a millisecond.
const BYTES_PER_MS: u32 = audio::OUTPUT_SAMPLE_RATE / 1_000 * 2;

#[wasm_bindgen]
extern "C" {
    #[derive(Debug, Clone)]
    type JsRelay;
    #[wasm_bindgen(method)]
    fn begin(
        this: &JsRelay,
        client_head: &str,
        client_tail: &str,
        model_head: &str,
        model_tail: &str,
        longest: u32,
    );
    #[wasm_bindgen(method)]
    fn open(this: &JsRelay, model: &Socket, generation: u32);
    #[wasm_bindgen(method)]
    fn close(this: &JsRelay) -> JsValue;
    #[wasm_bindgen(method, js_name = grantSpeech)]
    fn grant_speech(this: &JsRelay, socket: &Socket, head: &str, tail: &str, left: u32);
    #[wasm_bindgen(method, js_name = revokeSpeech)]
    fn revoke_speech(this: &JsRelay);
    #[wasm_bindgen(method, js_name = grantAnswer)]
    fn grant_answer(this: &JsRelay, turn: u32, head: &str, tail: &str, per_ms: u32, sent: u32, left: u32);
    #[wasm_bindgen(method, js_name = revokeAnswer)]
    fn revoke_answer(this: &JsRelay);
    #[wasm_bindgen(method)]
    fn listen(this: &JsRelay, socket: &Socket, binary: bool);
    #[wasm_bindgen(method)]
    fn unlisten(this: &JsRelay, socket: &Socket);
    #[wasm_bindgen(method)]
    fn take(this: &JsRelay) -> Vec<f64>;
}

/// The relay of this object.
#[derive(Debug, Clone)]
pub(super) struct Relay(JsRelay);

impl Relay {
    /// Finds it.
    pub(super) fn of(state: &State) -> Result<Self> {
        let relay = Reflect::get(state.as_raw().as_ref(), &NAME.into()).unwrap_or_default();
        if relay.is_object() {
            return Ok(Self(relay.unchecked_into()));
        }
        Err(Error::RustError("there is no relay: `main` in wrangler.toml has to be `src/entry.js`".into()))
    }

    /// Begins a life with it. It has outlived the last one if a panic ended that, and may hold a socket of the model that
    /// nobody hears any more: it is closed, and nothing is granted.
    pub(super) fn begin(&self) {
        let (client_head, client_tail) = audio::CHUNK;
        let (model_head, model_tail) = layout::FROM_MODEL;
        self.0.begin(client_head, client_tail, model_head, model_tail, number(MAX_AUDIO_CHUNK_BYTES));
    }

    /// What the model says on this socket comes by way of the relay from now on. It is not accepted yet.
    pub(super) fn open(&self, model: &WebSocket, generation: u32) {
        self.0.open(model.as_ref(), generation);
    }

    /// Nothing more comes of the model's socket, and nothing is granted.
    pub(super) fn close(&self) {
        self.0.close();
    }

    /// Grants the speech that comes in on a socket, or takes that back.
    pub(super) fn grant_speech(&self, grant: Option<(&SpeechGrant, &WebSocket)>) {
        let Some((grant, socket)) = grant else { return self.0.revoke_speech() };
        let (head, tail) = layout::to_model(grant.sample_rate);
        self.0.grant_speech(socket.as_ref(), &head, &tail, number(grant.bytes));
    }

    /// Grants the speech of an answer, or takes that back.
    pub(super) fn grant_answer(&self, grant: Option<&AnswerGrant>) {
        let Some(grant) = grant else { return self.0.revoke_answer() };
        let (head, tail) = audio::around_answer(&grant.turn_id);
        let (sent, left) = (number(grant.sent), number(grant.bytes));
        self.0.grant_answer(grant.turn_index, &head, tail, BYTES_PER_MS, sent, left);
    }

    /// A client is there, and how it wants audio.
    pub(super) fn listen(&self, socket: &WebSocket, audio: AudioMode) {
        match audio {
            AudioMode::None => {}
            AudioMode::Base64 => self.0.listen(socket.as_ref(), false),
            AudioMode::Binary => self.0.listen(socket.as_ref(), true),
        }
    }

    /// A client is gone.
    pub(super) fn unlisten(&self, socket: &WebSocket) {
        self.0.unlisten(socket.as_ref());
    }

    /// What was relayed since this was last asked; `None` when nothing was.
    pub(super) fn take(&self) -> Option<Input> {
        let [speech_chunks, speech_bytes, answer_chunks, answer_bytes, answered_at] =
            self.0.take().try_into().ok()?;
        let speech = sound(speech_chunks, speech_bytes);
        let answer = sound(answer_chunks, answer_bytes);
        let any = speech.chunks > 0 || answer.chunks > 0;
        any.then(|| Input::Relayed { speech, answer, answered_at: Millis(whole(answered_at)) })
    }
}

fn sound(chunks: f64, bytes: f64) -> Sound {
    Sound {
        chunks: u32::try_from(whole(chunks)).unwrap_or(u32::MAX),
        bytes: usize::try_from(whole(bytes)).unwrap_or(usize::MAX),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "counts and times are whole, and far below 2^53")]
fn whole(number: f64) -> i64 {
    number as i64
}

fn number(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
