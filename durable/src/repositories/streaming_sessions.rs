//! `streamingSessions/{sessionId}`: one opening of the model's Live API. Its conversation alone writes it, as a whole and
//! only over the version that it knows: a write of which nobody knows how it went cannot come back later and undo one that
//! followed it, and cannot make a second document.

use mentora_core::documents::StreamingSession;
use mentora_core::documents::collections::STREAMING_SESSIONS;
use mentora_core::ids::StreamingSessionId;
use mentora_firestore::{Client, CollectionPath, Transport, Write, to_fields};

use super::{Known, RepositoryError};
use crate::platform::documents::DocumentTransport;

/// The sessions.
#[derive(Debug)]
pub struct StreamingSessions<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> StreamingSessions<'_, T> {
    /// Writes a session and tells its version, unless the store did not.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] and [`RepositoryError::Conflict`] when it is not what it was known to be: with
    /// [`Known::Nothing`] it can be written.
    pub async fn put(
        &self,
        id: &StreamingSessionId,
        session: &StreamingSession,
        known: Known<'_>,
    ) -> Result<Option<String>, RepositoryError> {
        let path = CollectionPath::parse(STREAMING_SESSIONS)?.doc(id.as_str())?;
        let condition = known.precondition(self.0, &path).await?;
        let write = Write::set(path, to_fields(session)?).only_if(condition);
        let result = self.0.commit(&[write]).await?;
        Ok(Known::told(&result))
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::documents::{SessionState, SessionUsage};
    use mentora_core::time::Millis;

    use super::*;
    use crate::repositories::native_store::{conversation_id, documents, user};

    fn session(state: SessionState, at: i64) -> StreamingSession {
        StreamingSession {
            conversation_id: conversation_id("c"),
            user_id: user("student"),
            state,
            gemini_session_id: None,
            audio_config: None,
            token_usage: SessionUsage::default(),
            error_message: None,
            started_at: Millis(1),
            last_activity_at: Millis(at),
            ended_at: (state == SessionState::Paused).then_some(Millis(at)),
            created_at: Millis(1),
            updated_at: Millis(at),
        }
    }

    fn id() -> StreamingSessionId {
        StreamingSessionId::of(&conversation_id("c"), 1)
    }

    async fn stored<T: Transport>(documents: &Client<T>) -> StreamingSession {
        let path = CollectionPath::parse(STREAMING_SESSIONS).unwrap().doc("c-s1").unwrap();
        documents.get(&path).await.unwrap().unwrap().decode().unwrap()
    }

    #[test]
    fn a_session_is_followed_from_version_to_version() {
        block_on(async {
            let (documents, _) = documents();
            let sessions = StreamingSessions(&documents);
            let connecting = session(SessionState::Connecting, 1);
            let version = sessions.put(&id(), &connecting, Known::Missing).await.unwrap().unwrap();
            let active = session(SessionState::Active, 2);
            sessions.put(&id(), &active, Known::At(&version)).await.unwrap();
            assert_eq!(stored(&documents).await, active);
            let stale = sessions.put(&id(), &connecting, Known::At(&version)).await;
            assert!(matches!(stale, Err(RepositoryError::Conflict)), "{stale:?}");
            let paused = session(SessionState::Paused, 3);
            sessions.put(&id(), &paused, Known::Nothing).await.unwrap();
            assert_eq!(stored(&documents).await, paused);
        });
    }

    #[test]
    fn a_reply_that_is_lost_makes_no_second_document_and_undoes_nothing() {
        block_on(async {
            let (documents, store) = documents();
            let sessions = StreamingSessions(&documents);
            let connecting = session(SessionState::Connecting, 1);
            store.lose_next_commit_reply();
            let lost = sessions.put(&id(), &connecting, Known::Missing).await;
            assert!(matches!(lost, Err(RepositoryError::Unavailable)), "{lost:?}");
            let paused = session(SessionState::Paused, 2);
            sessions.put(&id(), &paused, Known::Nothing).await.unwrap();
            // The first write is sent again by somebody who does not know.
            let late = sessions.put(&id(), &connecting, Known::Missing).await;
            assert!(matches!(late, Err(RepositoryError::AlreadyExists)), "{late:?}");
            assert_eq!(stored(&documents).await, paused);
        });
    }
}
