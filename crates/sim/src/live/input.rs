//! What client messages do to a session.

use serde_json::Value;

use super::activity::{Activity, Detector, Utterance};
use super::close::Close;
use super::connection::End;
use super::context::{Role, Tokens, Turn, text_of, text_parts};
use super::protojson::decode_base64;
use super::session::Session;
use super::setup::Detection;

/// How the session listens.
pub enum Ear {
    /// The server decides where speech begins and ends.
    Automatic(Detector),
    /// The client marks it; audio outside of the marks is discarded.
    Manual {
        /// What was said since `activityStart`.
        window: Option<Utterance>,
        /// What was written since `activityStart`.
        texts: Vec<String>,
    },
}

impl Ear {
    /// As the setup asked for.
    pub fn new(detection: Detection) -> Self {
        match detection {
            Detection::Automatic(sensitivity) => Self::Automatic(Detector::new(sensitivity)),
            Detection::Manual => Self::Manual { window: None, texts: Vec::new() },
        }
    }
}

impl Session {
    /// Takes a client message in canonical form.
    pub(super) async fn take(&mut self, message: &Value) -> Result<(), End> {
        if let Some(content) = message.get("clientContent") {
            return self.client_content(content).await;
        }
        if let Some(input) = message.get("realtimeInput") {
            return self.realtime_input(input).await;
        }
        if let Some(response) = message.get("toolResponse") {
            return self.tool_response(response).await;
        }
        if let Some(update) = message.get("contextUpdate") {
            if let Some(instruction) = update.get("systemInstruction") {
                self.setup.system_instruction = text_of(Some(instruction));
            }
            return Ok(());
        }
        // All that is left is a second setup.
        Err(Close::invalid_argument().into())
    }

    /// Turns of the dialogue; with `turnComplete` the model is to answer. Any of it interrupts the model.
    async fn client_content(&mut self, content: &Value) -> Result<(), End> {
        if matches!(&self.ear, Ear::Manual { window: Some(_), .. }) {
            // It meets what is being said.
            return Err(Close::invalid_argument().into());
        }
        self.interrupt().await?;
        let turns = content.get("turns").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut said = Vec::new();
        for turn in turns {
            let role = match turn.get("role").and_then(Value::as_str) {
                None | Some("" | "user") => Role::User,
                Some("model") => Role::Model,
                Some(_) => {
                    let reason = "Please use a valid role: user, model.";
                    return Err(Close::new(1007, reason).into());
                }
            };
            let parts = text_parts(turn);
            let tokens = Tokens::of_text(&parts.concat());
            if role == Role::User {
                said.extend(parts.iter().cloned());
            }
            self.context.push(Turn { role, parts, tokens });
        }
        if content.get("turnComplete") != Some(&Value::Bool(true)) {
            return Ok(());
        }
        if std::mem::take(&mut self.seeding) {
            return self.offer_handle().await;
        }
        self.student_turn(said.join("\n")).await
    }

    async fn realtime_input(&mut self, input: &Value) -> Result<(), End> {
        if input.get("activityStart").is_some() {
            self.activity_start().await?;
        }
        if let Some(text) = input.get("text").and_then(Value::as_str) {
            self.realtime_text(text).await?;
        }
        let chunks =
            input.get("mediaChunks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for blob in input.get("audio").into_iter().chain(chunks) {
            self.blob(blob).await?;
        }
        if input.get("activityEnd").is_some() {
            self.activity_end().await?;
        }
        if input.get("audioStreamEnd") == Some(&Value::Bool(true)) {
            let Ear::Automatic(detector) = &mut self.ear else {
                return Err(Close::invalid_argument().into());
            };
            if let Some(Activity::Ended(utterance)) = detector.stream_ended() {
                self.heard(&utterance).await?;
            }
        }
        Ok(())
    }

    async fn activity_start(&mut self) -> Result<(), End> {
        let Ear::Manual { window, .. } = &mut self.ear else {
            return Err(Close::invalid_argument().into());
        };
        window.get_or_insert_default();
        if self.setup.speech_interrupts { self.interrupt().await } else { Ok(()) }
    }

    async fn activity_end(&mut self) -> Result<(), End> {
        let Ear::Manual { window, texts } = &mut self.ear else {
            return Err(Close::invalid_argument().into());
        };
        let (window, texts) = (window.take(), std::mem::take(texts));
        let Some(utterance) = window else { return Ok(()) };
        if texts.is_empty() {
            return self.heard(&utterance).await;
        }
        self.written(texts).await
    }

    /// Text in the realtime stream: part of the activity that is marked, or an activity of its own.
    async fn realtime_text(&mut self, text: &str) -> Result<(), End> {
        if let Ear::Manual { window: Some(_), texts } = &mut self.ear {
            texts.push(text.to_owned());
            return Ok(());
        }
        if self.setup.speech_interrupts {
            self.interrupt().await?;
        }
        self.written(vec![text.to_owned()]).await
    }

    async fn written(&mut self, parts: Vec<String>) -> Result<(), End> {
        let text = parts.join("\n");
        let tokens = Tokens::of_text(&text);
        self.context.push(Turn { role: Role::User, parts, tokens });
        self.student_turn(text).await
    }

    async fn blob(&mut self, blob: &Value) -> Result<(), End> {
        let mime_type = blob.get("mimeType").and_then(Value::as_str).unwrap_or_default();
        if mime_type.starts_with("image/") {
            return Ok(()); // Seen, but the offline tutor has nothing to say about pictures.
        }
        let rate = pcm_rate(mime_type).ok_or_else(Close::invalid_argument)?;
        if self.call.as_ref().is_some_and(|call| call.blocking) {
            return Err(Close::audio_during_tool_call().into());
        }
        let bytes = blob.get("data").and_then(Value::as_str).and_then(decode_base64).unwrap_or_default();
        let samples: Vec<i16> =
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let activities = match &mut self.ear {
            Ear::Manual { window, .. } => {
                if let Some(window) = window {
                    window.rate = rate;
                    window.extend(&samples);
                }
                return Ok(());
            }
            Ear::Automatic(detector) => detector.hear(&samples, rate),
        };
        for activity in activities {
            match activity {
                Activity::Started if self.setup.speech_interrupts => self.interrupt().await?,
                Activity::Started => {}
                Activity::Ended(utterance) => self.heard(&utterance).await?,
            }
        }
        Ok(())
    }

    async fn tool_response(&mut self, response: &Value) -> Result<(), End> {
        let responses = response.get("functionResponses").and_then(Value::as_array);
        for response in responses.map(Vec::as_slice).unwrap_or_default() {
            let Some(id) = response.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) else {
                return Err(Close::invalid_argument().into()); // The Developer API needs the id.
            };
            if self.call.take_if(|call| call.id == id).is_some() {
                self.begin_answer();
            } else {
                self.line.note("a response to a function call that nobody waits for");
            }
        }
        Ok(())
    }
}

/// The rate of `audio/pcm;rate=16000`; 16 kHz when it is not given.
fn pcm_rate(mime_type: &str) -> Option<u32> {
    let mut parts = mime_type.split(';').map(str::trim);
    if parts.next() != Some("audio/pcm") {
        return None;
    }
    let rate = parts.find_map(|part| part.strip_prefix("rate="));
    let rate = rate.map_or(Some(16_000), |rate| rate.parse().ok())?;
    (8_000..=48_000).contains(&rate).then_some(rate)
}
