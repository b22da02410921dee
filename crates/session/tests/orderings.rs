//! The orders in which the Live API was seen to say things, played to our session. Each file of `orderings/` is one: what the
//! student does, what the server sends and when, and what must come of it. The messages are made by hand from what is known
//! of the real ones, and reach the session as the server sends them: binary frames of JSON, indented by two blanks.

#![allow(
    clippy::cast_possible_wrap,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

#[path = "shared/mod.rs"]
mod shared;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mentora_gemini::{ClientMessage, Loss, ServerEvent, server};
use mentora_session::{Effect, Input};
use mentora_wire::stream::{ClientFrame, Event};
use serde::Deserialize;
use serde_json::Value;
use shared::{Scene, open_ended};

/// A file of `orderings/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordering {
    /// What is known of the server.
    fact: String,
    /// Whether the student listens, or only reads.
    #[serde(default)]
    reads: bool,
    steps: Vec<Act>,
    /// What the student's client was told, in order; sound with where it begins.
    told: Vec<String>,
    /// What was done to the model's socket, in order.
    model: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
enum Act {
    /// The student's client sends a frame.
    Student(Value),
    /// The student speaks for so many milliseconds.
    Speech(usize),
    /// The server sends a message. `"data": "pcm 200"` stands for 200 ms of sound.
    Server(Value),
    /// The socket is closed with a code and a reason.
    Closed(u16, String),
    /// So many milliseconds pass.
    Wait(i64),
}

impl Scene {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Student(frame) => {
                self.frame(ClientFrame::parse(&frame.to_string()).expect("a frame of the contract"));
            }
            Act::Speech(ms) => drop(self.utter(ms * 32)),
            Act::Server(message) => self.hear(message),
            Act::Closed(code, reason) => drop(self.loses(Loss::of_close(*code, reason))),
            Act::Wait(ms) => drop(self.wait(*ms)),
        }
    }

    /// As the conversation's object does with a frame of the model.
    fn hear(&mut self, message: &Value) {
        let mut message = message.clone();
        sound(&mut message);
        let frame = (serde_json::to_string_pretty(&message).unwrap() + "\n").into_bytes();
        let text = std::str::from_utf8(&frame).unwrap();
        let generation = self.generation;
        for event in server::parse(text).expect("a message of the server") {
            self.feed(match event {
                ServerEvent::Audio { data, sample_rate } => {
                    Input::ModelAudio { generation, bytes: data.len() / 4 * 3, sample_rate }
                }
                event => Input::Model { generation, event },
            });
        }
    }
}

/// Puts sound in its place.
fn sound(message: &mut Value) {
    match message {
        Value::Array(parts) => parts.iter_mut().for_each(sound),
        Value::Object(fields) => fields.values_mut().for_each(sound),
        Value::String(text) => {
            if let Some(ms) = text.strip_prefix("pcm ").and_then(|ms| ms.parse::<usize>().ok()) {
                // 24 kHz, two bytes a sample; three bytes are four characters.
                *text = "A".repeat(ms * 48 / 3 * 4);
            }
        }
        _ => {}
    }
}

/// What a client sees of the dialogue; how the session and the state change beside it is for other tests.
fn telling(effect: &Effect) -> Option<String> {
    let event = match effect {
        Effect::Tell(event) => &event.event,
        Effect::RelayAudio { turn_index, offset_ms, .. } => {
            return Some(format!("sound of {turn_index} at {offset_ms} ms"));
        }
        _ => return None,
    };
    Some(match event {
        Event::TurnStored { turn } => format!("turn_stored {}: {}", turn.index, turn.text),
        Event::Transcription { text, is_final: false, .. } => format!("transcription: {text}"),
        Event::Transcription { text, .. } => format!("transcription, final: {text}"),
        Event::AiResponseStart { turn_index, .. } => format!("ai_response_start {turn_index}"),
        Event::AiTextChunk { text, .. } => format!("ai_text_chunk: {text}"),
        Event::Interrupted { heard_ms, .. } => format!("interrupted at {heard_ms} ms"),
        Event::AiResponseEnd { turn } => {
            let cut = if turn.truncated { ", cut" } else { "" };
            format!("ai_response_end {}{cut}: {}", turn.index, turn.text)
        }
        Event::TokenUsage { input, output, .. } => format!(
            "token_usage: text {}, audio {}; text {}, audio {}, thoughts {}",
            input.text, input.audio, output.text, output.audio, output.thoughts
        ),
        Event::Error(error) => format!("error: {}", error.message),
        _ => return None,
    })
}

fn doing(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::OpenModel { setup, .. } => match &setup.handle {
            Some(handle) => format!("open by {handle}"),
            None => "open".to_owned(),
        },
        Effect::CloseModel => "close".to_owned(),
        Effect::SendModel(ClientMessage::ActivityStart) => "activityStart".to_owned(),
        Effect::SendModel(ClientMessage::ActivityEnd) => "activityEnd".to_owned(),
        // The move comes first, then what the student said.
        Effect::SendModel(ClientMessage::Said { parts }) => format!("said: {}", parts.last().unwrap()),
        _ => return None,
    })
}

fn play(text: &str) {
    let ordering: Ordering = serde_json::from_str(text).expect("an ordering");
    assert!(!ordering.fact.is_empty());
    let mut scene = if ordering.reads { Scene::reader(open_ended()) } else { Scene::listener(open_ended()) };
    ordering.steps.iter().for_each(|act| scene.act(act));
    let of = |pick: fn(&Effect) -> Option<String>| scene.effects.iter().filter_map(pick).collect::<Vec<_>>();
    assert_eq!(of(telling), ordering.told, "what the student was told. {}", ordering.fact);
    assert_eq!(of(doing), ordering.model, "what was done to the model's socket. {}", ordering.fact);
}

macro_rules! orderings {
    ($($(#[$mark:meta])* $name:ident),* $(,)?) => {
        $(#[test]
        $(#[$mark])*
        fn $name() {
            play(include_str!(concat!("orderings/", stringify!($name), ".json")));
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

orderings![
    spoken_turn_as_2_5_orders_it,
    sound_and_its_text_in_one_message,
    input_transcript_while_the_tutor_speaks,
    input_transcript_after_turn_complete,
    interrupted_without_generation_complete,
    interrupted_and_turn_complete_with_the_last_words,
    interrupted_after_turn_complete,
    interrupted_before_anything_was_said,
    interrupted_by_nobody_and_silent_ever_after,
    empty_server_content,
    empty_transcriptions,
    usage_in_a_message_of_its_own,
    usage_told_again_and_again,
    usage_of_an_answer_that_was_read,
    turn_complete_when_it_was_played,
    thoughts,
    turn_complete_without_a_word,
    response_rejected,
    not_resumable_while_it_speaks,
    handle_that_nobody_asked_for,
    handle_that_has_gone_stale,
    go_away_when_nothing_is_said,
    go_away_then_silence,
    transcript_told_again_after_resuming,
    turn_complete_while_the_interaction_goes_on,
    what_we_do_not_know,
];

#[test]
fn every_file_is_played() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/orderings");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(files, NAMES.iter().map(|name| (*name).to_owned()).collect());
}
