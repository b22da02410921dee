//! The tutor has answered a student, where answers come later.

use mentora_core::documents::NotificationKind;
use mentora_core::ids::{ConversationId, CourseId, TurnId, UserId};
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Told};
use crate::repositories::RepositoryError;
use crate::repositories::notifications::Notice;

/// An answer of the tutor's that a student waits for.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// The course of the assignment.
    pub course: &'a CourseId,
    /// The assignment's title.
    pub assignment: &'a str,
    /// Where it is given.
    pub conversation: &'a ConversationId,
    /// The turn of the student's that it answers.
    pub turn: &'a TurnId,
    /// Who waits for it.
    pub student: &'a UserId,
}

impl Response<'_> {
    /// The page of the web app that shows it.
    pub(super) fn page(&self) -> String {
        format!("/conversations/{}", self.conversation)
    }
}

/// Tells the student that the answer is there, once.
///
/// # Errors
/// [`RepositoryError`]: it may be told again, and what was sent is not sent twice.
pub async fn response_ready<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    response: &Response<'_>,
) -> Result<Told, RepositoryError> {
    let notice = Notice {
        kind: NotificationKind::ResponseReady,
        key: format!("response_ready:{}", response.turn),
        user: response.student.clone(),
    };
    let conversation_url = &notifier.ways.page(&response.page());
    notifier.tell(&notice, &Letter::ResponseReady { assignment: response.assignment, conversation_url }).await
}
