//! Dialogues: by text, by voice, interrupted, resumed, and what they cost.

mod common;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use common::{
    Client, Frame, audio_of, fast, get, has, manual, post, setup, silence, speechlike, start, text_of, wav,
};
use mentora_sim::Config;
use mentora_sim::config::{TranscriptMode, UsageMode};
use serde_json::{Value, json};

const CLAIM: &str = "I think social media harms young people.";

fn usage(frames: &[Value]) -> &Value {
    let found = frames.iter().rev().find_map(|frame| frame.get("usageMetadata"));
    found.expect("usage is told")
}

#[tokio::test]
async fn a_text_turn_is_answered_with_words_and_voice_in_googles_order() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.say(CLAIM).await;
    let frames = client.turn().await;
    let words = text_of(&frames, "outputTranscription");
    assert!(words.to_lowercase().contains("social media") && words.ends_with('?'), "{words}");
    let audio = audio_of(&frames);
    assert!(audio.len() > 48_000, "{} bytes", audio.len());
    let place = |pointer: &str| frames.iter().position(|frame| frame.pointer(pointer).is_some());
    assert!(place("/serverContent/outputTranscription") < place("/serverContent/modelTurn"));
    assert!(place("/serverContent/modelTurn") < place("/serverContent/generationComplete"));
    assert_eq!(place("/serverContent/turnComplete"), Some(frames.len() - 1));

    let usage = usage(&frames);
    let seconds = audio.len() as f64 / 48_000.0;
    assert_eq!(usage["responseTokenCount"], (seconds * 25.0).ceil() as u64);
    assert_eq!(
        usage["responseTokensDetails"],
        json!([{ "modality": "AUDIO", "tokenCount": usage["responseTokenCount"] }])
    );
    assert_eq!(usage["promptTokensDetails"], json!([{ "modality": "TEXT", "tokenCount": CLAIM.len() / 4 }]));
    assert_eq!(usage["thoughtsTokenCount"], 0);
}

#[tokio::test]
async fn the_prompt_of_a_turn_is_the_whole_session() {
    let sim = start(fast()).await;
    let system = json!({ "systemInstruction": { "parts": [{ "text": "x".repeat(400) }] } });
    let mut client = Client::ready(&sim, setup(system)).await;
    client.say(CLAIM).await;
    let first = usage(&client.turn().await).clone();
    client.say(CLAIM).await;
    let second = usage(&client.turn().await).clone();
    assert_eq!(first["promptTokenCount"], 100 + 10);
    let grown = 100 + 10 + 10 + first["responseTokenCount"].as_u64().unwrap();
    assert_eq!(second["promptTokenCount"], grown);
    assert_eq!(second["totalTokenCount"], grown + second["responseTokenCount"].as_u64().unwrap());
}

#[tokio::test]
async fn content_without_turn_complete_is_kept_and_not_answered() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    let guidance = json!([{ "role": "user", "parts": [{ "text": "⟦move: conclude⟧ Say goodbye." }] }]);
    client.send(json!({ "client_content": { "turns": guidance, "turn_complete": false } })).await;
    assert!(client.quiet_for(Duration::from_millis(200)).await);
    client.say(CLAIM).await;
    let words = text_of(&client.turn().await, "outputTranscription");
    assert!(words.contains("social media") && !words.ends_with('?') && !words.contains("goodbye"), "{words}");
}

#[tokio::test]
async fn history_comes_first_when_the_setup_says_so() {
    let sim = start(fast()).await;
    let mut client =
        Client::ready(&sim, setup(json!({ "historyConfig": { "initialHistoryInClientContent": true } })))
            .await;
    let turns = json!([{ "role": "user", "parts": [{ "text": CLAIM }] }, { "role": "model", "parts": [{ "text": "Why?" }] }]);
    client.send(json!({ "clientContent": { "turns": turns, "turnComplete": true } })).await;
    assert!(client.quiet_for(Duration::from_millis(200)).await);
    client.send(json!({ "realtimeInput": { "text": "⟦move: conclude⟧" } })).await;
    client.turn().await;
    client.say("Phones steal attention.").await;
    let frames = client.turn().await;
    assert!(usage(&frames)["promptTokenCount"].as_u64() > Some(15));
}

#[tokio::test]
async fn a_spoken_turn_is_found_by_its_loudness_and_honestly_not_understood() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(json!({ "sessionResumption": {} }))).await;
    client.speak(&[silence(0.5), speechlike(2.0, 0.0), silence(1.0)].concat()).await;
    let frames = client.turn().await;
    let heard = text_of(&frames, "inputTranscription");
    assert!(heard.starts_with("(spoken, ") && heard.ends_with("cannot transcribe speech)"), "{heard}");
    assert!(has(&frames, "/serverContent/modelTurn"));
    let audio = usage(&frames)["promptTokensDetails"][0].clone();
    assert_eq!(audio["modality"], "AUDIO");
    assert!(
        (50..=85).contains(&audio["tokenCount"].as_u64().unwrap()),
        "2 s are 50 tokens, and some silence: {audio}"
    );
}

