//! The summary of a conversation that has ended, by the text model.

use std::rc::Rc;

use mentora_core::pricing::{MAX_ANSWER_TOKENS, MAX_THOUGHT_TOKENS};
use mentora_core::prompts::summary::{self, Question};
use mentora_core::time::Millis;
use mentora_gemini::generate::{self, Content, Role};
use mentora_session::{Input, SAFETY};

use super::shell::{AtHand, Shell};
use crate::platform::text_model;

/// Asks for it and reports what came.
pub(super) async fn run(shell: Rc<Shell>, ended_at: Millis, question: Question) {
    let gemini = shell.gemini().clone();
    let question = generate::Question {
        model: gemini.text_model.clone(),
        system_instruction: question.instruction,
        contents: vec![Content { role: Role::User, parts: vec![question.record] }],
        max_output_tokens: MAX_ANSWER_TOKENS.saturating_add(MAX_THOUGHT_TOKENS),
        safety: SAFETY.to_vec(),
        response_schema: Some(summary::schema()),
        thinking_level: None,
    };
    let answer = text_model::ask(&gemini, &question).await;
    if shell.is_erased() {
        return;
    }
    // Google's words about a failure may quote what was said: only the kind of it is for the log.
    let answer =
        answer.map(|answer| answer.text).map_err(|error| shell.note("summary.failed", error.kind())).ok();
    shell.feed_and_arm(Input::Summarised { ended_at, answer }, AtHand::Nothing).await;
}
