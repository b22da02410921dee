//! The end of a conversation whose student is erased: it is ended, everybody is sent away, and all that was said is
//! forgotten. Its documents are not this object's to remove, so until they are, nothing may read them in again: the one
//! row that stays says that.

use std::rc::Rc;

use mentora_core::documents::EndReason;
use mentora_session::Input;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::CloseCode;
use worker::Result;

use super::calls::CallError;
use super::shell::{AtHand, Shell};
use crate::platform::log;

impl Shell {
    /// Erases the conversation. When this returns, nothing of it is on its way to the documents.
    pub(super) async fn erase(self: &Rc<Self>) -> Result<()> {
        // Who listens is told that it has ended, as when the student ends it.
        self.feed(Input::End { reason: EndReason::StudentEnded }, AtHand::Nothing);
        // Nothing awaits from here to the end of the memory: no event finds one without the other.
        self.rows().erase()?;
        self.forget();
        self.clients.close_all(CloseCode::NotFound, "the conversation was erased");
        // An alarm that rings all the same finds nothing to do.
        self.state.storage().delete_alarm().await?;
        // A write that was under way has come to its end, one way or the other; the next one finds that it may not.
        self.outgoing.settled().await;
        Ok(())
    }

    /// Whether it was erased. If that cannot be read, it is taken to be: what may not be written can be written later.
    pub(super) fn is_erased(&self) -> bool {
        self.rows().is_erased().unwrap_or_else(|error| {
            log::failure("conversation.erased.unknown", serde_json::json!({ "why": error.to_string() }));
            true
        })
    }

    /// What was erased is not there for anybody.
    pub(super) fn refuse_erased(&self) -> std::result::Result<(), CallError> {
        if self.is_erased() {
            return Err(CallError::new(ErrorCode::NotFound, "There is no such conversation."));
        }
        Ok(())
    }
}
