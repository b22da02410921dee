//! Rust takes the frames of `tests/relay/frames.json` as the relay does: what the relay hands on by itself is to Rust the
//! same sound, and what it does not is sound or an error to Rust. `tests/relay/relay.test.mjs` holds the relay to the
//! same table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mentora_gemini::{ServerEvent, layout, server};
use mentora_wire::stream::client::{check_pcm, decode_audio};
use mentora_wire::stream::{ClientFrame, audio};
use serde_json::{Value, json};

fn table() -> Value {
    serde_json::from_str(include_str!("relay/frames.json")).unwrap()
}

/// The frame of a row, with its silence.
fn written(row: &Value) -> String {
    let mut frame = row["frame"].as_str().unwrap().to_owned();
    while let Some((head, (bytes, tail))) =
        frame.split_once("{{").and_then(|(head, rest)| Some((head, rest.split_once("}}")?)))
    {
        frame = format!("{head}{}{tail}", STANDARD.encode(vec![0; bytes.parse().unwrap()]));
    }
    frame
}

/// Bytes of the student's PCM in a frame, if it is sound.
fn pcm_of_client(frame: &str) -> Option<usize> {
    let Ok(ClientFrame::AudioChunk { data, .. }) = ClientFrame::parse(frame) else { return None };
    decode_audio(&data).ok().map(|pcm| pcm.len())
}

/// Bytes of the tutor's PCM in a message, if it is sound.
fn pcm_of_model(frame: &str) -> Option<usize> {
    let pieces = server::parse(frame).ok()?.into_iter().filter_map(|event| match event {
        ServerEvent::Audio { data, sample_rate: audio::OUTPUT_SAMPLE_RATE } => audio::base64_len(&data),
        _ => None,
    });
    Some(pieces.sum()).filter(|bytes| *bytes > 0)
}

#[test]
fn the_relay_is_told_the_layouts_of_the_table() {
    let layouts = &table()["layouts"];
    assert_eq!(layouts["client"], json!(audio::CHUNK));
    assert_eq!(layouts["model"], json!(layout::FROM_MODEL));
}

#[test]
fn what_is_not_relayed_is_read_and_what_is_relayed_would_be_read_the_same() {
    let table = table();
    let rows = |name: &str| table[name].as_array().unwrap().clone();
    for row in rows("client") {
        assert_eq!(json!(pcm_of_client(&written(&row))), row["pcm"], "{}", row["name"]);
    }
    for row in rows("clientBinary") {
        let bytes = usize::try_from(row["bytes"].as_u64().unwrap()).unwrap();
        assert_eq!(json!(check_pcm(bytes).ok().map(|()| bytes)), row["pcm"], "{}", row["name"]);
    }
    for row in rows("model") {
        assert_eq!(json!(pcm_of_model(&written(&row))), row["pcm"], "{}", row["name"]);
    }
    let all = ["client", "clientBinary", "model"].map(rows).concat();
    for row in all.iter().filter(|row| row["relayed"] == true) {
        assert!(row["pcm"].is_u64(), "{} is relayed and no sound", row["name"]);
    }
    assert!(all.len() > 50);
}
