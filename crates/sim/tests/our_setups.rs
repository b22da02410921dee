//! The setups that Mentora makes, held against the rules of the models: whatever is asked for, a served model accepts it,
//! because what it would refuse was left out.

mod common;

use common::{Client, Frame, fast, start};
use mentora_gemini::models::{MODELS, Status};
use mentora_gemini::setup::{Compression, SafetySetting, ThinkingLevel, VOICES};
use mentora_gemini::{Loss, SessionConfig};
use mentora_sim::RunningSim;
use serde_json::{Value, json};

type Asked = (&'static str, fn(&mut SessionConfig));

/// One wish after another; the last line is all of them, and things that no model takes.
const WISHES: [Asked; 22] = [
    ("nothing", |_| {}),
    ("a voice", |c| c.voice = Some("Kore".into())),
    ("a voice that nobody has", |c| c.voice = Some("Siri".into())),
    ("a language", |c| c.language = Some("zh-Hant".into())),
    ("a short answer", |c| c.max_output_tokens = Some(256)),
    ("an endless answer", |c| c.max_output_tokens = Some(u32::MAX)),
    ("temperature", |c| c.temperature = Some(0.7)),
    ("a fever", |c| c.temperature = Some(41.0)),
    ("top-p", |c| c.top_p = Some(0.95)),
    ("top-k", |c| c.top_k = Some(40)),
    ("little thought", |c| c.thinking_level = Some(ThinkingLevel::Low)),
    ("some thought", |c| c.thinking_level = Some(ThinkingLevel::Medium)),
    ("much thought", |c| c.thinking_level = Some(ThinkingLevel::High)),
    ("affection", |c| c.affective_dialog = Some(true)),
    ("no affection", |c| c.affective_dialog = Some(false)),
    ("proactivity", |c| c.proactive_audio = Some(true)),
    ("no proactivity", |c| c.proactive_audio = Some(false)),
    ("history first", |c| c.history_first = Some(true)),
    ("no history first", |c| c.history_first = Some(false)),
    ("safety", |c| {
        c.safety =
            vec![SafetySetting { category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" }];
    }),
    ("compression", |c| {
        c.compression = Some(Compression { trigger_tokens: 25_600, target_tokens: 12_800 });
    }),
    ("an empty handle", |c| c.handle = Some(String::new())),
];

fn config(model: &str) -> SessionConfig {
    SessionConfig {
        model: model.into(),
        system_instruction: "Ask \"why\" — 問。".into(),
        ..SessionConfig::default()
    }
}

async fn answer(sim: &RunningSim, message: Value) -> Frame {
    let mut client = Client::connect(sim).await;
    client.send(message).await;
    client.next().await
}

fn served() -> impl Iterator<Item = &'static str> {
    MODELS.into_iter().filter(|model| model.status == Status::Served).map(|model| model.name)
}

#[tokio::test]
async fn every_served_model_accepts_whatever_is_asked_for() {
    let sim = start(fast()).await;
    let accepted = Frame::Json(json!({ "setupComplete": {} }));
    for model in served() {
        let mut all = config(model);
        for (what, wish) in WISHES {
            let mut one = config(model);
            wish(&mut one);
            wish(&mut all);
            assert_eq!(answer(&sim, one.to_message()).await, accepted, "{model}: {what}");
        }
        assert_eq!(answer(&sim, all.to_message()).await, accepted, "{model}: everything");
        for voice in VOICES {
            let config = SessionConfig { voice: Some(voice.into()), ..config(model) };
            assert_eq!(answer(&sim, config.to_message()).await, accepted, "{model}: {voice}");
        }
    }
}

/// Were the fields not left out, the session would be over: so the rules bite, and the classifier knows why.
#[tokio::test]
async fn what_is_left_out_would_have_been_refused() {
    let sim = start(fast()).await;
    let [live, thinking] = served().collect::<Vec<_>>()[..] else { panic!("two models are served") };
    let table = [
        (live, "/generationConfig", "thinkingConfig", json!({ "thinkingLevel": "LOW" })),
        (live, "/generationConfig", "enableAffectiveDialog", json!(true)),
        (live, "", "proactivity", json!({ "proactiveAudio": false })),
        (
            live,
            "/generationConfig",
            "speechConfig",
            json!({ "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Siri" } } }),
        ),
        (live, "/realtimeInputConfig/automaticActivityDetection", "silenceDurationMs", json!(500)),
        (live, "/generationConfig", "responseModalities", json!(["TEXT"])),
        (live, "", "model", json!("gemini-3.8-live")),
        (thinking, "/generationConfig", "thinkingConfig", json!({ "thinkingLevel": "MINIMAL" })),
        (thinking, "/generationConfig", "thinkingConfig", json!({ "thinkingBudget": 100 })),
        (thinking, "/generationConfig", "enableAffectiveDialog", json!(false)),
        (thinking, "", "proactivity", json!({ "proactiveAudio": false })),
    ];
    for (model, place, field, value) in table {
        let mut message = config(model).to_message();
        message.pointer_mut(&format!("/setup{place}")).expect(place)[field] = value;
        let Frame::Closed(code, reason) = answer(&sim, message).await else { panic!("{model}: {field}") };
        assert_eq!(Loss::of_close(code, &reason), Loss::FatalConfig, "{model}: {field}: {code} {reason}");
    }
}

#[tokio::test]
async fn a_model_that_is_gone_is_a_matter_of_configuration() {
    let sim = start(fast()).await;
    for model in MODELS.iter().filter(|model| model.status == Status::Retired) {
        let Frame::Closed(code, reason) = answer(&sim, config(model.name).to_message()).await else {
            panic!("{} is served", model.name)
        };
        assert_eq!(Loss::of_close(code, &reason), Loss::FatalConfig, "{code} {reason}");
    }
}

#[tokio::test]
async fn a_handle_that_nobody_knows_is_dropped_and_nothing_else() {
    let sim = start(fast()).await;
    for model in served() {
        let resumed = SessionConfig { handle: Some("long-gone".into()), ..config(model) };
        let Frame::Closed(code, reason) = answer(&sim, resumed.to_message()).await else { panic!("{model}") };
        assert_eq!(Loss::of_close(code, &reason), Loss::RetryFresh, "{code} {reason}");
    }
}
