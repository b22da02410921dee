//! A question to the text model about a turn. The student waits for it, so the request itself races the time: an alarm
//! may ring late.

use std::rc::Rc;

use mentora_core::dialogue::Inquiry;
use mentora_core::dialogue::verdict::PATIENCE_MS;
use mentora_session::Input;

use super::shell::{AtHand, Shell};
use crate::platform::text_model;

/// Asks, and reports what was answered in time.
pub(super) async fn run(shell: Rc<Shell>, number: u32, inquiry: Inquiry) {
    let patience_ms = u32::try_from(PATIENCE_MS).unwrap_or_default();
    let reply = match text_model::measure(shell.gemini(), inquiry, patience_ms).await {
        Ok(reply) => Some(reply),
        Err(error) => {
            shell.note("dialogue.verdict.failed", &error.to_string());
            None
        }
    };
    shell.feed_and_arm(Input::Analysed { number, reply }, AtHand::Nothing).await;
}
