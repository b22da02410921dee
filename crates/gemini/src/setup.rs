//! The first message of a session. A field that the model would refuse is left out here, because a refused setup
//! closes the socket with 1007 and the student would wait for nothing.

use serde_json::{Map, Value, json};

/// What a session is to be like.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionConfig {
    /// As `gemini-3.8-live`, without the prefix `models/`.
    pub model: String,
    /// A prebuilt voice, as `Puck`; the model's own when absent or unknown.
    pub voice: Option<String>,
    /// BCP 47; the model follows the student's language when absent.
    pub language: Option<String>,
    /// Who the tutor is, and all that was said before.
    pub system_instruction: String,
    /// The newest handle of the session to resume.
    pub handle: Option<String>,
    /// Most tokens of one answer, audio tokens included (25 a second).
    pub max_output_tokens: Option<u32>,
    /// 0 to 2.
    pub temperature: Option<f64>,
    /// How much the model is to think; only models that know it are told.
    pub thinking_level: Option<ThinkingLevel>,
    /// What the model is to refuse.
    pub safety: Vec<SafetySetting>,
    /// Size of the context, in tokens, at which the oldest of it is dropped, and what is kept then. Every turn is
    /// billed for the whole context, so this bounds what a turn can cost.
    pub compression: Option<Compression>,
    /// Who says where speech begins and ends. Fixed for the life of a socket.
    pub detection: Detection,
}

/// Who says where the student's speech begins and ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detection {
    /// We do, by `activityStart` and `activityEnd`. The contract lets the student say when the tutor may speak, and no
    /// silence is streamed that would be billed.
    #[default]
    Manual,
    /// The model does, by listening.
    Automatic {
        /// Silence that ends what the student says, ms. A student who thinks aloud pauses; one who has finished waits.
        silence_ms: u32,
        /// Speech shorter than this is none, ms. Google calls it padding.
        onset_ms: u32,
    },
}

impl Detection {
    fn to_value(self) -> Value {
        match self {
            // Any other field beside `disabled` closes the session with 1007.
            Self::Manual => json!({"disabled": true}),
            Self::Automatic { silence_ms, onset_ms } => {
                json!({"disabled": false, "prefixPaddingMs": onset_ms, "silenceDurationMs": silence_ms})
            }
        }
    }
}

/// How much a model is to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThinkingLevel {
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
}

/// One harm and the threshold at which an answer is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetySetting {
    /// As `HARM_CATEGORY_HARASSMENT`.
    pub category: &'static str,
    /// As `BLOCK_MEDIUM_AND_ABOVE`.
    pub threshold: &'static str,
}

/// Tokens at which the context is cut, and to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compression {
    /// Cut at.
    pub trigger_tokens: u32,
    /// Cut to.
    pub target_tokens: u32,
}

/// The prebuilt voices; an unknown one closes the session with 1007.
pub const VOICES: [&str; 30] = [
    "Achernar",
    "Achird",
    "Algenib",
    "Algieba",
    "Alnilam",
    "Aoede",
    "Autonoe",
    "Callirrhoe",
    "Charon",
    "Despina",
    "Enceladus",
    "Erinome",
    "Fenrir",
    "Gacrux",
    "Iapetus",
    "Kore",
    "Laomedeia",
    "Leda",
    "Orus",
    "Pulcherrima",
    "Puck",
    "Rasalgethi",
    "Sadachbia",
    "Sadaltager",
    "Schedar",
    "Sulafat",
    "Umbriel",
    "Vindemiatrix",
    "Zephyr",
    "Zubenelgenubi",
];

