//! The first message of a session. A field that the model would refuse is left out here, because a refused setup
//! closes the socket with 1007 and the student would wait for nothing.
//!
//! What a session is made of, and where it goes:
//!
//! | | in the setup | left out when |
//! |---|---|---|
//! | model | `model` | never |
//! | voice, language | `generationConfig.speechConfig` | the voice is none of [`VOICES`], the language no BCP 47 tag |
//! | output | `generationConfig.responseModalities`: audio, on every current model | never |
//! | answer's length | `generationConfig.maxOutputTokens` | 0; cut at [`MAX_OUTPUT_TOKENS`] |
//! | temperature, top-p, top-k | `generationConfig` | out of range |
//! | thinking | `generationConfig.thinkingConfig` | the model refuses it |
//! | affective dialog, proactive audio, history first | `generationConfig`, `proactivity`, `historyConfig` | the model refuses it |
//! | system instruction, history | `systemInstruction`: most robust for both, says the field | never |
//! | turns | `realtimeInputConfig` | never |
//! | resumption | `sessionResumption`, always, so that handles come | never |
//! | transcripts | `inputAudioTranscription`, `outputAudioTranscription` | never: they are the text of the dialogue |
//! | compression | `contextWindowCompression` | it would cut to more than it cuts at |
//! | safety | `safetySettings` | none is set |
//!
//! Sample rates are not part of a setup: each chunk of the student's speech bears its own in its MIME type (see
//! [`crate::client::audio`]), and the model speaks at [`OUTPUT_SAMPLE_RATE`].

use serde_json::{Map, Value, json};

use crate::models::{LiveModel, Thinking};

/// Rate of the model's speech, Hz.
pub const OUTPUT_SAMPLE_RATE: u32 = 24_000;

/// Most tokens that a model puts into one answer.
pub const MAX_OUTPUT_TOKENS: u32 = 65_536;

/// What a session is to be like.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Above 0, to 1.
    pub top_p: Option<f64>,
    /// 1 or more.
    pub top_k: Option<u32>,
    /// How much the model is to think; only models that know it are told.
    pub thinking_level: Option<ThinkingLevel>,
    /// Whether the model is to follow the mood of the student's voice; only models that know it are told.
    pub affective_dialog: Option<bool>,
    /// Whether the model may keep silent when it was not spoken to; only models that leave the choice are told.
    pub proactive_audio: Option<bool>,
    /// Whether the first content is what was said before, and asks for no answer. We tell it in the instruction.
    pub history_first: Option<bool>,
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

