//! `/api/conversations/{id}/stream`
//!
//! - [`tickets`]: what a browser opens a stream with; [`open`]: opens it
//! - [`messages`]: what is said by POST, beside server-sent events
//! - [`handshake`]: what a client says when it asks for a stream

pub mod handshake;
pub mod messages;
pub mod open;
pub mod tickets;

use mentora_core::policy::{ConversationAction, Verdict};
use mentora_wire::stream::StreamRole;

use crate::access::ConversationAccess;
use crate::auth::Caller;
use crate::error::ApiError;

/// The most that a caller who may read a conversation can be on its stream, and whether as staff.
fn most(access: &ConversationAccess, caller: &Caller) -> (StreamRole, bool) {
    let may_speak = access.verdict(caller, ConversationAction::Speak) == Verdict::Allow;
    let role = if may_speak { StreamRole::Speaker } else { StreamRole::Listener };
    (role, access.standing.is_staff())
}

/// The role that a connection gets: as asked, but no more than allowed.
fn granted(asked: Option<StreamRole>, most: StreamRole) -> Result<StreamRole, ApiError> {
    match (asked.unwrap_or(most), most) {
        (StreamRole::Speaker, StreamRole::Listener) => Err(ApiError::forbidden(
            "You may listen to this conversation, not speak in it. Connect with `role=listener`.",
        )),
        (role, _) => Ok(role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use StreamRole::{Listener, Speaker};

    #[test]
    fn a_connection_may_be_less_than_it_could_but_never_more() {
        assert_eq!(granted(None, Speaker), Ok(Speaker));
        assert_eq!(granted(None, Listener), Ok(Listener));
        assert_eq!(granted(Some(Listener), Speaker), Ok(Listener));
        assert!(granted(Some(Speaker), Listener).is_err());
    }
}
