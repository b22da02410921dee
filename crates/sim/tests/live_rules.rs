//! What Gemini Live accepts and what it refuses: the conformance checklist, rule by rule.

mod common;

use std::time::Duration;

use common::{Client, Frame, fast, manual, setup, start};
use mentora_sim::Config;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn every_spelling_of_the_address_is_served() {
    let sim = start(fast()).await;
    let host = sim.base_url.replacen("http", "ws", 1);
    for version in ["v1", "v1beta", "v1alpha"] {
        for slashes in ["/", "//"] {
            let url = format!(
                "{host}{slashes}ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent?key=k"
            );
            let mut client = Client::with_url(&url).await.expect(&url);
            client.send(json!({ "setup": setup(json!({})) })).await;
            assert_eq!(client.next().await, Frame::Json(json!({ "setupComplete": {} })), "{url}");
        }
    }
    for wrong in ["v2.GenerativeService.BidiGenerateContent", "v1.GenerativeService.BidiGenerateMusic"] {
        let url = format!("{host}/ws/google.ai.generativelanguage.{wrong}?key=k");
        assert_eq!(Client::with_url(&url).await.err(), Some(404), "{url}");
    }
}

#[tokio::test]
async fn credentials_are_checked_where_google_checks_them() {
    let sim = start(fast()).await;
    let plain = sim.live_url("v1alpha");
    let constrained = format!("{plain}Constrained");
    type Headers = &'static [(&'static str, &'static str)];
    let table: [(&str, String, Headers, Option<u16>); 9] = [
        ("key in the query", format!("{plain}?key=k"), &[], None),
        ("key in the header", plain.clone(), &[("x-goog-api-key", "k")], None),
        ("no key", plain.clone(), &[], Some(403)),
        ("empty key", format!("{plain}?key="), &[], Some(403)),
        ("bad key", format!("{plain}?key=bad"), &[], Some(401)),
        ("token in the query", format!("{constrained}?access_token=auth_tokens/x"), &[], None),
        (
            "token in the header, as key, too",
            constrained.clone(),
            &[("authorization", "Token auth_tokens/x"), ("x-goog-api-key", "auth_tokens/x")],
            None,
        ),
        ("token at the open method", format!("{plain}?access_token=auth_tokens/x"), &[], Some(403)),
        ("key at the constrained method", format!("{constrained}?key=k"), &[], Some(403)),
    ];
    for (what, url, headers, refused) in table {
        assert_eq!(Client::with_headers(&url, headers).await.err(), refused, "{what}");
    }
}

#[tokio::test]
async fn keys_that_are_used_up_are_closed_after_the_upgrade() {
    let sim = start(fast()).await;
    let url = sim.live_url("v1");
    let mut expired = Client::with_url(&format!("{url}?key=expired-1")).await.unwrap();
    assert_eq!(expired.end().await, Frame::Closed(1007, "API key expired. Please renew the API key.".into()));
    let mut quota = Client::with_url(&format!("{url}?key=no-quota")).await.unwrap();
    quota.send(json!({ "setup": setup(json!({})) })).await;
    let Frame::Closed(1011, reason) = quota.end().await else { panic!() };
    assert!(reason.starts_with("You exceeded your current quota"), "{reason}");
}

#[tokio::test]
async fn setups_that_are_accepted() {
    let sim = start(fast()).await;
    let table = [
        ("nothing but the model", json!({ "model": "models/gemini-3.8-live" })),
        ("no modalities", setup(json!({ "generationConfig": {} }))),
        (
            "thinking level on extended thinking",
            setup(json!({ "model": "models/gemini-3.8-live-extended-thinking",
                "generationConfig": { "thinkingConfig": { "thinkingLevel": "LOW", "includeThoughts": true } } })),
        ),
        ("proactive audio on", setup(json!({ "proactivity": { "proactiveAudio": true } }))),
        (
            "compression with numbers",
            setup(
                json!({ "contextWindowCompression": { "triggerTokens": 25600, "slidingWindow": { "targetTokens": 12800 } } }),
            ),
        ),
        (
            "compression with strings",
            setup(json!({ "contextWindowCompression": { "triggerTokens": "25600", "slidingWindow": {} } })),
        ),
        ("manual activity", setup(manual())),
        (
            "disabled: false beside the rest",
            setup(
                json!({ "realtimeInputConfig": { "automaticActivityDetection": { "disabled": false, "silenceDurationMs": 500 } } }),
            ),
        ),
        (
            "Python's mixture of spellings",
            json!({ "model": "models/gemini-3.8-live", "generation_config": { "responseModalities": ["AUDIO"],
                "speechConfig": { "voice_config": { "prebuilt_voice_config": { "voice_name": "Kore" } }, "language_code": "en-US" } },
                "realtimeInputConfig": { "automatic_activity_detection": { "silence_duration_ms": 500, "prefix_padding_ms": 20,
                    "start_of_speech_sensitivity": "START_SENSITIVITY_LOW" }, "activity_handling": "NO_INTERRUPTION",
                    "turn_coverage": "TURN_INCLUDES_ONLY_ACTIVITY" },
                "context_window_compression": { "trigger_tokens": 25600, "sliding_window": { "target_tokens": 12800 } } }),
        ),
        (
            "everything JavaScript can send to this model",
            setup(
                json!({ "generationConfig": { "responseModalities": ["AUDIO"], "temperature": 0.7, "topP": 0.95, "topK": 40,
                    "maxOutputTokens": 512, "seed": 1, "presencePenalty": 0, "frequencyPenalty": 0, "candidateCount": 1,
                    "mediaResolution": "MEDIA_RESOLUTION_LOW", "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } }, "languageCode": "en-US" } },
                "systemInstruction": { "role": "user", "parts": [{ "text": "Ask." }] },
                "tools": [{ "functionDeclarations": [{ "name": "f", "description": "d", "behavior": "NON_BLOCKING", "parameters": { "type": "OBJECT", "properties": {} } }] }, { "googleSearch": {} }],
                "sessionResumption": {}, "historyConfig": { "initialHistoryInClientContent": true },
                "inputAudioTranscription": { "languageCodes": ["en"], "customVocabulary": ["Mentora"], "mode": "SMART" },
                "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH" }] }),
            ),
        ),
    ];
    for (what, setup) in table {
        let mut client = Client::connect(&sim).await;
        client.send(json!({ "setup": setup })).await;
        assert_eq!(client.next().await, Frame::Json(json!({ "setupComplete": {} })), "{what}");
    }
}

