//! What a student handed in was graded.

use mentora_core::documents::{NotificationKind, Submission};
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Told};
use crate::repositories::RepositoryError;
use crate::repositories::notifications::Notice;

/// Tells the student, once for each conversation that was handed in: a grade that is changed is not told again, one of a second
/// attempt is. `assignment` is its title. What the grade is stands behind a sign-in, and not in a mail.
///
/// # Errors
/// [`RepositoryError`]: it may be told again, and what was sent is not sent twice.
pub async fn submission_graded<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    submission: &Submission,
    assignment: &str,
) -> Result<Told, RepositoryError> {
    let conversation = &submission.conversation_id;
    let notice = Notice {
        kind: NotificationKind::SubmissionGraded,
        key: format!("submission_graded:{conversation}"),
        user: submission.user_id.clone(),
    };
    let conversation_url = &notifier.ways.page(&format!("/conversations/{conversation}"));
    notifier.tell(&notice, &Letter::SubmissionGraded { assignment, conversation_url }).await
}
