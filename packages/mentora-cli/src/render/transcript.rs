//! A conversation that was.

use mentora_core::documents::{Conversation, Speaker, Turn};
use mentora_wire::rest::ConversationBody;

use super::{clock, plain, words};

/// A conversation with all its turns.
#[must_use]
pub fn transcript(ConversationBody { id, conversation, .. }: &ConversationBody) -> String {
    let mut text = format!(
        "{id}: {}, {}, begun {} UTC\n",
        words::of_state(conversation.state),
        turns(conversation),
        clock::minute(conversation.started_at),
    );
    for turn in &conversation.turns {
        text.push('\n');
        text.push_str(&line(turn, "student"));
        text.push('\n');
    }
    if let Some(reason) = conversation.end_reason {
        text.push_str(&format!("\nIt ended because {}.\n", words::of_end(reason)));
    }
    if let Some(summary) = &conversation.summary {
        text.push_str(&format!("{}\n", plain(summary)));
    }
    text
}

/// One turn: who, with which move, what. `student` is what the student is called.
#[must_use]
pub fn line(turn: &Turn, student: &str) -> String {
    let said = plain(&turn.text);
    let broken_off = match (turn.truncated, said.is_empty()) {
        (true, false) => " —",
        (true, true) => "—",
        (false, _) => "",
    };
    let strategy = turn.analysis.as_ref().and_then(|analysis| analysis.strategy);
    match (turn.speaker, strategy) {
        (Speaker::Student, _) => format!("{student}: {said}"),
        (Speaker::Tutor, Some(strategy)) => {
            format!("tutor ({}): {said}{broken_off}", words::of_move(strategy))
        }
        (Speaker::Tutor, None) => format!("tutor: {said}{broken_off}"),
    }
}

fn turns(conversation: &Conversation) -> String {
    match conversation.turn_count {
        1 => "1 turn".to_owned(),
        n => format!("{n} turns"),
    }
}
