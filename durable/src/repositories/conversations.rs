//! `conversations/{conversationId}`, and `openConversations/{assignmentId}.{userId}`: which conversation a student has
//! open about an assignment. That document is what two simultaneous beginnings collide on, so one of them wins.
//!
//! It is never deleted: it names the latest conversation, which may have ended. So ending needs no second write, and
//! a late flush of an ended conversation cannot take the place of the one that followed it.

pub(super) mod costs;
pub(super) mod lists;

use mentora_core::documents::collections::{CONVERSATIONS, OPEN_CONVERSATIONS};
use mentora_core::documents::{Conversation, ConversationState};
use mentora_core::ids::{AssignmentId, ConversationId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, DocumentPath, Kind, Precondition, Transport, Value, Write, to_fields,
};
use serde::{Deserialize, Serialize};

use super::{RepositoryError, Submissions, document};
use crate::platform::documents::DocumentTransport;

pub use self::costs::Cost;
pub use self::lists::ConversationFilter;

/// The conversations.
#[derive(Debug)]
pub struct Conversations<'a, T = DocumentTransport>(pub &'a Client<T>);

/// Whether a conversation is for something that its student hands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handing {
    /// A student's, who is to hand it in.
    In,
    /// Of staff who try what they have set, or of an auditor.
    Nothing,
}

/// The latest conversation of a student about an assignment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Latest {
    pub(super) conversation_id: ConversationId,
}

/// Where a conversation stands.
///
/// # Errors
/// None for an id that was parsed; the type of a path asks for it.
pub fn path(id: &ConversationId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(CONVERSATIONS)?.doc(id.as_str())?)
}

/// The write by which a conversation becomes the latest of its student about its assignment.
pub(super) fn latest(
    id: &ConversationId,
    conversation: &Conversation,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let mut latest = to_fields(&Latest { conversation_id: id.clone() })?;
    latest.insert("createdAt".into(), Value::Integer(conversation.created_at.0));
    latest.insert("updatedAt".into(), Value::Integer(now.0));
    Ok(Write::set(latest_path(&conversation.assignment_id, &conversation.user_id)?, latest))
}

/// An id holds no dot, so no two pairs share a name.
pub(super) fn latest_path(assignment: &AssignmentId, user: &UserId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(OPEN_CONVERSATIONS)?.doc(&format!("{assignment}.{user}"))?)
}

