//! A conversation to read, and as captions.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use mentora_core::documents::{
    Conversation, ConversationState, EndReason, Modality, Speaker, Turn, TurnType, Usage,
};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, TurnId, UserId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_core::transcript::Transcript;
use proptest::prelude::*;

const BEGUN: i64 = 1_795_429_200_000;

fn turn(index: u32, speaker: Speaker, after: i64, text: &str) -> Turn {
    Turn {
        id: TurnId::of(&id(), index),
        index,
        speaker,
        kind: TurnType::Followup,
        modality: Modality::Text,
        text: text.into(),
        generated_text: None,
        truncated: false,
        heard_ms: None,
        analysis: None,
        usage: None,
        cost_micros: None,
        latency: None,
        client_message_id: None,
        prompt_version: None,
        model: None,
        created_at: Millis(BEGUN + after),
        prev_hash: String::new(),
        hash: String::new(),
    }
}

fn id() -> ConversationId {
    ConversationId::new("c1").unwrap()
}

fn conversation(turns: Vec<Turn>) -> Conversation {
    Conversation {
        assignment_id: AssignmentId::new("a").unwrap(),
        course_id: CourseId::new("k").unwrap(),
        user_id: UserId::new("student").unwrap(),
        state: ConversationState::Closed,
        end_reason: Some(EndReason::StudentEnded),
        turn_count: 0,
        turns,
        token_usage: Usage::default(),
        cost_micros: Micros::ZERO,
        summary: None,
        streaming_session: None,
        rules: None,
        prompt_edits: Default::default(),
        started_at: Millis(BEGUN - 5_000),
        last_action_at: Millis(BEGUN),
        closed_at: Some(Millis(BEGUN + 3_700_000)),
        created_at: Millis(BEGUN - 5_000),
        updated_at: Millis(BEGUN),
    }
}

fn a_transcript() -> Transcript {
    let cut = Turn {
        truncated: true,
        generated_text: Some("Who pays? And who rides?".into()),
        ..turn(1, Speaker::Tutor, 4_200, "Who pays?")
    };
    let said = [
        turn(0, Speaker::Student, 0, "Buses & trams <should> be free --> for all.\n\nWhy not?\r\nSay!"),
        cut,
        turn(2, Speaker::Student, 3_661_007, "公共交通應該免費。"),
    ];
    Transcript::of(
        &id(),
        &conversation(said.into()),
        Some(("Free\npublic transport", Some("Should it be free?"))),
    )
}

#[test]
fn it_is_read_with_times_and_speakers() {
    let expected = "\
Free public transport
Should it be free?
Begun 2026-11-23 10:19:55 UTC
Ended 2026-11-23 11:21:40 UTC

[00:00:00] Student: Buses & trams <should> be free --> for all.
    Why not?
    Say!

[00:00:04] Tutor: Who pays? […cut short]

[01:01:01] Student: 公共交通應該免費。
";
    assert_eq!(a_transcript().to_text(), expected);
}

#[test]
fn captions_stand_from_turn_to_turn_or_as_long_as_they_take_to_read() {
    let expected = "\
WEBVTT

0
00:00:00.000 --> 00:00:03.540
<v Student>Buses &amp; trams &lt;should&gt; be free --&gt; for all.
Why not?
Say!

1
00:00:04.200 --> 00:00:05.200
<v Tutor>Who pays? […cut short]

2
01:01:01.007 --> 01:01:02.007
<v Student>公共交通應該免費。
";
    assert_eq!(a_transcript().to_captions(), expected);
}

#[test]
fn what_was_generated_and_not_heard_is_in_none_and_nor_is_who_the_student_is() {
    let transcript = a_transcript();
    let json = serde_json::to_string(&transcript).unwrap();
    for text in [transcript.to_text(), transcript.to_captions(), json] {
        assert!(text.contains("Who pays?") && !text.contains("who rides"), "{text}");
        assert!(!text.contains('@') && !text.contains("\"userId\""), "{text}");
    }
}

#[test]
fn a_conversation_in_which_nothing_was_said_is_a_file_all_the_same() {
    let transcript = Transcript::of(&id(), &conversation(vec![]), None);
    assert_eq!(transcript.to_captions(), "WEBVTT\n");
    assert_eq!(transcript.to_text(), "Begun 2026-11-23 10:19:55 UTC\nEnded 2026-11-23 11:21:40 UTC\n");
}

/// `01:02:03.004`, as WebVTT has it.
fn ms(time: &str) -> i64 {
    let parts: Vec<i64> = time.split([':', '.']).map(|part| part.parse().unwrap()).collect();
    assert_eq!(time.rsplit('.').next().unwrap().len(), 3, "{time}");
    ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000 + parts[3]
}

proptest! {
    /// Read back as the specification reads: blocks between blank lines, one arrow a block, times that only grow.
    #[test]
    fn captions_are_valid_whatever_is_said(said in proptest::collection::vec((any::<bool>(), -5_000_i64..500_000, "[-> <&\\n\\r\0\u{85}\u{2028}a金]{0,12}|.{0,20}"), 0..8)) {
        let turns = said.iter().zip(0..).map(|((tutor, after, text), index)| {
            turn(index, if *tutor { Speaker::Tutor } else { Speaker::Student }, *after, text)
        });
        let transcript = Transcript::of(&id(), &conversation(turns.collect()), None);
        let file = transcript.to_captions();
        prop_assert!(!file.contains(['\r', '\0']));
        let mut blocks = file.strip_suffix('\n').unwrap().split("\n\n");
        prop_assert_eq!(blocks.next(), Some("WEBVTT"));
        let mut earliest = 0;
        let mut count = 0;
        for block in blocks {
            prop_assert_eq!(block.matches("-->").count(), 1, "{}", block);
            let mut lines = block.lines();
            prop_assert_eq!(lines.next().unwrap(), count.to_string());
            let (from, to) = lines.next().unwrap().split_once(" --> ").unwrap();
            prop_assert!(ms(from) >= earliest && ms(to) > ms(from), "{}", block);
            earliest = ms(from);
            let words = lines.collect::<Vec<_>>().join("\n");
            let words = words.strip_prefix("<v Student>").or(words.strip_prefix("<v Tutor>")).unwrap();
            prop_assert!(!words.contains(['<', '>']), "{}", words);
            count += 1;
        }
        prop_assert_eq!(count, said.len());
    }
}