impl ThinkingLevel {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }

    /// The same in tokens, for models that count them.
    fn budget(self) -> u32 {
        match self {
            Self::Low => 1_024,
            Self::Medium => 4_096,
            Self::High => 16_384,
        }
    }
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
    #[must_use]
    pub fn to_message(&self) -> Value {
        let mut setup = Map::new();
        setup.insert("model".into(), json!(format!("models/{}", self.model)));
        setup.insert("generationConfig".into(), self.generation());
        setup.insert("systemInstruction".into(), json!({"parts": [{"text": self.system_instruction}]}));
        setup.insert(
            "realtimeInputConfig".into(),
            json!({
                "automaticActivityDetection": self.detection.to_value(),
                "activityHandling": "START_OF_ACTIVITY_INTERRUPTS",
                "turnCoverage": "TURN_INCLUDES_ONLY_ACTIVITY",
            }),
        );
        let handle = self.handle.as_ref().filter(|handle| !handle.is_empty());
        let resumption = handle.map_or_else(|| json!({}), |handle| json!({"handle": handle}));
        setup.insert("sessionResumption".into(), resumption);
        setup.insert("inputAudioTranscription".into(), json!({}));
        setup.insert("outputAudioTranscription".into(), json!({}));
        let sane = |c: &Compression| c.target_tokens > 0 && c.target_tokens < c.trigger_tokens;
        if let Some(Compression { trigger_tokens, target_tokens }) = self.compression.filter(sane) {
            // int64 fields: ProtoJSON wants strings.
            let window = json!({"targetTokens": target_tokens.to_string()});
            let compression = json!({"triggerTokens": trigger_tokens.to_string(), "slidingWindow": window});
            setup.insert("contextWindowCompression".into(), compression);
        }
        let model = LiveModel::named(&self.model);
        if let Some(proactive) = model.proactive_audio.allowed(self.proactive_audio) {
            setup.insert("proactivity".into(), json!({"proactiveAudio": proactive}));
        }
        if let Some(first) = model.history_first.allowed(self.history_first) {
            setup.insert("historyConfig".into(), json!({"initialHistoryInClientContent": first}));
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

    fn generation(&self) -> Value {
        let model = LiveModel::named(&self.model);
        let mut generation = Map::new();
        generation.insert("responseModalities".into(), json!(["AUDIO"]));
        let mut add =
            |name: &str, value: Option<Value>| generation.extend(value.map(|v| (name.to_owned(), v)));
        add("speechConfig", self.speech());
        let tokens = self.max_output_tokens.filter(|tokens| *tokens > 0);
        add("maxOutputTokens", tokens.map(|tokens| json!(tokens.min(MAX_OUTPUT_TOKENS))));
        add("temperature", self.temperature.filter(|t| (0.0..=2.0).contains(t)).map(|t| json!(t)));
        add("topP", self.top_p.filter(|p| *p > 0.0 && *p <= 1.0).map(|p| json!(p)));
        add("topK", self.top_k.filter(|k| *k > 0).map(|k| json!(k)));
        let thinking = match model.thinking {
            Thinking::Refused => None,
            Thinking::Level { default } => {
                Some(json!({"thinkingLevel": self.thinking_level.unwrap_or(default).name()}))
            }
            Thinking::Budget => self.thinking_level.map(|level| json!({"thinkingBudget": level.budget()})),
        };
        add("thinkingConfig", thinking);
        let affective = model.affective_dialog.allowed(self.affective_dialog);
        add("enableAffectiveDialog", affective.map(|affective| json!(affective)));
        Value::Object(generation)
    }

    fn speech(&self) -> Option<Value> {
        let mut speech = Map::new();
        if let Some(voice) = self.voice.as_deref().filter(|voice| VOICES.contains(voice)) {
            speech.insert("voiceConfig".into(), json!({"prebuiltVoiceConfig": {"voiceName": voice}}));
        }
        if let Some(language) = self.language.as_deref().filter(|language| is_language(language)) {
            speech.insert("languageCode".into(), json!(language));
        }
        (!speech.is_empty()).then_some(Value::Object(speech))
    }
}

/// Whether this has the shape of a BCP 47 tag.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let letters = language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=8).contains(&language.len()) && letters && tag.len() <= 35 && parts.all(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{MODELS, Status};

    /// Everything that can be asked for.
    fn all(model: &str) -> SessionConfig {
        SessionConfig {
            model: model.into(),
            voice: Some("Kore".into()),
            language: Some("zh-Hant-TW".into()),
            system_instruction: "Ask.".into(),
            handle: Some("h".into()),
            max_output_tokens: Some(1_024),
            temperature: Some(0.7),
            top_p: Some(0.95),
            top_k: Some(40),
            thinking_level: Some(ThinkingLevel::Medium),
            affective_dialog: Some(true),
            proactive_audio: Some(false),
            history_first: Some(false),
            safety: vec![SafetySetting {
                category: "HARM_CATEGORY_HARASSMENT",
                threshold: "BLOCK_ONLY_HIGH",
            }],
            compression: Some(Compression { trigger_tokens: 25_600, target_tokens: 12_800 }),
            detection: Detection::Manual,
        }
    }

    const ALWAYS: [&str; 18] = [
        "model",
        "systemInstruction",
        "realtimeInputConfig",
        "sessionResumption",
        "inputAudioTranscription",
        "outputAudioTranscription",
        "contextWindowCompression",
        "safetySettings",
        "generationConfig",
        "generationConfig/responseModalities",
        "generationConfig/speechConfig",
        "generationConfig/speechConfig/voiceConfig",
        "generationConfig/speechConfig/languageCode",
        "generationConfig/maxOutputTokens",
        "generationConfig/temperature",
        "generationConfig/topP",
        "generationConfig/topK",
        "realtimeInputConfig/automaticActivityDetection/disabled",
    ];

    /// What is sent to each model of what only some of them take.
    #[test]
    fn each_model_is_told_what_it_takes_and_nothing_else() {
        let thinking = "generationConfig/thinkingConfig";
        let affective = "generationConfig/enableAffectiveDialog";
        let (proactive, history) =
            ("proactivity/proactiveAudio", "historyConfig/initialHistoryInClientContent");
        type Fields = [(&'static str, Option<Value>); 4];
        let table: [(&str, Fields); 4] = [
            (
                "gemini-3.8-live",
                [(thinking, None), (affective, None), (proactive, None), (history, Some(json!(false)))],
            ),
            (
                "gemini-3.8-live-extended-thinking",
                [
                    (thinking, Some(json!({"thinkingLevel": "MEDIUM"}))),
                    (affective, None),
                    (proactive, None),
                    (history, Some(json!(false))),
                ],
            ),
            (
                "gemini-3.1-flash-live-preview",
                [
                    (thinking, Some(json!({"thinkingLevel": "MEDIUM"}))),
                    (affective, None),
                    (proactive, None),
                    (history, Some(json!(false))),
                ],
            ),
            (
                "gemini-2.5-flash-native-audio-preview-12-2025",
                [
                    (thinking, Some(json!({"thinkingBudget": 4_096}))),
                    (affective, Some(json!(true))),
                    (proactive, Some(json!(false))),
                    (history, None),
                ],
            ),
        ];
        assert_eq!(table.each_ref().map(|(name, _)| *name), MODELS.map(|model| model.name));
        for (model, fields) in table {
            let message = all(model).to_message();
            for always in ALWAYS {
                assert!(message.pointer(&format!("/setup/{always}")).is_some(), "{model}: {always}");
            }
            for (field, value) in fields {
                let sent = message.pointer(&format!("/setup/{field}")).cloned();
                assert_eq!(sent, value, "{model}: {field}");
            }
        }
    }

    #[test]
    fn what_nobody_asked_for_is_not_sent() {
        for model in MODELS {
            let config = SessionConfig { model: model.name.into(), ..SessionConfig::default() };
            let message = config.to_message();
            let mut sent: Vec<_> = message["setup"].as_object().unwrap().keys().map(String::as_str).collect();
            sent.sort_unstable();
            let expected = [
                "generationConfig",
                "inputAudioTranscription",
                "model",
                "outputAudioTranscription",
                "realtimeInputConfig",
                "sessionResumption",
                "systemInstruction",
            ];
            assert_eq!(sent, expected, "{}", model.name);
            let generation = message["setup"]["generationConfig"].as_object().unwrap();
            let thinks = matches!(model.thinking, Thinking::Level { .. });
            assert_eq!(generation.len(), 1 + usize::from(thinks), "{}: {generation:?}", model.name);
        }
        assert_eq!(MODELS.iter().filter(|model| model.status == Status::Served).count(), 2);
    }

    #[test]
    fn what_no_model_takes_is_left_out() {
        let good = all("gemini-3.8-live");
        let spoilt = [
            (
                "generationConfig/speechConfig/voiceConfig",
                SessionConfig { voice: Some("Siri".into()), ..good.clone() },
            ),
            (
                "generationConfig/speechConfig/languageCode",
                SessionConfig { language: Some("the one of the book".into()), ..good.clone() },
            ),
            (
                "generationConfig/maxOutputTokens",
                SessionConfig { max_output_tokens: Some(0), ..good.clone() },
            ),
            ("generationConfig/temperature", SessionConfig { temperature: Some(f64::NAN), ..good.clone() }),
            ("generationConfig/temperature", SessionConfig { temperature: Some(2.1), ..good.clone() }),
            ("generationConfig/topP", SessionConfig { top_p: Some(0.0), ..good.clone() }),
            ("generationConfig/topK", SessionConfig { top_k: Some(0), ..good.clone() }),
            ("sessionResumption/handle", SessionConfig { handle: Some(String::new()), ..good.clone() }),
            (
                "contextWindowCompression",
                SessionConfig {
                    compression: Some(Compression { trigger_tokens: 100, target_tokens: 100 }),
                    ..good.clone()
                },
            ),
            ("safetySettings", SessionConfig { safety: vec![], ..good.clone() }),
        ];
        for (field, config) in spoilt {
            let pointer = format!("/setup/{field}");
            assert!(good.to_message().pointer(&pointer).is_some(), "{field} is there otherwise");
            assert_eq!(config.to_message().pointer(&pointer), None, "{field}");
        }
    }

    #[test]
    fn a_session_speaks_and_is_transcribed() {
        let message = SessionConfig { handle: None, ..all("gemini-3.8-live") }.to_message();
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
        let mut config = all("gemini-3.8-live");
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
    fn a_thinking_model_is_told_how_much_though_nobody_says() {
        let config = SessionConfig { thinking_level: None, ..all("gemini-3.8-live-extended-thinking") };
        let setup = &config.to_message()["setup"];
        assert_eq!(setup["generationConfig"]["thinkingConfig"]["thinkingLevel"], "LOW");
    }

    #[test]
    fn languages_are_tags() {
        for (tag, good) in [
            ("en", true),
            ("zh-Hant-TW", true),
            ("es-419", true),
            ("", false),
            ("e", false),
            ("en_US", false),
            ("en-", false),
        ] {
            assert_eq!(is_language(tag), good, "{tag}");
        }
    }
}