impl<T: Transport> Conversations<'_, T> {
    /// Begins a conversation, unless the student has one open about the assignment. With `submission`, the student's
    /// submission is in progress from the same moment on; staff who try an assignment hand nothing in.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when one is open, or was begun at the same moment: see
    /// [`Conversations::open_of`].
    pub async fn create(
        &self,
        id: &ConversationId,
        conversation: &Conversation,
        submission: Handing,
    ) -> Result<(), RepositoryError> {
        let latest_path = latest_path(&conversation.assignment_id, &conversation.user_id)?;
        let precondition = match self.0.get(&latest_path).await? {
            None => Precondition::Exists(false),
            Some(document) => {
                let latest: Latest = document.decode()?;
                let before = self.get(&latest.conversation_id).await?;
                if before.is_some_and(|before| before.state != ConversationState::Closed) {
                    return Err(RepositoryError::AlreadyExists);
                }
                Precondition::UpdateTime(document.update_time)
            }
        };
        let mut writes = vec![
            latest(id, conversation, conversation.updated_at)?.only_if(precondition),
            Write::create(path(id)?, to_fields(conversation)?),
        ];
        if submission == Handing::In {
            writes.push(Submissions(self.0).begin(id, conversation).await?);
        }
        match self.0.commit(&writes).await {
            Ok(_) => Ok(()),
            Err(error) => match error.kind {
                Kind::AlreadyExists | Kind::FailedPrecondition => Err(RepositoryError::AlreadyExists),
                // The reply was lost: the id is ours alone, so if the document is there, we made it.
                Kind::UnknownOutcome if self.get(id).await?.is_some() => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// The conversation that a student has open about an assignment.
    ///
    /// The document lags behind the conversation's own object by a flush: one that ended a moment ago may still be
    /// called open here.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn open_of(
        &self,
        assignment: &AssignmentId,
        user: &UserId,
    ) -> Result<Option<(ConversationId, Conversation)>, RepositoryError> {
        let Some(document) = self.0.get(&latest_path(assignment, user)?).await? else {
            return Ok(None);
        };
        let id = document.decode::<Latest>()?.conversation_id;
        let latest = self.get(&id).await?;
        let open = latest.filter(|conversation| conversation.state != ConversationState::Closed);
        Ok(open.map(|conversation| (id, conversation)))
    }

    /// A conversation, with its turns.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &ConversationId) -> Result<Option<Conversation>, RepositoryError> {
        // Its own object alone changes it, so nobody asks for the version.
        Ok(document::read(self.0, &path(id)?).await?.map(|stored| stored.document))
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::EndReason;

    use super::*;
    use crate::repositories::native_store::{assignment_id, conversation, conversation_id, documents, user};

    /// As the conversation's own object writes it when it ends.
    pub(super) async fn close<T: Transport>(documents: &Client<T>, id: &str) {
        let mut closed = Conversations(documents).get(&conversation_id(id)).await.unwrap().unwrap();
        closed.state = ConversationState::Closed;
        closed.end_reason = Some(EndReason::StudentEnded);
        let write = Write::update(path(&conversation_id(id)).unwrap(), to_fields(&closed).unwrap());
        documents.commit(&[write]).await.unwrap();
    }

    #[test]
    fn of_two_conversations_begun_at_once_one_is_begun() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        let (a, b) = (conversation_id("a"), conversation_id("b"));
        let (left, right) = (conversation("lying", "student", 1), conversation("lying", "student", 2));
        block_on(async {
            let outcome = join!(
                conversations.create(&a, &left, Handing::In),
                conversations.create(&b, &right, Handing::In)
            );
            assert_eq!(outcome, (Ok(()), Err(RepositoryError::AlreadyExists)));
            let open = conversations.open_of(&assignment_id("lying"), &user("student")).await.unwrap();
            assert_eq!(open, Some((a, left)));
            assert_eq!(conversations.get(&b).await.unwrap(), None);
        });
    }

    #[test]
    fn while_one_is_open_no_other_is_begun() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            conversations
                .create(&conversation_id("a"), &conversation("lying", "student", 1), Handing::In)
                .await
                .unwrap();
            let second = conversations
                .create(&conversation_id("b"), &conversation("lying", "student", 2), Handing::In)
                .await;
            assert_eq!(second, Err(RepositoryError::AlreadyExists));
            // Another student, and another question, are another matter.
            conversations
                .create(&conversation_id("c"), &conversation("lying", "other", 3), Handing::In)
                .await
                .unwrap();
            conversations
                .create(&conversation_id("d"), &conversation("truth", "student", 4), Handing::In)
                .await
                .unwrap();
        });
    }

    #[test]
    fn after_one_ended_the_next_is_begun_once() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        let begin = async |id: &str, at| {
            conversations
                .create(&conversation_id(id), &conversation("lying", "student", at), Handing::In)
                .await
        };
        let open = async || {
            let open = conversations.open_of(&assignment_id("lying"), &user("student")).await.unwrap();
            open.map(|(id, _)| id.to_string())
        };
        block_on(async {
            assert_eq!(open().await, None);
            begin("a", 1).await.unwrap();
            close(&documents, "a").await;
            assert_eq!(open().await, None);

            let outcome = join!(begin("b", 2), begin("c", 3));
            assert_eq!(outcome, (Ok(()), Err(RepositoryError::AlreadyExists)));
            assert_eq!(open().await.as_deref(), Some("b"));

            // A flush of the ended one that comes late takes nothing away.
            close(&documents, "a").await;
            assert_eq!(open().await.as_deref(), Some("b"));
        });
    }

    #[test]
    fn a_lost_reply_does_not_make_a_begun_conversation_fail() {
        let (documents, store) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            store.lose_next_commit_reply();
            conversations
                .create(&conversation_id("a"), &conversation("lying", "student", 1), Handing::In)
                .await
                .unwrap();
            store.lose_next_commit_reply();
            let second = conversations
                .create(&conversation_id("b"), &conversation("truth", "student", 1), Handing::In)
                .await;
            assert_eq!(second, Ok(()));
        });
    }

    #[test]
    fn two_pairs_never_share_a_name() {
        let (documents, _) = documents();
        let conversations = Conversations(&documents);
        block_on(async {
            conversations
                .create(&conversation_id("a"), &conversation("x_y", "z", 1), Handing::Nothing)
                .await
                .unwrap();
            conversations
                .create(&conversation_id("b"), &conversation("x", "y_z", 1), Handing::Nothing)
                .await
                .unwrap();
        });
    }
}
