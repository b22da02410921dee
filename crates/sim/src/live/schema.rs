//! The client messages of BidiGenerateContent as tables: every field that Google knows, and no other.

use super::protojson::Kind::{Any, Bool, Bytes, Enum, Integer, List, Message, Number, Text};
use super::protojson::{Field, Kind};

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// The union a client sends; exactly one member may be set.
pub static CLIENT_MESSAGE: &[Field] = &[
    field("setup", Message(SETUP)),
    field("clientContent", Message(CLIENT_CONTENT)),
    field("realtimeInput", Message(REALTIME_INPUT)),
    field("toolResponse", Message(TOOL_RESPONSE)),
    field("contextUpdate", Message(CONTEXT_UPDATE)),
];

static EMPTY: &[Field] = &[];

static SETUP: &[Field] = &[
    field("model", Text),
    field("generationConfig", Message(GENERATION_CONFIG)),
    field("systemInstruction", Message(CONTENT)),
    field("tools", List(&Message(TOOL))),
    field("realtimeInputConfig", Message(REALTIME_INPUT_CONFIG)),
    field("sessionResumption", Message(&[field("handle", Text)])),
    field(
        "contextWindowCompression",
        Message(&[
            field("triggerTokens", Integer),
            field("slidingWindow", Message(&[field("targetTokens", Integer)])),
        ]),
    ),
    field("inputAudioTranscription", Message(TRANSCRIPTION)),
    field("outputAudioTranscription", Message(TRANSCRIPTION)),
    field("proactivity", Message(&[field("proactiveAudio", Bool)])),
    field("historyConfig", Message(&[field("initialHistoryInClientContent", Bool)])),
    field(
        "safetySettings",
        List(&Message(&[field("category", Text), field("threshold", Text), field("method", Text)])),
    ),
];

static GENERATION_CONFIG: &[Field] = &[
    field("responseModalities", List(&Enum(&["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"]))),
    field("temperature", Number),
    field("topP", Number),
    field("topK", Number),
    field("maxOutputTokens", Integer),
    field("seed", Integer),
    field("presencePenalty", Number),
    field("frequencyPenalty", Number),
    field("candidateCount", Integer),
    field("stopSequences", List(&Text)),
    field(
        "mediaResolution",
        Enum(&[
            "MEDIA_RESOLUTION_UNSPECIFIED",
            "MEDIA_RESOLUTION_LOW",
            "MEDIA_RESOLUTION_MEDIUM",
            "MEDIA_RESOLUTION_HIGH",
        ]),
    ),
    field("speechConfig", Message(SPEECH_CONFIG)),
    field("thinkingConfig", Message(THINKING_CONFIG)),
    field("enableAffectiveDialog", Bool),
    field(
        "translationConfig",
        Message(&[field("targetLanguageCode", Text), field("echoTargetLanguage", Bool)]),
    ),
];

static SPEECH_CONFIG: &[Field] = &[
    field(
        "voiceConfig",
        Message(&[
            field("prebuiltVoiceConfig", Message(&[field("voiceName", Text)])),
            field("voice", Text),
            field("replicatedVoiceConfig", Any),
        ]),
    ),
    field("languageCode", Text),
    field("multiSpeakerVoiceConfig", Any),
];

static THINKING_CONFIG: &[Field] = &[
    field("thinkingLevel", Enum(&["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"])),
    field("thinkingBudget", Integer),
    field("includeThoughts", Bool),
];

static CONTENT: &[Field] = &[field("role", Text), field("parts", List(&Message(PART)))];

static PART: &[Field] = &[
    field("text", Text),
    field("inlineData", Message(BLOB)),
    field("fileData", Message(&[field("fileUri", Text), field("mimeType", Text)])),
    field("functionCall", Any),
    field("functionResponse", Any),
    field("thought", Bool),
    field("thoughtSignature", Bytes),
];

static BLOB: &[Field] = &[field("mimeType", Text), field("data", Bytes)];

static TOOL: &[Field] = &[
    field(
        "functionDeclarations",
        List(&Message(&[
            field("name", Text),
            field("description", Text),
            field("behavior", Enum(&["UNSPECIFIED", "BLOCKING", "NON_BLOCKING"])),
            field("parameters", Any),
            field("parametersJsonSchema", Any),
            field("response", Any),
            field("responseJsonSchema", Any),
        ])),
    ),
    field("googleSearch", Any),
];

static REALTIME_INPUT_CONFIG: &[Field] = &[
    field(
        "automaticActivityDetection",
        Message(&[
            field("disabled", Bool),
            field(
                "startOfSpeechSensitivity",
                Enum(&["START_SENSITIVITY_UNSPECIFIED", "START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"]),
            ),
            field(
                "endOfSpeechSensitivity",
                Enum(&["END_SENSITIVITY_UNSPECIFIED", "END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"]),
            ),
            field("prefixPaddingMs", Integer),
            field("silenceDurationMs", Integer),
        ]),
    ),
    field(
        "activityHandling",
        Enum(&["ACTIVITY_HANDLING_UNSPECIFIED", "START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"]),
    ),
    field(
        "turnCoverage",
        Enum(&[
            "TURN_COVERAGE_UNSPECIFIED",
            "TURN_INCLUDES_ONLY_ACTIVITY",
            "TURN_INCLUDES_ALL_INPUT",
            "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
        ]),
    ),
];

static TRANSCRIPTION: &[Field] = &[
    field("languageCodes", List(&Text)),
    field("customVocabulary", List(&Text)),
    field("wordTimestamp", Bool),
    field("diarization", Bool),
    field("mode", Enum(&["MODE_UNSPECIFIED", "VERBATIM", "SMART"])),
];

static CLIENT_CONTENT: &[Field] = &[field("turns", List(&Message(CONTENT))), field("turnComplete", Bool)];

static REALTIME_INPUT: &[Field] = &[
    field("audio", Message(BLOB)),
    field("video", Message(BLOB)),
    field("text", Text),
    field("mediaChunks", List(&Message(BLOB))),
    field("activityStart", Message(EMPTY)),
    field("activityEnd", Message(EMPTY)),
    field("audioStreamEnd", Bool),
];

static TOOL_RESPONSE: &[Field] = &[field(
    "functionResponses",
    List(&Message(&[
        field("id", Text),
        field("name", Text),
        field("response", Any),
        field("scheduling", Enum(&["SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT"])),
        field("willContinue", Bool),
        field("parts", Any),
    ])),
)];

static CONTEXT_UPDATE: &[Field] = &[
    field("systemInstruction", Message(CONTENT)),
    field("tools", Message(&[field("tools", List(&Message(TOOL)))])),
];