#[tokio::test]
async fn queued_transcripts_are_what_the_next_utterances_mean() {
    let sim = start(fast()).await;
    let (status, _) = post(
        &sim,
        "/sim/transcripts",
        json!({ "texts": ["Zoos are wrong.", "Animals suffer there."] }).to_string(),
    )
    .await;
    assert_eq!(status, 204);
    let mut client = Client::ready(&sim, setup(manual())).await;
    for (expected, term) in [("Zoos are wrong.", "zoos"), ("Animals suffer there.", "animals")] {
        client.send(json!({ "realtimeInput": { "activityStart": {} } })).await;
        client.speak(&speechlike(1.0, 0.0)).await;
        client.send(json!({ "realtimeInput": { "activityEnd": {} } })).await;
        let frames = client.turn().await;
        assert_eq!(text_of(&frames, "inputTranscription"), expected);
        assert!(text_of(&frames, "outputTranscription").to_lowercase().contains(term));
    }
}

#[tokio::test]
async fn guidance_before_speech_decides_the_move_of_its_answer() {
    let sim = start(fast()).await;
    let texts = json!({ "texts": ["Zoos are wrong.", "Zoos are wrong."] }).to_string();
    assert_eq!(post(&sim, "/sim/transcripts", texts).await.0, 204);
    let mut client = Client::ready(&sim, setup(manual())).await;
    let guidance = json!([{ "role": "user", "parts": [{ "text": "⟦move: conclude⟧ ⟦Say goodbye.⟧" }] }]);
    for (steered, asks) in [(false, true), (true, false)] {
        if steered {
            client.send(json!({ "clientContent": { "turns": guidance, "turnComplete": false } })).await;
        }
        client.send(json!({ "realtimeInput": { "activityStart": {} } })).await;
        client.speak(&speechlike(1.0, 0.0)).await;
        client.send(json!({ "realtimeInput": { "activityEnd": {} } })).await;
        let words = text_of(&client.turn().await, "outputTranscription");
        assert_eq!(words.trim_end().ends_with('?'), asks, "{words}");
    }
}

#[tokio::test]
async fn content_that_meets_speech_closes_the_session() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(manual())).await;
    client.send(json!({ "realtimeInput": { "activityStart": {} } })).await;
    client.send(json!({ "clientContent": { "turns": [], "turnComplete": false } })).await;
    assert_eq!(client.end().await, Frame::Closed(1007, "Request contains an invalid argument.".into()));
}

#[tokio::test]
async fn a_known_recording_is_recognised_at_another_rate_volume_and_position() {
    let sim = start(fast()).await;
    for (seed, text) in
        [(0.0, "Homework is useful."), (2.0, "Homework is useless."), (3.7, "I have no opinion.")]
    {
        let recording = wav(&speechlike(2.5, seed), 16_000);
        let path = format!("/sim/speech?text={}", text.replace(' ', "%20"));
        assert_eq!(post(&sim, &path, recording).await.0, 204);
    }
    // Every third sample of 48 kHz is 16 kHz: here the other way round, at half the volume, after a silence.
    let quieter: Vec<i16> = speechlike(2.5, 2.0).iter().map(|sample| sample / 2).collect();
    let resampled = mentora_sim::speech::resample::Resampler::new(16_000, 24_000).feed(&quieter);
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    for chunk in [vec![0; 30_000], resampled, vec![0; 24_000]].concat().chunks(2_400) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let audio = json!({ "data": URL_SAFE.encode(bytes), "mime_type": "audio/pcm;rate=24000" });
        client.send(json!({ "realtime_input": { "audio": audio } })).await;
    }
    assert_eq!(text_of(&client.turn().await, "inputTranscription"), "Homework is useless.");
    assert_eq!(post(&sim, "/sim/speech?text=x", "not a WAV").await.0, 400);
}

#[tokio::test]
async fn audio_outside_of_the_marks_is_discarded_in_manual_mode() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(manual())).await;
    client.speak(&[speechlike(1.0, 0.0), silence(2.0)].concat()).await;
    assert!(client.quiet_for(Duration::from_millis(200)).await);
    client.send(json!({ "realtimeInput": { "activityStart": {} } })).await;
    client.send(json!({ "realtimeInput": { "activityEnd": {} } })).await;
    let frames = client.turn().await;
    assert!(!has(&frames, "/serverContent/inputTranscription"));
    assert!(text_of(&frames, "outputTranscription").contains("did not catch"));
}

