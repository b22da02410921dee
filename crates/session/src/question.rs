//! What the text model is asked where it is the tutor: for an answer that comes later, and for a preview.

use std::borrow::Cow;

use mentora_core::documents::Speaker;
use mentora_core::money::Micros;
use mentora_core::pricing::{self, MAX_ANSWER_TOKENS, MAX_THOUGHT_TOKENS};
use mentora_core::time::Millis;
use mentora_gemini::generate::{Content, Question, Role};

use crate::setup::SAFETY;

/// Asks for the tutor's next words after what was said, which ends with the student's. The guidance to the tutor's move stands
/// before the message that is answered.
pub fn tutor_question<'a>(
    model: String,
    system_instruction: String,
    guidance: String,
    said: impl IntoIterator<Item = (Speaker, Cow<'a, str>)>,
) -> Question {
    let mut contents: Vec<Content> = Vec::new();
    for (speaker, text) in said {
        let role = match speaker {
            Speaker::Student => Role::User,
            Speaker::Tutor => Role::Model,
        };
        // What somebody says in a row is one message.
        match contents.last_mut().filter(|last| last.role == role) {
            Some(last) => last.parts.push(text.into_owned()),
            None => contents.push(Content { role, parts: vec![text.into_owned()] }),
        }
    }
    if let Some(last) = contents.last_mut() {
        last.parts.insert(0, guidance);
    }
    Question {
        model,
        system_instruction,
        contents,
        max_output_tokens: MAX_ANSWER_TOKENS.saturating_add(MAX_THOUGHT_TOKENS),
        safety: SAFETY.to_vec(),
        response_schema: None,
        thinking_level: None,
    }
}

/// The most that the answer to a question can cost.
#[must_use]
pub fn most_of(question: &Question, now: Millis) -> Micros {
    let said = question.contents.iter().flat_map(|content| &content.parts);
    let tokens = said.chain([&question.system_instruction]).map(|text| pricing::tokens_at_most(text));
    pricing::estimate_text(&question.model, now, tokens.fold(0, u64::saturating_add))
}