impl SessionConfig {
    /// The setup message.
    ///
    /// - Answers are audio on every current speech model; their text is the output transcription.
    /// - The beginning of speech breaks into an answer, whoever notices it.
    /// - `thinkingConfig` is refused by `gemini-3.8-live` and wanted by its extended-thinking sibling.
    #[must_use]
    pub fn to_message(&self) -> Value {
        let mut speech = Map::new();
        if let Some(voice) = self.voice.as_deref().filter(|voice| VOICES.contains(voice)) {
            speech.insert("voiceConfig".into(), json!({"prebuiltVoiceConfig": {"voiceName": voice}}));
        }
        if let Some(language) = &self.language {
            speech.insert("languageCode".into(), json!(language));
        }

        let mut generation = Map::new();
        generation.insert("responseModalities".into(), json!(["AUDIO"]));
        if !speech.is_empty() {
            generation.insert("speechConfig".into(), Value::Object(speech));
        }
        if let Some(tokens) = self.max_output_tokens {
            generation.insert("maxOutputTokens".into(), json!(tokens));
        }
        if let Some(temperature) = self.temperature {
            generation.insert("temperature".into(), json!(temperature));
        }
        if self.model.ends_with("-extended-thinking") {
            let level = match self.thinking_level.unwrap_or(ThinkingLevel::Low) {
                ThinkingLevel::Low => "LOW",
                ThinkingLevel::Medium => "MEDIUM",
                ThinkingLevel::High => "HIGH",
            };
            generation.insert("thinkingConfig".into(), json!({"thinkingLevel": level}));
        }

        let mut setup = Map::new();
        setup.insert("model".into(), json!(format!("models/{}", self.model)));
        setup.insert("generationConfig".into(), Value::Object(generation));
        setup.insert("systemInstruction".into(), json!({"parts": [{"text": self.system_instruction}]}));
        setup.insert(
            "realtimeInputConfig".into(),
            json!({
                "automaticActivityDetection": self.detection.to_value(),
                "activityHandling": "START_OF_ACTIVITY_INTERRUPTS",
                "turnCoverage": "TURN_INCLUDES_ONLY_ACTIVITY",
            }),
        );
        let resumption = self.handle.as_ref().map_or_else(|| json!({}), |handle| json!({"handle": handle}));
        setup.insert("sessionResumption".into(), resumption);
        setup.insert("inputAudioTranscription".into(), json!({}));
        setup.insert("outputAudioTranscription".into(), json!({}));
        if let Some(Compression { trigger_tokens, target_tokens }) = self.compression {
            // int64 fields: ProtoJSON wants strings.
            let window = json!({"targetTokens": target_tokens.to_string()});
            let compression = json!({"triggerTokens": trigger_tokens.to_string(), "slidingWindow": window});
            setup.insert("contextWindowCompression".into(), compression);
        }
        if !self.safety.is_empty() {
            let safety: Vec<_> = self
                .safety
                .iter()
                .map(|s| json!({"category": s.category, "threshold": s.threshold}))
                .collect();
            setup.insert("safetySettings".into(), Value::Array(safety));
        }
        json!({"setup": setup})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(model: &str) -> SessionConfig {
        SessionConfig {
            model: model.into(),
            voice: Some("Kore".into()),
            language: None,
            system_instruction: "Ask.".into(),
            handle: None,
            max_output_tokens: Some(1_024),
            temperature: None,
            thinking_level: Some(ThinkingLevel::Medium),
            safety: vec![],
            compression: Some(Compression { trigger_tokens: 25_600, target_tokens: 12_800 }),
            detection: Detection::Manual,
        }
    }

    #[test]
    fn a_session_speaks_and_is_transcribed() {
        let message = config("gemini-3.8-live").to_message();
        let setup = &message["setup"];
        assert_eq!(setup["model"], "models/gemini-3.8-live");
        assert_eq!(setup["generationConfig"]["responseModalities"], json!(["AUDIO"]));
        assert_eq!(setup["outputAudioTranscription"], json!({}));
        assert_eq!(setup["sessionResumption"], json!({}));
        assert_eq!(setup["contextWindowCompression"]["triggerTokens"], "25600");
        assert_eq!(
            setup["realtimeInputConfig"]["automaticActivityDetection"],
            json!({"disabled": true}),
            "any other field beside `disabled` closes the session"
        );
    }

    #[test]
    fn a_model_that_listens_for_the_end_of_speech_is_told_how_long_to_wait() {
        let mut config = config("gemini-3.8-live");
        config.detection = Detection::Automatic { silence_ms: 800, onset_ms: 300 };
        let message = config.to_message();
        let input = &message["setup"]["realtimeInputConfig"];
        assert_eq!(
            input["automaticActivityDetection"],
            json!({"disabled": false, "prefixPaddingMs": 300, "silenceDurationMs": 800})
        );
        assert_eq!(input["activityHandling"], "START_OF_ACTIVITY_INTERRUPTS");
    }

    #[test]
    fn only_a_thinking_model_is_told_to_think() {
        let thinking =
            |model| config(model).to_message()["setup"]["generationConfig"]["thinkingConfig"].clone();
        assert_eq!(thinking("gemini-3.8-live"), Value::Null);
        assert_eq!(thinking("gemini-3.8-live-extended-thinking"), json!({"thinkingLevel": "MEDIUM"}));
    }

    #[test]
    fn an_unknown_voice_is_left_to_the_model() {
        let mut config = config("gemini-3.8-live");
        config.voice = Some("Nobody".into());
        assert_eq!(config.to_message()["setup"]["generationConfig"]["speechConfig"], Value::Null);
    }

    #[test]
    fn a_session_is_resumed_by_its_handle() {
        let mut config = config("gemini-3.8-live");
        config.handle = Some("h1".into());
        assert_eq!(config.to_message()["setup"]["sessionResumption"], json!({"handle": "h1"}));
    }
}