#[tokio::test]
async fn the_end_of_the_stream_ends_the_utterance_without_a_silence() {
    let sim = start(fast()).await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.speak(&speechlike(1.0, 0.0)).await;
    client.send(json!({ "realtime_input": { "audioStreamEnd": true } })).await;
    assert!(has(&client.turn().await, "/serverContent/inputTranscription"));
}

#[tokio::test]
async fn whoever_breaks_in_hears_interrupted_and_never_generation_complete() {
    let sim = start(Config { playback_rate: 1.0, ..fast() }).await;
    let interruptions = [
        ("speech", json!({})),
        ("activityStart", manual()),
        ("clientContent", json!({})),
        ("realtime text", json!({})),
    ];
    for (what, more) in interruptions {
        let mut client = Client::ready(&sim, setup(more)).await;
        client.say(CLAIM).await;
        client.until(|frame| frame.pointer("/serverContent/modelTurn").is_some()).await;
        match what {
            "speech" => client.speak(&speechlike(0.5, 0.0)).await,
            "activityStart" => {
                let start = json!({ "realtimeInput": { "activityStart": {} } });
                client.send(start.clone()).await;
                client.send(start).await; // Idempotent.
            }
            "clientContent" => client.send(json!({ "clientContent": { "turns": [] } })).await,
            _ => client.send(json!({ "realtimeInput": { "text": "But wait." } })).await,
        }
        let frames = client.turn().await;
        assert!(has(&frames, "/serverContent/interrupted"), "{what}");
        assert!(!has(&frames, "/serverContent/generationComplete"), "{what}");
        let place = |pointer: &str| frames.iter().position(|frame| frame.pointer(pointer).is_some());
        assert!(place("/serverContent/interrupted") < place("/serverContent/turnComplete"), "{what}");
        if what == "activityStart" {
            assert!(client.quiet_for(Duration::from_millis(200)).await, "a second start says nothing");
        }
    }
}

#[tokio::test]
async fn speech_waits_for_its_turn_where_interruption_is_off() {
    let sim = start(Config { playback_rate: 4.0, ..fast() }).await;
    let off = json!({ "realtimeInputConfig": { "activityHandling": "NO_INTERRUPTION",
        "automaticActivityDetection": { "silenceDurationMs": 200 } } });
    let mut client = Client::ready(&sim, setup(off)).await;
    client.say(CLAIM).await;
    client.until(|frame| frame.pointer("/serverContent/modelTurn").is_some()).await;
    client.speak(&[speechlike(0.5, 0.0), silence(0.5)].concat()).await;
    let first = client.turn().await;
    assert!(has(&first, "/serverContent/generationComplete") && !has(&first, "/serverContent/interrupted"));
    assert!(has(&client.turn().await, "/serverContent/modelTurn"));
}

#[tokio::test]
async fn turn_complete_waits_for_the_playback() {
    for (rate, least, most) in [(0.0, 0.0, 0.5), (8.0, 0.9, 1.6)] {
        let sim = start(Config { playback_rate: rate, ..fast() }).await;
        let mut client = Client::ready(&sim, setup(json!({}))).await;
        client.say(CLAIM).await;
        let begin = client.until(|frame| frame.pointer("/serverContent/modelTurn").is_some()).await;
        let first_audio = Instant::now();
        let rest = client.turn().await;
        let played = (audio_of(&begin).len() + audio_of(&rest).len()) as f64 / 48_000.0;
        let took = first_audio.elapsed().as_secs_f64();
        let expected = if rate > 0.0 { played / rate } else { 0.3 };
        assert!(took > expected * least && took < expected * most + 0.5, "{took} s for {played} s at {rate}");
    }
}

