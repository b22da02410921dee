//! `courses/{courseId}/announcements/{announcementId}`

use mentora_core::documents::collections::ANNOUNCEMENTS;
use mentora_core::documents::{Announcement, NewsKind};
use mentora_core::ids::{AnnouncementId, CourseId};
use mentora_firestore::{Client, CollectionPath, Direction, Query, Transport};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, Version, courses, document, news};
use crate::platform::documents::DocumentTransport;

/// The announcements.
#[derive(Debug)]
pub struct Announcements<'a, T = DocumentTransport>(pub &'a Client<T>);

pub(super) fn of_course(course: &CourseId) -> Result<CollectionPath, RepositoryError> {
    Ok(courses::path(course)?.collection(ANNOUNCEMENTS)?)
}

impl<T: Transport> Announcements<'_, T> {
    /// Tells a course something. Its members are told by mail and push soon after.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn create(
        &self,
        course: &CourseId,
        id: &AnnouncementId,
        announcement: Announcement,
    ) -> Result<Stored<Announcement>, RepositoryError> {
        let (path, now) = (of_course(course)?.doc(id.as_str())?, announcement.created_at);
        let telling = news::telling(NewsKind::Announcement, &path, now, now)?;
        document::create_with(self.0, path, announcement, vec![telling]).await
    }

    /// An announcement that was not taken back.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(
        &self,
        course: &CourseId,
        id: &AnnouncementId,
    ) -> Result<Option<Stored<Announcement>>, RepositoryError> {
        document::read(self.0, &of_course(course)?.doc(id.as_str())?).await
    }

    /// Takes an announcement back. Whoever was not told of it yet is not any more.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when the course has no such announcement.
    pub async fn delete(
        &self,
        course: &CourseId,
        id: &AnnouncementId,
        seen: Option<Version>,
    ) -> Result<(), RepositoryError> {
        document::delete(self.0, of_course(course)?.doc(id.as_str())?, seen).await
    }

    /// What a course was told, the latest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        course: &CourseId,
        page: &Page,
    ) -> Result<(Vec<(AnnouncementId, Stored<Announcement>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &ToldTo { course: course.clone() }, page).await
    }
}

/// What a course was told.
pub(super) struct ToldTo {
    course: CourseId,
}

impl Listing for ToldTo {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&of_course(&self.course)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { course: super::native_store::course_id("ethics") }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::time::Millis;

    use super::*;
    use crate::repositories::native_store::{NativeStore, course_id, documents, user};

    fn announcement(content: &str, at: i64) -> Announcement {
        Announcement {
            author_id: user("teacher"),
            content: content.into(),
            created_at: Millis(at),
            updated_at: Millis(at),
        }
    }

    async fn tell(documents: &Client<&'static NativeStore>, course: &str, id: &str, at: i64) {
        let id = AnnouncementId::new(id).unwrap();
        let told = announcement(&format!("Told at {at}."), at);
        Announcements(documents).create(&course_id(course), &id, told).await.unwrap();
    }

    #[test]
    fn a_course_reads_what_it_was_told_the_latest_first_and_nothing_of_another_course() {
        let (documents, _) = documents();
        block_on(async {
            for at in 0..3 {
                tell(&documents, "ethics", &format!("n{at}"), at).await;
            }
            tell(&documents, "logic", "other", 9).await;
            let (course, mut page) = (course_id("ethics"), Page { limit: 2, cursor: None });
            let (first, next) = Announcements(&documents).list(&course, &page).await.unwrap();
            page.cursor = next;
            let (second, end) = Announcements(&documents).list(&course, &page).await.unwrap();
            let told: Vec<_> = first.iter().chain(&second).map(|(_, told)| told.content.as_str()).collect();
            assert_eq!(told, ["Told at 2.", "Told at 1.", "Told at 0."]);
            assert!(page.cursor.is_some() && end.is_none());
        });
    }

    #[test]
    fn what_was_taken_back_is_gone_and_cannot_be_taken_back_again() {
        let (documents, _) = documents();
        block_on(async {
            tell(&documents, "ethics", "n", 1).await;
            let announcements = Announcements(&documents);
            let id = AnnouncementId::new("n").unwrap();
            let elsewhere = announcements.delete(&course_id("logic"), &id, None).await;
            assert_eq!(elsewhere, Err(RepositoryError::NotFound));
            announcements.delete(&course_id("ethics"), &id, None).await.unwrap();
            let again = announcements.delete(&course_id("ethics"), &id, None).await;
            assert_eq!(again, Err(RepositoryError::NotFound));
            let (left, _) = announcements.list(&course_id("ethics"), &Page::default()).await.unwrap();
            assert_eq!(left, []);
        });
    }

    #[test]
    fn a_cursor_of_one_course_is_none_of_another() {
        let (documents, _) = documents();
        block_on(async {
            for at in 0..2 {
                tell(&documents, "ethics", &format!("n{at}"), at).await;
            }
            let first = Page { limit: 1, cursor: None };
            let (_, next) = Announcements(&documents).list(&course_id("ethics"), &first).await.unwrap();
            let page = Page { limit: 1, cursor: next };
            let refused = Announcements(&documents).list(&course_id("logic"), &page).await;
            assert_eq!(refused, Err(RepositoryError::InvalidCursor));
        });
    }
}
