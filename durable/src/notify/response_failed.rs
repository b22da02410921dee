//! The tutor could not answer a student, after all tries: the staff of the course are told.

use mentora_core::documents::NotificationKind;
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Response, Told};
use crate::repositories::notifications::Notice;
use crate::repositories::{RepositoryError, Users};

/// Tells each of the course's staff, once.
///
/// # Errors
/// [`RepositoryError`], when somebody was not told: it may be told again, and what was sent is not sent twice.
pub async fn response_failed<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    response: &Response<'_>,
) -> Result<Vec<Told>, RepositoryError> {
    let student = Users(notifier.documents).get(response.student).await?;
    // Whoever is erased meanwhile has no name, and staff still want to know.
    let student = student.map_or_else(|| "?".to_owned(), |student| student.document.display_name);
    let (student, assignment) = (student.as_str(), response.assignment);
    let conversation_url = &notifier.ways.page(&response.page());
    let letter = &Letter::ResponseFailed { student, assignment, conversation_url };
    let notice_for = |user| Notice {
        kind: NotificationKind::ResponseFailed,
        key: format!("response_failed:{}:{user}", response.turn),
        user,
    };
    notifier.tell_staff(response.course, notice_for, letter).await
}