#[tokio::test]
async fn the_first_audio_comes_within_300_ms() {
    let sim = start(Config::default()).await; // With espeak-ng where it is installed.
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.say("Warm up.").await;
    client.turn().await;
    client.say(CLAIM).await;
    let begin = Instant::now();
    client.until(|frame| frame.pointer("/serverContent/modelTurn").is_some()).await;
    assert!(begin.elapsed() < Duration::from_millis(300), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_session_is_resumed_by_its_handle_and_remembers() {
    let sim = start(fast()).await;
    let resumable = |frame: &Value| frame.pointer("/sessionResumptionUpdate/resumable") == Some(&json!(true));
    let mut first = Client::ready(&sim, setup(json!({ "sessionResumption": {} }))).await;
    first.say(CLAIM).await;
    let frames = first.until(resumable).await;
    assert!(frames.contains(&json!({ "sessionResumptionUpdate": {} })), "not resumable while generating");
    let before = usage(&frames)["totalTokenCount"].as_u64();
    let handle = frames.last().unwrap().pointer("/sessionResumptionUpdate/newHandle").unwrap().clone();

    let resume = setup(json!({ "sessionResumption": { "handle": handle } }));
    let mut early = Client::connect(&sim).await;
    early.send(json!({ "setup": resume })).await;
    assert!(matches!(early.end().await, Frame::Closed(1011, _)), "the old socket is still open");

    first.close().await;
    let mut second = Client::ready(&sim, resume.clone()).await;
    second.until(resumable).await;
    second.say("And lamps?").await;
    let frames = second.turn().await;
    assert!(usage(&frames)["promptTokenCount"].as_u64() > before);
    second.close().await;

    assert_eq!(post(&sim, "/sim/expire-handles", "").await.0, 204);
    let mut late = Client::connect(&sim).await;
    late.send(json!({ "setup": resume })).await;
    assert_eq!(late.end().await, Frame::Closed(1008, "BidiGenerateContent session not found".into()));
}

#[tokio::test]
async fn compression_keeps_the_context_below_its_trigger() {
    let sim = start(fast()).await;
    let rule = json!({ "contextWindowCompression": { "triggerTokens": "600", "slidingWindow": { "targetTokens": "300" } } });
    let mut client = Client::ready(&sim, setup(rule)).await;
    let mut largest = 0;
    for _ in 0..12 {
        client.say(CLAIM).await;
        largest = largest.max(usage(&client.turn().await)["promptTokenCount"].as_u64().unwrap());
    }
    assert!((300..=600).contains(&largest), "{largest}");
}

#[tokio::test]
async fn transcripts_can_be_bundled_or_late_and_usage_can_stand_alone() {
    let sim = start(Config {
        transcript_mode: TranscriptMode::Bundled,
        usage_mode: UsageMode::Standalone,
        ..fast()
    })
    .await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.say(CLAIM).await;
    let frames = client.turn().await;
    let both = |frame: &Value| {
        frame.pointer("/serverContent/modelTurn").is_some()
            && frame.pointer("/serverContent/outputTranscription").is_some()
    };
    assert!(frames.iter().any(both));
    assert!(
        frames
            .iter()
            .any(|frame| { frame.as_object().is_some_and(|frame| frame.keys().eq(["usageMetadata"])) })
    );

    let sim = start(Config { transcript_mode: TranscriptMode::Late, ..fast() }).await;
    let mut client = Client::ready(&sim, setup(manual())).await;
    client.send(json!({ "realtimeInput": { "activityStart": {} } })).await;
    client.speak(&speechlike(1.0, 0.0)).await;
    client.send(json!({ "realtimeInput": { "activityEnd": {} } })).await;
    let frames = client.turn().await;
    let place = |pointer: &str| frames.iter().position(|frame| frame.pointer(pointer).is_some());
    assert!(place("/serverContent/generationComplete") < place("/serverContent/inputTranscription"));
}

#[tokio::test]
async fn extended_thinking_tells_that_it_is_idle() {
    let sim = start(fast()).await;
    let mut client =
        Client::ready(&sim, setup(json!({ "model": "models/gemini-3.8-live-extended-thinking" }))).await;
    client.say(CLAIM).await;
    let frames = client.turn().await;
    assert_eq!(frames.last().unwrap().pointer("/serverContent/interactionStatus"), Some(&json!("IDLE")));
}

#[tokio::test]
async fn the_journal_tells_what_was_sent_without_secrets() {
    let sim = start(fast()).await;
    let url = format!("{}?key=very-secret", sim.live_url("v1"));
    let mut client = Client::with_headers(&url, &[("x-goog-api-key", "very-secret")]).await.unwrap();
    client.send(json!({ "setup": setup(json!({})) })).await;
    client.speak(&silence(0.1)).await;
    client.say(CLAIM).await;
    client.turn().await;
    client.close().await;
    let log = get(&sim, "/sim/log").await;
    assert!(!log.to_string().contains("very-secret"));
    let connection = &log["connections"][0];
    assert_eq!(connection["entries"][0]["received"]["setup"]["model"], "models/gemini-3.8-live");
    assert_eq!(connection["entries"][2]["received"]["realtimeInput"]["audio"]["data"], "<3200 bytes>");
    assert_eq!(connection["closed"]["by"], "client");
    let state = get(&sim, "/sim/state").await;
    assert_eq!((&state["openSockets"], &state["turns"]), (&json!(0), &json!(1)));
}
