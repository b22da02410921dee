//! The rules of `setup`: what the models of November 2026 accept.

use serde_json::Value;

use super::close::Close;

/// Prebuilt voices; any other name closes the connection.
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

/// A Live model that is served today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// `gemini-3.8-live`
    Live,
    /// `gemini-3.8-live-extended-thinking`: tells its idle state by `interactionStatus`.
    ExtendedThinking,
}

impl Model {
    fn by_name(name: &str) -> Option<Self> {
        match name {
            "gemini-3.8-live" => Some(Self::Live),
            "gemini-3.8-live-extended-thinking" => Some(Self::ExtendedThinking),
            _ => None,
        }
    }
}

/// Who says where speech begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detection {
    /// The client: `activityStart` and `activityEnd`.
    Manual,
    /// The server, after this much silence.
    Automatic(Sensitivity),
}

/// What the server takes for speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitivity {
    /// Milliseconds of silence that end an utterance.
    pub silence_ms: u32,
    /// Milliseconds of speech that begin one: Google's `prefixPaddingMs`.
    pub onset_ms: u32,
    /// Speech begins less often.
    pub reluctant: bool,
}

impl Default for Sensitivity {
    /// Google documents no defaults; its samples use up to half a second and close turns within a second.
    fn default() -> Self {
        Self { silence_ms: 700, onset_ms: 60, reluctant: false }
    }
}

/// Sliding-window compression of the context, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compression {
    /// Compress when the context is larger than this.
    pub trigger: u64,
    /// Drop the oldest content until the context is no larger than this.
    pub target: u64,
}

/// A setup that was accepted.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The model.
    pub model: Model,
    /// Voice name, one of [`VOICES`].
    pub voice: &'static str,
    /// Text of the system instruction, empty when there is none.
    pub system_instruction: String,
    /// Automatic or manual activity detection.
    pub detection: Detection,
    /// Whether the start of speech interrupts the model.
    pub speech_interrupts: bool,
    /// Present when the client asked for resumption; holds the handle to resume.
    pub resumption: Option<Option<String>>,
    /// Context compression.
    pub compression: Option<Compression>,
    /// Send `inputTranscription`.
    pub input_transcription: bool,
    /// Send `outputTranscription`.
    pub output_transcription: bool,
    /// The first `clientContent` up to `turnComplete: true` is history and asks for no answer.
    pub history_first: bool,
    /// Names of the functions declared `BLOCKING`.
    pub blocking_functions: Vec<String>,
}

impl Setup {
    /// Applies the rules to a setup in canonical camelCase (see [`super::protojson`]).
    pub fn parse(setup: &Value, version: &str) -> Result<Self, Close> {
        let name = setup.pointer("/model").and_then(Value::as_str).unwrap_or_default();
        let Some(name) = name.strip_prefix("models/") else {
            return Err(Close::new(
                1007,
                "* BidiGenerateContentRequest.setup.model: unexpected model name format",
            ));
        };
        let model = Model::by_name(name).ok_or_else(|| Close::model_not_found(name, version))?;

        only_audio_out(setup)?;
        thinking(setup, model)?;
        if setup.pointer("/generationConfig/enableAffectiveDialog").is_some() {
            return Err(Close::invalid_argument()); // Removed with 3.8, also when false.
        }
        if setup.pointer("/proactivity/proactiveAudio") == Some(&Value::Bool(false)) {
            return Err(Close::invalid_argument()); // Always on since 3.8.
        }

        Ok(Self {
            model,
            voice: voice(setup)?,
            system_instruction: super::context::text_of(setup.pointer("/systemInstruction")),
            detection: detection(setup)?,
            speech_interrupts: setup.pointer("/realtimeInputConfig/activityHandling").and_then(Value::as_str)
                != Some("NO_INTERRUPTION"),
            resumption: setup.pointer("/sessionResumption").map(|resumption| {
                resumption
                    .get("handle")
                    .and_then(Value::as_str)
                    .filter(|handle| !handle.is_empty())
                    .map(str::to_owned)
            }),
            compression: setup.pointer("/contextWindowCompression").map(compression),
            input_transcription: setup.get("inputAudioTranscription").is_some(),
            output_transcription: setup.get("outputAudioTranscription").is_some(),
            history_first: setup.pointer("/historyConfig/initialHistoryInClientContent")
                == Some(&Value::Bool(true)),
            blocking_functions: blocking_functions(setup, model)?,
        })
    }
}

