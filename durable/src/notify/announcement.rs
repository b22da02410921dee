//! The staff of a course tell its students something.

use mentora_core::documents::NotificationKind;
use mentora_core::ids::{AnnouncementId, CourseId, UserId};
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Told};
use crate::repositories::RepositoryError;
use crate::repositories::notifications::Notice;

/// What the staff of a course have told it.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a> {
    /// The course.
    pub course: &'a CourseId,
    /// Its title.
    pub course_title: &'a str,
    /// The announcement.
    pub id: &'a AnnouncementId,
    /// What it says.
    pub content: &'a str,
}

/// Tells one student of it, once. Who else is to be told, whoever reads the roster knows.
///
/// # Errors
/// [`RepositoryError`]: it may be told again, and what was sent is not sent twice.
pub async fn announcement<S: Transport, M: Transport, P: Transport>(
    notifier: &Notifier<'_, S, M, P>,
    announced: &Announced<'_>,
    student: &UserId,
) -> Result<Told, RepositoryError> {
    let notice = Notice {
        kind: NotificationKind::Announcement,
        key: format!("announcement:{}:{student}", announced.id),
        user: student.clone(),
    };
    let course_url = &notifier.ways.page(&format!("/courses/{}", announced.course));
    let (course, content) = (announced.course_title, announced.content);
    notifier.tell(&notice, &Letter::Announcement { course, content, course_url }).await
}
