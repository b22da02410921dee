//! What a nightly round asks of a conversation: to end, when nobody has touched it for too long and its own alarm did not
//! ring; to forget all, when its course keeps it no longer. Whether it is time, the conversation knows better than any
//! document: somebody may be talking.

use std::rc::Rc;

use mentora_core::documents::ConversationState;
use mentora_core::ids::ConversationId;
use mentora_wire::error::ErrorCode;
use worker::Request;

use super::calls::{CallError, ExpireCall};
use super::shell::Shell;
use super::{erase, malformed};
use crate::platform::body;

/// Does what its alarm would have done, had it rung. Whether the conversation has ended.
pub(super) async fn look(shell: &Rc<Shell>, id: &ConversationId) -> Result<bool, CallError> {
    shell.know(id).await?;
    shell.ring().await;
    Ok(shell.with_session(|session| session.is_closed()).unwrap_or(true))
}

/// Forgets all that was said, if the conversation closed by then. Whether nothing is left of it.
pub(super) async fn expire(
    shell: &Rc<Shell>,
    id: &ConversationId,
    mut request: Request,
) -> Result<bool, CallError> {
    let ExpireCall { closed_by } = body::read(&mut request).await.map_err(|error| malformed(&error))?;
    match shell.know(id).await {
        Ok(()) => {}
        // It was erased before, and whoever did that died before the documents were removed.
        Err(error) if error.code == ErrorCode::NotFound => return Ok(true),
        Err(error) => return Err(error),
    }
    // From here to the end of the memory nothing awaits: nobody opens it again between the two.
    let over = shell.with_session(|session| {
        let conversation = session.snapshot();
        conversation.state == ConversationState::Closed
            && conversation.closed_at.is_some_and(|at| at <= closed_by)
    });
    if over != Some(true) {
        return Ok(false);
    }
    erase(shell).await.map(|()| true)
}
