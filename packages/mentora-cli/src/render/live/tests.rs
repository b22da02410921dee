use mentora_core::documents::{ConversationState, EndReason};
use mentora_core::ids::TurnId;
use serde_json::json;

use super::*;

fn turn(index: u32, speaker: &str, text: &str, truncated: bool) -> Turn {
    serde_json::from_value(json!({
        "id": format!("c-{index}"), "index": index, "speaker": speaker, "type": "idea", "modality": "text",
        "text": text, "truncated": truncated, "analysis": {"strategy": "challenge"},
        "createdAt": 0, "prevHash": "", "hash": "",
    }))
    .unwrap()
}

fn event(event: Event) -> News {
    News::Event { event: Box::new(event), replayed: false, own: false }
}

fn start() -> News {
    let turn_id = TurnId::new("c-1").unwrap();
    event(Event::AiResponseStart { turn_id, turn_index: 1, strategy: Strategy::Challenge })
}

fn chunk(text: &str) -> News {
    event(Event::AiTextChunk { turn_id: TurnId::new("c-1").unwrap(), text: text.into() })
}

fn end(text: &str, truncated: bool) -> News {
    event(Event::AiResponseEnd { turn: turn(1, "tutor", text, truncated) })
}

/// What stands on standard output in the end.
fn said(news: &[News]) -> String {
    let mut live = Live::default();
    let pieces = news.iter().flat_map(|news| live.show(news)).collect::<Vec<_>>();
    pieces
        .into_iter()
        .filter_map(|piece| if let Piece::Said(text) = piece { Some(text) } else { None })
        .collect()
}

#[test]
fn an_answer_appears_behind_its_move_as_it_comes() {
    assert_eq!(
        said(&[start(), chunk(" What do"), chunk(" you mean?"), end("What do you mean?", false)]),
        "tutor (challenge): What do you mean?\n"
    );
}

#[test]
fn what_was_not_streamed_of_an_answer_is_written_at_its_end() {
    let whole = end("What do you mean?", false);
    assert_eq!(said(&[start(), chunk("What do"), whole.clone()]), "tutor (challenge): What do you mean?\n");
    assert_eq!(said(&[whole]), "tutor (challenge): What do you mean?\n");
}

#[test]
fn an_answer_that_was_stopped_ends_in_a_dash() {
    assert_eq!(
        said(&[start(), chunk("What do you"), end("What do", true)]),
        "tutor (challenge): What do you —\n"
    );
    assert_eq!(said(&[end("", true)]), "tutor (challenge): —\n", "nothing of it was heard");
}

#[test]
fn a_note_never_stands_in_the_middle_of_an_answer() {
    let mut live = Live::default();
    live.show(&start());
    live.show(&chunk("What do"));
    assert_eq!(
        live.note("Not connected.".into()),
        [Piece::Said("\n".into()), Piece::Note("Not connected.".into())]
    );
    assert_eq!(
        live.show(&chunk(" you mean?")),
        [Piece::Said("tutor (challenge), going on: ".into()), Piece::Said("you mean?".into())]
    );
    assert_eq!(live.show(&end("What do you mean?", false)), [Piece::Said("\n".into())]);
}

#[test]
fn what_was_typed_here_is_not_written_twice() {
    let own = |own| News::Event {
        event: Box::new(Event::TurnStored { turn: turn(0, "student", "Zoos are prisons.", false) }),
        replayed: false,
        own,
    };
    assert_eq!(Live::new(true).show(&own(true)), []);
    for (echoed, ours) in [(true, false), (false, true)] {
        let written = [Piece::Said("you: Zoos are prisons.\n".into())];
        assert_eq!(Live::new(echoed).show(&own(ours)), written);
    }
}

#[test]
fn errors_of_the_past_are_not_told_again() {
    let error = ErrorFrame {
        code: mentora_wire::error::ErrorCode::UpstreamUnavailable,
        message: "The tutor cannot be reached.".into(),
        recoverable: true,
        retry_in_ms: Some(1_500),
        client_message_id: None,
        details: None,
    };
    let news = |replayed| News::Event { event: Box::new(Event::Error(error.clone())), replayed, own: false };
    assert_eq!(Live::default().show(&news(true)), []);
    let told = "The tutor cannot be reached. It is tried again in 2 s.";
    assert_eq!(Live::default().show(&news(false)), [Piece::Note(told.into())]);
}

#[test]
fn who_is_taken_over_is_told_once() {
    let connected = |role| News::Connected {
        role,
        state: ConversationState::AwaitingFollowup,
        session: SessionState::Active,
    };
    let mut live = Live::default();
    assert_eq!(live.show(&connected(StreamRole::Speaker)), []);
    let told = live.show(&connected(StreamRole::Listener));
    assert!(matches!(told.as_slice(), [Piece::Note(text)] if text.contains("another device")), "{told:?}");
    assert_eq!(live.show(&connected(StreamRole::Listener)), []);
}

#[test]
fn who_has_little_time_left_is_told_until_when() {
    let (state, at) = (ConversationState::AwaitingFollowup, mentora_core::time::Millis(45 * 60_000));
    let warned = Event::StateChange { state, reason: None, ends_at: Some(at) };
    let told = Live::default().show(&event(warned));
    assert!(
        matches!(told.as_slice(), [Piece::Note(text)] if text.contains("ends at 1970-01-01 00:45")),
        "{told:?}"
    );
}

#[test]
fn an_end_says_why_and_what_came_of_it() {
    let ended = Event::ConversationEnded { reason: EndReason::TimeLimit, summary: "It began.".into() };
    let notes = ["The conversation has ended: the time was up.", "It began."];
    assert_eq!(Live::default().show(&event(ended)), notes.map(|note| Piece::Note(note.into())));
}
