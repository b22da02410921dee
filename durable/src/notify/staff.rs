//! The staff of a course, as far as they are told things.

use futures::future::join_all;
use mentora_core::documents::{MemberStatus, Role};
use mentora_core::ids::{CourseId, UserId};
use mentora_firestore::Transport;
use mentora_mail::Letter;

use super::{Notifier, Told};
use crate::repositories::notifications::Notice;
use crate::repositories::{Page, RepositoryError, Roster};

/// So many of the staff are told, of each role the latest who came.
const MAX_STAFF: u32 = 10;

impl<S: Transport, M: Transport, P: Transport> Notifier<'_, S, M, P> {
    /// Tells each of the staff of `course` what the letter says; who is not reached keeps nobody else from being told.
    pub(super) async fn tell_staff(
        &self,
        course: &CourseId,
        notice_for: impl Fn(UserId) -> Notice,
        letter: &Letter<'_>,
    ) -> Result<Vec<Told>, RepositoryError> {
        let (roster, page) = (Roster(self.documents), Page { limit: MAX_STAFF, cursor: None });
        let mut staff = Vec::new();
        for role in [Role::Instructor, Role::Ta] {
            let found = roster.list(course, Some(MemberStatus::Active), Some(role), &page).await?;
            staff.extend(found.0.into_iter().filter_map(|(_, member)| member.document.user_id));
        }
        let notices: Vec<Notice> = staff.into_iter().map(notice_for).collect();
        let told = notices.iter().map(|notice| self.tell(notice, letter));
        join_all(told).await.into_iter().collect()
    }
}