fn only_audio_out(setup: &Value) -> Result<(), Close> {
    let modalities = setup.pointer("/generationConfig/responseModalities").and_then(Value::as_array);
    let audio_only =
        modalities.is_none_or(|list| list.iter().all(|modality| modality == "AUDIO") && list.len() <= 1);
    if audio_only { Ok(()) } else { Err(Close::invalid_argument()) }
}

fn thinking(setup: &Value, model: Model) -> Result<(), Close> {
    let config = setup.pointer("/generationConfig/thinkingConfig");
    match (model, config) {
        (Model::Live, Some(_)) => Err(Close::invalid_argument()),
        (Model::ExtendedThinking, Some(config))
            if config.get("thinkingBudget").is_some()
                || config.get("thinkingLevel").and_then(Value::as_str) == Some("MINIMAL") =>
        {
            Err(Close::invalid_argument())
        }
        _ => Ok(()),
    }
}

fn voice(setup: &Value) -> Result<&'static str, Close> {
    let config = setup.pointer("/generationConfig/speechConfig/voiceConfig");
    let name = config
        .and_then(|config| config.pointer("/prebuiltVoiceConfig/voiceName").or_else(|| config.get("voice")))
        .and_then(Value::as_str);
    let Some(name) = name else { return Ok("Puck") };
    let known = VOICES.iter().find(|voice| voice.eq_ignore_ascii_case(name));
    known.copied().ok_or_else(Close::invalid_argument)
}

fn detection(setup: &Value) -> Result<Detection, Close> {
    let Some(config) =
        setup.pointer("/realtimeInputConfig/automaticActivityDetection").and_then(Value::as_object)
    else {
        return Ok(Detection::Automatic(Sensitivity::default()));
    };
    if config.get("disabled") == Some(&Value::Bool(true)) {
        // AI Studio refuses every other field beside `disabled: true`.
        return if config.len() == 1 { Ok(Detection::Manual) } else { Err(Close::invalid_argument()) };
    }
    let usual = Sensitivity::default();
    let milliseconds = |name: &str, usual: u32| match config.get(name) {
        None => Ok(usual),
        Some(value) => value
            .as_i64()
            .and_then(|ms| u32::try_from(ms).ok())
            .map(|ms| ms.max(20))
            .ok_or_else(Close::invalid_argument),
    };
    Ok(Detection::Automatic(Sensitivity {
        silence_ms: milliseconds("silenceDurationMs", usual.silence_ms)?,
        onset_ms: milliseconds("prefixPaddingMs", usual.onset_ms)?,
        reluctant: config.get("startOfSpeechSensitivity").and_then(Value::as_str)
            == Some("START_SENSITIVITY_LOW"),
    }))
}

fn compression(config: &Value) -> Compression {
    /// Google's default: about 80 % of the 131,072 token window, and half of that.
    const TRIGGER: u64 = 104_857;

    let trigger = config.get("triggerTokens").and_then(Value::as_u64).unwrap_or(TRIGGER);
    let target = config.pointer("/slidingWindow/targetTokens").and_then(Value::as_u64).unwrap_or(trigger / 2);
    Compression { trigger, target }
}

fn blocking_functions(setup: &Value, model: Model) -> Result<Vec<String>, Close> {
    let tools = setup.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let declarations =
        tools.iter().filter_map(|tool| tool.get("functionDeclarations").and_then(Value::as_array)).flatten();
    let mut blocking = Vec::new();
    for declaration in declarations {
        if declaration.get("behavior").and_then(Value::as_str) == Some("BLOCKING") {
            if model == Model::ExtendedThinking {
                return Err(Close::invalid_argument()); // Asynchronous functions only.
            }
            blocking.extend(declaration.get("name").and_then(Value::as_str).map(str::to_owned));
        }
    }
    Ok(blocking)
}