#[tokio::test]
async fn setups_that_are_refused() {
    let sim = start(fast()).await;
    let generation = |config: Value| setup(json!({ "generationConfig": config }));
    let detection =
        |config: Value| setup(json!({ "realtimeInputConfig": { "automaticActivityDetection": config } }));
    let extended = |more: Value| {
        let mut setup = setup(more);
        setup["model"] = json!("models/gemini-3.8-live-extended-thinking");
        setup
    };
    let voice = |name: &str| json!({ "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": name } } } });
    let blocking =
        json!({ "tools": [{ "functionDeclarations": [{ "name": "f", "behavior": "BLOCKING" }] }] });
    let invalid = "Request contains an invalid argument.";
    let table = [
        ("text out", generation(json!({ "responseModalities": ["TEXT"] })), 1007, invalid),
        ("text beside audio", generation(json!({ "responseModalities": ["AUDIO", "TEXT"] })), 1007, invalid),
        (
            "thinking on 3.8-live",
            generation(json!({ "thinkingConfig": { "thinkingLevel": "LOW" } })),
            1007,
            invalid,
        ),
        ("empty thinking on 3.8-live", generation(json!({ "thinkingConfig": {} })), 1007, invalid),
        (
            "minimal thinking",
            extended(json!({ "generationConfig": { "thinkingConfig": { "thinkingLevel": "MINIMAL" } } })),
            1007,
            invalid,
        ),
        ("blocking functions on extended thinking", extended(blocking), 1007, invalid),
        ("affective dialog", generation(json!({ "enableAffectiveDialog": true })), 1007, invalid),
        ("affective dialog off", generation(json!({ "enableAffectiveDialog": false })), 1007, invalid),
        ("proactive audio off", setup(json!({ "proactivity": { "proactiveAudio": false } })), 1007, invalid),
        ("unknown voice", generation(voice("Siri")), 1007, invalid),
        (
            "fields beside disabled",
            detection(json!({ "disabled": true, "silenceDurationMs": 500 })),
            1007,
            invalid,
        ),
        (
            "padding beside disabled",
            detection(json!({ "disabled": true, "prefixPaddingMs": 20 })),
            1007,
            invalid,
        ),
        (
            "model without prefix",
            setup(json!({ "model": "gemini-3.8-live" })),
            1007,
            "unexpected model name format",
        ),
        (
            "a model that is gone",
            setup(json!({ "model": "models/gemini-2.0-flash-live-001" })),
            1008,
            "models/gemini-2.0-flash-live-001 is not found for API version v1beta, or is not supported for bidiGenerateContent.",
        ),
        (
            "unknown field",
            setup(json!({ "voice": "Kore" })),
            1007,
            "Invalid JSON payload received. Unknown name \"voice\" at 'setup': Cannot find field.",
        ),
        (
            "unknown field deep down",
            generation(json!({ "speechConfig": { "voice": "Kore" } })),
            1007,
            "Invalid JSON payload received. Unknown name \"voice\" at 'setup.generation_config.speech_config': Cannot find field.",
        ),
        (
            "fields of Vertex",
            setup(json!({ "explicitVadSignal": true })),
            1007,
            "Unknown name \"explicitVadSignal\"",
        ),
        (
            "transparent resumption",
            setup(json!({ "sessionResumption": { "transparent": true } })),
            1007,
            "Unknown name \"transparent\"",
        ),
        ("wrong type", setup(json!({ "model": 7 })), 1007, "Invalid value at 'setup.model' (TYPE_STRING), 7"),
        (
            "unknown enum value",
            setup(json!({ "realtimeInputConfig": { "turnCoverage": "ALL" } })),
            1007,
            "Invalid value at 'setup.realtime_input_config.turn_coverage'",
        ),
        (
            "unknown handle",
            setup(json!({ "sessionResumption": { "handle": "no-such" } })),
            1008,
            "BidiGenerateContent session not found",
        ),
    ];
    for (what, setup, code, text) in table {
        let mut client = Client::connect(&sim).await;
        client.send(json!({ "setup": setup })).await;
        let Frame::Closed(closed, reason) = client.next().await else { panic!("{what}: not closed") };
        assert!(closed == code && reason.contains(text) && reason.len() <= 123, "{what}: {closed} {reason}");
    }
}

