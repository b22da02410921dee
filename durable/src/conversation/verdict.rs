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
    let reply = text_model::measure(shell.gemini(), inquiry, patience_ms).await;
    if shell.is_erased() {
        return;
    }
    // Google's words about a failure may quote what was said: only the kind of it is for the log.
    let reply = reply.map_err(|error| shell.note("dialogue.verdict.failed", error.kind())).ok();
    shell.feed_and_arm(Input::Analysed { number, reply }, AtHand::Nothing).await;
}
