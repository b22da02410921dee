//! The tutor could not answer a student, after all tries: the staff of the course are told.

use futures::future::join_all;
use mentora_core::documents::{MemberStatus, NotificationKind, Role};
use mentora_core::ids::UserId;
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Response, Told};
use crate::repositories::notifications::Notice;
use crate::repositories::{Page, RepositoryError, Roster, Users};

/// So many of the staff are told, of each role the latest who came.
const MAX_STAFF: u32 = 10;

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
    let tell = async |user: UserId| {
        let notice = Notice {
            kind: NotificationKind::ResponseFailed,
            key: format!("response_failed:{}:{user}", response.turn),
            user,
        };
        notifier.tell(&notice, letter).await
    };
    let staff = staff(notifier, response).await?;
    join_all(staff.into_iter().map(tell)).await.into_iter().collect()
}

async fn staff<S: Transport, M, P>(
    notifier: &Notifier<'_, S, M, P>,
    response: &Response<'_>,
) -> Result<Vec<UserId>, RepositoryError> {
    let (roster, page) = (Roster(notifier.documents), Page { limit: MAX_STAFF, cursor: None });
    let mut staff = Vec::new();
    for role in [Role::Instructor, Role::Ta] {
        let found = roster.list(response.course, Some(MemberStatus::Active), Some(role), &page).await?;
        staff.extend(found.0.into_iter().filter_map(|(_, member)| member.document.user_id));
    }
    Ok(staff)
}