#[tokio::test]
async fn messages_that_are_refused_in_a_session() {
    let sim = start(fast()).await;
    let realtime = |input: Value| json!({ "realtimeInput": input });
    let audio = |mime: &str, data: &str| realtime(json!({ "audio": { "mimeType": mime, "data": data } }));
    let table = [
        ("a second setup", json!({}), json!({ "setup": setup(json!({})) }), "invalid argument"),
        (
            "activityStart without manual mode",
            json!({}),
            realtime(json!({ "activityStart": {} })),
            "invalid argument",
        ),
        (
            "activityEnd without manual mode",
            json!({}),
            realtime(json!({ "activityEnd": {} })),
            "invalid argument",
        ),
        (
            "audioStreamEnd in manual mode",
            manual(),
            realtime(json!({ "audioStreamEnd": true })),
            "invalid argument",
        ),
        ("audio that is not base64", json!({}), audio("audio/pcm;rate=16000", "?!"), "TYPE_BYTES"),
        ("audio that is not PCM", json!({}), audio("audio/ogg", "AAAA"), "invalid argument"),
        ("a rate of zero", json!({}), audio("audio/pcm;rate=0", "AAAA"), "invalid argument"),
        ("an unknown member", json!({}), json!({ "hello": {} }), "Unknown name \"hello\""),
        ("no member", json!({}), json!({}), "invalid argument"),
        ("two members", json!({}), json!({ "clientContent": {}, "realtimeInput": {} }), "already set"),
        (
            "a role of one's own",
            json!({}),
            json!({ "clientContent": { "turns": [{ "role": "tutor", "parts": [] }] } }),
            "valid role",
        ),
        (
            "a response without id",
            json!({}),
            json!({ "toolResponse": { "functionResponses": [{ "name": "f" }] } }),
            "invalid argument",
        ),
    ];
    for (what, more, message, text) in table {
        let mut client = Client::ready(&sim, setup(more)).await;
        client.send(message).await;
        let Frame::Closed(1007, reason) = client.end().await else { panic!("{what}: not closed with 1007") };
        assert!(reason.contains(text), "{what}: {reason}");
    }
    for garbage in
        [Message::Text("{".into()), Message::Binary(vec![0xff, 0xfe].into()), Message::Text("[]".into())]
    {
        let mut client = Client::ready(&sim, setup(json!({}))).await;
        client.send_raw(garbage.clone()).await;
        assert!(matches!(client.end().await, Frame::Closed(1007, _)), "{garbage:?}");
    }
}

#[tokio::test]
async fn anything_before_the_setup_is_refused() {
    let sim = start(fast()).await;
    for message in
        [json!({ "clientContent": { "turnComplete": true } }), json!({ "realtimeInput": { "text": "hi" } })]
    {
        let mut client = Client::connect(&sim).await;
        client.send(message).await;
        assert!(matches!(client.next().await, Frame::Closed(1007, _)));
    }
}

#[tokio::test]
async fn frames_are_binary_and_pretty_unless_text_is_asked_for() {
    let sim = start(fast()).await;
    let mut client = Client::connect(&sim).await;
    client.send(json!({ "setup": setup(json!({})) })).await;
    assert_eq!(client.next_bytes().await, b"{\n  \"setupComplete\": {}\n}\n");

    let sim = start(Config { text_frames: true, ..fast() }).await;
    let mut client = Client::connect(&sim).await;
    client.send(json!({ "setup": setup(json!({})) })).await;
    assert_eq!(client.next().await, Frame::Text(json!({ "setupComplete": {} })));
}

#[tokio::test]
async fn a_connection_ends_at_its_announced_time() {
    let config = Config {
        go_away_after: Duration::from_millis(200),
        go_away_time_left: Duration::from_millis(500),
        ..fast()
    };
    let sim = start(config).await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    assert_eq!(client.next().await, Frame::Json(json!({ "goAway": { "timeLeft": "0.5s" } })));
    assert_eq!(
        client.next().await,
        Frame::Closed(1011, "Deadline expired before operation could complete.".into())
    );
}

#[tokio::test]
async fn a_stopping_sim_says_goodbye() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    let goodbye = tokio::spawn(async move { client.end().await });
    sim.stop().await;
    assert!(matches!(goodbye.await.unwrap(), Frame::Closed(1001, _)));
}
